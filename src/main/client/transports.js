// @ts-check
/** Transports of a connection: which of them is used, and when another is tried. */
import { SUBPROTOCOL } from "./frames.js";
import { httpUrl, reachable } from "./http.js";
import { HttpSocket } from "./http-socket.js";
import { FALLBACK_TTL_MILLIS, MAX_FAILURES, UPGRADE_LEAST_MILLIS, UPGRADE_MOST_MILLIS } from "./timing.js";
/** @import { Options, Transport } from "./types.ts" */

export class Transports {
  /** @type {Transport} */
  current;
  /** Attempts in a row that failed while the server answered over HTTP. */
  failures = 0;
  #url;
  #timeout;
  #WebSocket;
  #upgrade;
  /** @type {Transport[]} */
  #all;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #delay = UPGRADE_LEAST_MILLIS;

  /** @param {string} url @param {Options} options @param {number} timeout @param {() => void} upgrade called when a WebSocket can be opened again */
  constructor(url, { transports, WebSocket }, timeout, upgrade) {
    this.#url = url;
    this.#timeout = timeout;
    this.#WebSocket = WebSocket;
    this.#upgrade = upgrade;
    this.#all = transports ?? ["websocket", "sse", "poll"];
    const [known, until] = remembered(url)?.split(" ") ?? [];
    this.current = this.#all.find((each) => each === known && /** @type {any} */ (until) > Date.now()) ?? this.#all[0];
  }

  /** @returns {any} a WebSocket, or what behaves like one */
  dial() {
    return this.current === "websocket"
      ? this.#webSocket()
      : new HttpSocket(this.#url, this.current === "sse", this.#timeout);
  }

  #webSocket() {
    return new (this.#WebSocket ?? globalThis.WebSocket)(this.#url, SUBPROTOCOL);
  }

  /**
   * Counts a failed attempt. Those of a short outage do not count, or a client would lose its WebSocket by it.
   * @returns {Promise<boolean>} whether it is time for another transport
   */
  async failed() {
    if (this.#all.length > 1) {
      this.failures = (await reachable(this.#url, true)) ? this.failures + 1 : 0;
    }
    return this.failures >= MAX_FAILURES;
  }

  /** URL of a path of the server. @param {string} path with or without a query */
  url(path) {
    return httpUrl(this.#url, path);
  }

  next() {
    this.use(this.#all[this.#all.indexOf(this.current) + 1] ?? this.#all[0]);
  }

  /** @param {Transport} transport */
  use(transport) {
    this.current = transport;
    this.failures = 0;
    this.#delay = UPGRADE_LEAST_MILLIS;
    remembered(this.#url, transport === this.#all[0] ? "" : `${transport} ${Date.now() + FALLBACK_TTL_MILLIS}`);
  }

  /** Looks after some time whether a WebSocket can be opened by then. */
  probeLater() {
    this.stop();
    this.#timer = setTimeout(() => this.probe(), this.#delay);
  }

  /** Looks whether a WebSocket can be opened by now, and again after some time; not if the present transport is preferred to it. */
  probe() {
    this.stop();
    if (!this.#all.slice(0, this.#all.indexOf(this.current)).includes("websocket")) {
      return;
    }
    this.#delay = Math.min(2 * this.#delay, UPGRADE_MOST_MILLIS);
    this.probeLater();
    const socket = this.#webSocket();
    socket.onerror = () => {};
    socket.onmessage = () => {
      socket.close(1000);
      this.#upgrade();
    };
    setTimeout(() => socket.close(), this.#timeout);
  }

  stop() {
    clearTimeout(this.#timer);
  }
}

/** Reads or writes the fallback transport of a server in the local storage, if there is one. @param {string} url @param {string} [value] to write; "" for none */
function remembered(url, value) {
  try {
    return value === undefined ? localStorage.getItem(`atrium:${url}`) : localStorage.setItem(`atrium:${url}`, value);
  } catch {}
}
