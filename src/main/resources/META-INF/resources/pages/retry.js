// @ts-check
/** Repetition of requests that the server could not answer at the moment. */

const RETRY_MILLIS = 2_000;

/** Too late, too many, unavailable. */
const TRANSIENT_CODES = new Set([408, 429, 503]);

/**
 * Repeats a request later, unless it has failed for good, or nobody needs the answer any more by then.
 * @param {any} failure @param {() => boolean} isNeeded @param {() => void} request
 * @returns {boolean} whether it is repeated
 */
export function repeatLater({ code }, isNeeded, request) {
  const repeats = TRANSIENT_CODES.has(code);
  repeats && setTimeout(() => isNeeded() && request(), RETRY_MILLIS);
  return repeats;
}
