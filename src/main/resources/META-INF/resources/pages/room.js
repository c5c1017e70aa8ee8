// @ts-check
/** The page of a room. */
import { connect } from "../atrium.js";
import { inNamespace, namespace, roomName, root, takeToken } from "./address.js";
import { CallPanel } from "./call.js";
import { composer } from "./composer.js";
import { byId, withdraw } from "./element.js";
import { Find } from "./find.js";
import { Files } from "./file.js";
import { History, SIGNALS } from "./history.js";
import { translate, translatePage } from "./i18n.js";
import { Log } from "./log.js";
import { Members } from "./members.js";
import { menu } from "./menu.js";
import { ownName } from "./name.js";
import { Notifications } from "./notify.js";
import { isOwn, published } from "./own.js";
import { setName, setSelf } from "./people.js";
import { formerVisit, visited } from "./recent.js";
import { repeatLater } from "./retry.js";
import { RoundTrip } from "./roundtrip.js";
import { share } from "./share.js";
import { isLimited, Status } from "./status.js";
import { switcher } from "./switcher.js";
import { requestToken, sharedBy, token } from "./token.js";
import { Typing } from "./typing.js";
import { Unread } from "./unread.js";
import { Uploads } from "./uploads.js";
import { Waiting } from "./waiting.js";

/** Time in which changes of names are shown together. */
const RENAME_MILLIS = 200;

translatePage();
takeToken();

const name = roomName();
const shownName = namespace === "/" ? name : `${namespace} ${name}`;
byId("room").textContent = shownName;
// There is no room for a long one.
byId("room").title = shownName;

/** @type {any} */
let connection;
/** @type {any} */
let room;
/** The connection for which the history was read. @type {any} */
let historyReadFor;
/** Stream position of this page when the connection was made. @type {import("/atrium.js").Place | undefined} */
let since;

const files = new Files();
files.token = token;
files.insert = (/** @type {() => void} */ change) => log.aside(change);
const title = translate("roomTitle", { room: shownName });
const unread = new Unread(title);
const notifications = new Notifications(title);
const status = new Status();
const members = new Members();
const typing = new Typing();
const callPanel = new CallPanel((session) => members.find(session));
const ownNameField = ownName(() => room);
const uploads = new Uploads(() => room);

const log = new Log(byId("messages"), byId("list"), {
  files,
  atTop: () => void readOlder(),
  evicted: (oldest) => history.evicted(oldest),
  seen: (unseen, following) => {
    const button = byId("newer");
    button.hidden = following;
    button.textContent = unseen > 0 ? translate("newer", { n: unseen }) : translate("toEnd");
    byId("empty").hidden = log.length > 0 || !isRead;
  },
});
/** Whether the history was read once. */
let isRead = false;
/** Whether older messages that could not be read will be requested again. */
let isRepeating = false;

/** Whether changed names will be shown in a moment. */
let isRenaming = false;

/** Handles an event about people, which is no message. @param {any} message */
function receivedSignal({ event, data, from, at }) {
  if (event === "name" && from?.id !== undefined && setName(from.id, data, at) && !isRenaming) {
    isRenaming = true;
    // Many at once: each shows all lines again.
    setTimeout(() => {
      isRenaming = false;
      log.rename();
      members.show();
      callPanel.rename();
    }, RENAME_MILLIS);
  }
}

const history = new History(log, receivedSignal);
/** This session; undefined over a fallback transport, which has none. @type {any} */
let me;
const waiting = new Waiting(byId("waiting"), {
  send: (text) => room.send(text),
  sent: (text, result) => {
    me === undefined && published(result);
    // The echo may arrive later; the log ignores it then.
    log.arrive(history.line({ event: "message", data: text, from: me, ...result }));
    // Or it has arrived before, as somebody's.
    me === undefined && log.rename();
  },
  changed: (count, since) => status.waiting(count, since),
});

