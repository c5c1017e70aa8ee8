// @ts-check
/** Authentication of a connection by the application's tokens. */
import { GIVEN_UP } from "./codes.js";
import { AtriumError, LOST } from "./errors.js";
import { MAX_RENEWAL_MILLIS, MAX_TOKEN_CALLS, RETRY_MILLIS } from "./timing.js";
/** @import { Commands } from "./commands.js" */
/** @import { Options } from "./types.ts" */

export const NO_TOKEN = "there is no token";

export class Authentication {
  #token;
  #commands;
  #end;
  #report;
  /** Why a token was refused, if one was. @type {string | undefined} */
  #refusal;
  /** Pending calls of the token function. The next connection takes the first result: a slow function would never be in time. @type {Promise<string | null | undefined>[]} */
  #calls = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {Options["token"]} token @param {Commands} commands @param {(code: number, reason: string) => void} end closes for good @param {(failure: unknown) => void} report */
  constructor(token, commands, end, report) {
    this.#token = token;
    this.#commands = commands;
    this.#end = end;
    this.#report = report;
  }

  /** Whether there may be another token after one that was rejected. */
  get renewable() {
    return typeof this.#token === "function";
  }

  /** Shows the server a token. @param {ReturnType<typeof setTimeout>} [timer] ended when there is one @returns {Promise<any>} what the server knows of the user */
  async authenticate(timer) {
    const { socket } = this.#commands;
    const token = await this.#nextToken();
    if (token == null) {
      this.#end(4401, this.#refusal || NO_TOKEN);
    }
    if (this.#commands.socket !== socket) {
      throw new AtriumError(0, LOST);
    }
    clearTimeout(timer);
    const known = await this.#commands.run("auth", { token }).catch((failure) => {
      failure.code === 401 && (this.#refusal = failure.message);
      throw failure;
    });
    this.#calls = [];
    return known;
  }

  /** Renews the token, until it is valid or the server closes the connection. @param {number} [delay] milliseconds before the next attempt */
  async renew(delay = RETRY_MILLIS) {
    const { socket } = this.#commands;
    const isCurrent = () => this.#commands.socket === socket;
    try {
      // The server has taken rooms away: the next connection finds that they cannot be joined, and tells them so.
      (await this.authenticate()).left && socket.close(GIVEN_UP);
    } catch (failure) {
      if (isCurrent()) {
        this.#report(failure);
        if (this.renewable) {
          // One, however often the server asks: each would call a token function that fails.
          clearTimeout(this.#timer);
          this.#timer = setTimeout(() => isCurrent() && this.renew(Math.min(2 * delay, MAX_RENEWAL_MILLIS)), delay);
        }
      }
    }
  }

  /** Requests a path of the server over HTTP, with the token. @param {URL} url @param {number} timeout @returns {Promise<Response>} */
  async fetch(url, timeout) {
    const token = await this.#nextToken();
    return fetch(url, {
      signal: AbortSignal.timeout(timeout),
      headers: token == null ? {} : { Authorization: `Bearer ${token}` },
    });
  }

  #nextToken() {
    const token = this.#token;
    if (typeof token !== "function") {
      return token;
    }
    const call = (async () => token())().catch((failure) => {
      throw failure ?? new Error(NO_TOKEN);
    });
    // Failures of earlier calls were reported already.
    const earlier = this.#calls.map((each) => each.catch(() => new Promise(() => {})));
    const forget = () => void (this.#calls = this.#calls.filter((each) => each !== call));
    this.#calls = [...this.#calls.slice(1 - MAX_TOKEN_CALLS), call];
    call.then(forget, forget);
    return Promise.race([...earlier, call]);
  }
}
