// @ts-check
/** Errors of the client. */

/** Message of a connection that was closed for good without a reason. */
export const CLOSED = "the connection is closed";
export const LOST = "the connection was lost";

/** A request that was rejected; `code` is HTTP's, 408 for no reply in time, or 0 for a lost connection. */
export class AtriumError extends Error {
  /** @param {number} code @param {string} message @param {any} [body] */
  constructor(code, message, body) {
    super(message);
    this.name = "AtriumError";
    this.code = code;
    /** Body of the error reply. */
    this.body = body;
  }
}

/** @param {number} size @param {number} most @throws {AtriumError} 413 */
export function requireSize(size, most) {
  if (size > most) {
    throw new AtriumError(413, `${size} bytes, at most ${most} are accepted`);
  }
}

/** @param {{code: number, error?: string, body?: any}} reply */
export function errorOf({ code, error = "", body }) {
  return new AtriumError(code, error, body);
}
