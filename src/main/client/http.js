// @ts-check
/** Requests to the HTTP API. */
import { LIVENESS_TIMEOUT_MILLIS } from "./timing.js";

/** @param {string} url of the WebSocket @param {string} path @param {any} [query] */
export function httpUrl(url, path, query) {
  const target = new URL(url.replace("ws", "http"));
  target.pathname = target.pathname.replace(/\/ws$/, "") + path;
  for (const [name, value] of Object.entries(query ?? {})) {
    value !== undefined && target.searchParams.set(name, value);
  }
  return target;
}

/** Returns whether the server itself replies, and not a proxy in its place: the bytes of the largest body that it accepts, or 0. @param {string} url @returns {Promise<number>} */
export async function reachable(url) {
  try {
    const response = await fetch(httpUrl(url, "/rooms", { limit: 1 }), {
      signal: AbortSignal.timeout(LIVENESS_TIMEOUT_MILLIS),
    });
    // A server that refuses requests for a while refuses connections, too.
    return response.status < 500 && response.status !== 429 && /json/.test(response.headers.get("content-type") ?? "")
      ? ((await response.json()).maxPayload ?? Infinity)
      : 0;
  } catch {
    return 0;
  }
}
