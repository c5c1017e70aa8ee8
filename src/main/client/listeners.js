// @ts-check
/** Listeners by event, as a connection has them, each of its rooms, and each peer and call. */

export class Listeners {
  /** @type {Map<string, Set<Function>>} */
  byEvent = new Map();

  /** @param {string} event @param {(...values: any[]) => void} listener @returns {() => void} removes the listener */
  on(event, listener) {
    const listeners = this.byEvent.get(event) ?? new Set();
    this.byEvent.set(event, listeners.add(listener));
    return () => void (listeners.delete(listener) && !listeners.size && this.byEvent.delete(event));
  }

  /**
   * Calls the listeners; one that fails must not stop the others. Those that are added meanwhile wait for the next time: one that listens anew each time
   * would never end. Those that are removed meanwhile are not called any more.
   * @param {string} event @param {any[]} values
   */
  tell(event, ...values) {
    const listeners = this.byEvent.get(event);
    for (const listener of new Set(listeners)) {
      try {
        listeners?.has(listener) && listener(...values);
      } catch (failure) {
        (globalThis.reportError ?? console.error)(failure);
      }
    }
  }
}
