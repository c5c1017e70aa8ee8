// @ts-check
/** Heartbeat: notices a socket that is dead, because its close event may take minutes. */
import { LIVENESS_TIMEOUT_MILLIS } from "./timing.js";
/** @import { Commands } from "./commands.js" */

/** Browsers wake background tabs once a minute. */
export const TAB_HEARTBEAT = { interval: 30000, timeout: 30000 };

export class Heartbeat {
  #commands;
  #giveUp;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** By a clock that nobody sets: one that is set back would hide the silence for as long. */
  #receivedAt = 0;
  /** Pings that no pong has answered yet. */
  #unanswered = 0;

  /** @param {Commands} commands @param {() => void} giveUp called if nothing arrives */
  constructor(commands, giveUp) {
    this.#commands = commands;
    this.#giveUp = giveUp;
  }

  /** @param {any} frame */
  received(frame) {
    this.#receivedAt = performance.now();
    if (frame === "pong" && this.#unanswered) {
      this.#unanswered--;
    }
  }

  /** Pings the server periodically. @param {{interval: number, timeout: number}} heartbeat milliseconds */
  start({ interval, timeout }) {
    this.stop();
    let pingedAt = 0;
    this.#timer = setInterval(() => {
      // In a background tab this timer may be late: silence counts only after a ping.
      if (pingedAt > this.#receivedAt && performance.now() - this.#receivedAt > interval + timeout) {
        this.#giveUp();
      } else {
        pingedAt = performance.now();
        this.#ping("ping");
      }
    }, interval);
    /** @type {any} */ (this.#timer).unref?.();
  }

  stop() {
    clearInterval(this.#timer);
    // Of this socket: the pongs of the next one answer its own pings.
    this.#unanswered = 0;
  }

  /**
   * Checks the socket at once. What arrives without a pong only prolongs the check: it may have been on its way, or in a buffer of a computer that
   * slept, since before the network was gone.
   * @param {any} ping frame that the server replies to
   */
  check(ping) {
    const { socket } = this.#commands;
    this.#ping(ping);
    const pingedAt = performance.now();
    const decide = () => {
      if (this.#commands.socket !== socket || this.#unanswered === 0) {
        return;
      }
      const silence = performance.now() - Math.max(pingedAt, this.#receivedAt);
      silence < LIVENESS_TIMEOUT_MILLIS ? setTimeout(decide, LIVENESS_TIMEOUT_MILLIS - silence) : this.#giveUp();
    };
    setTimeout(decide, LIVENESS_TIMEOUT_MILLIS);
  }

  /** @param {any} ping */
  #ping(ping) {
    this.#unanswered++;
    this.#commands.write(ping);
  }
}
