// @ts-check
/**
 * Client of Atrium: many rooms over one connection that reconnects by itself. Without dependencies; for browsers, workers and Node 20
 * or later, where `options.WebSocket` may have to be set.
 */
import { Connection } from "./connection.js";
import { AtriumError } from "./errors.js";
import { HOLDER, Holder } from "./holder.js";
import { randomName } from "./names.js";
import { Room } from "./room.js";
import { HASHER, sha256 } from "./sha256.js";
import { SharedConnection } from "./shared.js";
/** @import { Options } from "./types.ts" */

export { AtriumError, Connection, Room };

/**
 * Connects, and reconnects until the connection is closed or the server rejects the client for good.
 * @template {object} [E=any] data of the events to this session or to the whole namespace, by their names
 * @param {string} [url] of the server, `https://host/`, `https://host/path/` or `wss://host/ws?ns=/chat`; the page's own unless given
 * @param {Options} [options] @returns {Connection<E>}
 */
export function connect(url = "/", options = {}) {
  const { transports = ["websocket"], WebSocket = globalThis.WebSocket } = options;
  if (!WebSocket && transports.includes("websocket")) {
    throw new AtriumError(501, "no WebSocket: give options.WebSocket");
  }
  const target = new URL(url, globalThis.location?.href);
  target.protocol = target.protocol.replace("http", "ws");
  if (!/^wss?:/.test(target.protocol)) {
    throw new AtriumError(400, "expected a URL of http or ws");
  }
  if (target.pathname.endsWith("/")) {
    target.pathname += "ws";
  }
  return new Connection(target.href, options, options.shared ? new SharedConnection(target.href, options) : undefined);
}

/** @type {any} */
const self = globalThis;
if (self.importScripts && self.name?.startsWith(HOLDER)) {
  const holder = new Holder();
  const { locks } = self.navigator;
  const lock = randomName();
  holder.ready = locks && new Promise((resolve) => locks.request(lock, () => (resolve(lock), new Promise(() => {}))));
  self.onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => holder.serve(port);
}
if (self.importScripts && self.name === HASHER) {
  // The page waits for an error event of the worker, and a rejected promise alone fires none.
  self.onmessage = (/** @type {MessageEvent<Blob>} */ { data }) =>
    sha256(data, self.postMessage).then(self.postMessage, reportError);
}
