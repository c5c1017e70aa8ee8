// @ts-check
/** Delays and bounds. They are all here, because the bundle has the value of an imported constant in the place of its name. */

/** Bytes in the socket above which writing pauses: bytes in the socket can no longer be held back. */
export const MAX_BUFFERED = 1 << 20;
export const RECHECK_MILLIS = 50;

/** Delay before a message that the server could not accept is sent again, and the time after which a connection has lasted. */
export const RETRY_MILLIS = 1000;

/** Time for the close that follows an error. */
export const ERROR_MILLIS = 50;

/** Timeout of the liveness check after a network change or in a tab that was asleep. */
export const LIVENESS_TIMEOUT_MILLIS = 5000;

/** Calls of a token function that wait for their results, and the longest delay before the next one. */
export const MAX_TOKEN_CALLS = 10;
export const MAX_RENEWAL_MILLIS = 60000;

/** Timeout of replies that may be large, as a multiple of that of others. */
export const LARGE_REPLIES = 6;

/** Time without a sign of a tab, after which it has ended. */
export const TAB_TIMEOUT_MILLIS = 180000;

/** Maximum number of messages without a reply. Fewer than the error replies after which a server closes the connection. */
export const MAX_IN_FLIGHT = 64;
/** Maximum number of rooms that are joined at a time. Over HTTP each is a poll, and browsers make six requests at a time. */
export const MAX_JOINS = 8;
/** Maximum number of chunks in flight. */
export const MAX_CHUNKS = 8;

/** Maximum number of open streams: a browser allows six requests to a server. */
export const MAX_STREAMS = 4;
/** Timeout of a stream; the server sends keep-alives more often. */
export const STREAM_TIMEOUT_MILLIS = 60000;
export const POLL_SECONDS = 25;
/** Bytes of a body that a proxy may refuse, and attempts to send it while the server itself is reachable. */
export const LARGE_BODY = 16384;
export const MAX_ATTEMPTS = 3;

/** Failed attempts after which the next transport is tried, and how long a fallback transport is remembered. */
export const MAX_FAILURES = 2;
export const FALLBACK_TTL_MILLIS = 3600000;
/** Bounds of the delays between attempts to open a WebSocket again, each of which is twice the one before. */
export const UPGRADE_LEAST_MILLIS = 2000;
export const UPGRADE_MOST_MILLIS = 300000;

/** Messages of a room in the store. */
export const MAX_STORED = 500;
/** Messages that arrive within this time are written together. */
export const WRITE_DELAY_MILLIS = 100;

/** @param {number} millis @returns {Promise<void>} */
export function pause(millis) {
  return new Promise((resolve) => void setTimeout(resolve, millis));
}

/**
 * Delay before an attempt to reconnect: any up to the ceiling, also once it is reached. Otherwise all clients reconnect at the
 * same time after the third attempt.
 * @param {number} attempt @param {{least?: number, most?: number}} [options] @returns {number}
 */
export function backoff(attempt, { least = 100, most = 5000 } = {}) {
  // Twice nothing is nothing.
  return Math.random() * Math.min(most, (least || 1) * 2 ** attempt);
}
