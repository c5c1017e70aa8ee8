/** The Web Locks of a browser, as far as the client needs them. */
export class Locks {
  #queues = new Map();

  request(name, options, work) {
    if (work === undefined) {
      [options, work] = [{}, options];
    }
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    if (options.ifAvailable && queue.length > 0) {
      return Promise.resolve(work(null));
    }
    return new Promise((resolve, reject) => {
      const entry = {
        run: () =>
          Promise.resolve(work({ name }))
            .then(resolve, reject)
            .finally(() => this.#next(queue)),
      };
      queue.push(entry);
      options.signal?.addEventListener(
        "abort",
        () => queue.indexOf(entry) > 0 && (queue.splice(queue.indexOf(entry), 1), reject(options.signal.reason)),
      );
      queue.length === 1 && queueMicrotask(entry.run);
    });
  }

  #next(queue) {
    queue.shift();
    queue[0]?.run();
  }
}
