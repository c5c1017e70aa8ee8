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
  #receivedAt = 0;

  /** @param {Commands} commands @param {() => void} giveUp called if nothing arrives */
  constructor(commands, giveUp) {
    this.#commands = commands;
    this.#giveUp = giveUp;
  }

  received() {
    this.#receivedAt = Date.now();
  }

  /** Pings the server periodically. @param {{interval: number, timeout: number}} heartbeat milliseconds */
  start({ interval, timeout }) {
    this.stop();
    let pingedAt = 0;
    this.#timer = setInterval(() => {
      // In a background tab this timer may be late: silence counts only after a ping.
      if (pingedAt > this.#receivedAt && Date.now() - this.#receivedAt > interval + timeout) {
        this.#giveUp();
      } else {
        pingedAt = Date.now();
        this.#commands.write("ping");
      }
    }, interval);
    /** @type {any} */ (this.#timer).unref?.();
  }

  stop() {
    clearInterval(this.#timer);
  }

  /** Checks the socket at once. @param {any} ping frame that the server replies to */
  check(ping) {
    const pingedAt = Date.now();
    const { socket } = this.#commands;
    this.#commands.write(ping);
    setTimeout(
      () => this.#commands.socket === socket && this.#receivedAt < pingedAt && this.#giveUp(),
      LIVENESS_TIMEOUT_MILLIS,
    );
  }
}
