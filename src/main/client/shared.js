// @ts-check
/** One connection for all tabs, as a tab sees it: a worker holds it, or the tab that leads. */
import { HOLDER, Holder } from "./holder.js";
import { randomName } from "./names.js";
import { OWN_WORKERS } from "./workers.js";
/** @import { Options } from "./types.ts" */

const ALL_TABS = "everybody";

/** Access of a tab to the shared connection: in a shared worker, or where there are none, in the leading tab. */
export class SharedConnection {
  #name;
  #hello;
  #workers = OWN_WORKERS && typeof SharedWorker === "function";
  #leaders = !!globalThis.navigator?.locks;
  /** @type {AbortController | undefined} */
  #leading;

  /** @param {string} url @param {Options} options */
  constructor(url, { shared, token, timeout, queue, backoff, transports }) {
    this.#name = `${HOLDER}${shared === true ? "" : shared} ${url}`;
    this.#hello = {
      url,
      asks: token != null && (typeof token === "function" ? "again" : "once"),
      options: { timeout, queue, backoff, transports },
    };
  }

  /** @returns {PortSocket | undefined} undefined where tabs cannot share */
  dial() {
    if (this.#workers) {
      try {
        const worker = new SharedWorker(import.meta.url, { type: "module", name: this.#name });
        const socket = new PortSocket(worker.port, this.#hello);
        worker.onerror = () => {
          this.#workers = false;
          socket.close(1006);
        };
        return socket;
      } catch {
        // A module of another origin cannot be a worker.
        this.#workers = false;
      }
    }
    if (this.#leaders) {
      const socket = new PortSocket(channelPort(this.#name), this.#hello);
      this.#leading ??= lead(this.#name, () => {
        this.#leaders = false;
        socket.close(1006);
      });
      return socket;
    }
  }

  close() {
    this.#leading?.abort();
  }
}

/** WebSocket interface to the port of the shared connection. */
class PortSocket {
  readyState = 1;
  /** Never none: the holder, which has the socket and its buffer, rejects what gets no reply in time. */
  bufferedAmount = 1;
  /** @type {any} */
  onmessage;
  /** @type {any} */
  onclose;
  #port;
  /** @type {(value?: any) => void} */
  #release = () => {};

  /** @param {any} port @param {object} hello */
  constructor(port, hello) {
    this.#port = port;
    const id = randomName();
    const locks = globalThis.navigator?.locks;
    // The holder waits for this lock, which is released when this tab ends in any way.
    const sayHello = () => {
      // Closed meanwhile, it would fail on its closed channel, and hold the lock for good.
      if (this.readyState === 1) {
        port.postMessage({ hello: { ...hello, id } });
        return new Promise((resolve) => (this.#release = resolve));
      }
    };
    let welcomed = false;
    port.onmessage = (/** @type {MessageEvent} */ { data }) => {
      if (data?.lock) {
        // A worker ends with the process of the tab that started it, without an event.
        locks?.request(data.lock, () => this.close(1006));
      } else if (data) {
        welcomed = true;
        this.onmessage({ data });
      } else if (welcomed) {
        // Another tab leads now.
        this.close(1001);
      } else {
        port.postMessage({ hello: { ...hello, id } });
      }
    };
    locks ? locks.request(id, sayHello).catch(sayHello) : sayHello();
  }

  /** @param {string | Uint8Array} frame */
  send(frame) {
    this.#port.postMessage(frame);
  }

  close(code = 1000, reason = "") {
    if (this.readyState === 1) {
      this.readyState = 3;
      this.#port.postMessage({ bye: true });
      this.#port.close();
      this.#release();
      this.onclose({ code, reason });
    }
  }
}

/** Returns a port to the leading tab. @param {string} name @returns {any} */
function channelPort(name) {
  const channel = new BroadcastChannel(name);
  const from = randomName();
  const port = {
    onmessage: (/** @type {any} */ _) => {},
    postMessage: (/** @type {any} */ frame) => channel.postMessage({ from, frame }),
    close: () => channel.close(),
  };
  channel.onmessage = ({ data: { to, frame } }) => (to === from || to === ALL_TABS) && port.onmessage({ data: frame });
  return port;
}

/**
 * Makes this tab hold the connection once no other tab does. The lock is not that of a worker, which may hold the connection of tabs that can use it.
 * @param {string} name @param {() => void} denied called where site data is blocked, and locks with it @returns {AbortController} ends that
 */
function lead(name, denied) {
  const stop = new AbortController();
  navigator.locks
    .request(`leader ${name}`, { signal: stop.signal }, () => {
      if (stop.signal.aborted) {
        // The lock was granted as this tab gave it up.
        return;
      }
      const holder = new Holder();
      const channel = new BroadcastChannel(name);
      const ports = new Map();
      channel.onmessage = ({ data: { from, frame } }) => {
        if (from && frame.hello && !ports.has(from)) {
          // Late replies of the connection would fail on the closed channel.
          const port = {
            postMessage: (/** @type {any} */ frame) => stop.signal.aborted || channel.postMessage({ to: from, frame }),
            close: () => ports.delete(from),
          };
          ports.set(from, port);
          holder.serve(port);
        }
        ports.get(from)?.onmessage({ data: frame });
      };
      channel.postMessage({ to: ALL_TABS });
      return new Promise((resolve) =>
        stop.signal.addEventListener("abort", () => {
          holder.close();
          channel.close();
          resolve(undefined);
        }),
      );
    })
    .catch(denied);
  return stop;
}