byId("newer").addEventListener("click", () => withdraw(byId("newer"), () => log.toEnd()));
composer(name, {
  send: (text) => {
    typing.messageSent();
    log.markNew();
    log.toEnd();
    void waiting.add(text);
  },
  typing: () => connection?.state.name === "open" && !isLimited(connection.state) && typing.publish(room),
  files: (list) => uploads.send(list),
});
new RoundTrip(() => connection);
new Find(log);
menu();
share(name);
switcher();
rememberReading();
start();

/** Marks the messages as new that arrive after this page was last looked at, also by the page before it. */
function rememberReading() {
  const former = formerVisit();
  if (former?.epoch !== undefined && former.offset !== undefined) {
    log.markNew({ generation: history.generation(former.epoch), offset: former.offset, at: former.at });
  }
  visited(shownName);
  /** Whether the user looks at the page: what arrives otherwise is not read. */
  let looking = !document.hidden;
  const leave = () => {
    const { position } = history;
    if (looking && position !== undefined && log.following) {
      visited(shownName, position);
      log.markNew({ generation: history.generation(position.epoch), offset: position.offset, at: Date.now() });
    }
  };
  document.addEventListener("visibilitychange", () => {
    document.hidden ? leave() : log.markSeen();
    looking = !document.hidden;
  });
  // A page that is left for another one is not hidden before in every browser.
  addEventListener("pagehide", leave);
}

/** Connects: at the start, or after the connection was closed for good. */
function start() {
  byId("notice").hidden = true;
  if (history.denied) {
    // Another token may grant it.
    history.denied = history.complete = false;
  }
  /** @type {any} */
  const options = token() === "" ? { store: true, shared: true } : { store: true, shared: sharedBy(), token: token() };
  const made = connect(`${root}ws${inNamespace}`, options);
  connection = made;
  since = isRead ? history.position : undefined;
  enter(made, true);
  // Events of a connection that was replaced are ignored.
  made.on("state", (/** @type {any} */ state) => made === connection && changed(state));
  changed(made.state);
}

/** @param {any} made @param {boolean} presence whether to receive presence events */
function enter(made, presence) {
  const entered = made.room(name, { presence });
  room = entered;
  files.room = entered;
  callPanel.follow(entered);
  const listen = (/** @type {string} */ event, /** @type {(data: any, message: any) => void} */ listener) =>
    entered.on(
      event,
      (/** @type {any} */ data, /** @type {any} */ message) => made === connection && listener(data, message),
    );
  listen("*", (_, message) => received(message));
  listen("@file", (_, message) => received(message));
  listen("@gap", (place) => void fillGap(place, history.position ?? place));
  listen("@joined", (member) => {
    members.joined(member);
    ownNameField.repeat(members.size);
  });
  listen("@left", (member) => {
    members.left(member);
    typing.ended(member.id);
  });
  listen("@error", (failure) => rejected(made, presence, failure));
}

/** @param {any} message */
function received(message) {
  history.advance(message);
  if (message.event === "typing") {
    // A stored event is long over.
    message.stored || typing.received(message.from);
  } else if (SIGNALS.has(message.event)) {
    receivedSignal(message);
  } else if (message.offset !== undefined) {
    // A volatile message has no place among the others.
    typing.ended(message.from?.id);
    log.arrive(history.line(message));
    if (!message.stored && !isOwn(message)) {
      unread.more();
      notifications.arrived(message);
    }
  }
}

/**
 * Reads the messages of a gap: those that the connection could not recover may still be in the history.
 * @param {import("/atrium.js").Place} place @param {import("/atrium.js").Place} known position before the gap
 */
async function fillGap(place, known) {
  try {
    await history.catchUp(room, known);
  } catch (failure) {
    // Also after a lost connection, 0: the next one goes on behind the gap.
    const { code } = /** @type {any} */ (failure);
    const isOpen = connection.state.name !== "closed";
    (isOpen &&
      repeatLater(
        { code: code === 0 ? 503 : code },
        () => true,
        () => void fillGap(place, known),
      )) ||
      log.arrive(history.gap(place));
  }
}

