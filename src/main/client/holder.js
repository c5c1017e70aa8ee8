// @ts-check
/** Holder of the connection that the tabs share: serves the session protocol to them over ports. */
import { TRANSIENT_CODES } from "./codes.js";
import { Connection } from "./connection.js";
import { unframed } from "./frames.js";
import { TAB_HEARTBEAT } from "./heartbeat.js";
import { LIVENESS_TIMEOUT_MILLIS, pause, TAB_TIMEOUT_MILLIS } from "./timing.js";
/** @import { AtriumError } from "./errors.js" */
/** @import { Membership } from "./membership.js" */
/** @import { Place, State } from "./types.ts" */

/** Name prefix of a worker that holds a connection. */
export const HOLDER = "atrium:shared ";

/** Holder of the connection that the tabs share. */
export class Holder {
  /** @type {Connection | undefined} */
  #connection;
  /** @type {Set<any>} */
  #tabs = new Set();
  /** @type {(token: any) => void} */
  #onToken = () => {};
  /** Tab of the last token. @type {any} */
  #asked = {};
  /**
   * Completes once the worker holds the lock by which tabs notice its end, with its name. It is of this worker alone: modules of several addresses have a
   * worker each. @type {Promise<string> | undefined}
   */
  ready;

  /** @param {any} port */
  serve(port) {
    /** @type {any} */
    const tab = { port, rooms: new Map() };
    port.onmessage = (/** @type {MessageEvent} */ { data: frame }) => {
      if (!globalThis.navigator?.locks) {
        clearTimeout(tab.timer);
        tab.timer = setTimeout(() => this.#removeTab(tab), TAB_TIMEOUT_MILLIS);
      }
      if (frame.hello) {
        void this.#addTab(tab, frame.hello);
      } else if (frame.bye) {
        this.#removeTab(tab);
      } else if (frame === "ping" || frame.hurry) {
        port.postMessage("pong");
        frame.hurry && this.#connection?.hurry(frame.hurry);
      } else {
        const { seq, cmd, params, data } = unframed(frame);
        const reply = (/** @type {any} */ body) => port.postMessage({ seq, code: 200, body });
        this.#run(tab, cmd, params, data, reply).catch(({ code, message, body }) =>
          port.postMessage({ seq, code: code || 503, final: !!code, error: message, body }),
        );
      }
    };
  }

  close() {
    this.#tabs.clear();
    this.#connection?.close();
  }

