// @ts-check
/** Requests to the HTTP API. */
import { LIVENESS_TIMEOUT_MILLIS } from "./timing.js";

/**
 * Behind a slash a path cannot name another host, which would get the token.
 * @param {string} url of the WebSocket, whose parameters replace others @param {string} path with or without a query @param {object} [query] further parameters
 */
export function httpUrl(url, path, query) {
  const server = new URL(url.replace("ws", "http"));
  const target = new URL(server.origin + server.pathname.replace(/\/ws$/, "") + path.replace(/^\/*/, "/"));
  for (const [name, value] of [.../** @type {any} */ (server.searchParams), ...Object.entries({ ...query })]) {
    value !== undefined && target.searchParams.set(name, value);
  }
  return target;
}

/**
 * Returns whether the server itself replies, and not a proxy in its place: the bytes of the largest body that it accepts, or 0.
 * @param {string} url @param {true} [connect] whether it accepts a connection, too @returns {Promise<number>}
 */
export async function reachable(url, connect) {
  try {
    const response = await fetch(httpUrl(url, "/rooms", { limit: 1, connect }), {
      signal: AbortSignal.timeout(LIVENESS_TIMEOUT_MILLIS),
    });
    const { maxPayload = Infinity } = await response.json();
    return response.status < 500 && response.status !== 429 ? maxPayload : 0;
  } catch {
    // Also if it is no JSON, but the page of a proxy.
    return 0;
  }
}
