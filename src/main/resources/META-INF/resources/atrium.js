// @ts-check
/**
 * Client of Atrium: many rooms over one connection that reconnects by itself. Without dependencies; for browsers, workers and Node 20
 * or later, where `options.WebSocket` may have to be set.
 */

/**
 * Stream position in a room: everything up to it is known.
 * @typedef {{epoch: string, offset: number}} Place
 */
/**
 * @typedef {{event: string, room?: string, data: any, from?: {id?: string, user?: string}, at: number, epoch: string, offset: number, stored?: boolean}} Message
 */
/** @typedef {"websocket" | "sse" | "poll"} Transport */
/**
 * State of a connection. `at` is the time of the next attempt, in milliseconds since 1970.
 * @typedef {{name: "connecting"} | {name: "open", id: string, user?: string, transport: Transport} | {name: "waiting", at: number, attempt: number} | {name: "closed", code: number, reason: string}} State
 */
/**
 * @typedef {object} Options
 * @property {string | (() => string | null | Promise<string | null>)} [token] token of the user; a function is called for each connection, when a token expires, and again
 *   until it has a valid one; null closes the connection
 * @property {number} [timeout] timeout of a reply once connected, in milliseconds; 10,000
 * @property {number} [queue] maximum number of messages that are not acknowledged yet; 1,000
 * @property {{least?: number, most?: number}} [backoff] bounds of the delay before the next attempt, in milliseconds; 100 and 5,000
 * @property {Transport[]} [transports] transports in order of preference; all of them
 * @property {true | string} [shared] one connection for all tabs of this browser; a name separates the tabs of different users
 * @property {true | string} [store] keeps the newest 500 messages of each room in this browser, and delivers them first: `true` once the server has
 *   sent the user, a name of your own at once, also without a connection
 * @property {new (url: string, protocols?: string | string[]) => WebSocket} [WebSocket] implementation in place of the global one
 */

/**
 * A file in a room, the data of `@file`; `url` is a path on the server.
 * @typedef {Place & {id: string, name: string, size: number, type: string, sha256: string, url: string, at: number}} FileData
 */
/** @typedef {(progress: {phase: "hashing" | "sending" | "receiving" | "verifying", done: number, total: number}) => void} OnProgress in bytes */

const SUBPROTOCOL = "atrium.v1";

const LOST = "the connection was lost";

const encoder = new TextEncoder();

/** Close code of a WebSocket that seems dead; the client reconnects. */
const GIVEN_UP = 4000;

/** Close code of a client that sends or connects too often. */
const TOO_MANY = 4429;
/** Time for the close that follows an error. */
const ERROR_MILLIS = 50;
/** Failed attempts after which the next transport is tried. */
const MAX_FAILURES = 2;

/** Close codes that answer a message: sent again, it would be answered in the same way. */
const MESSAGE_CODES = new Map([[1002, 400], [1003, 400], [1007, 400], [1009, 413], [TOO_MANY, 429]]);

/** Close codes after which the client does not reconnect, because it would be closed again. */
const FINAL_CODES = new Set([1008, 4401, 4403]);

/** A request that was rejected; `code` is HTTP's. */
export class AtriumError extends Error {
  /** @param {number} code @param {string} message @param {any} [body] body of the error reply */
  constructor(code, message, body) {
    super(message);
    this.name = "AtriumError";
    this.code = code;
    this.body = body;
  }
}

/** Listeners by event. */
class Listeners {
  /** @type {Map<string, Set<Function>>} */
  #byEvent = new Map();

