// @ts-check
/** Names of people, as other users see them. */
import { element } from "./element.js";
import { translate } from "./i18n.js";
import { hash, nickname } from "./nickname.js";
import { keptInTab } from "./storage.js";
import { isVisible, unturned } from "./visible.js";

/** @typedef {{id?: string, user?: string}} Person */

/** Names that sessions have chosen, and when. Anyone can choose any name, so the session's id is shown beside it. @type {Map<string, {name: string, at: number}>} */
const names = new Map();
const MAX_NAMES = 5000;
const MAX_NAME_LENGTH = 40;

/** Sessions of this tab: after a reload its earlier messages are still its own. */
const ownIds = new Set(
  keptInTab
    .get("sessions")
    .split(" ")
    .filter((id) => id !== ""),
);
const MAX_OWN_IDS = 20;
let ownUser = "";

/** This page's own session. @param {string} id empty over a fallback transport @param {string} [user] */
export function setSelf(id, user = "") {
  ownUser = user;
  if (id !== "") {
    ownIds.add(id);
    keptInTab.set("sessions", [...ownIds].slice(-MAX_OWN_IDS).join(" "));
  }
}

/** @param {Person | undefined} person */
export function isMe(person) {
  return (
    person !== undefined &&
    ((person.id !== undefined && ownIds.has(person.id)) || (ownUser !== "" && person.user === ownUser))
  );
}

/**
 * Sets the name of a session, unless it has chosen another one since: the history is read backwards.
 * @param {string} id @param {unknown} name @param {number} at when it was chosen @returns {boolean} whether the name has changed
 */
export function setName(id, name, at) {
  const short = typeof name === "string" ? [...unturned(name).trim()].slice(0, MAX_NAME_LENGTH).join("") : "";
  const chosen = isVisible(short) ? short : "";
  const former = names.get(id);
  if (former !== undefined && former.at > at) {
    return false;
  }
  if (former === undefined && names.size >= MAX_NAMES) {
    names.delete(/** @type {string} */ (names.keys().next().value));
  }
  names.set(id, { name: chosen, at });
  return chosen !== (former?.name ?? "");
}

/** @param {string} id @returns {string} the name that a session has chosen; empty if none */
const chosenName = (id) => names.get(id)?.name ?? "";

/** Shortens an id to its end: it begins with the name of its replica, which many sessions share. @param {string} id */
const short = (id) => `~${id.slice(-6)}`;

/** Returns the name of a person in a sentence. @param {Person | undefined} person */
export function displayName(person) {
  return person?.user !== undefined
    ? unturned(person.user)
    : person?.id === undefined
      ? translate("somebody")
      : chosenName(person.id) || nickname(person.id);
}

/** The same as an element, isolated: a name written from right to left must not reorder the text beside it. @param {Person | undefined} person */
export function nameTag(person) {
  const name = element("bdi", { class: `who hue-${hue(person)}` }, displayName(person));
  const claimed = person?.user === undefined && person?.id !== undefined && chosenName(person.id) !== "";
  return element(
    "span",
    { title: person?.id },
    name,
    claimed ? element("span", { class: "id" }, ` ${short(person.id ?? "")}`) : undefined,
  );
}

/** Circle with the initial of a person, in the person's colour. @param {Person | undefined} person */
export function avatar(person) {
  const initial = [...displayName(person)].find((sign) => /[\p{L}\p{N}]/u.test(sign)) ?? "?";
  return element("span", { class: `avatar hue-${hue(person)}`, "aria-hidden": "true" }, initial.toUpperCase());
}

const HUES = 8;
/** Colours by person, in the order in which this page has met them. @type {Map<string, number>} */
const hues = new Map();

/** The same colour for a person on each page, unless another person there has it already: the first eight have colours of their own. @param {Person | undefined} person */
function hue(person) {
  const key = person?.user ?? person?.id ?? "";
  const preferred = hash(key) % HUES;
  if (key !== "" && !hues.has(key) && hues.size < HUES) {
    const taken = new Set(hues.values());
    const free = Array.from({ length: HUES }, (_, i) => (preferred + i) % HUES).find((each) => !taken.has(each));
    hues.set(key, free ?? preferred);
  }
  return hues.get(key) ?? preferred;
}
