// @ts-check
/** The first page: which rooms there are, and how to reach one. */
import { inNamespace, namespace, roomPath, takeToken } from "./address.js";
import { byId, element } from "./element.js";
import { say, speak } from "./i18n.js";
import { snippets } from "./snippets.js";
import { askForToken, token } from "./token.js";

const REFRESH_MILLIS = 5000;
const PAGE = 100;
const MOST_BYTES = 255;

speak();
takeToken();
byId("prefix").textContent = `${location.host}/rooms/`;

const field = byId("name");
const typed = () => field.value.trim();
const roomOrExample = () => typed() || "lobby";
/** Pages of the list that are shown. */
let pages = 1;
let asked = 0;

field.addEventListener("input", () => {
  byId("complaint").textContent = "";
  pages = 1;
  showSnippet();
  void list();
});
byId("open").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const complaint = wrong(typed());
  byId("complaint").textContent = complaint;
  complaint === "" ? location.assign(roomPath(typed()) + inNamespace) : field.focus();
});
byId("more").addEventListener("click", () => {
  pages++;
  void list();
});

/** What is wrong with the name of a room, or nothing. @param {string} name */
function wrong(name) {
  const bytes = new TextEncoder().encode(name).length;
  return name === "" ? say("roomMissing") : name === "." || name === ".." ? say("roomDots")
    : bytes > MOST_BYTES ? say("roomTooLong", { n: bytes }) : "";
}

async function list() {
  const mine = ++asked;
  const note = byId("rooms-note");
  try {
    const { rooms, more } = await read(typed());
    // Whoever types quickly must not see the answer to an earlier question last.
    if (mine !== asked) {
      return;
    }
    show(rooms);
    byId("more").hidden = !more;
    note.textContent = rooms.length > 0 ? "" : say(typed() === "" ? "roomsNone" : "roomsNoMatch");
  } catch (failure) {
    const { status, message } = /** @type {any} */ (failure);
    if (mine !== asked) {
      return;
    }
    if ((status === 401 || status === 403) && byId("notice").hidden) {
      askForToken(byId("notice"), status, message, list);
    }
    const words = say("roomsFailed", { reason: message });
    // Said once, and not each few seconds again.
    if (note.textContent !== words) {
      note.textContent = words;
    }
  }
}

/** @param {string} prefix @returns {Promise<{rooms: string[], more: boolean}>} */
async function read(prefix) {
  const rooms = new Set();
  let cursor;
  for (let page = 0; page < pages; page++) {
    const query = new URLSearchParams({ ns: namespace, prefix, limit: String(PAGE), ...(cursor === undefined ? {} : { cursor }) });
    const answer = await fetch(`/rooms?${query}`, { headers: { Accept: "application/json", ...(token() === "" ? {} : { Authorization: `Bearer ${token()}` }) } });
    const body = await answer.json();
    if (!answer.ok) {
      throw Object.assign(new Error(body.detail ?? answer.statusText), { status: answer.status });
    }
    body.rooms.forEach((/** @type {{room: string}} */ each) => rooms.add(each.room));
    cursor = body.next;
    if (cursor === undefined) {
      break;
    }
  }
  return { rooms: [...rooms].sort((one, other) => one.localeCompare(other)), more: cursor !== undefined };
}

/** @param {string[]} rooms */
function show(rooms) {
  const place = byId("rooms");
  const shown = [...place.querySelectorAll("a")].map((link) => link.textContent);
  // What has the focus must not vanish under it when nothing has changed.
  if (shown.length !== rooms.length || shown.some((name, i) => name !== rooms[i])) {
    place.replaceChildren(...rooms.map((room) =>
      element("li", {}, element("a", { href: roomPath(room) + inNamespace }, element("bdi", {}, room)))));
  }
}

let chosen = 0;

function showSnippet() {
  const { code, note } = snippets(roomOrExample())[chosen];
  byId("code").textContent = code;
  byId("note").textContent = say(note);
  byId("copied").textContent = "";
}

/** @param {number} index @param {boolean} focus */
function choose(index, focus) {
  const tabs = [...byId("ways").children];
  chosen = (index + tabs.length) % tabs.length;
  tabs.forEach((tab, i) => {
    tab.setAttribute("aria-selected", String(i === chosen));
    tab.tabIndex = i === chosen ? 0 : -1;
  });
  focus && tabs[chosen].focus();
  byId("way").setAttribute("aria-labelledby", tabs[chosen].id);
  showSnippet();
}

snippets("lobby").forEach(({ key }, i) => byId("ways").append(element("button", {
  type: "button", role: "tab", id: `way-${i}`, "aria-controls": "way", click: () => choose(i, false),
}, say(key))));
byId("ways").addEventListener("keydown", (/** @type {KeyboardEvent} */ { key }) => {
  const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: -1 }[key];
  to !== undefined && choose(to, true);
});
byId("copy").addEventListener("click", async () => {
  try {
    // There is none where the page came over plain HTTP from another machine.
    await navigator.clipboard.writeText(byId("code").textContent);
    byId("copied").textContent = say("copied");
  } catch {
    getSelection()?.selectAllChildren(byId("code"));
    byId("copied").textContent = say("copySelected");
  }
});

choose(0, false);
void list();
setInterval(() => document.hidden || byId("notice").hidden && void list(), REFRESH_MILLIS);
document.addEventListener("visibilitychange", () => document.hidden || void list());
