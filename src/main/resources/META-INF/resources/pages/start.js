// @ts-check
/** First page: the list of rooms, and how to reach one. */
import { inNamespace, namespace, roomPath, root, takeToken } from "./address.js";
import { copied } from "./copy.js";
import { byId, element } from "./element.js";
import { translate, translatePage } from "./i18n.js";
import { readJson, RoomCards } from "./roomcard.js";
import { snippets } from "./snippets.js";
import { requestToken } from "./token.js";

const REFRESH_MILLIS = 5000;
const PAGE = 100;
const MAX_BYTES = 255;

translatePage();
takeToken();
byId("prefix").textContent = `${location.host}${root}rooms/`;

const cards = new RoomCards();
const field = byId("name");
const typed = () => field.value.trim();
const roomOrExample = () => typed() || "lobby";
/** Number of pages of the list that are shown. */
let pages = 1;
let requests = 0;
/** Number of the request that is answered last. */
let answered = 0;

field.addEventListener("input", () => {
  byId("complaint").textContent = "";
  pages = 1;
  showSnippet();
  void list();
});
byId("open").addEventListener("submit", (/** @type {Event} */ event) => {
  event.preventDefault();
  const complaint = nameError(typed());
  byId("complaint").textContent = complaint;
  complaint === "" ? location.assign(roomPath(typed()) + inNamespace) : field.focus();
});
byId("more").addEventListener("click", () => {
  pages++;
  void list();
});

/** Returns what is wrong with the name of a room; empty if it is valid. @param {string} name */
function nameError(name) {
  const bytes = new TextEncoder().encode(name).length;
  return name === ""
    ? translate("roomMissing")
    : name === "." || name === ".."
      ? translate("roomDots")
      : bytes > MAX_BYTES
        ? translate("roomTooLong", { n: bytes })
        : "";
}

async function list() {
  const request = ++requests;
  const note = byId("rooms-note");
  try {
    const { rooms, more } = await read(typed());
    // A late response to an earlier request must not replace the newer one.
    if (request !== requests) {
      return;
    }
    answered = request;
    show(rooms);
    byId("more").hidden = !more;
    note.textContent = rooms.length > 0 ? "" : translate(typed() === "" ? "roomsNone" : "roomsNoMatch");
  } catch (failure) {
    const { status, message } = /** @type {any} */ (failure);
    if (request !== requests) {
      return;
    }
    answered = request;
    if ((status === 401 || status === 403) && byId("notice").hidden) {
      requestToken(byId("notice"), status, message, list);
    }
    const words = translate("roomsFailed", { reason: message });
    // Set once: a screen reader would repeat it every few seconds.
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
    const query = new URLSearchParams({
      ns: namespace,
      prefix,
      limit: String(PAGE),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const body = await readJson(`${root}rooms?${query}`);
    body.rooms.forEach((/** @type {{room: string}} */ each) => rooms.add(each.room));
    cursor = body.next;
    if (cursor === undefined) {
      break;
    }
  }
  return {
    rooms: [...rooms].sort((one, other) => one.localeCompare(other) || (one < other ? -1 : 1)),
    more: cursor !== undefined,
  };
}

/** @param {string[]} rooms */
function show(rooms) {
  const listElement = byId("rooms");
  const shown = [...listElement.querySelectorAll("a")].map((link) => link.dataset.room);
  if (shown.length !== rooms.length || shown.some((name, i) => name !== rooms[i])) {
    arrange(listElement, rooms);
  }
  cards.refresh();
}

/** Cards that stay are not touched: a link that is moved would lose the focus. @param {HTMLElement} listElement @param {string[]} rooms */
function arrange(listElement, rooms) {
  const wanted = new Set(rooms);
  for (const item of [...listElement.children]) {
    wanted.has(nameOf(item)) || item.remove();
  }
  let next = listElement.firstElementChild;
  for (const room of rooms) {
    if (next !== null && nameOf(next) === room) {
      next = next.nextElementSibling;
    } else {
      listElement.insertBefore(element("li", {}, cards.card(room)), next);
    }
  }
}

/** @param {Element} item */
const nameOf = (item) => item.querySelector("a")?.dataset.room ?? "";

let chosen = 0;

function showSnippet() {
  const { code, note } = snippets(roomOrExample())[chosen];
  byId("code").textContent = code;
  byId("note").textContent = translate(note);
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

snippets("lobby").forEach(({ key }, i) =>
  byId("ways").append(
    element(
      "button",
      {
        type: "button",
        role: "tab",
        id: `way-${i}`,
        "aria-controls": "way",
        click: () => choose(i, false),
      },
      translate(key),
    ),
  ),
);
byId("ways").addEventListener("keydown", (/** @type {KeyboardEvent} */ { key }) => {
  const to = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: -1 }[key];
  to !== undefined && choose(to, true);
});
byId("copy").addEventListener("click", async () => {
  byId("copied").textContent = await copied(byId("code"));
});

choose(0, false);
void list();
setInterval(() => {
  // A request that takes longer than the interval would never be the last one.
  if (!document.hidden && byId("notice").hidden && answered === requests) {
    void list();
  }
}, REFRESH_MILLIS);
document.addEventListener("visibilitychange", () => document.hidden || void list());
