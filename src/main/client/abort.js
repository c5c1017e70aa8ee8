// @ts-check
/** Aborts by the signal of an application, which need not be an AbortSignal of the platform. */
/** @import { SignalLike } from "./types.ts" */

/** @param {SignalLike | undefined} signal */
export function throwIfAborted(signal) {
  if (signal?.aborted) {
    throw signal.reason;
  }
}

/** @template T @param {SignalLike | undefined} signal @param {Promise<T>} work @returns {Promise<T>} */
export function unlessAborted(signal, work) {
  return Promise.race([
    work,
    new Promise((_, reject) => {
      const abort = () => reject(signal?.reason);
      signal?.aborted ? abort() : signal?.addEventListener("abort", abort);
    }),
  ]);
}