  /** @param {any} tab @param {any} hello */
  async #addTab(tab, { url, id, asks, options }) {
    const lock = await this.ready;
    lock && tab.port.postMessage({ lock });
    tab.asks = asks;
    this.#tabs.add(tab);
    void globalThis.navigator?.locks?.request(id, () => this.#removeTab(tab));
    if (!this.#connection || this.#connection.state.name === "closed") {
      const connection = new Connection(url, { ...options, token: asks ? () => this.#token() : undefined });
      connection.on("state", (state) => this.#tabs.forEach((each) => this.#sendState(each, state)));
      connection.on("error", (/** @type {any} */ { code }) => code === 401 && (this.#asked.rejected = true));
      connection.on("", (frame, /** @type {any} */ room) =>
        this.#tabs.forEach((each) => this.#forward(each, frame, room)),
      );
      this.#connection = connection;
    }
    this.#sendState(tab, this.#connection.state);
  }

  /** @param {any} tab */
  #removeTab(tab) {
    clearTimeout(tab.timer);
    if (this.#tabs.delete(tab)) {
      tab.port.close();
      [...tab.rooms.keys()].forEach((name) => this.#leave(tab, name).catch(() => {}));
      if (this.#tabs.size === 0) {
        this.#connection?.close();
      }
    }
  }

  /** @param {any} tab @param {State} state */
  #sendState({ port }, state) {
    port.postMessage(
      state.name === "open"
        ? { event: "@welcome", data: { ...state, heartbeat: TAB_HEARTBEAT } }
        : { event: "@state", data: state },
    );
  }

  /** @param {any} tab @param {any} frame @param {Membership | undefined} room */
  #forward({ port, rooms }, frame, room) {
    const wanted = rooms.get(frame.room);
    if (room && (!wanted || (!wanted.presence && /^@(joined|left)$/.test(frame.event)))) {
      return;
    }
    wanted?.held ? wanted.held.push(frame) : port.postMessage(frame);
  }

  /** Requests a token from one tab after the other, by the event that a server sends before a token expires. @returns {Promise<any>} undefined if none has another one */
  async #token() {
    const tabs = [...this.#tabs].filter(({ asks, rejected }) => asks === "again" || (asks && !rejected));
    for (const tab of tabs) {
      tab.port.postMessage({ event: "@expiring" });
      const token = await Promise.race([
        new Promise((resolve) => (this.#onToken = resolve)),
        pause(LIVENESS_TIMEOUT_MILLIS),
      ]);
      if (token !== undefined) {
        this.#asked = tab;
        return token;
      }
    }
    if (tabs.length > 0) {
      throw new Error("there is no token");
    }
  }

  /** @param {any} tab @param {string} cmd @param {any} params @param {any} bytes @param {(body: any) => void} reply */
  async #run(tab, cmd, params, bytes, reply) {
    const connection = /** @type {Connection} */ (this.#connection);
    if (cmd === "auth") {
      this.#onToken(params.token);
      reply({});
    } else if (cmd === "join") {
      await this.#join(tab, params, reply);
    } else if (cmd === "leave") {
      await this.#leave(tab, params.room);
      reply(params);
    } else if (cmd === "send") {
      const { room, data, ...options } = params;
      reply(await /** @type {any} */ (connection).send(room, bytes ?? data, options, true));
    } else {
      reply(await connection.request(cmd, params, bytes));
    }
  }

  /** @param {any} tab @param {any} params @param {(body: any) => void} reply */
  async #join(tab, { room: name, presence, since }, reply) {
    const connection = /** @type {Connection} */ (this.#connection);
    const first = !this.#isJoined(name);
    const room = connection.room(name, { presence, since });
    const former = tab.rooms.get(name);
    /** @type {any} */
    const wanted = { presence, room, held: former?.held ?? [] };
    tab.rooms.set(name, wanted);
    void former?.room.leave();
    try {
      await connection.joined(room);
      const position = /** @type {Place} */ (room.place);
      // A tab that was in the room already has received everything since.
      let recovered =
        since &&
        (first || (former && !former.held) || (since.epoch === position.epoch && since.offset >= position.offset));
      let missed = [];
      if (since && !recovered) {
        // The maximum; a page of large messages is shorter, and what it leaves out is reported as a gap.
        const { epoch, messages = [] } = await connection
          .request("history", { room: name, after: since.offset, limit: 1000 })
          // A tab without permission to read the history has lost the messages.
          .catch((failure) => (failure.code === 403 ? {} : Promise.reject(failure)));
        missed = messages;
        recovered =
          epoch === since.epoch && missed[0]?.offset === since.offset + 1 && missed.at(-1).offset >= position.offset;
      }
      reply({ room: name, ...(recovered ? since : position), recovered: !!recovered });
      [...missed, ...wanted.held.splice(0)].forEach((frame) => tab.port.postMessage(frame));
      delete wanted.held;
    } catch (failure) {
      // After a failure that passes the tab retries. Leaving meanwhile would remove the other tabs from the room, or lose the position.
      TRANSIENT_CODES.has(/** @type {AtriumError} */ (failure).code) ||
        (tab.rooms.get(name) === wanted && (await this.#leave(tab, name).catch(() => {})));
      throw failure;
    }
  }

  /** @param {any} tab @param {string} name */
  async #leave(tab, name) {
    const { room } = tab.rooms.get(name) ?? {};
    tab.rooms.delete(name);
    await room?.leave();
  }

  /** @param {string} name */
  #isJoined(name) {
    return [...this.#tabs].some(({ rooms }) => rooms.has(name));
  }
}
