// @ts-check
/** Session: the rooms of a connection and the position in each of them, over any number of reconnects. */
import { TRANSIENT_CODES } from "./codes.js";
import { AtriumError, errorOf, LOST } from "./errors.js";
import { decoded } from "./frames.js";
import { Membership } from "./membership.js";
import { MAX_JOINS, pause, RETRY_MILLIS } from "./timing.js";
/** @import { Commands } from "./commands.js" */
/** @import { Listeners } from "./listeners.js" */
/** @import { UserStore } from "./store.js" */
/** @import { Place } from "./types.ts" */

export class Session {
  /** Id of the session, which is the name of its own room. */
  id = "";
  /** Token with which the session can be resumed on another connection, if it can. @type {string | undefined} */
  #resumeToken;
  #commands;
  #listeners;
  #userStore;
  /** @type {Map<string, Membership>} */
  #rooms = new Map();
  /** Rooms that were left, until the server has confirmed it: messages of them are not delivered. @type {Map<string, {refused?: true}>} */
  #left = new Map();
  /** Positions in the session's own room and in the namespace's, which need no join. @type {Map<string, Place>} */
  #positions = new Map();
  /** Token and positions of the session that began with this connection; it is used once the former one cannot be resumed. @type {string | undefined} */
  #next;
  /** @type {Record<string, Place>} */
  #initialPositions = {};
  /** Whether the session has begun or was resumed on the present connection, so that rooms can be left. */
  #established = false;

  /** @param {Commands} commands @param {Listeners} listeners of the connection @param {UserStore} userStore */
  constructor(commands, listeners, userStore) {
    this.#commands = commands;
    this.#listeners = listeners;
    this.#userStore = userStore;
  }

  // ---- memberships

  /**
   * Returns the membership in a room, which begins with its first member.
   * @param {string} name @param {boolean} presence @param {Place | undefined} since @param {boolean} isOpen whether it can be joined at once
   */
  membership(name, presence, since, isOpen) {
    const known = this.#rooms.get(name);
    if (known && (!presence || known.presence)) {
      return known;
    }
    const membership = known ?? new Membership(name);
    if (!known) {
      this.#rooms.set(name, membership);
      membership.place = since;
      membership.recalled = this.#recall(membership);
    }
    membership.presence = presence;
    if (isOpen) {
      membership.joining = this.#join(membership);
    }
    return membership;
  }

  /** @param {Membership} membership */
  #recall(membership) {
    return this.#userStore
      .recall(membership.name)
      ?.then((messages) =>
        messages.forEach((message) => this.#isCurrent(membership) && this.deliver({ ...message, stored: true })),
      );
  }

