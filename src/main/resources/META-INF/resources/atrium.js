// @ts-check
/**
 * The client of Atrium: many rooms over one connection that stays alive. It needs nothing else, and runs in browsers, in workers
 * and in Node 20 or later, where `options.WebSocket` may have to be given.
 */

/**
 * A place in a room: everything up to there is known.
 * @typedef {{epoch: string, offset: number}} Place
 */
/**
 * @typedef {{event: string, room?: string, data: any, from?: {id?: string, user?: string}, at: number, epoch: string, offset: number, stored?: boolean}} Message
 */
/** @typedef {"websocket" | "sse" | "poll"} Transport */
/**
 * How a connection is. `at` is when the next attempt comes, in milliseconds since 1970.
 * @typedef {{name: "connecting"} | {name: "open", id: string, user?: string, transport: Transport} | {name: "waiting", at: number, attempt: number} | {name: "closed", code: number, reason: string}} State
 */
/**
 * @typedef {object} Options
 * @property {string | (() => string | Promise<string>)} [token] who this is; a function is asked for each connection, and when a token expires
 * @property {number} [timeout] milliseconds to wait for a reply once connected; 10,000
 * @property {number} [queue] messages that may wait to be acknowledged; 1,000
 * @property {{least?: number, most?: number}} [backoff] bounds of the delay before the next attempt, in milliseconds; 100 and 5,000
 * @property {Transport[]} [transports] what may be used, the best first: all of them
 * @property {true | string} [shared] one connection for all tabs of this browser; a name keeps those of different users apart
 * @property {true | string} [store] keeps the newest 500 messages of each room in this browser, and tells them before anything else: `true` once the
 *   server has said whose they are, a name of your own at once, also without a connection
 * @property {new (url: string, protocols?: string | string[]) => WebSocket} [WebSocket] where there is none, or another one is wanted
 */

/**
 * A file in a room, as `@file` tells of it; `url` is a path on the server.
 * @typedef {Place & {id: string, name: string, size: number, type: string, sha256: string, url: string, at: number}} FileData
 */
/** @typedef {(progress: {phase: "hashing" | "sending" | "receiving" | "verifying", done: number, total: number}) => void} OnProgress in bytes */

const SUBPROTOCOL = "atrium.v1";

const LOST = "the connection was lost";

/** The code of a WebSocket that is closed because it does not seem to work, by a client that comes back. */
const GIVEN_UP = 4000;

/** Whoever is closed with one of these would be closed again. */
const FINAL_CODES = new Set([1008, 4401, 4403]);

/** A request that was refused; `code` is HTTP's. */
export class AtriumError extends Error {
  /** @param {number} code @param {string} message @param {any} [body] what the server says beside */
  constructor(code, message, body) {
    super(message);
    this.name = "AtriumError";
    this.code = code;
    this.body = body;
  }
}

/** Who listens to what. */
class Listeners {
  /** @type {Map<string, Set<Function>>} */
  #byEvent = new Map();

  /** @param {string} event @param {Function} listener @returns {() => void} ends it */
  add(event, listener) {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** One that fails must not keep the others from hearing. @param {string} event @param {any[]} values */
  tell(event, ...values) {
    for (const listener of this.#byEvent.get(event) ?? []) {
      try {
        listener(...values);
      } catch (failure) {
        (globalThis.reportError ?? console.error)(failure);
      }
    }
  }
}

/** One room on a connection; it is joined for as long as nobody has left it, whatever happens to the connection. */
export class Room {
  #connection;
  #listeners = new Listeners();
  /** @type {Place | undefined} */
  place;
  /** Once what is stored was told. @type {Promise<void> | undefined} */
  recalled;
  /** Once it is joined, or why it is not. @type {Promise<AtriumError | undefined> | undefined} */
  joining;
  /** Whether it is shown who comes and goes. */
  presence = false;

  /** @param {string} event @param {any} data @param {any} message */
  tell(event, data, message) {
    this.#listeners.tell(event, data, message);
  }

  /** @param {Connection} connection @param {string} name */
  constructor(connection, name) {
    this.#connection = connection;
    this.name = name;
  }

  /**
   * Hears an event by its name, `*` for all messages; `@joined`, `@left` and `@gap` are the server's.
   * @param {string} event @param {(data: any, message: Message) => void} listener @returns {() => void} ends it
   */
  on(event, listener) {
    return this.#listeners.add(event, listener);
  }

