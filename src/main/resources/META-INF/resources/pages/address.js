// @ts-check
/** Where a page is: its namespace, and the token that a link to it may bring. */
import { keptInTab } from "./storage.js";

const query = new URLSearchParams(location.search);

/** The namespace, `/` unless the address says otherwise. */
export const namespace = query.get("ns") ?? "/";

/** What the address adds to the URLs of a namespace other than the default one. */
export const inNamespace = namespace === "/" ? "" : `?ns=${encodeURIComponent(namespace)}`;

/** The name of the room, the last segment of the path. */
export function roomName() {
  const path = location.pathname.replace(/\/$/, "");
  return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
}

/** Also what encodeURIComponent leaves, so that an address can stand in quotes of a shell. @param {string} name */
export function roomPath(name) {
  return `/rooms/${encodeURIComponent(name).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

/** A token in the address would be in the history, and in whatever is copied from there: it moves to where the page keeps it. */
export function takeToken() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("access_token") ?? query.get("access_token");
  if (token) {
    keptInTab.set("token", token);
    query.delete("access_token");
    const rest = query.toString();
    history.replaceState(null, "", location.pathname + (rest && `?${rest}`));
  }
}
