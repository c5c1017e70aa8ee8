// @ts-check
/** Events of peers and calls. */

export class Emitter {
  /** @type {Map<string, Set<Function>>} */
  #listeners = new Map();

  /** @param {string} event @param {(...values: any[]) => void} listener @returns {() => void} removes the listener */
  on(event, listener) {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** @param {string} event */
  hasListener(event) {
    return !!this.#listeners.get(event)?.size;
  }

  /** Calls the listeners, but not those that are added or removed meanwhile. @param {string} event @param {any[]} values */
  tell(event, ...values) {
    const listeners = this.#listeners.get(event);
    for (const listener of new Set(listeners)) {
      try {
        listeners?.has(listener) && listener(...values);
      } catch (failure) {
        reportError(failure);
      }
    }
  }
}
