// @ts-check
/** Delays and bounds by which several modules wait. */

/** Bytes in the socket above which writing pauses: bytes in the socket can no longer be held back. */
export const MAX_BUFFERED = 1 << 20;
export const RECHECK_MILLIS = 50;

/** Delay before a message that the server could not accept is sent again. */
export const RETRY_MILLIS = 1000;

/** Time for the close that follows an error. */
export const ERROR_MILLIS = 50;

/** Timeout of the liveness check after a network change or in a tab that was asleep. */
export const LIVENESS_TIMEOUT_MILLIS = 5000;

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
  return Math.random() * Math.min(most, least * 2 ** attempt);
}
