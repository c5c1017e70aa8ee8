// @ts-check
/** Messages that are not acknowledged yet: sent again on the next connection, and published once by their idempotency keys. */
import { DELAYING_CODES, MESSAGE_CODES, TOO_LARGE, TRANSIENT_CODES } from "./codes.js";
import { AtriumError, errorOf } from "./errors.js";
import { framed, sizeOf } from "./frames.js";
import { randomName, requireSession } from "./names.js";
import { MAX_BUFFERED, MAX_IN_FLIGHT, RECHECK_MILLIS, RETRY_MILLIS } from "./timing.js";
/** @import { Commands } from "./commands.js" */
/** @import { Store, UserStore } from "./store.js" */
/** @import { Receipt } from "./types.ts" */

/**
 * @typedef {object} Sending a message that is not acknowledged yet
 * @property {string} room
 * @property {string} line the command in JSON, as it was when it was sent, without its seq
 * @property {Uint8Array | undefined} bytes
 * @property {number} seq of the command that carries it now; 0 for none
 * @property {number} order key in the store
 * @property {(result: Receipt) => void} resolve
 * @property {(failure: AtriumError) => void} reject
 */

export class SendQueue {
  #commands;
  #userStore;
  #limit;
  #isOpen;
  /** Messages by their idempotency keys, in order. @type {Map<string, Sending>} */
  #sendings = new Map();
  /** Idempotency keys of messages in flight, by the seq of their command. @type {Map<number, string>} */
  #inFlight = new Map();
  /** Maximum number of messages in flight: one after a rejection, then more with each acknowledgement. */
  #window = MAX_IN_FLIGHT;
  /** Rooms with a rejected message, which is sent again before any other. @type {Set<string>} */
  #held = new Set();
  #rechecking = false;
  /** Key of the last message in the store: a time, and a fraction by which pages differ. */
  #order = 0;
  /** Store whose unsent messages are in the queue. @type {Store | undefined} */
  #adopted;
  /** Why the connection is closed, if it is. @type {AtriumError | undefined} */
  #failure;

  /** @param {Commands} commands @param {UserStore} userStore @param {number} limit number of messages @param {() => boolean} isOpen whether messages may be sent */
  constructor(commands, userStore, limit, isOpen) {
    this.#commands = commands;
    this.#userStore = userStore;
    this.#limit = limit;
    this.#isOpen = isOpen;
  }

  get size() {
    return this.#sendings.size;
  }

