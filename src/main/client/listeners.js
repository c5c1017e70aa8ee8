// @ts-check
/** Listeners by event, as a connection has them and each of its rooms. */

/** Listeners by event. */
export class Listeners {
  /** @type {Map<string, Set<Function>>} */
  #byEvent = new Map();

  /** @param {string} event @param {Function} listener @returns {() => void} removes the listener */
  add(event, listener) {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Calls the listeners; one that fails must not stop the others. @param {string} event @param {any[]} values */
  tell(event, ...values) {
    for (const listener of this.#byEvent.get(event) ?? []) {
      try {
        listener(...values);
      } catch (failure) {
        (globalThis.reportError ?? console.error)(failure);
      }
    }
  }
}
