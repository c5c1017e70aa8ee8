// @ts-check
/** Store of messages in the browser. */
import { randomName } from "./names.js";
import { MAX_STORED, RETRY_MILLIS, WRITE_DELAY_MILLIS } from "./timing.js";
/** @import { Message, Options, Transport } from "./types.ts" */

/** Store of the newest messages of rooms, in IndexedDB. A failure disables it and affects nothing else. */
export class Store {
  #database;
  /** @type {((messages: IDBObjectStore) => void)[]} */
  #writes = [];
  /** Whether messages are stored. */
  works = false;
  /** Name of this page, and of a lock that it holds as long as it lives. */
  #owner = randomName();
  /** @type {(value?: any) => void} */
  #unlock = () => {};
  #hide = () => this.#flush().catch(() => {});

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    globalThis.navigator?.locks
      ?.request(this.#owner, () => new Promise((resolve) => (this.#unlock = resolve)))
      // Site data is blocked.
      .catch(() => {});
    globalThis.addEventListener?.("pagehide", this.#hide);
    (this.#database = this.#open()).catch(() => {});
  }

  /** @returns {Promise<IDBDatabase>} */
  async #open() {
    const opening = indexedDB.open(this.name, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("messages", { keyPath: ["room", "offset"] });
    const database = await resultOf(opening);
    // Otherwise nobody could delete it while this page lives.
    database.onversionchange = () => {
      database.close();
      this.works = false;
    };
    this.works = true;
    return database;
  }

  /** Ends this page's part in the store, once the rest is written. */
  async release() {
    globalThis.removeEventListener?.("pagehide", this.#hide);
    await this.#hide();
    this.#unlock();
    (await this.#database.catch(() => {}))?.close();
  }

  /** Stores an unsent message, in a room without a name: no other messages are in it. @param {string} key @param {{room: string, line: string, bytes?: Uint8Array, order: number}} sending */
  keep(key, { room, line, bytes, order }) {
    this.#write((messages) =>
      messages.put({ room: "", offset: order, key, to: room, line, bytes, owner: this.#owner }),
    );
  }

  /** @param {number} order */
  drop(order) {
    this.#write((messages) => messages.delete(["", order]));
  }

  /** Returns the unsent messages of pages that are gone. @returns {Promise<any[]>} */
  async unsent() {
    const locks = globalThis.navigator?.locks;
    /** @type {any[]} */
    const unsent = await this.read("");
    /** @type {Map<string, any>} */
    const gone = new Map([[this.#owner, false]]);
    for (const { owner } of unsent) {
      gone.has(owner) ||
        gone.set(
          owner,
          !locks ||
            (await new Promise((resolve) =>
              locks.request(owner, { ifAvailable: true }, (lock) => {
                resolve(lock);
                // Until this page is gone, too.
                return lock && new Promise(() => {});
              }),
            )),
        );
    }
    return unsent.filter(({ owner }) => gone.get(owner));
  }

  /** @param {string} room @returns {Promise<Message[]>} */
  async read(room) {
    try {
      const messages = (await this.#database).transaction("messages").objectStore("messages");
      return await resultOf(messages.getAll(offsets(room, Infinity)));
    } catch {
      return [];
    }
  }

  /** @param {any} message */
  add(message) {
    this.#write((messages) => {
      messages.put(message);
      messages.delete(offsets(message.room, message.offset - MAX_STORED));
    });
  }

  /** @param {string} room */
  clear(room) {
    this.#write((messages) => messages.delete(offsets(room, Infinity)));
  }

  /** @param {(messages: IDBObjectStore) => void} write */
  #write(write) {
    if (this.#writes.push(write) === 1) {
      setTimeout(
        () =>
          this.#flush().catch(() => {
            this.works = false;
            (this.#database = Promise.reject()).catch(() => {});
          }),
        WRITE_DELAY_MILLIS,
      );
    }
  }

  async #flush() {
    const writes = this.#writes;
    this.#writes = [];
    const messages = (await this.#database).transaction("messages", "readwrite").objectStore("messages");
    writes.forEach((write) => write(messages));
  }
}

/** Store of the user of a connection, once it is known which. */
export class UserStore {
  /** What is stored now. @type {Store | undefined} */
  store;
  /** The last store, which may have unsent messages. @type {Store | undefined} */
  last;
  /** Completes once the user is known, or at once where that is not waited for. @type {Promise<void> | undefined} */
  #identification;
  #identified = () => {};
  #url;
  #option;

  /** @param {string} url of the server @param {Options["store"]} option */
  constructor(url, option) {
    this.#url = url;
    this.#option = option;
    if (typeof option === "string") {
      this.last = this.store = new Store(`atrium ${url} ${option}`);
    } else if (option) {
      this.#identification = new Promise((resolve) => (this.#identified = resolve));
    }
  }

  /** @param {string | undefined} user @param {Transport} transport */
  identify(user, transport) {
    if (this.#option === true) {
      const name = `atrium ${this.#url} ${user === undefined ? "" : `of ${user}`}`;
      // Over HTTP the server does not send the user: the stored messages could be another user's.
      this.store = undefined;
      if (transport === "websocket") {
        this.last = this.store = this.last?.name === name ? this.last : new Store(name);
      }
      this.#identified();
    }
  }

  /** Reads the stored messages of a room. @param {string} room @returns {Promise<Message[]> | undefined} undefined if none are stored */
  recall(room) {
    return this.#option ? this.#read(room) : undefined;
  }

  /** @param {string} room */
  async #read(room) {
    await this.#identification;
    return (await this.store?.read(room)) ?? [];
  }
}

/** Completes with the result of a request. IndexedDB may never reply, and rooms wait for it. @param {IDBRequest} request @returns {Promise<any>} */
function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = reject;
    setTimeout(reject, RETRY_MILLIS);
  });
}

/** @param {string} room @param {number} last */
function offsets(room, last) {
  return IDBKeyRange.bound([room, -Infinity], [room, last]);
}
