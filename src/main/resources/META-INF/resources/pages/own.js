// @ts-check
/**
 * Messages that this user has published. Over a fallback transport a connection has no session, and its messages name no sender: this tab
 * keeps their stream positions, so that they are its own after a reload, too.
 */
import { page } from "./address.js";
import { isMe } from "./people.js";
import { keptInTab } from "./storage.js";

const MAX_POSITIONS = 500;
const KEY = `published:${page}`;

const positions = new Set(
  keptInTab
    .get(KEY)
    .split(" ")
    .filter((position) => position !== ""),
);

/** @param {{epoch?: string, offset?: number}} place */
const key = ({ epoch, offset }) => `${epoch}:${offset}`;

/** @param {any} message with its sender, or its position @returns {boolean} */
export function isOwn(message) {
  return isMe(message.from) || positions.has(key(message));
}

/** Remembers a message that this tab has published. @param {import("/atrium.js").Place} place */
export function published(place) {
  positions.add(key(place));
  keptInTab.set(KEY, [...positions].slice(-MAX_POSITIONS).join(" "));
}
