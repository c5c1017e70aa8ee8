// @ts-check
/** Rooms of a connection. */
import { AtriumError } from "./errors.js";
import { Transfer, unlessAborted } from "./files.js";
import { Listeners } from "./listeners.js";
/** @import { Connection } from "./connection.js" */
/** @import { FileData, Message, OnProgress, Place } from "./types.js" */

/** Membership of the connection in a room, which all {@link Room}s of that name share. */
export class Membership {
  /** @type {Set<Room>} */
  rooms = new Set();
  /** @type {Place | undefined} */
  place;
  /** Completes once the stored messages were delivered. @type {Promise<void> | undefined} */
  recalled;
  /** Completes once it is joined, or with the reason why it is not. @type {Promise<AtriumError | undefined> | undefined} */
  joining;
  /** Whether presence events are received. */
  presence = false;

  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  /** @param {string} event @param {any} data @param {any} message */
  tell(event, data, message) {
    for (const room of this.rooms) {
      (room.presence || (event !== "@joined" && event !== "@left")) && room.tell(event, data, message);
    }
  }
}

/** Room on a connection. It stays joined until {@link Room.leave}, over any number of reconnects. */
export class Room {
  #connection;
  #listeners = new Listeners();

  /** @param {Connection} connection @param {Membership} membership @param {boolean} presence */
  constructor(connection, membership, presence) {
    this.#connection = connection;
    this.membership = membership;
    this.presence = presence;
    membership.rooms.add(this);
  }

  get name() {
    return this.membership.name;
  }

  /** Position of the last message that was received. */
  get place() {
    return this.membership.place;
  }

  /** @param {string} event @param {any} data @param {any} message */
  tell(event, data, message) {
    this.#listeners.tell(event, data, message);
  }

  /**
   * Listens to an event by its name, `*` for all messages; `@joined`, `@left` and `@gap` are the server's.
   * @param {string} event @param {(data: any, message: Message) => void} listener @returns {() => void} removes the listener
   */
  on(event, listener) {
    return this.#listeners.add(event, listener);
  }

  /**
   * Publishes a message. Waits for a connection if there is none, publishes once even if the message is sent again, and resolves once it is acknowledged.
   * A volatile one is sent now or not at all, and has no position.
   * @param {any} data JSON, or bytes @param {{event?: string, echo?: boolean, volatile?: boolean}} [options] @returns {Promise<Place & {at: number}>}
   */
  send(data, options = {}) {
    return this.#connection.send(this.name, data, options);
  }

  /**
   * Sends a message to one session alone, which receives it on its connection.
   * @param {string} id @param {any} data @param {{event?: string, volatile?: boolean}} [options] @returns {Promise<Place & {at: number}>}
   */
  sendTo(id, data, options) {
    return this.#connection.sendTo(id, data, options);
  }

  /** @param {{by?: "session" | "user", limit?: number, cursor?: string}} [options] @returns {Promise<{members: any[], next?: string}>} */
  members(options = {}) {
    return this.#connection.request("members", { room: this.name, ...options });
  }

  /** @param {{after?: number, before?: number, limit?: number}} [options] @returns {Promise<Place & {messages: Message[]}>} */
  history(options = {}) {
    return this.#connection.request("history", { room: this.name, ...options });
  }

  /**
   * Uploads a file to the room, over any number of reconnects. A repeated upload of the same file continues where it stopped, also in another tab.
   * @param {Blob} file @param {{name?: string, type?: string, onProgress?: OnProgress, signal?: AbortSignal}} [options]
   * @returns {Promise<FileData>} the data of the event `@file` that the room receives
   */
  upload(file, options = {}) {
    return unlessAborted(options.signal, new Transfer(this.#connection, this.name, options).upload(file, options.name, options.type));
  }

  /** @param {string} id @param {{onProgress?: OnProgress, signal?: AbortSignal}} [options] @returns {Promise<Blob>} content whose SHA-256 was verified */
  download(id, options = {}) {
    return unlessAborted(options.signal, new Transfer(this.#connection, this.name, options).download(id));
  }

  /** Leaves the room: ends its listeners, and the membership if this was the last room of that name. @returns {Promise<void>} */
  async leave() {
    const { rooms } = this.membership;
    if (rooms.delete(this)) {
      this.#listeners.tell("");
      this.#listeners = new Listeners();
      rooms.size === 0 && (await this.#connection.leave(this.name));
    }
  }

  /** All messages from now on, until the room is left or the connection closed. @returns {AsyncGenerator<Message>} */
  async *[Symbol.asyncIterator]() {
    /** @type {Message[]} */
    const waiting = [];
    let wake = () => {};
    const ends = [
      this.on("*", (_, message) => {
        waiting.push(message);
        wake();
      }),
      this.on("", () => wake()),
      this.#connection.on("state", () => wake()),
    ];
    try {
      while (true) {
        while (waiting.length > 0) {
          yield /** @type {Message} */ (waiting.shift());
        }
        if (!this.membership.rooms.has(this) || this.#connection.state.name === "closed") {
          return;
        }
        await new Promise((resolve) => (wake = () => resolve(undefined)));
      }
    } finally {
      ends.forEach((end) => end());
    }
  }
}
