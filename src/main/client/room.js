// @ts-check
/** Rooms of a connection. */
import { unlessAborted } from "./abort.js";
import { Transfer } from "./files.js";
import { decoded } from "./frames.js";
import { Listeners } from "./listeners.js";
/** @import { Membership } from "./membership.js" */
/** @import { BlobLike, DataOf, EventOf, FileData, Member, Message, MessageOf, Place, PlatformBlob, Receipt, RoomEvents, State, TransferOptions } from "./types.ts" */

/**
 * @typedef {object} Connection what a room needs of it
 * @property {State} state
 * @property {(event: "state", listener: () => void) => () => void} on
 * @property {(room: string, data: any, options?: {event?: string, echo?: boolean, volatile?: boolean, to?: string}) => Promise<any>} send
 * @property {(id: string, data: any, options?: {event?: string}) => Promise<any>} sendTo
 * @property {(cmd: string, params: object, bytes?: Uint8Array) => Promise<any>} request
 * @property {(room: string) => Promise<void>} leave
 */

/**
 * Room on a connection. It stays joined until {@link Room.leave}, over any number of reconnects.
 * @template {object} [E=any] data of the events in the room, by their names
 */
export class Room {
  #connection;
  #listeners = new Listeners();

  /** @internal @param {Connection} connection @param {Membership} membership @param {boolean} presence */
  constructor(connection, membership, presence) {
    this.#connection = connection;
    /** @internal */
    this.membership = membership;
    /** @internal */
    this.presence = presence;
    membership.rooms.add(this);
  }

  /** @internal */
  get connection() {
    return this.#connection;
  }

  get name() {
    return this.membership.name;
  }

  /** Position of the last message that was received. */
  get place() {
    return this.membership.place;
  }

  /** @internal @param {string} event @param {any} data @param {any} message */
  tell(event, data, message) {
    this.#listeners.tell(event, data, message);
  }

  /**
   * Listens to an event by its name, `*` for all messages. Returns a function that removes the listener.
   * @template {EventOf<E, RoomEvents> | "*"} K
   * @param {K} event
   * @param {(data: DataOf<E, RoomEvents, K>, message: MessageOf<E, RoomEvents, K>) => void} listener
   * @returns {() => void}
   */
  on(event, listener) {
    return this.#listeners.on(event, listener);
  }

  /**
   * Sends a message that nobody needs later, such as a cursor: now or not at all, without a stream position, and not to members that are slow.
   * @template {keyof E & string} K
   * @overload @param {E[K]} data @param {{event: K, echo?: boolean, volatile: true, to?: string}} options @returns {Promise<unknown>}
   */
  /**
   * @overload @param {E extends { message: infer D } ? D : any} data @param {{event?: string extends keyof E ? string : undefined, echo?: boolean, volatile: true, to?: string}} options @returns {Promise<unknown>}
   */
  /**
   * Publishes a message, JSON or bytes. Waits for a connection if there is none, publishes once, and resolves once it is acknowledged.
   * @template {keyof E & string} K
   * @overload @param {E[K]} data @param {{event: K, echo?: boolean}} options @returns {Promise<Receipt>}
   */
  /**
   * @overload @param {E extends { message: infer D } ? D : any} data @param {{event?: string extends keyof E ? string : undefined, echo?: boolean}} [options] @returns {Promise<Receipt>}
   */
  /** @param {any} data @param {{event?: string, echo?: boolean, volatile?: boolean, to?: string}} [options] @returns {Promise<any>} */
  send(data, options) {
    return this.#connection.send(this.name, data, options);
  }

  /**
   * Sends a message to one session alone, which receives it on its connection.
   * @overload @param {string} id @param {any} data @param {{event?: string, volatile: true}} options @returns {Promise<unknown>}
   */
  /**
   * @overload @param {string} id @param {any} data @param {{event?: string}} [options] @returns {Promise<Receipt>}
   */
  /** @param {string} id @param {any} data @param {{event?: string, volatile?: boolean}} [options] @returns {Promise<any>} */
  sendTo(id, data, options) {
    return this.#connection.sendTo(id, data, options);
  }

  /** @param {{by?: "session" | "user", limit?: number, cursor?: string}} [options] @returns {Promise<{members: Member[], next?: string}>} */
  members(options) {
    return this.#connection.request("members", { room: this.name, ...options });
  }

  /** @param {{after?: number, before?: number, limit?: number}} [options] @returns {Promise<Place & {messages: Message<E[keyof E]>[]}>} */
  async history(options) {
    const page = await this.#connection.request("history", { room: this.name, ...options });
    page.messages.forEach(decoded);
    return page;
  }

  /**
   * Uploads a file, over any number of reconnects. A repeated upload of the same file continues where it stopped, also in another tab.
   * Resolves with the data of the event `@file` that the room receives.
   * @param {BlobLike & {readonly name?: string}} file @param {TransferOptions & {name?: string, type?: string}} [options] @returns {Promise<FileData & Partial<Receipt>>}
   */
  upload(file, options = {}) {
    return unlessAborted(
      options.signal,
      new Transfer(this.#connection, this.name, options).upload(file, options.name, options.type),
    );
  }

  /** Downloads a file whose SHA-256 was verified. @param {string} id @param {TransferOptions} [options] @returns {Promise<PlatformBlob>} */
  download(id, options = {}) {
    return unlessAborted(options.signal, new Transfer(this.#connection, this.name, options).download(id));
  }

  /** Ends the listeners of this room; the connection leaves it when no other room of that name is left. @returns {Promise<void>} */
  async leave() {
    const { rooms } = this.membership;
    if (rooms.delete(this)) {
      this.#listeners.tell("");
      this.#listeners = new Listeners();
      rooms.size === 0 && (await this.#connection.leave(this.name));
    }
  }

  /** All messages from now on, until the room is left or the connection closed. @returns {AsyncGenerator<Message<E[keyof E]>>} */
  async *[Symbol.asyncIterator]() {
    /** @type {Message<any>[]} */
    const waiting = [];
    /** @type {(value?: any) => void} */
    let wake = () => {};
    const ends = [
      this.on("*", (_, message) => {
        waiting.push(message);
        wake();
      }),
      this.#listeners.on("", () => wake()),
      this.#connection.on("state", () => wake()),
    ];
    try {
      while (true) {
        while (waiting.length > 0) {
          yield /** @type {Message<any>} */ (waiting.shift());
        }
        if (!this.membership.rooms.has(this) || this.#connection.state.name === "closed") {
          return;
        }
        await new Promise((resolve) => (wake = resolve));
      }
    } finally {
      ends.forEach((end) => end());
    }
  }
}