  /**
   * @param {string | undefined} room @param {any} data @param {{event?: string, echo?: boolean, volatile?: boolean, idempotency?: string}} [options] @param {boolean} [unbounded]
   * @returns {Promise<any>} completes once the message is acknowledged
   */
  async send(room, data, options, unbounded) {
    const bytes =
      data instanceof ArrayBuffer
        ? new Uint8Array(data)
        : ArrayBuffer.isView(data)
          ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
          : undefined;
    const message = { ...options, room, data: bytes ? undefined : data };
    if (this.#failure) {
      throw this.#failure;
    }
    "to" in message && requireSession(message.to);
    if (message.volatile) {
      return this.#sendVolatile(message, bytes);
    }
    if (this.#sendings.size >= this.#limit && !unbounded) {
      throw new AtriumError(429, "the queue is full");
    }
    const { idempotency = randomName() } = message;
    // Fails here for what has no JSON: in the queue it would block all messages behind it.
    const line = JSON.stringify({ cmd: "send", params: { ...message, idempotency, ordered: true } });
    this.#order = Math.max(Date.now(), Math.floor(this.#order) + 1) + Math.random();
    return new Promise((resolve, reject) => {
      const sending = { room: room ?? "", line, bytes: bytes?.slice(), seq: 0, order: this.#order, resolve, reject };
      this.#sendings.set(idempotency, sending);
      this.#userStore.store?.keep(idempotency, sending);
      this.#warn();
      this.flush();
    });
  }

  /** Sends a message that nobody needs later, or drops it where it would have to wait. @param {object} message @param {Uint8Array} [bytes] */
  async #sendVolatile(message, bytes) {
    if (this.#isOpen() && this.#commands.buffered < MAX_BUFFERED) {
      await this.#commands.run("send", message, bytes).catch((failure) => {
        if (!TRANSIENT_CODES.has(failure.code)) {
          throw failure;
        }
      });
    }
  }

  /** Takes over the unsent messages of pages that are gone, and stores those of this page. @param {(failure: AtriumError) => void} report receives the rejection of a message of another page */
  async adopt(report) {
    const { store } = this.#userStore;
    if (store !== undefined && store !== this.#adopted) {
      this.#adopted = store;
      this.#sendings.forEach((sending, key) => store.keep(key, sending));
      const unsent = (await store.unsent()).slice(0, this.#limit);
      const adopted = unsent.map(({ key, to, line, bytes, offset }) => [
        key,
        { room: to, line, bytes, seq: 0, order: offset, resolve: () => {}, reject: report },
      ]);
      this.#sendings = new Map([.../** @type {any} */ (adopted), ...this.#sendings]);
      this.#warn();
    }
  }

  /** Sends the messages in order, as fast as the socket accepts them. */
  flush() {
    if (!this.#isOpen() || this.#rechecking) {
      return;
    }
    for (const [key, sending] of this.#sendings) {
      if (sending.seq || this.#held.has(sending.room)) {
        continue;
      }
      if (this.#inFlight.size >= Math.floor(this.#window)) {
        return;
      }
      if (this.#commands.buffered > MAX_BUFFERED) {
        this.#rechecking = true;
        setTimeout(() => {
          this.#rechecking = false;
          this.flush();
        }, RECHECK_MILLIS);
        return;
      }
      try {
        const { seq, frame } = this.#commands.encode(sending.line, sending.bytes);
        sending.seq = seq;
        this.#inFlight.set(seq, key);
        this.#commands.write(frame);
      } catch (failure) {
        const { code, message } = /** @type {AtriumError} */ (failure);
        this.#settle(key, { code, error: message });
        return;
      }
    }
  }

  /** @param {{seq: number, code: number, final?: boolean, body?: any, error?: string}} reply @returns {boolean} false if it is the reply to another command */
  acknowledge(reply) {
    const key = this.#inFlight.get(reply.seq);
    if (key === undefined) {
      return false;
    }
    this.#inFlight.delete(reply.seq);
    const sending = this.#sendings.get(key);
    if (!sending) {
      return true;
    }
    // The holder of a shared connection has given it up: behind the others, which it has sent, it would be out of order.
    if (DELAYING_CODES.has(reply.code) && !reply.final) {
      // The server cannot accept it now. The idempotency key prevents a second publication.
      sending.seq = 0;
      this.#window = 1;
      this.#hold(sending.room);
      this.flush();
    } else {
      this.#window = Math.min(MAX_IN_FLIGHT, this.#window + 1 / this.#window);
      this.#settle(key, reply);
    }
    return true;
  }

  /** Holds back the messages to a room, until those in flight behind a rejected one are rejected, too. @param {string} room */
  #hold(room) {
    if (!this.#held.has(room)) {
      this.#held.add(room);
      const release = () => {
        if ([...this.#sendings.values()].some((each) => each.room === room && each.seq > 0)) {
          setTimeout(release, RECHECK_MILLIS);
        } else {
          this.#held.delete(room);
          this.flush();
        }
      };
      setTimeout(release, RETRY_MILLIS);
    }
  }

  /** @param {string} key @param {{code: number, body?: any, error?: string}} reply */
  #settle(key, reply) {
    const sending = this.#sendings.get(key);
    this.#sendings.delete(key);
    sending && this.#userStore.last?.drop(sending.order);
    this.#warn();
    reply.code < 300 ? sending?.resolve(reply.body) : sending?.reject(errorOf(reply));
    this.flush();
  }

  /** Prepares for the next connection: nothing is in flight any more, and what the server answered with a close is rejected. @param {number} code @param {string} reason of the close */
  disconnected(code, reason) {
    const status = MESSAGE_CODES[code];
    const cause = status && this.#cause(code);
    cause && this.#settle(cause, { code: status, error: reason || `closed with ${code}` });
    this.#inFlight.clear();
    this.#sendings.forEach((sending) => (sending.seq = 0));
  }

  /** Finds the message that was answered with a close: the largest one, or the first without an acknowledgement. @param {number} code */
  #cause(code) {
    let cause;
    let { largest } = this.#commands;
    for (const [key, { seq, line, bytes }] of this.#sendings) {
      const size = sizeOf(framed(seq, line, bytes));
      if (seq > 0 && (code === TOO_LARGE ? size > largest : !cause)) {
        cause = key;
        largest = size;
      }
    }
    return cause;
  }

  /** Rejects all messages, also later ones. @param {AtriumError} failure */
  rejectAll(failure) {
    this.#failure = failure;
    for (const { order, reject } of this.#sendings.values()) {
      this.#userStore.last?.drop(order);
      reject(failure);
    }
    this.#sendings.clear();
    this.#warn();
  }

  /** Warns before the page is left, while messages wait; not if they are stored by then. */
  #warn() {
    globalThis[this.#sendings.size ? "addEventListener" : "removeEventListener"]?.("beforeunload", this.#keepPage);
  }

  /** Not shared with other connections, whose messages may be acknowledged while those of this one wait. @param {Event} event */
  #keepPage = (event) => this.#userStore.store?.works || event.preventDefault();
}
