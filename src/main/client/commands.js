// @ts-check
/** Commands of the session protocol on the present socket, and the replies that they wait for. */
import { AtriumError, errorOf, requireSize } from "./errors.js";
import { framed, sizeOf } from "./frames.js";
import { LARGE_REPLIES } from "./timing.js";

/**
 * @typedef {object} Waiting command that waits for a reply
 * @property {(body: any) => void} resolve
 * @property {(failure: AtriumError) => void} reject
 * @property {number} size bytes of its frame
 * @property {boolean} large whether its reply may be large
 * @property {ReturnType<typeof setTimeout>} timer
 */

export class Commands {
  /** A WebSocket, or what behaves like one; undefined between two of them. @type {any} */
  socket;
  /** Bytes of the largest frame that the server accepts. */
  maxPayload = Infinity;
  #timeout;
  #seq = 0;
  /** Number of replies that may be large. */
  #arrived = 0;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();

  /** @param {number} timeout milliseconds */
  constructor(timeout) {
    this.#timeout = timeout;
  }

  /** Bytes that the socket has not sent yet. @returns {number} */
  get buffered() {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Bytes of the largest command that waits for a reply. */
  get largest() {
    return Math.max(0, ...[...this.#waiting.values()].map(({ size }) => size));
  }

  /** @param {any} frame */
  write(frame) {
    if (this.socket?.readyState === 1) {
      this.socket.send(frame);
    }
  }

  /** Numbers a command and encodes it. @param {string} line in JSON, without its seq @param {Uint8Array} [bytes] @throws {AtriumError} 413 */
  encode(line, bytes) {
    const seq = ++this.#seq;
    const frame = framed(seq, line, bytes);
    const size = sizeOf(frame);
    requireSize(size, this.maxPayload);
    return { seq, frame, size };
  }

  /** @param {string} cmd @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>} body of the reply, and its bytes as `data` */
  run(cmd, params, bytes) {
    return new Promise((resolve, reject) => {
      const { seq, frame, size } = this.encode(JSON.stringify({ cmd, params }), bytes);
      const large = /read|history/.test(cmd);
      const millis = this.#timeout * (large ? LARGE_REPLIES : 1);
      let seen = this.#arrived;
      const expire = () => {
        if (this.buffered || (large && seen !== this.#arrived)) {
          // A slow network does not mean that the server is silent. The command may still be in the socket; and large replies come one after the other:
          // requested again, they would come twice, and never all of them in time.
          seen = this.#arrived;
          waiting.timer = setTimeout(expire, millis);
        } else {
          this.#waiting.delete(seq);
          reject(new AtriumError(408, `${cmd}: no reply in time`));
        }
      };
      const waiting = { resolve, reject, size, large, timer: setTimeout(expire, millis) };
      this.#waiting.set(seq, waiting);
      this.write(frame);
    });
  }

  /** @param {{seq: number, code: number, body?: any, data?: Uint8Array, error?: string}} reply */
  settle(reply) {
    const waiting = this.#waiting.get(reply.seq);
    if (waiting) {
      this.#waiting.delete(reply.seq);
      clearTimeout(waiting.timer);
      waiting.large && this.#arrived++;
      reply.code < 300
        ? waiting.resolve(reply.data ? { ...reply.body, data: reply.data } : reply.body)
        : waiting.reject(errorOf(reply));
    }
  }

  /** Rejects all commands that wait for a reply. @param {AtriumError} failure */
  rejectAll(failure) {
    for (const { timer, reject } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(failure);
    }
    this.#waiting.clear();
  }
}
