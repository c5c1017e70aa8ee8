// @ts-check
/** Rooms that were visited in this browser, newest first, and up to where each was read. */
import { page } from "./address.js";
import { kept } from "./storage.js";

/** @typedef {{path: string, name: string, epoch?: string, offset?: number, at: number}} Visit */

const MAX_ROOMS = 20;

/** @returns {Visit[]} */
export function visits() {
  try {
    const all = JSON.parse(kept.get("rooms") || "[]");
    return all.filter(
      (/** @type {any} */ each) =>
        /^\/(?![/\\])/.test(each.path) &&
        !/access_token=/.test(each.path) &&
        typeof each.name === "string" &&
        typeof each.at === "number",
    );
  } catch {
    // Not written by this version.
    return [];
  }
}

/** The last visit to this room. */
export const formerVisit = () => visits().find(({ path }) => path === page);

/** Remembers this room, as read up to a position. @param {string} name @param {import("/atrium.js").Place} [place] */
export function visited(name, place) {
  const former = formerVisit();
  const visit = { ...former, path: page, name, ...(place ?? {}), at: place || !former ? Date.now() : former.at };
  kept.set("rooms", JSON.stringify([visit, ...visits().filter(({ path }) => path !== page)].slice(0, MAX_ROOMS)));
}
