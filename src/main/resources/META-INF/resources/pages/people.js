// @ts-check
/** Who says something, as others may see it. */
import { element } from "./element.js";
import { say } from "./i18n.js";
import { keptInTab } from "./storage.js";

/** @typedef {{id?: string, user?: string}} Person */

/** Names that sessions have given themselves. Anybody may call themselves anything, so they stand beside the session's id. @type {Map<string, string>} */
const names = new Map();
const MOST_NAMES = 5000;
const LONGEST_NAME = 40;

/** Sessions of this tab: after a reload what it has said is still its own. */
const ownIds = new Set(keptInTab.get("sessions").split(" ").filter((id) => id !== ""));
const MOST_OWN_IDS = 20;
let ownUser = "";

/** This page's own session. @param {string} id @param {string} [user] */
export function iAm(id, user = "") {
  ownUser = user;
  ownIds.add(id);
  keptInTab.set("sessions", [...ownIds].slice(-MOST_OWN_IDS).join(" "));
}

/** @param {Person | undefined} person */
export function isMe(person) {
  return person !== undefined && (person.id !== undefined && ownIds.has(person.id) || ownUser !== "" && person.user === ownUser);
}

/** @param {string} id @param {unknown} name @returns {boolean} whether it is news */
export function callThem(id, name) {
  const short = typeof name === "string" ? [...name.trim()].slice(0, LONGEST_NAME).join("") : "";
  if (names.get(id) === short || short === "" && !names.has(id)) {
    return false;
  }
  if (names.size >= MOST_NAMES) {
    names.delete(/** @type {string} */ (names.keys().next().value));
  }
  short === "" ? names.delete(id) : names.set(id, short);
  return true;
}

/** An id begins with its replica's name, which all sessions there share: its end tells them apart. @param {string} id */
const short = (id) => `~${id.slice(-6)}`;

/** What to call them in a sentence. @param {Person | undefined} person */
export function called(person) {
  return person?.user ?? (person?.id === undefined ? say("somebody") : names.get(person.id) ?? short(person.id));
}

/** The same, isolated: a name written from right to left must not turn what stands beside it. @param {Person | undefined} person */
export function nameTag(person) {
  const name = element("bdi", { class: `who hue-${hue(person?.user ?? person?.id ?? "")}` }, called(person));
  const claimed = person?.user === undefined && person?.id !== undefined && names.has(person.id);
  return element("span", { title: person?.id }, name, claimed ? element("span", { class: "id" }, ` ${short(person.id ?? "")}`) : undefined);
}

/** One of eight colours, always the same. @param {string} text */
function hue(text) {
  let hash = 0;
  for (const sign of text) {
    hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) >>> 0;
  }
  return text === "" ? 0 : hash % 8;
}