  /** @param {Membership} membership */
  #isCurrent(membership) {
    return this.#rooms.get(membership.name) === membership;
  }

  /** @param {Membership} membership @returns {Promise<AtriumError | undefined>} */
  async #join(membership) {
    const { name, presence } = membership;
    try {
      membership.recalled && (await membership.recalled);
      this.#left.get(name)?.refused && this.#isCurrent(membership) && this.#left.delete(name);
      const since = membership.place;
      const joined = this.#isCurrent(membership) && (await this.#commands.run("join", { room: name, presence, since }));
      if (this.#isCurrent(membership)) {
        membership.failing = false;
        membership.confirmed = presence;
        this.#joined(joined, since);
      }
    } catch (failure) {
      const { code, message } = /** @type {AtriumError} */ (failure);
      const { socket } = this.#commands;
      if (code && this.#isCurrent(membership)) {
        if (TRANSIENT_CODES.has(code)) {
          // The state of a shared connection tells its tabs that it was lost.
          membership.failing ||
            message === LOST ||
            this.#listeners.tell("error", new AtriumError(code, `${name}: ${message}`));
          membership.failing = true;
          setTimeout(
            () =>
              this.#commands.socket === socket &&
              this.#isCurrent(membership) &&
              // Tabs that share the connection look at the result of the last attempt.
              (membership.joining = this.#join(membership)),
            RETRY_MILLIS,
          );
        } else {
          membership.tell("@error", failure, undefined);
        }
      }
      return /** @type {AtriumError} */ (failure);
    }
  }

  /**
   * Takes the position from a reply, unless messages behind it have arrived already, in one read with it.
   * @param {Place & {room?: string, recovered: boolean}} joined @param {Place} [since] position that the server was sent
   */
  #joined({ room = "", epoch, offset, recovered }, since) {
    const position = { epoch, offset };
    const membership = this.#rooms.get(room);
    if (!membership) {
      // Before the reply to a resume, messages to the namespace came to another session than the resumed one.
      (room && this.#positions.get(room) !== since) || this.#positions.set(room, position);
    } else if (since && !recovered) {
      this.#gap(membership, position, since);
    } else {
      // The missed messages follow, with offsets after the known position. Over HTTP the reply to a second join has no position
      // while the first join waits.
      offset >= 0 && (membership.place ??= position);
    }
  }

  /** Ends the membership in a room. Without a connection the server is sent it after the resume. @param {string} name @returns {Promise<void>} */
  leave(name) {
    this.#rooms.delete(name);
    return this.#leave(name);
  }

  /** @param {string} name */
  async #leave(name) {
    const { socket } = this.#commands;
    /** @type {{refused?: true}} */
    const leave = {};
    this.#left.set(name, leave);
    while (this.#established && this.#commands.socket === socket && this.#left.get(name) === leave) {
      try {
        await this.#commands.run("leave", { room: name });
        this.#left.get(name) === leave && this.#left.delete(name);
      } catch (failure) {
        // Without its connection the membership has ended on the server, or ends after the next one is open.
        if (this.#commands.socket === socket) {
          if (!TRANSIENT_CODES.has(/** @type {AtriumError} */ (failure).code)) {
            throw failure;
          }
          // The membership on the server has not ended: joined again, by now or while this waits, it goes on.
          leave.refused = true;
          this.#rooms.has(name) || (await pause(RETRY_MILLIS));
          this.#rooms.has(name) && this.#commands.socket === socket && this.#left.delete(name);
        }
      }
    }
  }

  // ---- one connection after the other

  disconnected() {
    this.#established = false;
  }

  /** @param {{resume?: string, places?: Record<string, Place>}} welcome from the server, or its reply to a token */
  save({ resume, places }) {
    this.#next = resume || this.#next;
    this.#initialPositions = places ?? this.#initialPositions;
  }

  /**
   * Resumes the former session, or begins this one and joins the rooms.
   * @param {string} id of the session that began with this connection; over HTTP there is none, and the former one waits
   * @throws {{code: 0}} if the connection was lost meanwhile: the next one joins all rooms again
   */
  async begin(id) {
    const { socket } = this.#commands;
    const joined = /** @type {Set<string> | undefined} */ (this.#resumeToken && (await this.#resume()));
    if (!joined) {
      this.#established = true;
      this.#left.clear();
      if (id) {
        this.id = id;
        this.#resumeToken = this.#next;
        this.#positions = new Map(Object.entries(this.#initialPositions));
      }
    }
    const joins = [];
    let seen = 0;
    // Also those that are added meanwhile.
    for (const membership of this.#rooms.values()) {
      // Also one whose presence was asked for, or whose reply was lost, without a connection.
      if (!joined?.has(membership.name) || membership.confirmed !== membership.presence) {
        joins.push((membership.joining = this.#join(membership)));
      }
      if (++seen % MAX_JOINS === 0 || seen >= this.#rooms.size) {
        await Promise.all(joins);
        if (this.#commands.socket !== socket) {
          throw { code: 0 };
        }
      }
    }
  }

  /** @returns {Promise<Set<string> | undefined>} rooms of the resumed session; undefined if it has expired */
  async #resume() {
    // A map first: an object has no property `__proto__`, and a room may have that name.
    const places = new Map(this.#positions);
    for (const { name, place } of this.#rooms.values()) {
      if (place && !this.#left.has(name)) {
        places.set(name, place);
      }
    }
    try {
      const resumed = await this.#commands.run("resume", {
        token: this.#resumeToken,
        places: Object.fromEntries(places),
      });
      this.#resumeToken = resumed.resume;
      this.#established = true;
      // Rooms that the server does not list were left already.
      const left = this.#left;
      this.#left = new Map();
      const joined = new Set();
      for (const each of resumed.rooms) {
        const { room = "" } = each;
        if (room && room !== this.id && (left.has(room) || !this.#rooms.has(room))) {
          // Before it is joined again, if it is.
          this.#leave(room).catch(() => {});
        } else {
          this.#joined(each, places.get(room));
          joined.add(room);
        }
      }
      return joined;
    } catch (failure) {
      if (TRANSIENT_CODES.has(/** @type {AtriumError} */ (failure).code)) {
        // The session may still be resumed, on the next connection.
        throw { code: 0 };
      }
      // Expired, or unknown to the server: each room is joined again from its own position.
    }
  }

  // ---- received messages

  /** Delivers a message to its listeners, unless it is of a room that was left, or a duplicate. @param {any} message */
  deliver(message) {
    const { room: name = "", event, data, epoch, offset, stored } = decoded(message);
    const room = this.#rooms.get(name);
    if (!stored && (this.#left.has(name) || (!room && name && name !== this.id))) {
      // The server had sent it before the room was left.
      return;
    }
    if (event === "@gap") {
      room && this.#gap(room, data);
      return;
    }
    if (offset !== undefined) {
      const position = room ? room.place : this.#positions.get(name);
      if (position && position.epoch === epoch && offset <= position.offset) {
        return;
      }
      const next = { epoch, offset };
      room ? (room.place = next) : this.#positions.set(name, next);
      room && !stored && this.#userStore.store?.add(message);
    }
    this.#listeners.tell("", message, room);
    if (room) {
      // A port between tabs would make another error of it.
      room.tell(event, event === "@error" ? errorOf(data) : data, message);
      /^(@|\*$)/.test(event) || room.tell("*", data, message);
    } else if (!/^(state|error)$/.test(event)) {
      // These two are the connection's own, and no other client may pretend that it is closed.
      this.#listeners.tell(event, data, message);
    }
  }

  /** @param {Membership} membership @param {Place} position @param {Place} [since] the known position before it */
  #gap(membership, position, since = membership.place) {
    if (membership.place === since) {
      membership.place = position;
    }
    // Stored messages have no gaps.
    this.#userStore.store?.clear(membership.name);
    const message = { event: "@gap", room: membership.name, data: position };
    this.#listeners.tell("", message, membership);
    membership.tell("@gap", position, message);
  }
}
