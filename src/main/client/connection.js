// @ts-check
/** Connection: reconnects, and delivers what was sent and what is received. */
import { AtriumError, DELAYING_CODES, errorOf, LOST, tooLarge, TRANSIENT_CODES } from "./errors.js";
import { framed, sizeOf, SUBPROTOCOL, unframed } from "./frames.js";
import { TAB_HEARTBEAT } from "./holder.js";
import { reachable } from "./http.js";
import { HttpSocket } from "./http-socket.js";
import { Listeners } from "./listeners.js";
import { randomName } from "./names.js";
import { Membership, Room } from "./room.js";
import { Shared } from "./shared.js";
import { Store } from "./store.js";
import { LIVENESS_TIMEOUT_MILLIS, pause, RECHECK_MILLIS, RETRY_MILLIS } from "./timing.js";
/** @import { Options, Place, State, Transport } from "./types.js" */

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

/** Maximum number of messages without a reply. Fewer than the error replies after which a server closes the connection. */
const MAX_IN_FLIGHT = 64;

/** How long a fallback transport is remembered, and the interval of attempts to upgrade. */
const FALLBACK_TTL_MILLIS = 3600000;
const UPGRADE_MILLIS = 300000;

const MAX_TOKEN_CALLS = 10;
const MAX_RENEWAL_MILLIS = 60000;

/** Connection to a server, over a series of WebSockets, one after the other. */
export class Connection {
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

/** Reads or writes the fallback transport of a server in the local storage, if there is one. @param {string} url @param {string} [value] to write; "" for none */
function fallback(url, value) {
  try {
    return value === undefined ? localStorage.getItem(`atrium:${url}`) : localStorage.setItem(`atrium:${url}`, value);
  } catch {}
}
