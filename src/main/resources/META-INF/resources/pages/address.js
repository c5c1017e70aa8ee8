// @ts-check
/** Address of a page: its namespace, and the token in a link to it. */
import { keptInTab } from "./storage.js";

const query = new URLSearchParams(location.search);
const tokenInQuery = query.get("access_token");
query.delete("access_token");
const rest = query.toString();

/** Path and query of this page without a token, which must not be stored with them. */
export const page = location.pathname + (tokenInQuery === null ? location.search : rest && `?${rest}`);

/** The namespace in the address; `/` by default. */
export const namespace = query.get("ns") ?? "/";

/** Path of the server, which a proxy may serve below another one: `/`, or `/realtime/`. */
export const root = new URL("..", import.meta.url).pathname;

/** Query for URLs in a namespace other than the default one. */
export const inNamespace = namespace === "/" ? "" : `?ns=${encodeURIComponent(namespace)}`;

/** The name of the room, the last segment of the path. */
export function roomName() {
  const path = location.pathname.replace(/\/+$/, "");
  return decodeURIComponent(path.slice(path.lastIndexOf("/") + 1));
}

/** Encodes also the characters that encodeURIComponent leaves, so that the path can stand in quotes of a shell. @param {string} name */
export function roomPath(name) {
  return `${root}rooms/${encodeURIComponent(name).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

/** Whether a text can be a token: a header can carry no others, such as one that was cut by an ellipsis. @param {string} text */
export const isToken = (text) => /^[!-~]+$/.test(text);

/** Moves the token from the address to the tab's storage: in the address it would be in the history, and in copied links. */
export function takeToken() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const token = fragment.get("access_token") ?? tokenInQuery;
  if (token) {
    isToken(token) && keptInTab.set("token", token);
    history.replaceState(null, "", page);
  }
}
