// @ts-check
/** The page of a room. */
import { connect } from "/atrium.js";
import { inNamespace, namespace, roomName, takeToken } from "./address.js";
import { composer } from "./composer.js";
import { byId } from "./element.js";
import { Files } from "./file.js";
import { History, SIGNALS } from "./history.js";
import { say, speak } from "./i18n.js";
import { Log } from "./log.js";
import { Members } from "./members.js";
import { ownName } from "./name.js";
import { callThem, iAm, isMe } from "./people.js";
import { RoundTrip } from "./roundtrip.js";
import { Status } from "./status.js";
import { askForToken, sharedBy, token } from "./token.js";
import { Typing } from "./typing.js";
import { Unread } from "./unread.js";
import { Uploads } from "./uploads.js";
import { Waiting } from "./waiting.js";

speak();
takeToken();

const name = roomName();
const shownName = namespace === "/" ? name : `${namespace} ${name}`;
byId("room").textContent = shownName;

/** @type {any} */
let connection;
/** @type {any} */
let room;
/** The connection for which the history was read. @type {any} */
let caughtUp;
/** What was known when the connection began. @type {import("/atrium.js").Place | undefined} */
let since;

const files = new Files();
files.needsToken = () => token() !== "";
files.insert = (/** @type {() => void} */ change) => log.aside(change);
const unread = new Unread(say("roomTitle", { room: shownName }));
const status = new Status();
const members = new Members();
const typing = new Typing();
const calling = ownName(() => room);
const uploads = new Uploads(() => room);

const log = new Log(byId("messages"), byId("list"), {
  files,
  atTop: () => void readOlder(),
  forgotten: (oldest) => history.forgotten(oldest),
  seen: (unseen, following) => {
    const button = byId("newer");
    button.hidden = following;
    button.textContent = unseen > 0 ? say("newer", { n: unseen }) : say("toEnd");
    byId("empty").hidden = log.length > 0 || !isRead;
  },
});
/** Whether the history was read once. */
let isRead = false;

/** What tells of people and is no message. @param {any} message */
function heardSignal({ event, data, from }) {
  if (event === "name" && from?.id !== undefined && callThem(from.id, data)) {
    log.rename();
    members.show();
  }
}

const history = new History(log, heardSignal);
const waiting = new Waiting(byId("waiting"), (text) => room.send(text), (text, receipt) => {
  // Its echo may still be on the way, and is then known already.
  log.arrive(history.line({ event: "message", data: text, from: me, ...receipt }));
});
/** @type {any} */
let me;

byId("newer").addEventListener("click", () => log.toEnd());
composer(name, {
  send: (text) => {
    typing.said();
    log.toEnd();
    void waiting.add(text);
  },
  typing: () => connection?.state.name === "open" && typing.say(room),
  files: (list) => uploads.send(list),
});
new RoundTrip(() => connection);
start();

/** Begins with another connection: the first one, or when coming back was no use. */
function start() {
  byId("notice").hidden = true;
  /** @type {any} */
  const options = token() === "" ? { store: true, shared: true } : { store: true, shared: sharedBy(), token };
  const made = connect(`/ws${inNamespace}`, options);
  connection = made;
  since = isRead ? history.known : undefined;
  enter(made, true);
  // A connection that was replaced has no say any more.
  made.on("state", (/** @type {any} */ state) => made === connection && changed(state));
  changed(made.state);
}

/** @param {any} made @param {boolean} presence whether to be shown who comes and goes */
function enter(made, presence) {
  const entered = made.room(name, { presence });
  room = entered;
  files.room = entered;
  const listen = (/** @type {string} */ event, /** @type {(data: any, message: any) => void} */ listener) =>
    entered.on(event, (/** @type {any} */ data, /** @type {any} */ message) => made === connection && listener(data, message));
  listen("*", (_, message) => heard(message));
  listen("@file", (_, message) => heard(message));
  listen("@gap", (place) => void missed(entered, place));
  listen("@joined", (member) => {
    members.joined(member);
    calling.greet(members.size);
  });
  listen("@left", (member) => {
    members.left(member);
    typing.ended(member.id);
  });
  listen("@error", (failure) => refused(made, presence, failure));
}

/** @param {any} message */
function heard(message) {
  history.heard(message);
  if (message.event === "typing") {
    // What the browser has kept was typed long ago.
    message.stored || typing.heard(message.from);
  } else if (SIGNALS.has(message.event)) {
    heardSignal(message);
  } else {
    typing.ended(message.from?.id);
    log.arrive(history.line(message));
    message.stored || isMe(message.from) || unread.more();
  }
}

/**
 * The connection could not go on from its place. What was said before it came back may be in the history all the same.
 * @param {any} from @param {import("/atrium.js").Place} place
 */
async function missed(from, place) {
  try {
    await history.catchUp(from, history.known ?? place);
  } catch {
    log.arrive(history.gap(place));
  }
}

/** @param {any} state */
function changed(state) {
  const refused = state.name === "closed" && (state.code === 4401 || state.code === 4403);
  // The client comes back at once when it hears that there is a network.
  status.show(state, refused ? undefined : () => (state.name === "closed" ? start() : dispatchEvent(new Event("online"))));
  if (state.name === "open") {
    me = { id: state.id, ...(state.user === undefined ? {} : { user: state.user }) };
    iAm(state.id, state.user);
    calling.show(state.user);
    void opened();
  } else if (refused) {
    askForToken(byId("notice"), state.code - 4000, state.reason, start);
  }
}

async function opened() {
  const [current, made] = [room, connection];
  void members.read(current);
  try {
    // A connection that comes back brings along what was missed; one that begins knows nothing of what this page has heard.
    if (caughtUp !== made) {
      await history.catchUp(current, since);
      caughtUp = made;
    }
    isRead = true;
  } catch (failure) {
    // Without the permission to read back there is what is said from now on; a connection that broke comes back here.
    isRead = /** @type {any} */ (failure).code === 403;
    history.denied = isRead;
    history.complete = isRead;
  }
  log.add([]);
  calling.tell();
  // Who sees the whole log has nothing to scroll, and could not ask for more.
  const { clientHeight } = log.scroller;
  while (made === connection && !history.complete && log.scroller.scrollHeight < 2 * clientHeight && await readOlder()) {
    // Until there is.
  }
}

/** @param {any} made @param {boolean} presence @param {any} failure */
function refused(made, presence, { code, message }) {
  if (presence && code === 403 && /presence/.test(message)) {
    // Who may join and not see who is there can talk all the same.
    room.leave().catch(() => {});
    enter(made, false);
  } else if (code === 401 || code === 403 && /permission/.test(message)) {
    made.close();
    // It is this page that has closed it, but that is not why.
    status.show({ name: "closed", reason: message });
    askForToken(byId("notice"), code, message, start);
  } else {
    const notice = byId("notice");
    notice.textContent = say("cannotJoin", { reason: message });
    notice.hidden = false;
  }
}

/** @returns {Promise<boolean>} whether it could be read */
async function readOlder() {
  const line = byId("older");
  const tell = (/** @type {string} */ words) => line.textContent === words || log.aside(() => (line.textContent = words));
  const told = () => tell(history.complete && !history.denied && log.length > 0 ? say("beginning") : "");
  if (connection.state.name !== "open" || history.complete || !isRead) {
    told();
    return false;
  }
  tell(say("older"));
  try {
    await history.older(room);
    told();
    return true;
  } catch (failure) {
    tell(say("olderFailed", { reason: /** @type {any} */ (failure).message }));
    return false;
  }
}
