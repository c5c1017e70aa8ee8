// @ts-check
/** Codes of replies and of closes, by what the client does after them. Numbers come first: the bundler puts those into the places of their names. */

/** Close code of a WebSocket that seems dead; the client reconnects. */
export const GIVEN_UP = 4000;
/** Close code of a client that sends or connects too often. */
export const TOO_MANY = 4429;
/** Close code of a frame that is larger than the server accepts. */
export const TOO_LARGE = 1009;

/** Codes of failures that pass. 0 and 408: the connection. 409: a chunk is missing. */
export const TRANSIENT_CODES = new Set([0, 408, 409, 429, 503]);
/** Codes of messages that are sent again; 424 is that of one behind another that has to be sent again. */
export const DELAYING_CODES = new Set([424, 429, 503]);
/** Close codes that answer a message: sent again, it would be answered in the same way. @type {Record<number, number>} */
export const MESSAGE_CODES = {
  1002: 400,
  1003: 400,
  1007: 400,
  [TOO_LARGE]: 413,
  [TOO_MANY]: 429,
};
/** Close codes after which the client does not reconnect, because it would be closed again. */
export const FINAL_CODES = new Set([1008, 4401, 4403]);
