// @ts-check
/** Membership in a room, of which an application may have several. */
/** @import { AtriumError } from "./errors.js" */
/** @import { Place } from "./types.ts" */

/** Membership of the connection in a room, which all its rooms of that name share. */
export class Membership {
  /** @type {Set<{presence: boolean, tell(event: string, data: any, message: any): void}>} */
  rooms = new Set();
  /** @type {Place | undefined} */
  place;
  /** Completes once the stored messages were delivered. @type {Promise<void> | undefined} */
  recalled;
  /** Completes once it is joined, or with the reason why it is not. @type {Promise<AtriumError | undefined> | undefined} */
  joining;
  /** Whether it cannot be joined for now, and the application was told so. */
  failing = false;
  /** Whether presence events are received. */
  presence = false;
  /** The same, as the server has confirmed it last. @type {boolean | undefined} */
  confirmed;

  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }

  /** @param {string} event @param {any} data @param {any} message */
  tell(event, data, message) {
    // Not to one that a listener makes meanwhile.
    for (const room of [...this.rooms]) {
      (room.presence || !/^@(joined|left)$/.test(event)) && room.tell(event, data, message);
    }
  }
}