  /** @param {string} event @param {Function} listener @returns {() => void} removes the listener */
  add(event, listener) {
    const listeners = this.#byEvent.get(event) ?? new Set();
    this.#byEvent.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Calls the listeners; one that fails must not stop the others. @param {string} event @param {any[]} values */
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

/** Membership of the connection in a room, which all {@link Room}s of that name share. */
class Membership {
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
class Room {
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

/**
 * @typedef {object} Waiting command that waits for a reply
 * @property {(body: any) => void} resolve
 * @property {(failure: AtriumError) => void} reject
 * @property {number} size bytes of its frame
 * @property {ReturnType<typeof setTimeout>} timer
 */
/**
 * @typedef {object} Sending a message that is not acknowledged yet
 * @property {string} room
 * @property {string} line the command in JSON, as it was when it was sent, without its seq
 * @property {Uint8Array | undefined} bytes
 * @property {number} seq of the command that carries it now; 0 for none
 * @property {number} order key in the store
 * @property {(result: Place & {at: number}) => void} resolve
 * @property {(failure: AtriumError) => void} reject
 */

/** Bytes in the socket above which writing pauses: bytes in the socket can no longer be held back. */
const MAX_BUFFERED = 1 << 20;
const RECHECK_MILLIS = 50;
/** Maximum number of messages without a reply. Fewer than the error replies after which a server closes the connection. */
const MAX_IN_FLIGHT = 64;
/** Codes of messages that are sent again; 424 is that of one behind another that has to be sent again. */
const DELAYING_CODES = new Set([424, 429, 503]);
/** Delay before a message that the server could not accept is sent again. */
const RETRY_MILLIS = 1000;
/** How long a fallback transport is remembered, and the interval of attempts to upgrade. */
const FALLBACK_TTL_MILLIS = 3600000;
const UPGRADE_MILLIS = 300000;
/** False if this module is bundled with others: a worker made from the bundle would run all of it. */
const OWN_WORKERS = /\/atrium\.js(\?|$)/.test(import.meta.url);
const MAX_TOKEN_CALLS = 10;
const MAX_RENEWAL_MILLIS = 60000;
/** Timeout of the liveness check after a network change or in a tab that was asleep. */
const LIVENESS_TIMEOUT_MILLIS = 5000;

/** Connection to a server, over a series of WebSockets, one after the other. */
class Connection {
  #url;
  /** @type {Options} */
  #options;
  #listeners = new Listeners();
  /** @type {Map<string, Membership>} */
  #rooms = new Map();
  /** Rooms that were left, until the server has confirmed it: messages of them are not delivered. @type {Map<string, object>} */
  #left = new Map();
  /** Whether the session has begun or was resumed on the present connection, so that rooms can be left. */
  #established = false;
  /** Id of the session, which is the name of its own room. */
  #id = "";
  /** Unacknowledged messages in order; sent again on the next connection, and published once by their idempotency keys. @type {Map<string, Sending>} */
  #sendQueue = new Map();
  /** @type {Map<number, Waiting>} */
  #replies = new Map();
  /** Idempotency keys of sends that wait for a reply, by the seq of their command. @type {Map<number, string>} */
  #sent = new Map();
  /** Positions in the session's own room and in the namespace's, which need no join. @type {Map<string, Place>} */
  #positions = new Map();
  /** A WebSocket, or what behaves like one. @type {any} */
  #socket;
  /** @type {Transport[]} */
  #transports;
  /** @type {Transport} */
  #transport;
  /** Attempts in a row that failed while the server answered over HTTP. */
  #failures = 0;
  /** Whether the server has welcomed the present connection. */
  #welcomed = false;
  /** Bytes of the largest frame that the server accepts. */
  #maxPayload = Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #upgrade;
  /** @type {Store | undefined} */
  #store;
  /** Store whose unsent messages are in the queue. @type {Store | undefined} */
  #adopted;
  /** Key of the last message in the store: a time, and a fraction by which pages differ. */
  #order = 0;
  /** Resolves {@link Connection.#identification}. @type {() => void} */
  #identified = () => {};
  /** @type {Promise<void> | undefined} */
  #identification;
  /** @type {State} */
  #state = { name: "connecting" };
  #seq = 0;
  #attempt = 0;
  /** Token with which the session can be resumed on another connection. */
  #resumeToken = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #heartbeat;
  #receivedAt = 0;
  /** Pending calls of the token function. The next connection takes the first result: a slow function would never be in time. @type {Promise<string | null>[]} */
  #tokenCalls = [];
  /** Reconnect delay that the server has sent. @type {number | undefined} */
  #reconnectAfter;
  #flushing = false;
  /** Maximum number of messages in flight: one after a rejection, then more with each acknowledgement. */
  #window = MAX_IN_FLIGHT;
  /** Rooms with a rejected message, which is sent again before any other. @type {Set<string>} */
  #held = new Set();

  /** The connection that all tabs share, if they do. @type {Shared | undefined} */
  #shared;

  /** @param {string} url @param {Options} options */
  constructor(url, options) {
    this.#url = url;
    this.#shared = options.shared ? new Shared(url, options) : undefined;
    this.#options = options;
    this.#transports = options.transports ?? ["websocket", "sse", "poll"];
    const [known, until] = fallback(url)?.split(" ") ?? [];
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

  /** The current state. */
  get state() {
    return this.#state;
  }

  /** Number of messages that are not acknowledged yet. */
  get queued() {
    return this.#sendQueue.size;
  }

  /**
   * Listens to `state`, to `error`, and to messages to this session or to the whole namespace by the names of their events.
   * @param {string} event @param {(...values: any[]) => void} listener @returns {() => void} removes the listener
   */
  on(event, listener) {
    return this.#listeners.add(event, listener);
  }

  /** Joins a room, from now on or from a known stream position. @param {string} name @param {{presence?: boolean, since?: Place}} [options] @returns {Room} */
  room(name, { presence = false, since } = {}) {
    const known = this.#rooms.get(name);
    const membership = known ?? new Membership(name);
    const room = new Room(this, membership, presence);
    if (known === undefined) {
      this.#rooms.set(name, membership);
      membership.place = since;
      if (this.#options.store) {
        membership.recalled = this.#recall(membership);
      }
    } else if (!presence || known.presence) {
      return room;
    }
    membership.presence = presence;
    if (this.#state.name === "open") {
      membership.joining = this.#join(membership);
    }
    return room;
  }

  /** Completes once the room is joined; fails with the reason why it is not. @param {Room} room */
  async joined({ membership }) {
    if (this.#state.name !== "open") {
      await this.#opened();
    }
    const failure = await membership.joining;
    if (failure) {
      throw failure;
    }
  }

  /** @param {Membership} membership */
  async #recall(membership) {
    await this.#identification;
    for (const message of (await this.#store?.read(membership.name)) ?? []) {
      if (this.#rooms.get(membership.name) === membership) {
        this.#message({ ...message, stored: true });
      }
    }
  }

  /** Calls a handler of the application. @param {string} name @param {any} [data] @returns {Promise<any>} */
  call(name, data) {
    return this.request("call", { name, data });
  }

  /** Closes the connection for good. */
  close() {
    this.#end(1000, "closed by this side");
  }

  /**
   * Sends any command of the session protocol. Waits for a connection as long as for a reply.
   * @param {string} cmd @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>} body of the reply, and its bytes as `data`
   */
  async request(cmd, params, bytes) {
    if (this.#state.name !== "open") {
      await this.#opened();
    }
    while (bytes && this.#buffered > MAX_BUFFERED) {
      await pause(RECHECK_MILLIS);
    }
    return this.#command(cmd, params, bytes);
  }

  /**
   * @param {string | undefined} room undefined for the whole namespace
   * @param {any} data @param {{event?: string, echo?: boolean, volatile?: boolean}} options @param {boolean} [unbounded] for a sender with a queue of its own
   * @returns {Promise<Place & {at: number}>}
   */
  send(room, data, options = {}, unbounded = false) {
    if (this.#state.name === "closed") {
      return Promise.reject(new AtriumError(0, "the connection is closed"));
    }
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data)
      : ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : undefined;
    const message = { ...(room === undefined ? {} : { room }), ...options, ...(bytes ? {} : { data }) };
    if (options.volatile) {
      return this.#sendVolatile(message, bytes);
    }
    if (this.#sendQueue.size >= (this.#options.queue ?? 1000) && !unbounded) {
      return Promise.reject(new AtriumError(429, "too many messages wait to be acknowledged"));
    }
    const { idempotency = randomName() } = /** @type {any} */ (options);
    const params = { ...message, idempotency, ordered: true };
    return new Promise((resolve, reject) => {
      // Fails here for what has no JSON: in the queue it would block all messages behind it.
      const line = JSON.stringify({ cmd: "send", params });
      this.#order = Math.max(Date.now(), Math.floor(this.#order) + 1) + Math.random();
      const sending = { room: room ?? "", line, bytes, seq: 0, order: this.#order, resolve, reject };
      this.#sendQueue.set(idempotency, sending);
      this.#store?.keep(idempotency, sending);
      this.#warn();
      this.#flush();
    });
  }

  /** Sends a message that nobody needs later, or drops it where it would have to wait. @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>} */
  async #sendVolatile(params, bytes) {
    if (this.#state.name === "open" && this.#buffered < MAX_BUFFERED) {
      await this.#command("send", params, bytes).catch((failure) => {
        if (!TRANSIENT_CODES.has(failure.code)) {
          throw failure;
        }
      });
    }
  }

  /** Sends a message to one session alone. @param {string} id @param {any} data @param {{event?: string, volatile?: boolean}} [options] @returns {Promise<Place & {at: number}>} */
  sendTo(id, data, options) {
    return this.send(id, data, options);
  }

  /** Ends the membership in a room. Without a connection the server is sent it after the resume. @param {string} name @returns {Promise<void>} */
  leave(name) {
    this.#rooms.delete(name);
    return this.#leave(name);
  }

  /** @param {string} name */
  async #leave(name) {
    const socket = this.#socket;
    const leave = {};
    this.#left.set(name, leave);
    while (this.#established && this.#socket === socket && this.#left.get(name) === leave) {
      try {
        await this.#command("leave", { room: name });
        this.#left.get(name) === leave && this.#left.delete(name);
      } catch (failure) {
        if (!TRANSIENT_CODES.has(/** @type {AtriumError} */ (failure).code)) {
          throw failure;
        }
        if (this.#socket === socket) {
          await pause(RETRY_MILLIS);
        }
        if (this.#rooms.has(name) && this.#socket === socket) {
          // Joined again: the membership on the server has never ended.
          this.#left.delete(name);
        }
      }
    }
  }

  // ---- one WebSocket after the other

  #open() {
    this.#welcomed = this.#established = false;
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
    socket.onmessage = (/** @type {MessageEvent} */ { data }) => this.#socket === socket && this.#receive(data);
    socket.onclose = (/** @type {CloseEvent} */ { code, reason }) => this.#socket === socket && this.#lost(code, reason);
    // A failed handshake emits no close in Node 20 and 22, nor where a page's CSP forbids it; elsewhere the close follows at once.
    socket.onerror = () => setTimeout(() => this.#socket === socket && socket.readyState !== 1 && this.#lost(1006, ""), ERROR_MILLIS);
    this.#timer = setTimeout(() => this.#abandon(), this.#timeout());
  }

  /** @returns {any} */
  #dial() {
    const socket = this.#shared?.dial();
    if (socket) {
      return socket;
    }
    this.#shared = undefined;
    return this.#transport === "websocket" ? this.#webSocket() : new HttpSocket(this.#url, this.#transport === "sse", this.#timeout());
  }

  #webSocket() {
    return new (this.#options.WebSocket ?? globalThis.WebSocket)(this.#url, SUBPROTOCOL);
  }

  /** @param {Transport} transport */
  #use(transport) {
    this.#transport = transport;
    this.#failures = 0;
    fallback(this.#url, transport === this.#transports[0] ? "" : `${transport} ${Date.now() + FALLBACK_TTL_MILLIS}`);
  }

  /** Counts a failed attempt, and changes to the next transport after several. Those of a short outage do not count, or a client would lose its WebSocket by it. */
  async #fallBack() {
    this.#failures = await reachable(this.#url) ? this.#failures + 1 : 0;
    if (this.#failures >= MAX_FAILURES && !this.#welcomed && this.#state.name !== "closed") {
      this.#use(this.#transports[(this.#transports.indexOf(this.#transport) + 1) % this.#transports.length]);
      const socket = this.#socket;
      this.#socket = undefined;
      clearTimeout(this.#timer);
      this.#open();
      socket?.close();
    }
  }

