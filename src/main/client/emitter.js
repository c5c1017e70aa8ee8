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

  /** Calls the listeners, but not those that are added meanwhile. @param {string} event @param {any[]} values */
  tell(event, ...values) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        listener(...values);
      } catch (failure) {
        reportError(failure);
      }
    }
  }
}
