// @ts-check
/** Errors of the client, and the codes of those that pass. */

export const LOST = "the connection was lost";

/** A request that was rejected; `code` is HTTP's. */
export class AtriumError extends Error {
  /** @param {number} code @param {string} message @param {any} [body] body of the error reply */
  constructor(code, message, body) {
    super(message);
    this.name = "AtriumError";
    this.code = code;
    this.body = body;
  }
}

/** Codes of messages that are sent again; 424 is that of one behind another that has to be sent again. */
export const DELAYING_CODES = new Set([424, 429, 503]);

/** Codes of failures that pass. 0 and 408: the connection. 409: a chunk is missing. */
export const TRANSIENT_CODES = new Set([0, 408, 409, 429, 503]);

/** @param {number} size @param {number} most */
export function tooLarge(size, most) {
  return new AtriumError(413, `${size} bytes, and at most ${most} are accepted`);
}

/** @param {{code: number, error?: string, body?: any}} reply */
export function errorOf({ code, error = "", body }) {
  return new AtriumError(code, error, body);
}