  /**
   * Says something. It waits for a connection if there is none, is said once even if it has to be sent again, and resolves once it is taken.
   * @param {any} data JSON, or bytes @param {{event?: string, echo?: boolean}} [options] @returns {Promise<Place & {at: number}>}
   */
  send(data, options = {}) {
    return this.#connection.send(this.name, data, options);
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
   * Puts a file into the room, over as many connections as it takes. The same file again goes on where it stopped, also in another tab.
   * @param {Blob} file @param {{name?: string, type?: string, onProgress?: OnProgress, signal?: AbortSignal}} [options]
   * @returns {Promise<FileData>} what the room hears as `@file`
   */
  upload(file, options = {}) {
    return unlessAborted(options.signal, new Transfer(this.#connection, this.name, options).upload(file, options.name, options.type));
  }

  /** @param {string} id @param {{onProgress?: OnProgress, signal?: AbortSignal}} [options] @returns {Promise<Blob>} whose SHA-256 is right */
  download(id, options = {}) {
    return unlessAborted(options.signal, new Transfer(this.#connection, this.name, options).download(id));
  }

  /** Hears nothing more. @returns {Promise<void>} */
  leave() {
    return this.#connection.leave(this);
  }

  /** All messages from now on. @returns {AsyncGenerator<Message>} */
  async *[Symbol.asyncIterator]() {
    /** @type {Message[]} */
    const waiting = [];
    let wake = () => {};
    const end = this.on("*", (_, message) => {
      waiting.push(message);
      wake();
    });
    try {
      while (true) {
        while (waiting.length > 0) {
          yield /** @type {Message} */ (waiting.shift());
        }
        await new Promise((resolve) => (wake = () => resolve(undefined)));
      }
    } finally {
      end();
    }
  }
}

/**
 * @typedef {object} Waiting what waits for a reply
 * @property {(body: any) => void} resolve
 * @property {(failure: AtriumError) => void} reject
 * @property {ReturnType<typeof setTimeout>} timer
 */
/**
 * @typedef {object} Sending a message that is not acknowledged yet
 * @property {string} room
 * @property {object} params
 * @property {Uint8Array | undefined} bytes
 * @property {number} seq of the command that carries it now; 0 for none
 * @property {(receipt: Place & {at: number}) => void} resolve
 * @property {(failure: AtriumError) => void} reject
 */

/** Bytes that may wait in the socket before more are written: what is there can no longer be held back. */
const MOST_BUFFERED = 1 << 20;
const LOOK_AGAIN_MILLIS = 50;
/** After which a message that the server could not take just now is said again. */
const SAY_AGAIN_MILLIS = 1000;
/** How long a fallback is begun with, and how often it is looked whether it is still needed. */
const REMEMBER_MILLIS = 3600000;
const UPGRADE_MILLIS = 300000;
/** Bundled with something else, this module makes no workers: they would run all of that. */
const OWN_WORKERS = /\/atrium\.js(\?|$)/.test(import.meta.url);
/** How long a connection that may have died with the network or with a sleeping tab has to show that it lives. */
const SIGN_OF_LIFE_MILLIS = 5000;

/** One connection with a server: over as many WebSockets as it takes, one after the other. */
export class Connection {
  #url;
  /** @type {Options} */
  #options;
  #listeners = new Listeners();
  /** @type {Map<string, Room>} */
  #rooms = new Map();
  /** In their order; what is here is said again on the next connection, and yet said once. @type {Map<string, Sending>} */
  #outbox = new Map();
  /** @type {Map<number, Waiting>} */
  #replies = new Map();
  /** Sends that wait for a reply, by the seq of their command. @type {Map<number, string>} */
  #sent = new Map();
  /** Places in the session's own room and in the namespace, which nobody joins. @type {Map<string, Place>} */
  #places = new Map();
  /** A WebSocket, or what behaves like one. @type {any} */
  #socket;
  /** @type {Transport[]} */
  #transports;
  /** @type {Transport} */
  #transport;
  /** Attempts in a row that led to nothing. */
  #failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #upgrade;
  /** @type {Store | undefined} */
  #store;
  /** Once it is known whose store it is. @type {() => void} */
  #identified = () => {};
  /** @type {Promise<void> | undefined} */
  #identification;
  /** @type {State} */
  #state = { name: "connecting" };
  #seq = 0;
  #attempt = 0;
  /** By which the session can be resumed on another connection. */
  #resume = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #heartbeat;
  #heardAt = 0;
  /** What the server has asked for. @type {number | undefined} */
  #comeBackAfter;
  #flushing = false;

  /** Whoever holds the connection for all tabs, if one does. @type {Shared | undefined} */
  #shared;

  /** @param {string} url @param {Options} options */
  constructor(url, options) {
    this.#url = url;
    this.#shared = options.shared ? new Shared(url, options) : undefined;
    this.#options = options;
    this.#transports = options.transports ?? ["websocket", "sse", "poll"];
    const [known, until] = remembered(url)?.split(" ") ?? [];
    this.#transport = this.#transports.find((each) => each === known && Date.now() < Number(until)) ?? this.#transports[0];
    if (typeof options.store === "string") {
      this.#store = new Store(`atrium ${url} ${options.store}`);
    } else if (options.store) {
      this.#identification = new Promise((resolve) => (this.#identified = resolve));
    }
    globalThis.addEventListener?.("online", this.hurry);
    globalThis.document?.addEventListener?.("visibilitychange", this.hurry);
    this.#open();
  }

  /** How it is now. */
  get state() {
    return this.#state;
  }

  /** Messages that are not acknowledged yet. */
  get queued() {
    return this.#outbox.size;
  }

  /**
   * Hears of `state`, of `error`, and of messages to this session alone or to the whole namespace by the names of their events.
   * @param {string} event @param {(...values: any[]) => void} listener @returns {() => void} ends it
   */
  on(event, listener) {
    return this.#listeners.add(event, listener);
  }

  /** A room, joined from now on, or from a place that is known. @param {string} name @param {{presence?: boolean, since?: Place}} [options] @returns {Room} */
  room(name, options = {}) {
    let room = this.#rooms.get(name);
    if (room === undefined) {
      room = new Room(this, name);
      this.#rooms.set(name, room);
      room.place = options.since;
      if (this.#options.store) {
        room.recalled = this.#recall(room);
      }
    } else if (!options.presence || room.presence) {
      return room;
    }
    room.presence = options.presence ?? false;
    if (this.#state.name === "open") {
      room.joining = this.#join(room);
    }
    return room;
  }

  /** Once it is joined, or fails with why it is not. @param {Room} room */
  async joined(room) {
    if (this.#state.name !== "open") {
      await this.#opened();
    }
    const failure = await room.joining;
    if (failure) {
      throw failure;
    }
  }

  /** @param {Room} room */
  async #recall(room) {
    await this.#identification;
    for (const message of (await this.#store?.read(room.name)) ?? []) {
      if (this.#rooms.get(room.name) === room) {
        this.#message({ ...message, stored: true });
      }
    }
  }

  /** Calls a handler of the application. @param {string} name @param {any} [data] @returns {Promise<any>} */
  call(name, data) {
    return this.request("call", { name, data });
  }

  /** Ends it for good. */
  close() {
    this.#end(1000, "closed by this side");
  }

  /**
   * Any command of the session protocol. It waits for a connection as long as for a reply.
   * @param {string} cmd @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>} the body of the reply, and its bytes as `data`
   */
  async request(cmd, params, bytes) {
    if (this.#state.name !== "open") {
      await this.#opened();
    }
    while (bytes && this.#buffered > MOST_BUFFERED) {
      await pause(LOOK_AGAIN_MILLIS);
    }
    return this.#command(cmd, params, bytes);
  }

  /**
   * @param {string | undefined} room undefined for the whole namespace
   * @param {any} data @param {{event?: string, echo?: boolean}} options @returns {Promise<Place & {at: number}>}
   */
  send(room, data, options = {}) {
    if (this.#state.name === "closed") {
      return Promise.reject(new AtriumError(0, "the connection is closed"));
    }
    if (this.#outbox.size >= (this.#options.queue ?? 1000)) {
      return Promise.reject(new AtriumError(429, "too many messages wait to be acknowledged"));
    }
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data)
      : ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : undefined;
    const { idempotency = randomName() } = /** @type {any} */ (options);
    const params = { ...(room === undefined ? {} : { room }), ...options, idempotency, ...(bytes ? {} : { data }) };
    return new Promise((resolve, reject) => {
      this.#outbox.set(idempotency, { room: room ?? "", params, bytes, seq: 0, resolve, reject });
      this.#flush();
    });
  }

  /** @param {Room} room @returns {Promise<void>} */
  async leave(room) {
    this.#rooms.delete(room.name);
    if (this.#state.name === "open") {
      await this.#command("leave", { room: room.name });
    }
  }

  // ---- one WebSocket after the other

  #open() {
    this.#change({ name: "connecting" });
    let socket;
    try {
      socket = this.#dial();
    } catch (failure) {
      this.#end(0, String(failure));
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (/** @type {MessageEvent} */ { data }) => this.#socket === socket && this.#hear(data);
    // Browsers differ on what comes as an error; the close comes in any case.
    socket.onclose = (/** @type {CloseEvent} */ { code, reason }) => this.#socket === socket && this.#lost(code, reason);
    socket.onerror = () => {};
    this.#timer = setTimeout(() => this.#abandon(), this.#patience());
  }

  /** @returns {any} */
  #dial() {
    const socket = this.#shared?.dial();
    if (socket) {
      return socket;
    }
    this.#shared = undefined;
    return this.#transport === "websocket" ? this.#webSocket() : new HttpSocket(this.#url, this.#transport === "sse", this.#patience());
  }

  #webSocket() {
    return new (this.#options.WebSocket ?? globalThis.WebSocket)(this.#url, SUBPROTOCOL);
  }

  /** @param {Transport} transport */
  #use(transport) {
    this.#transport = transport;
    this.#failures = 0;
    remembered(this.#url, transport === this.#transports[0] ? "" : `${transport} ${Date.now() + REMEMBER_MILLIS}`);
  }

  /** The next transport, if it is not the server that is down. */
  async #fallBack() {
    if (await reachable(this.#url) && this.#failures > 0 && this.#state.name !== "closed") {
      this.#use(this.#transports[(this.#transports.indexOf(this.#transport) + 1) % this.#transports.length]);
      const socket = this.#socket;
      this.#socket = undefined;
      clearTimeout(this.#timer);
      this.#open();
      socket?.close();
    }
  }

  /** Looks aside whether a WebSocket gets through by now, and goes over to it. */
  #lookUp = () => {
    clearTimeout(this.#upgrade);
    if (this.#shared || this.#transport === "websocket" || !this.#transports.includes("websocket")) {
      return;
    }
    this.#upgrade = setTimeout(this.#lookUp, UPGRADE_MILLIS);
    const socket = this.#webSocket();
    socket.onerror = () => {};
    socket.onmessage = () => {
      socket.close(1000);
      if (this.#state.name === "open" && this.#transport !== "websocket") {
        this.#use("websocket");
        this.#abandon();
      }
    };
    setTimeout(() => socket.close(), this.#patience());
  };

  /** A socket that is dead may take minutes to say so: it is asked nothing more. */
  #abandon() {
    const socket = this.#socket;
    if (socket !== undefined) {
      this.#lost(1006, "");
      // With 1000 or no code the session would be over, and could not be resumed.
      socket.close(GIVEN_UP);
    }
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    this.#socket = undefined;
    clearTimeout(this.#timer);
    clearTimeout(this.#upgrade);
    clearInterval(this.#heartbeat);
    for (const [seq, waiting] of this.#replies) {
      this.#replies.delete(seq);
      clearTimeout(waiting.timer);
      waiting.reject(new AtriumError(0, LOST));
    }
    this.#sent.clear();
    for (const sending of this.#outbox.values()) {
      sending.seq = 0;
    }
    if (FINAL_CODES.has(code)) {
      this.#end(code, reason);
      return;
    }
    const { least = 100, most = 5000 } = this.#options.backoff ?? {};
    const ceiling = Math.min(most, least * 2 ** this.#attempt++);
    // Any delay up to the ceiling, also once that is reached: else all come back at the same time after the third attempt.
    const delay = this.#comeBackAfter ?? Math.random() * ceiling;
    this.#comeBackAfter = undefined;
    this.#timer = setTimeout(() => this.#open(), delay);
    this.#change({ name: "waiting", at: Date.now() + delay, attempt: this.#attempt });
    if (++this.#failures % 2 === 0 && this.#transports.length > 1 && !this.#shared) {
      void this.#fallBack();
    }
  }

  /** @param {number} code @param {string} reason */
  #end(code, reason) {
    const socket = this.#socket;
    this.#socket = undefined;
    clearTimeout(this.#timer);
    clearTimeout(this.#upgrade);
    clearInterval(this.#heartbeat);
    globalThis.removeEventListener?.("online", this.hurry);
    globalThis.document?.removeEventListener?.("visibilitychange", this.hurry);
    const failure = new AtriumError(code, reason || "the connection is closed");
    for (const waiting of [...this.#replies.values(), ...this.#outbox.values()]) {
      clearTimeout(/** @type {any} */ (waiting).timer);
      waiting.reject(failure);
    }
    this.#replies.clear();
    this.#outbox.clear();
    socket?.close(1000);
    this.#shared?.close();
    this.#change({ name: "closed", code, reason });
  }

  /** The network is there again, or somebody looks at the page again, or at another tab that shares it. @param {{type: string, seen?: boolean}} event */
  hurry = ({ type, seen }) => {
    if (!seen && globalThis.document?.visibilityState === "hidden") {
      return;
    }
    if (this.#state.name === "waiting" && !this.#socket) {
      clearTimeout(this.#timer);
      this.#open();
    } else if (this.#state.name === "open" || this.#shared) {
      const asked = Date.now();
      const socket = this.#socket;
      this.#write(this.#shared ? { hurry: { type, seen: true } } : "ping");
      setTimeout(() => this.#socket === socket && this.#heardAt < asked && this.#abandon(), SIGN_OF_LIFE_MILLIS);
      type === "online" && this.#lookUp();
    }
  };

  /** @param {State} state */
  #change(state) {
    this.#state = state;
    this.#listeners.tell("state", state);
  }

  /** @returns {Promise<void>} */
  #opened() {
    return new Promise((resolve, reject) => {
      const look = (/** @type {any} */ { name, code, reason }) => {
        if (name === "open" || code !== undefined) {
          clearTimeout(timer);
          end();
          name === "open" ? resolve() : reject(new AtriumError(code, reason || "the connection is closed"));
        }
      };
      const end = this.on("state", look);
      const timer = setTimeout(look, this.#patience(), { code: 408, reason: "no connection in time" });
      look(this.#state);
    });
  }

  #patience() {
    return this.#options.timeout ?? 10000;
  }

  // ---- what is heard

  /** @param {any} data */
  #hear(data) {
    this.#heardAt = Date.now();
    if (data === "ping" || data === "pong") {
      return;
    }
    const frame = unframed(data);
    if (frame.code !== undefined) {
      this.#reply(frame);
    } else if (frame.event === "@welcome") {
      const socket = this.#socket;
      // What fails late has nothing to do with the connection that there is by then.
      this.#welcome(frame.data).catch((failure) => this.#socket === socket && this.#unwelcome(failure));
    } else if (frame.event === "@state") {
      clearTimeout(this.#timer);
      this.#beat(TAB_HEARTBEAT);
      frame.data.name === "closed" ? this.#end(frame.data.code, frame.data.reason) : this.#change(frame.data);
    } else if (frame.event === "@goodbye") {
      this.#comeBackAfter = frame.data.reconnect?.after;
    } else if (frame.event === "@expiring") {
      this.#authenticate().catch((failure) => this.#listeners.tell("error", failure));
    } else {
      this.#message(frame);
    }
  }

  /** @param {any} message */
  #message(message) {
    if (message.encoding === "base64") {
      message.data = Uint8Array.from(atob(message.data), (char) => char.charCodeAt(0));
      delete message.encoding;
    }
    const room = this.#rooms.get(message.room ?? "");
    if (message.event === "@gap") {
      room && this.#gap(room, message.data);
      return;
    }
    if (message.offset !== undefined) {
      const place = room ? room.place : this.#places.get(message.room ?? "");
      if (place !== undefined && place.epoch === message.epoch && message.offset <= place.offset) {
        return;
      }
      const next = { epoch: message.epoch, offset: message.offset };
      room ? (room.place = next) : this.#places.set(message.room ?? "", next);
    }
    if (room && message.offset !== undefined && !message.stored) {
      this.#store?.add(message);
    }
    this.#listeners.tell("", message, room);
    (room ?? this.#listeners).tell(message.event, message.data, message);
    if (room !== undefined && !message.event.startsWith("@")) {
      room.tell("*", message.data, message);
    }
  }

  /** @param {Room} room @param {Place} place */
  #gap(room, place) {
    room.place = place;
    // What is stored has no holes.
    this.#store?.clear(room.name);
    const message = { event: "@gap", room: room.name, data: place };
    this.#listeners.tell("", message, room);
    room.tell("@gap", place, message);
  }

  /** @param {any} welcome */
  async #welcome(welcome) {
    const socket = this.#socket;
    clearTimeout(this.#timer);
    const former = this.#resume;
    if (welcome.heartbeat) {
      this.#failures = 0;
      this.#beat(welcome.heartbeat);
    }
    this.#remember(welcome);
    let user = welcome.user;
    if (this.#options.token !== undefined && !this.#shared) {
      const known = await this.#authenticate();
      user = known.user;
      this.#remember(known);
    }
    if (this.#options.store === true) {
      const name = `atrium ${this.#url} ${user === undefined ? "" : `of ${user}`}`;
      // Over HTTP nobody says who this is: what is kept could be somebody else's.
      if ((welcome.transport ?? this.#transport) !== "websocket") {
        this.#store = undefined;
      } else if (this.#store?.name !== name) {
        this.#store = new Store(name);
      }
      this.#identified();
    }
    const { id, joined } = (former !== "" && (await this.#takeUp(former))) || { id: welcome.id, joined: new Set() };
    for (const room of this.#rooms.values()) {
      if (!joined.has(room.name)) {
        await (room.joining = this.#join(room));
        if (this.#socket !== socket) {
          // Lost on the way: the next one begins anew.
          return;
        }
      }
    }
    this.#attempt = this.#failures = 0;
    clearTimeout(this.#upgrade);
    this.#upgrade = setTimeout(this.#lookUp, UPGRADE_MILLIS);
    this.#change({ name: "open", id, user, transport: welcome.transport ?? this.#transport });
    this.#flush();
  }

  /** @param {AtriumError} failure */
  #unwelcome(failure) {
    if (failure.code === 401 || failure.code === 403) {
      // The close frame with 4401 or 4403 is on its way, and says no more than this.
      this.#end(4000 + failure.code, failure.message);
    } else {
      this.#abandon();
    }
  }

  /** @param {{resume?: string, places?: Record<string, Place>}} session */
  #remember(session) {
    if (session.resume) {
      this.#resume = session.resume;
    }
    if (session.places !== undefined) {
      this.#ownPlaces = session.places;
    }
  }

  /** Those of the session that this connection began with. @type {Record<string, Place>} */
  #ownPlaces = {};

  /** Goes on as the session that was. @param {string} former @returns {Promise<{id: string, joined: Set<string>} | undefined>} the rooms that it is in */
  async #takeUp(former) {
    const places = Object.fromEntries(this.#places);
    for (const room of this.#rooms.values()) {
      if (room.place !== undefined) {
        places[room.name] = room.place;
      }
    }
    try {
      const resumed = await this.#command("resume", { token: former, places });
      this.#resume = resumed.resume;
      for (const joined of resumed.rooms) {
        this.#joined(joined);
      }
      return { id: resumed.id, joined: new Set(resumed.rooms.map((/** @type {any} */ each) => each.room)) };
    } catch (failure) {
      if (/** @type {AtriumError} */ (failure).code === 0) {
        throw failure;
      }
      // Too old, or of a server that knows nothing of it: each room goes on by itself.
      this.#places = new Map(Object.entries(this.#ownPlaces));
      return undefined;
    }
  }

  /** @param {Room} room @returns {Promise<AtriumError | undefined>} */
  async #join(room) {
    try {
      if (room.recalled) {
        await room.recalled;
      }
      const since = room.place;
      this.#joined(await this.#command("join", { room: room.name, presence: room.presence, ...(since ? { since } : {}) }), since !== undefined);
    } catch (failure) {
      const { code } = /** @type {AtriumError} */ (failure);
      if (code === 429 || code === 503) {
        const socket = this.#socket;
        setTimeout(() => this.#socket === socket && this.#rooms.get(room.name) === room && this.#join(room), SAY_AGAIN_MILLIS);
      } else if (code !== 0) {
        room.tell("@error", failure, undefined);
      }
      return /** @type {AtriumError} */ (failure);
    }
  }

  /** @param {Place & {room?: string, recovered: boolean}} joined @param {boolean} [returning] */
  #joined(joined, returning = true) {
    const place = { epoch: joined.epoch, offset: joined.offset };
    const room = this.#rooms.get(joined.room ?? "");
    if (room === undefined) {
      this.#places.set(joined.room ?? "", place);
      return;
    }
    const known = room.place !== undefined;
    // What was missed comes next, and is counted from the place that was known.
    if (returning && known && !joined.recovered) {
      this.#gap(room, place);
    } else if (!joined.recovered || !known) {
      room.place = place;
    }
  }

  async #authenticate() {
    const socket = this.#socket;
    const { token } = this.#options;
    const shown = typeof token === "function" ? await token() : token;
    if (this.#socket !== socket) {
      throw new AtriumError(0, LOST);
    }
    return this.#command("auth", { token: shown });
  }

  // ---- what is said

  /** Both sides see that the other one lives. @param {{interval: number, timeout: number}} heartbeat milliseconds */
  #beat({ interval, timeout }) {
    clearInterval(this.#heartbeat);
    let asked = 0;
    this.#heartbeat = setInterval(() => {
      // In a tab in the background this may come late: silence counts only after a question.
      if (asked > this.#heardAt && Date.now() - this.#heardAt > interval + timeout) {
        this.#abandon();
      } else {
        asked = Date.now();
        this.#write("ping");
      }
    }, interval);
    /** @type {any} */ (this.#heartbeat).unref?.();
  }

  /** @param {string} cmd @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>} */
  #command(cmd, params, bytes) {
    const seq = ++this.#seq;
    return new Promise((resolve, reject) => {
      const expire = () => {
        if (this.#buffered > 0) {
          // It may not even have left: a slow line is no silent server.
          waiting.timer = setTimeout(expire, this.#patience());
        } else {
          this.#replies.delete(seq);
          reject(new AtriumError(408, `${cmd}: no reply in time`));
        }
      };
      const waiting = { resolve, reject, timer: setTimeout(expire, this.#patience()) };
      this.#replies.set(seq, waiting);
      this.#write(framed({ seq, cmd, params }, bytes));
    });
  }

  /** @param {{seq?: number, code: number, body?: any, data?: Uint8Array, error?: string}} reply */
  #reply(reply) {
    const seq = reply.seq ?? -1;
    const key = this.#sent.get(seq);
    if (key !== undefined) {
      this.#sent.delete(seq);
      this.#answered(key, reply);
      return;
    }
    const waiting = this.#replies.get(seq);
    if (waiting !== undefined) {
      this.#replies.delete(seq);
      clearTimeout(waiting.timer);
      reply.code < 300 ? waiting.resolve(reply.data ? { ...reply.body, data: reply.data } : reply.body) : waiting.reject(refusal(reply));
    }
  }

  /** @param {string} key @param {{code: number, body?: any, error?: string}} reply */
  #answered(key, reply) {
    const sending = this.#outbox.get(key);
    if (sending === undefined) {
      return;
    }
    if (reply.code === 503 || reply.code === 429) {
      // Not now. It was not said, or is said once: the key sees to that.
      sending.seq = 0;
      setTimeout(() => this.#flush(), SAY_AGAIN_MILLIS);
      return;
    }
    this.#outbox.delete(key);
    reply.code < 300 ? sending.resolve(reply.body) : sending.reject(refusal(reply));
  }

  /** Says what waits, in its order, as fast as the socket takes it. */
  #flush() {
    if (this.#state.name !== "open" || this.#flushing) {
      return;
    }
    for (const [key, sending] of this.#outbox) {
      if (sending.seq !== 0) {
        continue;
      }
      if (this.#buffered > MOST_BUFFERED) {
        this.#flushing = true;
        setTimeout(() => {
          this.#flushing = false;
          this.#flush();
        }, LOOK_AGAIN_MILLIS);
        return;
      }
      sending.seq = ++this.#seq;
      this.#sent.set(sending.seq, key);
      this.#write(framed({ seq: sending.seq, cmd: "send", params: sending.params }, sending.bytes));
    }
  }

  get #buffered() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** @param {any} frame */
  #write(frame) {
    if (this.#socket?.readyState === 1) {
      this.#socket.send(frame);
    }
  }
}

/** JSON, or if there are bytes a line of JSON, a newline, and the bytes. @param {object} command @param {Uint8Array} [bytes] */
function framed(command, bytes) {
  const line = JSON.stringify(command);
  if (bytes === undefined) {
    return line;
  }
  const head = new TextEncoder().encode(`${line}\n`);
  const frame = new Uint8Array(head.length + bytes.length);
  frame.set(head);
  frame.set(bytes, head.length);
  return frame;
}

/** @param {any} frame @returns {any} */
function unframed(frame) {
  if (typeof frame === "string") {
    return JSON.parse(frame);
  }
  if (frame instanceof ArrayBuffer) {
    frame = new Uint8Array(frame);
  } else if (!ArrayBuffer.isView(frame)) {
    return frame;
  }
  const end = frame.indexOf(10);
  return { ...JSON.parse(new TextDecoder().decode(frame.subarray(0, end))), data: frame.slice(end + 1) };
}

/** What is known of a server across pages, where that can be kept. @param {string} url @param {string} [value] to keep, "" to forget */
function remembered(url, value) {
  try {
    return value === undefined ? localStorage.getItem(`atrium:${url}`) : localStorage.setItem(`atrium:${url}`, value);
  } catch {}
}

/** @param {{code: number, error?: string, body?: any}} reply */
function refusal({ code, error = "", body }) {
  return new AtriumError(code, error, body);
}

/** @param {number} millis @returns {Promise<void>} */
function pause(millis) {
  return new Promise((resolve) => void setTimeout(resolve, millis));
}

/** Also where there is no secure context, which crypto.randomUUID asks for. */
function randomName() {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- what was heard, kept across pages

const MOST_STORED = 500;
/** Messages that come within this time are written at once. */
const GATHER_MILLIS = 100;

/** The newest messages of rooms in IndexedDB. Whatever fails there turns it off, and disturbs nobody. */
class Store {
  #database;
  /** @type {((messages: IDBObjectStore) => void)[]} */
  #writes = [];

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    /** @type {Promise<IDBDatabase>} */
    this.#database = new Promise((resolve, reject) => {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("messages", { keyPath: ["room", "offset"] });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = reject;
      // It may say nothing at all, and rooms wait for it.
      setTimeout(reject, SAY_AGAIN_MILLIS);
    });
    this.#database.catch(() => {});
  }

  /** @param {string} room @returns {Promise<Message[]>} */
  async read(room) {
    try {
      const reading = (await this.#database).transaction("messages").objectStore("messages").getAll(offsets(room, Infinity));
      return await new Promise((resolve, reject) => {
        reading.onsuccess = () => resolve(reading.result);
        reading.onerror = reject;
        setTimeout(reject, SAY_AGAIN_MILLIS);
      });
    } catch {
      return [];
    }
  }

  /** @param {any} message */
  add(message) {
    this.#write((messages) => {
      messages.put(message);
      messages.delete(offsets(message.room, message.offset - MOST_STORED));
    });
  }

  /** @param {string} room */
  clear(room) {
    this.#write((messages) => messages.delete(offsets(room, Infinity)));
  }

  /** @param {(messages: IDBObjectStore) => void} write */
  #write(write) {
    if (this.#writes.push(write) === 1) {
      setTimeout(() => this.#flush().catch(() => (this.#database = Promise.reject()).catch(() => {})), GATHER_MILLIS);
    }
  }

  async #flush() {
    const writes = this.#writes;
    this.#writes = [];
    const messages = (await this.#database).transaction("messages", "readwrite").objectStore("messages");
    writes.forEach((write) => write(messages));
  }
}

/** @param {string} room @param {number} last */
function offsets(room, last) {
  return IDBKeyRange.bound([room, -Infinity], [room, last]);
}

// ---- over HTTP, where no WebSocket gets through

/** Requests that stay open: a browser allows six to a server. */
const STREAMS = 4;
const POLL_SECONDS = 25;
/** A stream is never silent for longer. */
const SILENCE_MILLIS = 60000;

/** Behaves like a WebSocket that speaks the session protocol. */
class HttpSocket {
  readyState = 1;
  bufferedAmount = 0;
  /** @type {any} */
  onmessage;
  /** @type {any} */
  onclose;
  #url;
  #streaming;
  #patience;
  #headers = {};
  /** What stops to read a room. @type {Map<string, AbortController>} */
  #rooms = new Map();
  /** The last one, which the next one waits for. @type {Promise<any>} */
  #sent = Promise.resolve();

  /** @param {string} url @param {boolean} streaming @param {number} patience */
  constructor(url, streaming, patience) {
    this.#url = url;
    this.#streaming = streaming;
    this.#patience = patience;
    this.#greet({ event: "@welcome", data: { id: "" } });
  }

  /** @param {any} frame */
  async #greet(frame) {
    await reachable(this.#url) ? this.#say(frame) : this.close(1006);
  }

  /** @param {any} frame */
  #say(frame) {
    this.readyState === 1 && this.onmessage({ data: frame });
  }

  close(code = 1000, reason = "") {
    if (this.readyState === 1) {
      this.readyState = 3;
      const rooms = [...this.#rooms.values()];
      this.#rooms.clear();
      rooms.forEach((stop) => stop.abort());
      this.onclose({ code, reason });
    }
  }

  /** @param {any} frame */
  send(frame) {
    if (frame === "ping") {
      this.#greet("pong");
      return;
    }
    const { seq, cmd, params, data } = unframed(frame);
    let answered = false;
    const answer = (/** @type {any} */ body) => {
      answered = true;
      this.#say({ seq, code: 200, body });
    };
    this.#run(cmd, params, data, answer).catch((failure) => {
      const { code, message } = failure;
      if (code === 401 && cmd !== "auth") {
        // With another token, if there is one.
        this.close("Authorization" in this.#headers ? 1006 : 4401, message);
      } else if (answered || !(failure instanceof AtriumError)) {
        this.close(1006, message);
      } else {
        this.#say({ seq, code, error: message });
      }
    });
  }

  /** @param {string} cmd @param {any} params @param {any} bytes @param {(body: any) => void} answer */
  async #run(cmd, { room, event, idempotency, since, presence, token, ...query }, bytes, answer) {
    const path = `/rooms/${encodeURIComponent(room)}`;
    if (cmd === "auth") {
      this.#headers = { Authorization: `Bearer ${token}` };
      await this.#ask("/rooms", { limit: 1 }).catch((failure) => {
        if (failure.code !== 403) {
          throw failure;
        }
      });
      answer({});
    } else if (cmd === "join") {
      await this.#follow(room, path, since, (body) => {
        answer(body);
        presence && this.#say({ event: "@error", room, data: new AtriumError(501, "presence needs a WebSocket") });
      });
    } else if (cmd === "leave") {
      this.#rooms.get(room)?.abort();
      this.#rooms.delete(room);
      answer({ room });
    } else if (cmd === "send" && room !== undefined) {
      const headers = { "Content-Type": bytes ? "application/octet-stream" : "application/json", "Idempotency-Key": idempotency };
      const body = bytes ?? JSON.stringify(query.data);
      const sent = this.#sent.then(() => this.#ask(path, { event }, { method: "POST", headers, body }));
      this.#sent = sent.catch(() => {});
      answer(await (await sent).json());
    } else if (cmd === "members" || cmd === "history") {
      answer(await (await this.#ask(path + (cmd === "members" ? "/members" : "/messages"), query)).json());
    } else {
      throw new AtriumError(501, `${cmd} needs a WebSocket`);
    }
  }

  /** @param {string} room @param {string} path @param {any} since @param {(body: any) => void} answer */
  async #follow(room, path, since, answer) {
    if (this.#rooms.has(room)) {
      answer(await (await this.#ask(path)).json());
      return;
    }
    const stop = new AbortController();
    this.#rooms.set(room, stop);
    /** @type {any} */
    let watchdog;
    const expect = (/** @type {number} */ millis) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => stop.abort(), millis);
    };
    try {
      const frames = this.#streaming && this.#rooms.size <= STREAMS ? this.#stream(path, since, stop.signal, expect) : this.#poll(room, path, since, stop.signal, expect);
      for await (const frame of frames) {
        frame.event === "@welcome" ? answer({ room, ...frame.data }) : this.#say(frame);
      }
      throw new Error("the stream has ended");
    } catch (failure) {
      // Not of a room that was left.
      if (this.#rooms.get(room) === stop) {
        this.#rooms.delete(room);
        throw failure;
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** @param {string} path @param {any} since @param {AbortSignal} signal @param {(millis: number) => void} expect @returns {AsyncGenerator<any>} */
  async *#stream(path, since, signal, expect) {
    // A proxy that holds everything back shows nothing at all.
    expect(this.#patience / 2);
    const { body } = await this.#ask(path, { after: place(since) }, { headers: { Accept: "text/event-stream" }, signal });
    const reader = /** @type {any} */ (body).pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      expect(SILENCE_MILLIS);
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("data:")) {
          yield JSON.parse(line.slice(5));
        }
      }
    }
  }

  /** @param {string} room @param {string} path @param {any} since @param {AbortSignal} signal @param {(millis: number) => void} expect @returns {AsyncGenerator<any>} */
  async *#poll(room, path, since, signal, expect) {
    let known = since;
    expect(this.#patience);
    if (since === undefined) {
      known = await (await this.#ask(path, {}, { headers: { Accept: "application/json" }, signal })).json();
      yield { event: "@welcome", data: { epoch: "", ...known, recovered: false } };
    }
    for (let returning = since !== undefined; ; returning = false) {
      const wait = returning || this.#rooms.size > STREAMS ? undefined : POLL_SECONDS;
      expect(this.#patience + (wait ?? 0) * 1000);
      const { messages, ...head } = await (await this.#ask(`${path}/messages`, { after: place(known), wait, limit: 1000 }, { signal })).json();
      // What comes with a gap comes after it.
      const now = { ...head, offset: head.recovered || !messages[0] ? head.offset : messages[0].offset - 1 };
      if (returning || !now.recovered) {
        yield { event: returning ? "@welcome" : "@gap", room, data: now };
      }
      yield* messages;
      known = head;
      if (!returning && !wait) {
        // Many rooms share the requests: two in a second.
        await pause(500 * this.#rooms.size);
      }
    }
  }

  /** @param {string} path @param {any} [query] @param {any} [init] */
  async #ask(path, query, init) {
    if (this.readyState !== 1) {
      throw new Error("closed");
    }
    const answer = await fetch(httpUrl(this.#url, path, query), { signal: AbortSignal.timeout(this.#patience), ...init, headers: { ...this.#headers, ...init?.headers } });
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      throw new AtriumError(answer.status === 502 || answer.status === 504 ? 503 : answer.status, problem.detail ?? answer.statusText);
    }
    return answer;
  }
}

/** @param {string} url of the WebSocket @param {string} path @param {any} [query] */
function httpUrl(url, path, query) {
  const target = new URL(url.replace("ws", "http"));
  target.pathname = target.pathname.replace(/\/ws$/, "") + path;
  for (const [name, value] of Object.entries(query ?? {})) {
    value !== undefined && target.searchParams.set(name, value);
  }
  return target;
}

/** @param {Place | undefined} place */
function place(place) {
  return place && `${place.epoch ?? ""}:${place.offset}`;
}

/** Whether it is the server itself that answers, and not a proxy in its stead. @param {string} url */
async function reachable(url) {
  try {
    const { status, headers } = await fetch(httpUrl(url, "/rooms", { limit: 1 }), { signal: AbortSignal.timeout(SIGN_OF_LIFE_MILLIS) });
    return status < 500 && /json/.test(headers.get("content-type") ?? "");
  } catch {
    return false;
  }
}

// ---- one connection for all tabs: whoever holds it serves the session protocol to the tabs, over ports

/** A worker of such a name holds a connection. */
const HOLDER = "atrium:shared ";
/** Browsers wake tabs in the background once a minute. */
const TAB_HEARTBEAT = { interval: 30000, timeout: 30000 };
const TAB_GONE_MILLIS = 180000;
const EVERYBODY = "everybody";
/** Of one answer: whether there are more is not known. */
const MOST_MISSED = 1000;

/** A tab's way to whoever holds the connection: a shared worker, or where there are none the tab that leads. */
class Shared {
  #name;
  #hello;
  #workers = OWN_WORKERS && typeof SharedWorker === "function";
  /** @type {AbortController | undefined} */
  #leading;

  /** @param {string} url @param {Options} options */
  constructor(url, { shared, token, timeout, queue, backoff, transports }) {
    this.#name = `${HOLDER}${shared === true ? "" : shared} ${url}`;
    this.#hello = { url, asks: token !== undefined, options: { timeout, queue, backoff, transports } };
  }

  /** @returns {PortSocket | undefined} nothing where tabs cannot share */
  dial() {
    if (this.#workers) {
      try {
        const worker = new SharedWorker(import.meta.url, { type: "module", name: this.#name });
        const socket = new PortSocket(worker.port, this.#hello, this.#name);
        worker.onerror = () => {
          this.#workers = false;
          socket.close(1006);
        };
        return socket;
      } catch {
        // A module of another origin.
        this.#workers = false;
      }
    }
    if (globalThis.navigator?.locks && globalThis.BroadcastChannel) {
      this.#leading ??= lead(this.#name);
      return new PortSocket(channelPort(this.#name), this.#hello);
    }
  }

  close() {
    this.#leading?.abort();
  }
}

/** What a tab has instead of a WebSocket. */
class PortSocket {
  readyState = 1;
  bufferedAmount = 0;
  /** @type {any} */
  onmessage;
  /** @type {any} */
  onclose;
  #port;
  #release = () => {};

  /** @param {any} port @param {object} hello @param {string} [holder] the lock of a worker, which is free once that has gone */
  constructor(port, hello, holder) {
    this.#port = port;
    const id = randomName();
    const { locks } = globalThis.navigator ?? {};
    // Whoever holds the connection waits for the lock: it is free once this tab has gone, however it went.
    const greet = () => {
      port.postMessage({ hello: { ...hello, id } });
      return new Promise((resolve) => (this.#release = () => resolve(undefined)));
    };
    let welcome = false;
    port.onmessage = (/** @type {MessageEvent} */ { data }) => {
      if (data) {
        // A worker dies with the process of the tab that has begun it, and nobody is told.
        !welcome && holder && locks?.request(holder, () => this.close(1006));
        welcome = true;
        this.onmessage({ data });
      } else if (welcome) {
        // Another tab leads.
        this.close(1001);
      } else {
        port.postMessage({ hello: { ...hello, id } });
      }
    };
    locks ? locks.request(id, greet) : greet();
  }

  /** @param {string | Uint8Array} frame */
  send(frame) {
    this.#port.postMessage(frame);
  }

  close(code = 1000, reason = "") {
    if (this.readyState === 1) {
      this.readyState = 3;
      this.#port.postMessage({ bye: true });
      this.#port.close();
      this.#release();
      this.onclose({ code, reason });
    }
  }
}

/** A port to the tab that leads. @param {string} name @returns {any} */
function channelPort(name) {
  const channel = new BroadcastChannel(name);
  const from = randomName();
  const port = {
    onmessage: (/** @type {any} */ _) => {},
    postMessage: (/** @type {any} */ frame) => channel.postMessage({ from, frame }),
    close: () => channel.close(),
  };
  channel.onmessage = ({ data: { to, frame } }) => (to === from || to === EVERYBODY) && port.onmessage({ data: frame });
  return port;
}

/** Holds the connection once no other tab does. @param {string} name @returns {AbortController} ends it */
function lead(name) {
  const stop = new AbortController();
  navigator.locks.request(name, { signal: stop.signal }, () => {
    const holder = new Holder();
    const channel = new BroadcastChannel(name);
    const ports = new Map();
    channel.onmessage = ({ data: { from, frame } }) => {
      if (from && frame.hello && !ports.has(from)) {
        // What the connection still answers when this tab has given it up would be thrown at a channel that is closed.
        const port = { postMessage: (/** @type {any} */ frame) => stop.signal.aborted || channel.postMessage({ to: from, frame }), close: () => ports.delete(from) };
        ports.set(from, port);
        holder.serve(port);
      }
      ports.get(from)?.onmessage({ data: frame });
    };
    channel.postMessage({ to: EVERYBODY });
    return new Promise((resolve) => stop.signal.addEventListener("abort", () => {
      holder.close();
      channel.close();
      resolve(undefined);
    }));
  }).catch(() => {});
  return stop;
}

/** Holds one connection for the tabs. */
class Holder {
  /** @type {Connection | undefined} */
  #connection;
  /** @type {Set<any>} */
  #tabs = new Set();
  /** @type {(token: any) => void} */
  #given = () => {};
  /** Once the lock is held by which tabs see that a worker lives. @type {Promise<void> | undefined} */
  ready;

  /** @param {any} port */
  serve(port) {
    /** @type {any} */
    const tab = { port, rooms: new Map() };
    port.onmessage = (/** @type {MessageEvent} */ { data: frame }) => {
      if (!globalThis.navigator?.locks) {
        clearTimeout(tab.timer);
        tab.timer = setTimeout(() => this.#gone(tab), TAB_GONE_MILLIS);
      }
      if (frame.hello) {
        void this.#admit(tab, frame.hello);
      } else if (frame.bye) {
        this.#gone(tab);
      } else if (frame === "ping" || frame.hurry) {
        port.postMessage("pong");
        frame.hurry && this.#connection?.hurry(frame.hurry);
      } else {
        const { seq, cmd, params, data } = unframed(frame);
        const answer = (/** @type {any} */ body) => port.postMessage({ seq, code: 200, body });
        this.#run(tab, cmd, params, data, answer).catch(({ code, message, body }) => port.postMessage({ seq, code: code || 503, error: message, body }));
      }
    };
  }

  close() {
    this.#tabs.clear();
    this.#connection?.close();
  }

  /** @param {any} tab @param {any} hello */
  async #admit(tab, { url, id, asks, options }) {
    await this.ready;
    tab.asks = asks;
    this.#tabs.add(tab);
    void globalThis.navigator?.locks?.request(id, () => this.#gone(tab));
    if (this.#connection === undefined || this.#connection.state.name === "closed") {
      const connection = new Connection(url, { ...options, token: asks && (() => this.#token()) || undefined });
      connection.on("state", (state) => this.#tabs.forEach((each) => this.#tell(each, state)));
      connection.on("", (frame, room) => this.#tabs.forEach((each) => this.#forward(each, frame, room)));
      this.#connection = connection;
    }
    this.#tell(tab, this.#connection.state);
  }

  /** @param {any} tab */
  #gone(tab) {
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
  #tell({ port }, state) {
    port.postMessage(state.name === "open" ? { event: "@welcome", data: { ...state, heartbeat: TAB_HEARTBEAT } } : { event: "@state", data: state });
  }

  /** @param {any} tab @param {any} frame @param {Room | undefined} room */
  #forward({ port, rooms }, frame, room) {
    const wanted = rooms.get(frame.room);
    if (room && (!wanted || (!wanted.presence && (frame.event === "@joined" || frame.event === "@left")))) {
      return;
    }
    wanted?.held ? wanted.held.push(frame) : port.postMessage(frame);
  }

  /** Asks one tab after the other: what they are told makes them show their tokens. */
  async #token() {
    for (const { asks, port } of this.#tabs) {
      if (asks) {
        port.postMessage({ event: "@expiring" });
        const token = await Promise.race([new Promise((resolve) => (this.#given = resolve)), pause(SIGN_OF_LIFE_MILLIS)]);
        if (token !== undefined) {
          return /** @type {string} */ (token);
        }
      }
    }
    throw new Error("no tab has shown a token");
  }

  /** @param {any} tab @param {string} cmd @param {any} params @param {any} bytes @param {(body: any) => void} answer */
  async #run(tab, cmd, params, bytes, answer) {
    const connection = /** @type {Connection} */ (this.#connection);
    if (cmd === "auth") {
      this.#given(params.token);
      answer({});
    } else if (cmd === "join") {
      await this.#join(tab, params, answer);
    } else if (cmd === "leave") {
      await this.#leave(tab, params.room);
      answer(params);
    } else if (cmd === "send") {
      const { room, data, ...options } = params;
      answer(await connection.send(room, bytes ?? data, options));
    } else {
      answer(await connection.request(cmd, params, bytes));
    }
  }

  /** @param {any} tab @param {any} params @param {(body: any) => void} answer */
  async #join(tab, { room: name, presence, since }, answer) {
    const connection = /** @type {Connection} */ (this.#connection);
    const first = !this.#wanted(name);
    const room = connection.room(name, { presence, since });
    const former = tab.rooms.get(name);
    /** @type {any} */
    const wanted = { presence, held: former?.held ?? [] };
    tab.rooms.set(name, wanted);
    try {
      await connection.joined(room);
      const place = /** @type {Place} */ (room.place);
      // Whoever was in it already was handed everything since.
      let recovered = since && (first || (former && !former.held) || (since.epoch === place.epoch && since.offset >= place.offset));
      let missed = [];
      if (since && !recovered) {
        const { epoch, messages = [] } = await connection.request("history", { room: name, after: since.offset, limit: MOST_MISSED })
          // Whoever may not read back has lost it.
          .catch((failure) => failure.code === 403 ? {} : Promise.reject(failure));
        missed = messages;
        recovered = epoch === since.epoch && missed[0]?.offset === since.offset + 1 && missed.length < MOST_MISSED;
      }
      answer({ room: name, ...(recovered ? since : place), recovered: !!recovered });
      [...missed, ...wanted.held.splice(0)].forEach((frame) => tab.port.postMessage(frame));
      delete wanted.held;
    } catch (failure) {
      if (PASSING.has(/** @type {AtriumError} */ (failure).code)) {
        // The tab asks again. Who left meanwhile would leave the others, too, or come back to another place.
        throw { code: 503 };
      }
      await this.#leave(tab, name).catch(() => {});
      throw failure;
    }
  }

  /** @param {any} tab @param {string} name */
  async #leave(tab, name) {
    tab.rooms.delete(name);
    if (!this.#wanted(name)) {
      const connection = /** @type {Connection} */ (this.#connection);
      await connection.leave(connection.room(name));
    }
  }

  /** @param {string} name */
  #wanted(name) {
    return [...this.#tabs].some(({ rooms }) => rooms.has(name));
  }
}

// ---- files

/** Chunks on their way. */
const WINDOW = 8;
/** 0 and 408: the connection. 409: a chunk is missing after all. */
const PASSING = new Set([0, 408, 409, 429, 503]);

/** A file on its way, over as many connections as it takes. */
class Transfer {
  #connection;
  #room;
  #tell;
  #signal;

  /** @param {Connection} connection @param {string} room @param {any} options */
  constructor(connection, room, { onProgress, signal = new AbortController().signal }) {
    this.#connection = connection;
    this.#room = room;
    this.#tell = (/** @type {string} */ phase, /** @type {number} */ done, /** @type {number} */ total) => onProgress?.({ phase, done, total });
    this.#signal = signal;
  }

  /** @param {any} blob @param {string} [name] @param {string} [type] */
  async upload(blob, name = blob.name ?? "file", type = blob.type) {
    const { size } = blob;
    const described = { room: this.#room, name, size, type, sha256: await this.#digest(blob, "hashing") };
    let file = "";
    let doubted = false;
    this.#signal.addEventListener("abort", () => file && this.#connection.request("file.abort", { file }).catch(() => {}));
    return this.#insist(async () => {
      try {
        const status = await (file ? this.#ask("status", { file }) : this.#ask("open", described));
        const { chunk, missing } = status;
        file = status.file;
        let done = missing.reduce((/** @type {number} */ sum, /** @type {number[]} */ [first, last]) => sum + first * chunk - Math.min(size, (last + 1) * chunk), size);
        await this.#each(missing, async (index) => {
          const bytes = new Uint8Array(await blob.slice(index * chunk, (index + 1) * chunk).arrayBuffer());
          await this.#ask("write", { file, index }, bytes);
          this.#tell("sending", (done += bytes.length), size);
        });
        if (missing.length > 0) {
          // One answer may not name all that are missing.
          return;
        }
        this.#tell("verifying", size, size);
        return await this.#ask("close", { file });
      } catch (failure) {
        const { code } = /** @type {AtriumError} */ (failure);
        if (file && code === 404) {
          // Swept while nothing came.
          file = "";
        } else if (code === 422 && !doubted) {
          doubted = true;
        } else {
          throw failure;
        }
      }
    });
  }

  /** @param {string} file */
  async download(file) {
    // As Blobs, which a browser may keep on its disk.
    /** @type {Blob[]} */
    const chunks = [];
    let done = 0;
    const place = { file, room: this.#room };
    const { sha256, size, type, chunk } = await this.#insist(() => this.#ask("status", place));
    await this.#insist(async () => {
      const all = Array.from({ length: Math.ceil(size / chunk) }, (_, index) => [index, index]);
      await this.#each(all.filter(([index]) => !chunks[index]), async (index) => {
        const { data } = await this.#ask("read", { ...place, index });
        done += chunks[index] ? 0 : data.length;
        chunks[index] = new Blob([data]);
        this.#tell("receiving", done, size);
      });
      return true;
    });
    // Else a page that opens it would run what somebody else has written.
    const blob = new Blob(chunks, { type: /^(image\/(?!svg)|audio|video|text\/plain)/.test(type) ? type : "application/octet-stream" });
    if ((await this.#digest(blob, "verifying")) !== sha256) {
      throw new AtriumError(422, `file ${file}: what arrived has another SHA-256`);
    }
    return blob;
  }

  /** @param {string} what @param {object} params @param {Uint8Array} [bytes] */
  #ask(what, params, bytes) {
    this.#signal.throwIfAborted();
    return this.#connection.request(`file.${what}`, params, bytes);
  }

  /** Works until there is a result, whatever passes in between. @param {() => Promise<any>} work */
  async #insist(work) {
    while (true) {
      try {
        const result = await work();
        if (result !== undefined) {
          return result;
        }
      } catch (failure) {
        // A file that cannot be read any more fails with a code, too.
        if (this.#connection.state.name === "closed" || !(failure instanceof AtriumError && PASSING.has(failure.code))) {
          throw failure;
        }
        await pause(failure.code === 0 ? LOOK_AGAIN_MILLIS : SAY_AGAIN_MILLIS);
      }
    }
  }

  /** Several at a time: all take from one generator, which the first failure ends. @param {number[][]} ranges @param {(index: number) => Promise<void>} work */
  async #each(ranges, work) {
    const indices = (function* () {
      for (let [index, last] of ranges) {
        while (index <= last) {
          yield index++;
        }
      }
    })();
    await Promise.all(Array.from({ length: WINDOW }, async () => {
      for (const index of indices) {
        await work(index);
      }
    }));
  }

  /** Aside from the page where that is possible. @param {Blob} blob @param {string} phase @returns {Promise<string>} */
  #digest(blob, phase) {
    const tell = (/** @type {number} */ done) => this.#tell(phase, done, blob.size);
    /** @type {Worker | undefined} */
    let worker;
    return new Promise((resolve, reject) => {
      if (!OWN_WORKERS) {
        throw undefined;
      }
      worker = new Worker(import.meta.url, { type: "module", name: HASHER });
      worker.onmessage = ({ data }) => (typeof data === "string" ? resolve(data) : tell(data));
      worker.onerror = reject;
      this.#signal.addEventListener("abort", reject);
      worker.postMessage(blob);
    // No workers, a module of another origin, or a policy.
    }).catch(() => sha256(blob, tell, this.#signal)).finally(() => worker?.terminate());
  }
}

/** @template T @param {AbortSignal | undefined} signal @param {Promise<T>} work @returns {Promise<T>} */
function unlessAborted(signal, work) {
  return Promise.race([work, new Promise((_, reject) => {
    const abort = () => reject(signal?.reason);
    signal?.aborted ? abort() : signal?.addEventListener("abort", abort);
  })]);
}

/** Read at once, a multiple of 64: hashed within milliseconds, so that a page stays smooth. */
const SLICE = 1 << 17;
/** A worker of this name was made from this module to hash. */
const HASHER = "atrium:sha-256";
const ROUNDS = new Int32Array(64);
const START = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  if (Array.from({ length: n - 2 }, (_, i) => n % (i + 2)).every((rest) => rest > 0)) {
    // Of the roots of the first primes, 32 bits behind the point.
    START[found] = Math.sqrt(n) * 2 ** 32;
    ROUNDS[found++] = Math.cbrt(n) * 2 ** 32;
  }
}

/** Piece by piece, which crypto.subtle cannot do. @param {Blob} blob @param {(done: number) => void} tell @param {AbortSignal} [signal] */
async function sha256(blob, tell, signal) {
  const state = START.slice();
  let rest = new Uint8Array();
  let began = Date.now();
  for (let at = 0; at < blob.size; at += SLICE) {
    signal?.throwIfAborted();
    const bytes = await blob.slice(at, at + SLICE).arrayBuffer();
    const end = bytes.byteLength & -64;
    compress(state, new DataView(bytes, 0, end));
    rest = new Uint8Array(bytes, end);
    tell(Math.min(at + SLICE, blob.size));
    if (Date.now() - began > 5) {
      await pause(0);
      began = Date.now();
    }
  }
  const last = new DataView(new ArrayBuffer(rest.length < 56 ? 64 : 128));
  new Uint8Array(last.buffer).set([...rest, 0x80]);
  last.setBigUint64(last.byteLength - 8, BigInt(blob.size) * 8n);
  compress(state, last);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** @param {Int32Array} state @param {DataView} blocks */
function compress(state, blocks) {
  const words = new Int32Array(64);
  const turn = (/** @type {number} */ x, /** @type {number} */ by) => (x >>> by) | (x << (32 - by));
  for (let at = 0; at < blocks.byteLength; at += 64) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        words[i] = blocks.getInt32(at + i * 4);
      } else {
        const x = words[i - 15];
        const y = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i];
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] += value));
  }
}

/**
 * Connects, and stays connected until it is closed, or until the server says that coming back is no use.
 * @param {string} [url] of the server, `https://host/` or `wss://host/ws?ns=/chat`; the page's own unless given
 * @param {Options} [options] @returns {Connection}
 */
export function connect(url = "/", options = {}) {
  const { transports = ["websocket"], WebSocket = globalThis.WebSocket } = options;
  if (!WebSocket && transports.includes("websocket")) {
    throw new AtriumError(501, "there is no WebSocket here: give one as options.WebSocket, or leave it out of options.transports");
  }
  const target = new URL(url, globalThis.location?.href);
  target.protocol = target.protocol.replace("http", "ws");
  if (target.pathname === "/") {
    target.pathname = "/ws";
  }
  return new Connection(target.href, options);
}

/** @type {any} */
const self = globalThis;
if (self.importScripts && self.name?.startsWith(HOLDER)) {
  const holder = new Holder();
  const { locks } = self.navigator;
  holder.ready = locks && new Promise((resolve) => locks.request(self.name, () => (resolve(), new Promise(() => {}))));
  self.onconnect = (/** @type {MessageEvent} */ { ports: [port] }) => holder.serve(port);
}
if (self.importScripts && self.name === HASHER) {
  self.onmessage = async (/** @type {MessageEvent<Blob>} */ { data }) => self.postMessage(await sha256(data, (done) => self.postMessage(done)));
}