/** @param {any} state */
function changed(state) {
  const rejected = state.name === "closed" && (state.code === 4401 || state.code === 4403);
  // The client reconnects at once when the network is back.
  status.show(
    state,
    rejected ? undefined : () => (state.name === "closed" ? start() : dispatchEvent(new Event("online"))),
  );
  if (state.name === "open") {
    const limited = isLimited(state);
    me = limited ? undefined : { id: state.id, ...(state.user === undefined ? {} : { user: state.user }) };
    setSelf(state.id, state.user);
    ownNameField.show(state.user, state.id);
    uploads.limit(limited);
    callPanel.limit(limited);
    files.limited = limited;
    void opened(limited);
  } else if (rejected) {
    requestToken(byId("notice"), state.code - 4000, state.reason, start);
  }
}

/** @param {boolean} limited */
async function opened(limited) {
  const [current, made] = [room, connection];
  const { state } = made;
  // Not if it is open again by then: that reads both anew.
  const isCurrent = () => made === connection && made.state === state;
  me && ownNameField.publishOnce(me.id);
  limited ? members.hide("limitedNoPresence") : void members.read(current, isCurrent);
  await readHistory(current, made, isCurrent);
}

/** @param {any} current @param {any} made @param {() => boolean} isCurrent */
async function readHistory(current, made, isCurrent) {
  try {
    // A connection that resumes delivers the missed messages itself; a new one does not know what this page has received.
    if (historyReadFor !== made) {
      await history.catchUp(current, since);
      historyReadFor = made;
    }
    isRead = true;
    document.hidden || log.markSeen();
  } catch (failure) {
    // Without the permission to read the history the page shows new messages only; after a lost connection this runs again.
    history.denied = history.complete = /** @type {any} */ (failure).code === 403;
    isRead ||= history.denied;
    if (repeatLater(failure, isCurrent, () => readHistory(current, made, isCurrent))) {
      return;
    }
  }
  log.add([]);
  made === connection && (await fill());
}

/** Reads older messages until the log can be scrolled: one that fits on the screen cannot be scrolled to request more. */
async function fill() {
  const made = connection;
  const { clientHeight } = log.scroller;
  while (
    made === connection &&
    !history.complete &&
    log.scroller.scrollHeight < 2 * clientHeight &&
    (await readOlder())
  ) {
    // The next page.
  }
}

/** @param {any} made @param {boolean} presence @param {any} failure */
function rejected(made, presence, { code, message }) {
  if (presence && code === 403 && /presence/.test(message)) {
    // Without the permission for presence the room is joined without it.
    room.leave().catch(() => {});
    enter(made, false);
  } else if (presence && /needs a WebSocket/.test(message)) {
    // Over a fallback transport the room is joined, without presence: the page shows so when it is connected.
  } else if (code === 401 || (code === 403 && /permission/.test(message))) {
    made.close();
    // The reason is the server's, although this page has closed the connection.
    status.show({ name: "closed", reason: message });
    requestToken(byId("notice"), code, message, start);
  } else {
    const notice = byId("notice");
    notice.textContent = translate("cannotJoin", { reason: message });
    notice.hidden = false;
  }
}

/** @returns {Promise<boolean>} whether it could be read */
async function readOlder() {
  const line = byId("older");
  const show = (/** @type {string} */ words) =>
    line.textContent === words || log.aside(() => (line.textContent = words));
  const showBeginning = () => show(history.complete && !history.denied && log.length > 0 ? translate("beginning") : "");
  if (connection.state.name !== "open" || history.complete || !isRead) {
    showBeginning();
    return false;
  }
  show(translate("older"));
  try {
    await history.older(room);
    showBeginning();
    return true;
  } catch (failure) {
    const words = translate("olderFailed", { reason: /** @type {any} */ (failure).message });
    show(words);
    // Who is at the top cannot scroll up to request them again.
    isRepeating ||= repeatLater(
      failure,
      () => ((isRepeating = false), line.textContent === words),
      async () => (await readOlder()) && fill(),
    );
    return false;
  }
}