  /** Probes whether a WebSocket can be opened by now, and changes to it. */
  #tryUpgrade = () => {
    clearTimeout(this.#upgrade);
    if (this.#shared || this.#transport === "websocket" || !this.#transports.includes("websocket")) {
      return;
    }
    this.#upgrade = setTimeout(this.#tryUpgrade, UPGRADE_MILLIS);
    const socket = this.#webSocket();
    socket.onerror = () => {};
    socket.onmessage = () => {
      socket.close(1000);
      if (this.#state.name === "open" && this.#transport !== "websocket") {
        this.#use("websocket");
        this.#abandon();
      }
    };
    setTimeout(() => socket.close(), this.#timeout());
  };

  /** Gives up a socket that seems dead: its close event may take minutes. */
  #abandon() {
    const socket = this.#socket;
    if (socket !== undefined) {
      this.#lost(1006, "");
      // With 1000 or no code the session would end, and could not be resumed.
      socket.close(GIVEN_UP);
    }
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    this.#socket = undefined;
    this.#established = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#upgrade);
    clearInterval(this.#heartbeat);
    this.#rejectCause(code, reason);
    for (const [seq, waiting] of this.#replies) {
      this.#replies.delete(seq);
      clearTimeout(waiting.timer);
      waiting.reject(new AtriumError(0, LOST));
    }
    this.#sent.clear();
    for (const sending of this.#sendQueue.values()) {
      sending.seq = 0;
    }
    if (code === 4401 && this.#renewable) {
      this.#listeners.tell("error", new AtriumError(401, reason));
    } else if (FINAL_CODES.has(code)) {
      this.#end(code, reason);
      return;
    }
    const { least = 100, most = 5000 } = this.#options.backoff ?? {};
    const ceiling = Math.min(most, least * 2 ** this.#attempt++);
    // Any delay up to the ceiling, also once it is reached: otherwise all clients reconnect at the same time after the third attempt.
    const delay = this.#reconnectAfter ?? Math.random() * ceiling;
    const failed = !this.#welcomed && this.#reconnectAfter === undefined && code !== TOO_MANY;
    this.#reconnectAfter = undefined;
    this.#timer = setTimeout(() => this.#open(), delay);
    this.#change({ name: "waiting", at: Date.now() + delay, attempt: this.#attempt });
    if (failed && this.#transports.length > 1 && !this.#shared) {
      void this.#fallBack();
    }
  }

  /** Rejects the message that was answered with a close: the largest one, or the first without an acknowledgement. @param {number} code @param {string} reason */
  #rejectCause(code, reason) {
    const status = MESSAGE_CODES.get(code);
    let cause = "";
    let largest = Math.max(0, ...[...this.#replies.values()].map(({ size }) => size));
    for (const [key, { seq, line, bytes }] of status === undefined ? [] : this.#sendQueue) {
      const size = sizeOf(framed(seq, line, bytes));
      if (seq > 0 && (code === 1009 ? size > largest : !cause)) {
        cause = key;
        largest = size;
      }
    }
    this.#settled(cause, { code: status, error: reason || `closed with ${code}` });
  }

  /** @param {number} code @param {string} reason */
  #end(code, reason) {
    if (this.#state.name === "closed") {
      return;
    }
    const socket = this.#socket;
    this.#socket = undefined;
    clearTimeout(this.#timer);
    clearTimeout(this.#upgrade);
    clearInterval(this.#heartbeat);
    globalThis.removeEventListener?.("online", this.hurry);
    globalThis.document?.removeEventListener?.("visibilitychange", this.hurry);
    const failure = new AtriumError(code, reason || "the connection is closed");
    for (const waiting of [...this.#replies.values(), ...this.#sendQueue.values()]) {
      clearTimeout(/** @type {any} */ (waiting).timer);
      waiting.reject(failure);
    }
    this.#replies.clear();
    this.#sendQueue.forEach(({ order }) => this.#store?.drop(order));
    this.#sendQueue.clear();
    this.#warn();
    this.#store?.release();
    socket?.close(1000);
    this.#shared?.close();
    this.#change({ name: "closed", code, reason });
  }

  /** Reconnects at once, or checks the connection: the network is back, or this page or a tab that shares it is visible again. @param {{type: string, seen?: boolean}} event */
  hurry = ({ type, seen }) => {
    if (!seen && globalThis.document?.visibilityState === "hidden") {
      return;
    }
    if (this.#state.name === "waiting" && !this.#socket) {
      clearTimeout(this.#timer);
      this.#open();
    } else if (this.#state.name === "open" || this.#shared) {
      const pingedAt = Date.now();
      const socket = this.#socket;
      this.#write(this.#shared ? { hurry: { type, seen: true } } : "ping");
      setTimeout(() => this.#socket === socket && this.#receivedAt < pingedAt && this.#abandon(), LIVENESS_TIMEOUT_MILLIS);
      type === "online" && this.#tryUpgrade();
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
      const check = (/** @type {any} */ { name, code, reason }) => {
        if (name === "open" || code !== undefined) {
          clearTimeout(timer);
          end();
          name === "open" ? resolve() : reject(new AtriumError(code, reason || "the connection is closed"));
        }
      };
      const end = this.on("state", check);
      const timer = setTimeout(check, this.#timeout(), { code: 408, reason: "no connection in time" });
      check(this.#state);
    });
  }

  #timeout() {
    return this.#options.timeout ?? 10000;
  }

  // ---- received frames

  /** @param {any} data */
  #receive(data) {
    this.#receivedAt = Date.now();
    if (data === "ping" || data === "pong") {
      return;
    }
    const frame = unframed(data);
    if (frame.code !== undefined) {
      this.#reply(frame);
    } else if (frame.event === "@welcome") {
      const socket = this.#socket;
      // A late failure must not affect the next connection.
      this.#welcome(frame.data).catch((failure) => this.#socket === socket && this.#welcomeFailed(failure));
    } else if (frame.event === "@state") {
      clearTimeout(this.#timer);
      this.#startHeartbeat(TAB_HEARTBEAT);
      frame.data.name === "closed" ? this.#end(frame.data.code, frame.data.reason) : this.#change(frame.data);
    } else if (frame.event === "@goodbye") {
      this.#reconnectAfter = frame.data.reconnect?.after;
    } else if (frame.event === "@expiring") {
      void this.#renew(RETRY_MILLIS);
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
    const name = message.room ?? "";
    const room = this.#rooms.get(name);
    if (!message.stored && (this.#left.has(name) || (room === undefined && name !== "" && name !== this.#id))) {
      // Of a room that was left: the server had sent it before.
      return;
    }
    if (message.event === "@gap") {
      room && this.#gap(room, message.data);
      return;
    }
    if (message.offset !== undefined) {
      const position = room ? room.place : this.#positions.get(name);
      if (position !== undefined && position.epoch === message.epoch && message.offset <= position.offset) {
        return;
      }
      const next = { epoch: message.epoch, offset: message.offset };
      room ? (room.place = next) : this.#positions.set(name, next);
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

  /** @param {Membership} room @param {Place} position */
  #gap(room, position) {
    room.place = position;
    // Stored messages have no gaps.
    this.#store?.clear(room.name);
    const message = { event: "@gap", room: room.name, data: position };
    this.#listeners.tell("", message, room);
    room.tell("@gap", position, message);
  }

  /** @param {any} welcome */
  async #welcome(welcome) {
    const socket = this.#socket;
    clearTimeout(this.#timer);
    this.#maxPayload = welcome.maxPayload ?? Infinity;
    const former = this.#resumeToken;
    if (welcome.heartbeat) {
      this.#welcomed = true;
      this.#failures = 0;
      this.#startHeartbeat(welcome.heartbeat);
    }
    this.#saveSession(welcome);
    let user = welcome.user;
    if (this.#options.token != null && !this.#shared) {
      const known = await this.#authenticate();
      user = known.user;
      this.#saveSession(known);
    }
    if (this.#options.store === true) {
      const name = `atrium ${this.#url} ${user === undefined ? "" : `of ${user}`}`;
      // Over HTTP the server does not send the user: the stored messages could be another user's.
      if ((welcome.transport ?? this.#transport) !== "websocket") {
        this.#store = undefined;
      } else if (this.#store?.name !== name) {
        this.#store = new Store(name);
      }
      this.#identified();
    }
    await this.#adopt();
    if (this.#socket !== socket) {
      return;
    }
    this.#id = welcome.id;
    const joined = (former !== "" && (await this.#resumeSession(former))) || new Set();
    if (!this.#established) {
      this.#established = true;
      this.#left.clear();
    }
    for (const room of this.#rooms.values()) {
      if (!joined.has(room.name)) {
        await (room.joining = this.#join(room));
        if (this.#socket !== socket) {
          // The connection was lost meanwhile: the next one joins all rooms again.
          return;
        }
      }
    }
    this.#welcomed = true;
    this.#attempt = this.#failures = 0;
    clearTimeout(this.#upgrade);
    this.#upgrade = setTimeout(this.#tryUpgrade, UPGRADE_MILLIS);
    this.#change({ name: "open", id: this.#id, user, transport: welcome.transport ?? this.#transport });
    this.#flush();
  }

  /** Takes over the unsent messages of pages that are gone, and stores those of this page. */
  async #adopt() {
    const store = this.#store;
    if (store !== undefined && store !== this.#adopted) {
      this.#adopted = store;
      this.#sendQueue.forEach((sending, key) => store.keep(key, sending));
      const unsent = (await store.unsent()).slice(0, this.#options.queue ?? 1000);
      const adopted = unsent.map((/** @type {any} */ { key, to, line, bytes, offset }) => [key, {
        room: to, line, bytes, seq: 0, order: offset, resolve: () => {},
        reject: (/** @type {AtriumError} */ failure) => this.#listeners.tell("error", failure),
      }]);
      this.#sendQueue = new Map([.../** @type {any} */ (adopted), ...this.#sendQueue]);
      this.#warn();
    }
  }

  /** Warns before the page is left, while messages wait that are not stored. */
  #warn() {
    const method = this.#sendQueue.size > 0 && !this.#store?.works ? "addEventListener" : "removeEventListener";
    globalThis[method]?.("beforeunload", keepPage);
  }

  /** @param {AtriumError} failure */
  #welcomeFailed(failure) {
    if (failure.code === 403 || (failure.code === 401 && !this.#renewable)) {
      // The close frame with 4401 or 4403 follows, with the same reason.
      this.#end(4000 + failure.code, failure.message);
      return;
    }
    if (failure.code !== 0 && failure.code !== 408) {
      // The failure is that of the token, and not of the transport.
      this.#welcomed = true;
      this.#listeners.tell("error", failure);
    }
    this.#abandon();
  }

  /** @param {{resume?: string, places?: Record<string, Place>}} session */
  #saveSession(session) {
    if (session.resume) {
      this.#resumeToken = session.resume;
    }
    if (session.places !== undefined) {
      this.#initialPositions = session.places;
    }
  }

  /** Positions of the session that began with this connection. @type {Record<string, Place>} */
  #initialPositions = {};

  /** Resumes the former session. @param {string} former @returns {Promise<Set<string> | undefined>} its rooms; undefined if it has expired */
  async #resumeSession(former) {
    const places = Object.fromEntries(this.#positions);
    for (const room of this.#rooms.values()) {
      if (room.place !== undefined && !this.#left.has(room.name)) {
        places[room.name] = room.place;
      }
    }
    try {
      const resumed = await this.#command("resume", { token: former, places });
      this.#resumeToken = resumed.resume;
      this.#id = resumed.id;
      this.#established = true;
      const joined = new Set();
      for (const each of resumed.rooms) {
        const { room = "" } = each;
        if (room !== "" && room !== this.#id && (this.#left.has(room) || !this.#rooms.has(room))) {
          // Before it is joined again, if it is.
          this.#leave(room).catch(() => {});
        } else {
          this.#joined(each);
          joined.add(room);
        }
      }
      return joined;
    } catch (failure) {
      if (/** @type {AtriumError} */ (failure).code === 0) {
        throw failure;
      }
      // Expired, or unknown to the server: each room is joined again from its own position.
      this.#positions = new Map(Object.entries(this.#initialPositions));
      return undefined;
    }
  }

  /** @param {Membership} room @returns {Promise<AtriumError | undefined>} */
  async #join(room) {
    const { name, presence } = room;
    const isCurrent = () => this.#rooms.get(name) === room;
    try {
      if (room.recalled) {
        await room.recalled;
      }
      const since = room.place;
      const joined = isCurrent() && (await this.#command("join", { room: name, presence, ...(since ? { since } : {}) }));
      if (isCurrent()) {
        this.#joined(joined, since !== undefined);
      }
    } catch (failure) {
      const { code } = /** @type {AtriumError} */ (failure);
      if (code === 429 || code === 503) {
        const socket = this.#socket;
        setTimeout(() => this.#socket === socket && isCurrent() && this.#join(room), RETRY_MILLIS);
      } else if (code !== 0 && isCurrent()) {
        room.tell("@error", failure, undefined);
      }
      return /** @type {AtriumError} */ (failure);
    }
  }

  /** @param {Place & {room?: string, recovered: boolean}} joined @param {boolean} [returning] */
  #joined(joined, returning = true) {
    const position = { epoch: joined.epoch, offset: joined.offset };
    const room = this.#rooms.get(joined.room ?? "");
    if (room === undefined) {
      this.#positions.set(joined.room ?? "", position);
      return;
    }
    const known = room.place !== undefined;
    // The missed messages follow, with offsets after the known position.
    if (returning && known && !joined.recovered) {
      this.#gap(room, position);
    } else if (!joined.recovered || !known) {
      room.place = position;
    }
  }

  /** Whether there may be another token after one that was rejected. */
  get #renewable() {
    return typeof this.#options.token === "function";
  }

  async #authenticate() {
    const socket = this.#socket;
    const token = await this.#token();
    if (token == null) {
      this.#end(4401, "there is no token");
    }
    if (this.#socket !== socket) {
      throw new AtriumError(0, LOST);
    }
    const known = await this.#command("auth", { token });
    this.#tokenCalls = [];
    return known;
  }

  #token() {
    const { token } = this.#options;
    if (typeof token !== "function") {
      return token;
    }
    const call = (async () => token())();
    // Failures of earlier calls were reported already.
    const earlier = this.#tokenCalls.map((each) => each.catch(() => new Promise(() => {})));
    const forget = () => void (this.#tokenCalls = this.#tokenCalls.filter((each) => each !== call));
    this.#tokenCalls = [...this.#tokenCalls.slice(1 - MAX_TOKEN_CALLS), call];
    call.then(forget, forget);
    return Promise.race([...earlier, call]);
  }

  /** Renews the token, until it is valid or the server closes the connection. @param {number} delay milliseconds before the next attempt */
  async #renew(delay) {
    const socket = this.#socket;
    try {
      await this.#authenticate();
    } catch (failure) {
      if (this.#socket === socket) {
        this.#listeners.tell("error", failure);
        this.#renewable && setTimeout(() => this.#socket === socket && this.#renew(Math.min(2 * delay, MAX_RENEWAL_MILLIS)), delay);
      }
    }
  }

  // ---- sent frames

  /** Pings the server periodically, and gives up the socket if nothing arrives. @param {{interval: number, timeout: number}} heartbeat milliseconds */
  #startHeartbeat({ interval, timeout }) {
    clearInterval(this.#heartbeat);
    let pingedAt = 0;
    this.#heartbeat = setInterval(() => {
      // In a background tab this timer may be late: silence counts only after a ping.
      if (pingedAt > this.#receivedAt && Date.now() - this.#receivedAt > interval + timeout) {
        this.#abandon();
      } else {
        pingedAt = Date.now();
        this.#write("ping");
      }
    }, interval);
    /** @type {any} */ (this.#heartbeat).unref?.();
  }

  /** @param {string} cmd @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>} */
  #command(cmd, params, bytes) {
    const seq = ++this.#seq;
    return new Promise((resolve, reject) => {
      const frame = framed(seq, JSON.stringify({ cmd, params }), bytes);
      const size = sizeOf(frame);
      if (size > this.#maxPayload) {
        reject(tooLarge(size, this.#maxPayload));
        return;
      }
      const expire = () => {
        if (this.#buffered > 0) {
          // The command may still be in the socket: a slow network does not mean that the server is silent.
          waiting.timer = setTimeout(expire, this.#timeout());
        } else {
          this.#replies.delete(seq);
          reject(new AtriumError(408, `${cmd}: no reply in time`));
        }
      };
      const waiting = { resolve, reject, size, timer: setTimeout(expire, this.#timeout()) };
      this.#replies.set(seq, waiting);
      this.#write(frame);
    });
  }

  /** @param {{seq?: number, code: number, body?: any, data?: Uint8Array, error?: string}} reply */
  #reply(reply) {
    const seq = reply.seq ?? -1;
    const key = this.#sent.get(seq);
    if (key !== undefined) {
      this.#sent.delete(seq);
      this.#acknowledged(key, reply);
      return;
    }
    const waiting = this.#replies.get(seq);
    if (waiting !== undefined) {
      this.#replies.delete(seq);
      clearTimeout(waiting.timer);
      reply.code < 300 ? waiting.resolve(reply.data ? { ...reply.body, data: reply.data } : reply.body) : waiting.reject(errorOf(reply));
    }
  }

  /** @param {string} key @param {{code: number, body?: any, error?: string}} reply */
  #acknowledged(key, reply) {
    const sending = this.#sendQueue.get(key);
    if (sending === undefined) {
      return;
    }
    if (DELAYING_CODES.has(reply.code)) {
      // The server cannot accept it now. The idempotency key prevents a second publication.
      sending.seq = 0;
      this.#window = 1;
      this.#hold(sending.room);
      this.#flush();
      return;
    }
    this.#window = Math.min(MAX_IN_FLIGHT, this.#window + 1 / this.#window);
    this.#settled(key, reply);
  }

  /** Holds back the messages to a room, until those in flight behind a rejected one are rejected, too. @param {string} room */
  #hold(room) {
    if (!this.#held.has(room)) {
      this.#held.add(room);
      const release = () => {
        if ([...this.#sendQueue.values()].some((each) => each.room === room && each.seq > 0)) {
          setTimeout(release, RECHECK_MILLIS);
        } else {
          this.#held.delete(room);
          this.#flush();
        }
      };
      setTimeout(release, RETRY_MILLIS);
    }
  }

  /** @param {string} key @param {any} reply */
  #settled(key, reply) {
    const sending = this.#sendQueue.get(key);
    this.#sendQueue.delete(key);
    sending && this.#store?.drop(sending.order);
    this.#warn();
    reply.code < 300 ? sending?.resolve(reply.body) : sending?.reject(errorOf(reply));
    this.#flush();
  }

  /** Sends the queued messages in order, as fast as the socket accepts them. */
  #flush() {
    if (this.#state.name !== "open" || this.#flushing) {
      return;
    }
    for (const [key, sending] of this.#sendQueue) {
      if (sending.seq !== 0 || this.#held.has(sending.room)) {
        continue;
      }
      if (this.#sent.size >= Math.floor(this.#window)) {
        return;
      }
      if (this.#buffered > MAX_BUFFERED) {
        this.#flushing = true;
        setTimeout(() => {
          this.#flushing = false;
          this.#flush();
        }, RECHECK_MILLIS);
        return;
      }
      const frame = framed(++this.#seq, sending.line, sending.bytes);
      const size = sizeOf(frame);
      if (size > this.#maxPayload) {
        this.#settled(key, { code: 413, error: tooLarge(size, this.#maxPayload).message });
        return;
      }
      sending.seq = this.#seq;
      this.#sent.set(sending.seq, key);
      this.#write(frame);
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

/** @param {Event} event */
function keepPage(event) {
  event.preventDefault();
}

/** Encodes a frame: JSON, or for bytes a line of JSON, a newline, and the bytes. @param {number} seq @param {string} command in JSON, without its seq @param {Uint8Array} [bytes] */
function framed(seq, command, bytes) {
  const line = `{"seq":${seq},${command.slice(1)}`;
  if (bytes === undefined) {
    return line;
  }
  const head = encoder.encode(`${line}\n`);
  const frame = new Uint8Array(head.length + bytes.length);
  frame.set(head);
  frame.set(bytes, head.length);
  return frame;
}

/** Returns the bytes of a frame, or of a body, on the wire. @param {string | Uint8Array} frame */
function sizeOf(frame) {
  return typeof frame === "string" ? encoder.encode(frame).length : frame.length;
}

/** @param {number} size @param {number} most */
function tooLarge(size, most) {
  return new AtriumError(413, `${size} bytes, and at most ${most} are accepted`);
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

/** Reads or writes the fallback transport of a server in the local storage, if there is one. @param {string} url @param {string} [value] to write; "" for none */
function fallback(url, value) {
  try {
    return value === undefined ? localStorage.getItem(`atrium:${url}`) : localStorage.setItem(`atrium:${url}`, value);
  } catch {}
}

/** @param {{code: number, error?: string, body?: any}} reply */
function errorOf({ code, error = "", body }) {
  return new AtriumError(code, error, body);
}

/** @param {number} millis @returns {Promise<void>} */
function pause(millis) {
  return new Promise((resolve) => void setTimeout(resolve, millis));
}

/** Works without a secure context, which crypto.randomUUID requires. */
function randomName() {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// ---- stored messages

const MAX_STORED = 500;
/** Messages that arrive within this time are written together. */
const WRITE_DELAY_MILLIS = 100;

/** Store of the newest messages of rooms, in IndexedDB. A failure disables it and affects nothing else. */
class Store {
  #database;
  /** @type {((messages: IDBObjectStore) => void)[]} */
  #writes = [];
  /** Whether messages are stored. */
  works = false;
  /** Name of this page, and of a lock that it holds as long as it lives. */
  #owner = randomName();
  release = () => {};

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    globalThis.navigator?.locks?.request(this.#owner, () => new Promise((resolve) => (this.release = () => resolve(undefined))));
    globalThis.addEventListener?.("pagehide", () => void this.#flush().catch(() => {}));
    /** @type {Promise<IDBDatabase>} */
    this.#database = new Promise((resolve, reject) => {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("messages", { keyPath: ["room", "offset"] });
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = reject;
      // IndexedDB may never reply, and rooms wait for it.
      setTimeout(reject, RETRY_MILLIS);
    });
    this.#database.then(() => (this.works = true), () => {});
  }

  /** Stores an unsent message, in a room without a name: no other messages are in it. @param {string} key @param {Sending} sending */
  keep(key, { room, line, bytes, order }) {
    this.#write((messages) => messages.put({ room: "", offset: order, key, to: room, line, bytes, owner: this.#owner }));
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
    const gone = new Map([[this.#owner, false]]);
    for (const { owner } of unsent) {
      gone.has(owner) || gone.set(owner, !locks || (await new Promise((resolve) => locks.request(owner, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        // Until this page is gone, too.
        return lock && new Promise(() => {});
      }))));
    }
    return unsent.filter(({ owner }) => gone.get(owner));
  }

  /** @param {string} room @returns {Promise<Message[]>} */
  async read(room) {
    try {
      const reading = (await this.#database).transaction("messages").objectStore("messages").getAll(offsets(room, Infinity));
      return await new Promise((resolve, reject) => {
        reading.onsuccess = () => resolve(reading.result);
        reading.onerror = reject;
        setTimeout(reject, RETRY_MILLIS);
      });
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
      setTimeout(() => this.#flush().catch(() => {
        this.works = false;
        (this.#database = Promise.reject()).catch(() => {});
      }), WRITE_DELAY_MILLIS);
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

// ---- over HTTP, where no WebSocket can be opened

/** Maximum number of open streams: a browser allows six requests to a server. */
const MAX_STREAMS = 4;
const POLL_SECONDS = 25;
/** Timeout of a stream; the server sends keep-alives more often. */
const STREAM_TIMEOUT_MILLIS = 60000;

/** WebSocket interface to the HTTP API: emulates the session protocol. */
class HttpSocket {
  readyState = 1;
  bufferedAmount = 0;
  /** @type {any} */
  onmessage;
  /** @type {any} */
  onclose;
  #url;
  #streaming;
  #timeout;
  #headers = {};
  /** Bytes of the largest body that the server accepts. */
  #maxPayload = Infinity;
  /** Aborts the reading of a room. @type {Map<string, AbortController>} */
  #rooms = new Map();
  /** Idempotency keys of messages that have to be sent again before others, by room. @type {Map<string, string>} */
  #rejected = new Map();
  /** The last send, for which the next one waits. @type {Promise<any>} */
  #sent = Promise.resolve();

  /** @param {string} url @param {boolean} streaming @param {number} timeout */
  constructor(url, streaming, timeout) {
    this.#url = url;
    this.#streaming = streaming;
    this.#timeout = timeout;
    this.#emitIfReachable({ event: "@welcome", data: { id: "" } });
  }

  /** @param {any} frame */
  async #emitIfReachable(frame) {
    const maxPayload = await reachable(this.#url);
    this.#maxPayload = maxPayload || this.#maxPayload;
    maxPayload ? this.#emit(frame) : this.close(1006);
  }

  /** @param {any} frame */
  #emit(frame) {
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
      this.#emitIfReachable("pong");
      return;
    }
    const { seq, cmd, params, data } = unframed(frame);
    let replied = false;
    const reply = (/** @type {any} */ body) => {
      replied = true;
      this.#emit({ seq, code: 200, body });
    };
    this.#run(cmd, params, data, reply).catch((failure) => {
      const { code, message } = failure;
      if (code === 401 && cmd !== "auth") {
        // Reconnects with another token, if there was one.
        this.close("Authorization" in this.#headers ? 1006 : 4401, message);
      } else if (replied || !(failure instanceof AtriumError)) {
        this.close(1006, message);
      } else {
        this.#emit({ seq, code, error: message });
      }
    });
  }

  /** @param {string} cmd @param {any} params @param {any} bytes @param {(body: any) => void} reply */
  async #run(cmd, { room, event, idempotency, since, presence, token, ...query }, bytes, reply) {
    const path = `/rooms/${encodeURIComponent(room)}`;
    if (cmd === "auth") {
      this.#headers = { Authorization: `Bearer ${token}` };
      try {
        this.#maxPayload = (await (await this.#fetch("/rooms", { limit: 1 })).json()).maxPayload ?? Infinity;
      } catch (failure) {
        if (/** @type {any} */ (failure).code !== 403) {
          throw failure;
        }
      }
      reply({});
    } else if (cmd === "join") {
      await this.#follow(room, path, since, (body) => {
        reply(body);
        presence && this.#emit({ event: "@error", room, data: new AtriumError(501, "presence needs a WebSocket") });
      });
    } else if (cmd === "leave") {
      const stop = this.#rooms.get(room);
      this.#rooms.delete(room);
      stop?.abort();
      reply({ room });
    } else if (cmd === "send" && room !== undefined) {
      const headers = { "Content-Type": bytes ? "application/octet-stream" : "application/json", ...(idempotency && { "Idempotency-Key": idempotency }) };
      const body = bytes ?? JSON.stringify(query.data);
      if (sizeOf(body) > this.#maxPayload) {
        throw tooLarge(sizeOf(body), this.#maxPayload);
      }
      if (query.volatile) {
        await this.#fetch(path, { event, volatile: true }, { method: "POST", headers, body });
        reply(undefined);
        return;
      }
      const sent = this.#sent.then(async () => {
        const first = this.#rejected.get(room);
        if (first !== undefined && first !== idempotency) {
          throw new AtriumError(424, "an earlier message has to be sent first");
        }
        this.#rejected.delete(room);
        try {
          return await this.#fetch(path, { event }, { method: "POST", headers, body });
        } catch (failure) {
          DELAYING_CODES.has(/** @type {any} */ (failure).code) && this.#rejected.set(room, idempotency);
          throw failure;
        }
      });
      this.#sent = sent.catch(() => {});
      reply(await (await sent).json());
    } else if (cmd === "members" || cmd === "history") {
      reply(await (await this.#fetch(path + (cmd === "members" ? "/members" : "/messages"), query)).json());
    } else {
      throw new AtriumError(501, `${cmd} needs a WebSocket`);
    }
  }

  /** @param {string} room @param {string} path @param {any} since @param {(body: any) => void} reply */
  async #follow(room, path, since, reply) {
    if (this.#rooms.has(room)) {
      reply(await (await this.#fetch(path)).json());
      return;
    }
    const stop = new AbortController();
    this.#rooms.set(room, stop);
    let joined = false;
    /** @type {any} */
    let watchdog;
    const resetWatchdog = (/** @type {number} */ millis) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => stop.abort(), millis);
    };
    try {
      const frames = this.#streaming && this.#rooms.size <= MAX_STREAMS ? this.#stream(path, since, stop.signal, resetWatchdog) : this.#poll(room, path, since, stop.signal, resetWatchdog);
      for await (const frame of frames) {
        if (this.#rooms.get(room) !== stop) {
          break;
        }
        joined ||= frame.event === "@welcome";
        frame.event === "@welcome" ? reply({ room, ...frame.data }) : this.#emit(frame);
      }
      throw new Error("the stream has ended");
    } catch (failure) {
      // A failure of a room that was left is ignored.
      if (this.#rooms.get(room) === stop) {
        this.#rooms.delete(room);
        throw failure;
      } else if (!joined) {
        throw new AtriumError(410, "the room was left");
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** @param {string} path @param {any} since @param {AbortSignal} signal @param {(millis: number) => void} resetWatchdog @returns {AsyncGenerator<any>} */
  async *#stream(path, since, signal, resetWatchdog) {
    // A proxy that buffers the stream passes on nothing at all.
    resetWatchdog(this.#timeout / 2);
    const { body } = await this.#fetch(path, { after: formatPosition(since) }, { headers: { Accept: "text/event-stream" }, signal });
    const reader = /** @type {any} */ (body).pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = ""; ;) {
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      resetWatchdog(STREAM_TIMEOUT_MILLIS);
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line.startsWith("data:")) {
          yield JSON.parse(line.slice(5));
        }
      }
    }
  }

  /** @param {string} room @param {string} path @param {any} since @param {AbortSignal} signal @param {(millis: number) => void} resetWatchdog @returns {AsyncGenerator<any>} */
  async *#poll(room, path, since, signal, resetWatchdog) {
    let known = since;
    resetWatchdog(this.#timeout);
    if (since === undefined) {
      known = await (await this.#fetch(path, {}, { headers: { Accept: "application/json" }, signal })).json();
      yield { event: "@welcome", data: { epoch: "", ...known, recovered: false } };
    }
    for (let returning = since !== undefined; ; returning = false) {
      const wait = returning || this.#rooms.size > MAX_STREAMS ? undefined : POLL_SECONDS;
      resetWatchdog(this.#timeout + (wait ?? 0) * 1000);
      const { messages, ...head } = await (await this.#fetch(`${path}/messages`, { after: formatPosition(known), wait, limit: 1000 }, { signal })).json();
      // Messages that arrive with a gap follow it.
      const now = { ...head, offset: head.recovered || !messages[0] ? head.offset : messages[0].offset - 1 };
      if (returning || !now.recovered) {
        yield { event: returning ? "@welcome" : "@gap", room, data: now };
      }
      yield* messages;
      known = head;
      if (!returning && !wait) {
        // All rooms together poll twice a second.
        await pause(500 * this.#rooms.size);
      }
    }
  }

  /** @param {string} path @param {any} [query] @param {any} [init] */
  async #fetch(path, query, init) {
    if (this.readyState !== 1) {
      throw new Error("closed");
    }
    const response = await fetch(httpUrl(this.#url, path, query), { signal: AbortSignal.timeout(this.#timeout), ...init, headers: { ...this.#headers, ...init?.headers } });
    if (!response.ok) {
      const problem = await response.json().catch(() => ({}));
      throw new AtriumError(response.status === 502 || response.status === 504 ? 503 : response.status, problem.detail ?? response.statusText);
    }
    return response;
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

/** @param {Place | undefined} position */
function formatPosition(position) {
  return position && `${position.epoch ?? ""}:${position.offset}`;
}

/** Returns whether the server itself replies, and not a proxy in its place: the bytes of the largest body that it accepts, or 0. @param {string} url @returns {Promise<number>} */
async function reachable(url) {
  try {
    const response = await fetch(httpUrl(url, "/rooms", { limit: 1 }), { signal: AbortSignal.timeout(LIVENESS_TIMEOUT_MILLIS) });
    // A server that refuses requests for a while refuses connections, too.
    return response.status < 500 && response.status !== 429 && /json/.test(response.headers.get("content-type") ?? "") ? (await response.json()).maxPayload ?? Infinity : 0;
  } catch {
    return 0;
  }
}

// ---- one connection for all tabs: a worker or a tab holds it, and serves the session protocol to the tabs over ports

/** Name prefix of a worker that holds a connection. */
const HOLDER = "atrium:shared ";
/** Browsers wake background tabs once a minute. */
const TAB_HEARTBEAT = { interval: 30000, timeout: 30000 };
const TAB_TIMEOUT_MILLIS = 180000;
const ALL_TABS = "everybody";
/** Maximum number of missed messages read in one reply; with as many, the rest is unknown. */
const MAX_MISSED = 1000;

/** Access of a tab to the shared connection: in a shared worker, or where there are none, in the leading tab. */
class Shared {
  #name;
  #hello;
  #workers = OWN_WORKERS && typeof SharedWorker === "function";
  /** @type {AbortController | undefined} */
  #leading;

  /** @param {string} url @param {Options} options */
  constructor(url, { shared, token, timeout, queue, backoff, transports }) {
    this.#name = `${HOLDER}${shared === true ? "" : shared} ${url}`;
    this.#hello = { url, asks: token != null && (typeof token === "function" ? "again" : "once"), options: { timeout, queue, backoff, transports } };
  }

  /** @returns {PortSocket | undefined} undefined where tabs cannot share */
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
        // A module of another origin cannot be a worker.
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

/** WebSocket interface to the port of the shared connection. */
class PortSocket {
  readyState = 1;
  bufferedAmount = 0;
  /** @type {any} */
  onmessage;
  /** @type {any} */
  onclose;
  #port;
  #release = () => {};

  /** @param {any} port @param {object} hello @param {string} [holder] lock of a worker, which is released when the worker ends */
  constructor(port, hello, holder) {
    this.#port = port;
    const id = randomName();
    const { locks } = globalThis.navigator ?? {};
    // The holder waits for this lock, which is released when this tab ends in any way.
    const sayHello = () => {
      port.postMessage({ hello: { ...hello, id } });
      return new Promise((resolve) => (this.#release = () => resolve(undefined)));
    };
    let welcomed = false;
    port.onmessage = (/** @type {MessageEvent} */ { data }) => {
      if (data) {
        // A worker ends with the process of the tab that started it, without an event.
        !welcomed && holder && locks?.request(holder, () => this.close(1006));
        welcomed = true;
        this.onmessage({ data });
      } else if (welcomed) {
        // Another tab leads now.
        this.close(1001);
      } else {
        port.postMessage({ hello: { ...hello, id } });
      }
    };
    locks ? locks.request(id, sayHello) : sayHello();
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

/** Returns a port to the leading tab. @param {string} name @returns {any} */
function channelPort(name) {
  const channel = new BroadcastChannel(name);
  const from = randomName();
  const port = {
    onmessage: (/** @type {any} */ _) => {},
    postMessage: (/** @type {any} */ frame) => channel.postMessage({ from, frame }),
    close: () => channel.close(),
  };
  channel.onmessage = ({ data: { to, frame } }) => (to === from || to === ALL_TABS) && port.onmessage({ data: frame });
  return port;
}

/** Makes this tab hold the connection once no other tab does. @param {string} name @returns {AbortController} ends that */
function lead(name) {
  const stop = new AbortController();
  navigator.locks.request(name, { signal: stop.signal }, () => {
    const holder = new Holder();
    const channel = new BroadcastChannel(name);
    const ports = new Map();
    channel.onmessage = ({ data: { from, frame } }) => {
      if (from && frame.hello && !ports.has(from)) {
        // Late replies of the connection would fail on the closed channel.
        const port = { postMessage: (/** @type {any} */ frame) => stop.signal.aborted || channel.postMessage({ to: from, frame }), close: () => ports.delete(from) };
        ports.set(from, port);
        holder.serve(port);
      }
      ports.get(from)?.onmessage({ data: frame });
    };
    channel.postMessage({ to: ALL_TABS });
    return new Promise((resolve) => stop.signal.addEventListener("abort", () => {
      holder.close();
      channel.close();
      resolve(undefined);
    }));
  }).catch(() => {});
  return stop;
}

/** Holder of the connection that the tabs share. */
class Holder {
  /** @type {Connection | undefined} */
  #connection;
  /** @type {Set<any>} */
  #tabs = new Set();
  /** @type {(token: any) => void} */
  #onToken = () => {};
  /** Tab of the last token. @type {any} */
  #asked;
  /** Completes once the worker holds the lock by which tabs notice its end. @type {Promise<void> | undefined} */
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
        this.#run(tab, cmd, params, data, reply).catch(({ code, message, body }) => port.postMessage({ seq, code: code || 503, error: message, body }));
      }
    };
  }

  close() {
    this.#tabs.clear();
    this.#connection?.close();
  }

  /** @param {any} tab @param {any} hello */
  async #addTab(tab, { url, id, asks, options }) {
    await this.ready;
    tab.asks = asks;
    this.#tabs.add(tab);
    void globalThis.navigator?.locks?.request(id, () => this.#removeTab(tab));
    if (this.#connection === undefined || this.#connection.state.name === "closed") {
      const connection = new Connection(url, { ...options, token: asks && (() => this.#token()) || undefined });
      connection.on("state", (state) => this.#tabs.forEach((each) => this.#sendState(each, state)));
      connection.on("error", ({ code }) => code === 401 && (this.#asked.rejected = true));
      connection.on("", (frame, room) => this.#tabs.forEach((each) => this.#forward(each, frame, room)));
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
    port.postMessage(state.name === "open" ? { event: "@welcome", data: { ...state, heartbeat: TAB_HEARTBEAT } } : { event: "@state", data: state });
  }

  /** @param {any} tab @param {any} frame @param {Membership | undefined} room */
  #forward({ port, rooms }, frame, room) {
    const wanted = rooms.get(frame.room);
    if (room && (!wanted || (!wanted.presence && (frame.event === "@joined" || frame.event === "@left")))) {
      return;
    }
    wanted?.held ? wanted.held.push(frame) : port.postMessage(frame);
  }

  /** Requests a token from one tab after the other, by the event that a server sends before a token expires. */
  async #token() {
    const tabs = [...this.#tabs].filter(({ asks, rejected }) => asks === "again" || (asks && !rejected));
    for (const tab of tabs) {
      tab.port.postMessage({ event: "@expiring" });
      const token = await Promise.race([new Promise((resolve) => (this.#onToken = resolve)), pause(LIVENESS_TIMEOUT_MILLIS)]);
      if (token !== undefined) {
        this.#asked = tab;
        return /** @type {string} */ (token);
      }
    }
    if (tabs.length > 0) {
      throw new Error("no tab has shown a token");
    }
    return null;
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
      reply(await connection.send(room, bytes ?? data, options, true));
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
      let recovered = since && (first || (former && !former.held) || (since.epoch === position.epoch && since.offset >= position.offset));
      let missed = [];
      if (since && !recovered) {
        const { epoch, messages = [] } = await connection.request("history", { room: name, after: since.offset, limit: MAX_MISSED })
          // A tab without permission to read the history has lost the messages.
          .catch((failure) => failure.code === 403 ? {} : Promise.reject(failure));
        missed = messages;
        recovered = epoch === since.epoch && missed[0]?.offset === since.offset + 1 && missed.length < MAX_MISSED;
      }
      reply({ room: name, ...(recovered ? since : position), recovered: !!recovered });
      [...missed, ...wanted.held.splice(0)].forEach((frame) => tab.port.postMessage(frame));
      delete wanted.held;
    } catch (failure) {
      if (TRANSIENT_CODES.has(/** @type {AtriumError} */ (failure).code)) {
        // The tab retries. Leaving meanwhile would remove the other tabs from the room, or lose the position.
        throw { code: 503 };
      }
      tab.rooms.get(name) === wanted && (await this.#leave(tab, name).catch(() => {}));
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

// ---- files

/** Maximum number of chunks in flight. */
const WINDOW = 8;
/** Codes of failures that pass. 0 and 408: the connection. 409: a chunk is missing. */
const TRANSIENT_CODES = new Set([0, 408, 409, 429, 503]);

/** Transfer of a file, over any number of reconnects. */
class Transfer {
  #connection;
  #room;
  #report;
  #signal;

  /** @param {Connection} connection @param {string} room @param {any} options */
  constructor(connection, room, { onProgress, signal = new AbortController().signal }) {
    this.#connection = connection;
    this.#room = room;
    this.#report = (/** @type {string} */ phase, /** @type {number} */ done, /** @type {number} */ total) => onProgress?.({ phase, done, total });
    this.#signal = signal;
  }

  /** @param {any} blob @param {string} [name] @param {string} [type] */
  async upload(blob, name = blob.name ?? "file", type = blob.type) {
    const { size } = blob;
    const described = { room: this.#room, name, size, type, sha256: await this.#digest(blob, "hashing") };
    let file = "";
    let digestRetried = false;
    this.#signal.addEventListener("abort", () => file && this.#connection.request("file.abort", { file }).catch(() => {}));
    return this.#retry(async () => {
      try {
        const status = await (file ? this.#command("status", { file }) : this.#command("open", described));
        const { chunk, missing } = status;
        file = status.file;
        let done = missing.reduce((/** @type {number} */ sum, /** @type {number[]} */ [first, last]) => sum + first * chunk - Math.min(size, (last + 1) * chunk), size);
        await this.#each(missing, async (index) => {
          const bytes = new Uint8Array(await blob.slice(index * chunk, (index + 1) * chunk).arrayBuffer());
          await this.#command("write", { file, index }, bytes);
          this.#report("sending", (done += bytes.length), size);
        });
        if (missing.length > 0) {
          // One reply may not list all missing chunks.
          return;
        }
        this.#report("verifying", size, size);
        return await this.#command("close", { file });
      } catch (failure) {
        const { code } = /** @type {AtriumError} */ (failure);
        if (file && code === 404) {
          // The server has deleted the abandoned upload.
          file = "";
        } else if (code === 422 && !digestRetried) {
          digestRetried = true;
        } else {
          throw failure;
        }
      }
    });
  }

  /** @param {string} file */
  async download(file) {
    // Blobs, because a browser may keep them on its disk.
    /** @type {Blob[]} */
    const chunks = [];
    let done = 0;
    const fileInRoom = { file, room: this.#room };
    const { sha256, size, type, chunk } = await this.#retry(() => this.#command("status", fileInRoom));
    await this.#retry(async () => {
      const all = Array.from({ length: Math.ceil(size / chunk) }, (_, index) => [index, index]);
      await this.#each(all.filter(([index]) => !chunks[index]), async (index) => {
        const { data } = await this.#command("read", { ...fileInRoom, index });
        done += chunks[index] ? 0 : data.length;
        chunks[index] = new Blob([data]);
        this.#report("receiving", done, size);
      });
      return true;
    });
    // Otherwise a page that opens the file would run a script of its sender.
    const blob = new Blob(chunks, { type: /^(image\/(?!svg)|audio|video|text\/plain)/.test(type) ? type : "application/octet-stream" });
    if ((await this.#digest(blob, "verifying")) !== sha256) {
      throw new AtriumError(422, `file ${file}: what arrived has another SHA-256`);
    }
    return blob;
  }

  /** @param {string} what @param {object} params @param {Uint8Array} [bytes] */
  #command(what, params, bytes) {
    this.#signal.throwIfAborted();
    return this.#connection.request(`file.${what}`, params, bytes);
  }

  /** Repeats the work until it has a result; failures that pass are retried. @param {() => Promise<any>} work */
  async #retry(work) {
    while (true) {
      try {
        const result = await work();
        if (result !== undefined) {
          return result;
        }
      } catch (failure) {
        // A local file that can no longer be read fails with a code, too.
        if (this.#connection.state.name === "closed" || !(failure instanceof AtriumError && TRANSIENT_CODES.has(failure.code))) {
          throw failure;
        }
        await pause(failure.code === 0 ? RECHECK_MILLIS : RETRY_MILLIS);
      }
    }
  }

  /** Works on several chunks at a time, which are taken from one generator; the first failure ends it. @param {number[][]} ranges @param {(index: number) => Promise<void>} work */
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

  /** Computes the SHA-256, in a worker if possible. @param {Blob} blob @param {string} phase @returns {Promise<string>} */
  #digest(blob, phase) {
    const report = (/** @type {number} */ done) => this.#report(phase, done, blob.size);
    /** @type {Worker | undefined} */
    let worker;
    return new Promise((resolve, reject) => {
      if (!OWN_WORKERS) {
        throw undefined;
      }
      worker = new Worker(import.meta.url, { type: "module", name: HASHER });
      worker.onmessage = ({ data }) => (typeof data === "string" ? resolve(data) : report(data));
      worker.onerror = reject;
      this.#signal.addEventListener("abort", reject);
      worker.postMessage(blob);
    // No workers, a module of another origin, or a content security policy.
    }).catch(() => sha256(blob, report, this.#signal)).finally(() => worker?.terminate());
  }
}

/** @template T @param {AbortSignal | undefined} signal @param {Promise<T>} work @returns {Promise<T>} */
function unlessAborted(signal, work) {
  return Promise.race([work, new Promise((_, reject) => {
    const abort = () => reject(signal?.reason);
    signal?.aborted ? abort() : signal?.addEventListener("abort", abort);
  })]);
}

/** Bytes read at a time, a multiple of 64: hashed within milliseconds, so that the page does not freeze. */
const SLICE = 1 << 17;
/** Name of a worker that is made from this module to hash. */
const HASHER = "atrium:sha-256";
const ROUNDS = new Int32Array(64);
const START = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  if (Array.from({ length: n - 2 }, (_, i) => n % (i + 2)).every((rest) => rest > 0)) {
    // The first 32 fractional bits of the roots of the first primes.
    START[found] = Math.sqrt(n) * 2 ** 32;
    ROUNDS[found++] = Math.cbrt(n) * 2 ** 32;
  }
}

/** Computes SHA-256 incrementally, which crypto.subtle cannot do. @param {Blob} blob @param {(done: number) => void} report @param {AbortSignal} [signal] */
async function sha256(blob, report, signal) {
  const state = START.slice();
  let rest = new Uint8Array();
  let began = Date.now();
  for (let at = 0; at < blob.size; at += SLICE) {
    signal?.throwIfAborted();
    const bytes = await blob.slice(at, at + SLICE).arrayBuffer();
    const end = bytes.byteLength & -64;
    compress(state, new DataView(bytes, 0, end));
    rest = new Uint8Array(bytes, end);
    report(Math.min(at + SLICE, blob.size));
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
 * Connects, and reconnects until the connection is closed or the server rejects the client for good.
 * @param {string} [url] of the server, `https://host/`, `https://host/path/` or `wss://host/ws?ns=/chat`; the page's own unless given
 * @param {Options} [options] @returns {Connection}
 */
export function connect(url = "/", options = {}) {
  const { transports = ["websocket"], WebSocket = globalThis.WebSocket } = options;
  if (!WebSocket && transports.includes("websocket")) {
    throw new AtriumError(501, "there is no WebSocket here: give one as options.WebSocket, or leave it out of options.transports");
  }
  const target = new URL(url, globalThis.location?.href);
  target.protocol = target.protocol.replace("http", "ws");
  if (target.pathname.endsWith("/")) {
    target.pathname += "ws";
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
