// @ts-check
/** Connection to a server, over a series of sockets, one after the other. */
import { Authentication, NO_TOKEN } from "./authentication.js";
import { FINAL_CODES, GIVEN_UP, TOO_MANY } from "./codes.js";
import { Commands } from "./commands.js";
import { AtriumError, CLOSED, LOST } from "./errors.js";
import { unframed } from "./frames.js";
import { Heartbeat, TAB_HEARTBEAT } from "./heartbeat.js";
import { Listeners } from "./listeners.js";
import { requireSession } from "./names.js";
import { Room } from "./room.js";
import { SendQueue } from "./send-queue.js";
import { Session } from "./session.js";
import { UserStore } from "./store.js";
import { backoff, ERROR_MILLIS, MAX_BUFFERED, pause, RECHECK_MILLIS, RETRY_MILLIS } from "./timing.js";
import { Transports } from "./transports.js";
/** @import { ConnectionEvents, DataOf, EventOf, MessageOf, Options, Place, PlatformResponse, Receipt, SendOptions, State, VolatileOptions } from "./types.ts" */

/** @typedef {{dial(): any, close(): void}} Shared connection of all tabs; it dials undefined where tabs cannot share */

/** @template {object} [E=any] data of the events to this session or to the whole namespace, by their names */
export class Connection {
  #options;
  #timeout;
  #listeners = new Listeners();
  #commands;
  #heartbeat;
  #authentication;
  #transports;
  #userStore;
  #queue;
  #session;
  /** Connection that all tabs share, if they do. @type {Shared | undefined} */
  #shared;
  /** @type {State} */
  #state = { name: "connecting" };
  /** Whether the server has welcomed the present connection. */
  #welcomed = false;
  /** Attempts since the last connection that has lasted: what a message, or a proxy, ends at once is not opened again without a delay. */
  #attempt = 0;
  /** Timer of the next attempt, of the welcome, or of the time after which a connection has lasted. @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Reconnect delay that the server has sent. @type {number | undefined} */
  #reconnectAfter;

  /** @internal @param {string} url @param {Options} options @param {Shared} [shared] */
  constructor(url, options, shared) {
    const timeout = (this.#timeout = options.timeout ?? 10000);
    const isOpen = () => this.#state.name === "open";
    const end = (/** @type {number} */ code, /** @type {string} */ reason) => this.#end(code, reason);
    const report = (/** @type {unknown} */ failure) => this.#listeners.tell("error", failure);
    this.#options = options;
    this.#shared = shared;
    this.#commands = new Commands(timeout);
    this.#heartbeat = new Heartbeat(this.#commands, () => this.#abandon());
    this.#authentication = new Authentication(options.token, this.#commands, end, report);
    this.#transports = new Transports(url, options, timeout, () => this.#upgrade());
    this.#userStore = new UserStore(url, options.store);
    this.#queue = new SendQueue(this.#commands, this.#userStore, options.queue ?? 1000, isOpen);
    this.#session = new Session(this.#commands, this.#listeners, this.#userStore);
    this.#watch("addEventListener");
    this.#open();
  }

  get state() {
    return this.#state;
  }

  /** Number of messages that are not acknowledged yet. */
  get queued() {
    return this.#queue.size;
  }

  /**
   * Listens to `state`, to `error`, and to messages to this session or to the whole namespace. Returns a function that removes the listener.
   * @template {EventOf<E, ConnectionEvents>} K
   * @param {K} event
   * @param {(data: DataOf<E, ConnectionEvents, K>, message: MessageOf<E, ConnectionEvents, K>) => void} listener
   * @returns {() => void}
   */
  on(event, listener) {
    return this.#listeners.on(event, listener);
  }

  /**
   * Joins a room, from now on or from a known stream position, for as long as no {@link Room.leave} has ended each room of that name. `since` applies to
   * the first of them.
   * @template {object} [R=any] data of the events in the room, by their names
   * @param {string} name @param {{presence?: boolean, since?: Place}} [options] @returns {Room<R>}
   */
  room(name, options = {}) {
    const { presence = false, since } = options;
    if (!name || typeof name !== "string") {
      throw new AtriumError(400, "expected the name of a room");
    }
    return new Room(this, this.#session.membership(name, presence, since, this.#state.name === "open"), presence);
  }

  /** Completes once the room is joined; fails with the reason why it is not. @internal @param {Room<any>} room */
  async joined({ membership }) {
    await this.#opened();
    const failure = await membership.joining;
    if (failure) {
      throw failure;
    }
  }

  /**
   * Calls a handler of the application.
   * @template [R=any]
   * @param {string} name @param {any} [data] @returns {Promise<R>}
   */
  call(name, data) {
    return this.request("call", { name, data });
  }

  /**
   * Sends any command of the session protocol. Waits for a connection as long as for a reply.
   * @param {string} cmd @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>}
   */
  async request(cmd, params, bytes) {
    // Not awaited otherwise: the command would come after a close() that follows the call.
    if (this.#state.name !== "open") {
      await this.#opened();
    }
    while (bytes && this.#commands.buffered > MAX_BUFFERED) {
      await pause(RECHECK_MILLIS);
    }
    return this.#commands.run(cmd, params, bytes);
  }

  /**
   * Sends a message that nobody needs later: now or not at all, and without a stream position.
   * @overload @param {string | undefined} room @param {any} data @param {VolatileOptions} options @returns {Promise<unknown>}
   */
  /**
   * Publishes a message in a room, or to the whole namespace.
   * @overload @param {string | undefined} room @param {any} data @param {SendOptions} [options] @returns {Promise<Receipt>}
   */
  /**
   * @param {string | undefined} room @param {any} data @param {SendOptions & {volatile?: boolean}} [options]
   * @param {boolean} [unbounded] for a sender with a queue of its own @returns {Promise<any>}
   */
  send(room, data, options, unbounded) {
    return this.#queue.send(room, data, options, unbounded);
  }

  /**
   * Sends a message to one session alone, which receives it on its connection.
   * @overload @param {string} id @param {any} data @param {{event?: string, volatile: true}} options @returns {Promise<unknown>}
   */
  /**
   * @overload @param {string} id @param {any} data @param {{event?: string}} [options] @returns {Promise<Receipt>}
   */
  /** @param {string} id @param {any} data @param {{event?: string, volatile?: boolean}} [options] @returns {Promise<any>} */
  async sendTo(id, data, options) {
    requireSession(id);
    return this.#queue.send(id, data, options);
  }

  /** @internal */
  leave = (/** @type {string} */ room) => this.#session.leave(room);

  /** Requests a path of the server over HTTP, with the token. @param {string} path with or without a query @returns {Promise<PlatformResponse>} */
  fetch(path) {
    return this.#authentication.fetch(this.#transports.url(path), this.#timeout);
  }

  /** Closes the connection for good. */
  close() {
    this.#end(1000, "closed by this side");
  }

  // ---- one socket after the other

  #open() {
    this.#welcomed = false;
    let socket;
    try {
      socket = this.#dial();
    } catch (failure) {
      this.#end(0, String(failure));
      return;
    }
    const isCurrent = () => this.#commands.socket === socket;
    this.#commands.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = (/** @type {MessageEvent} */ { data }) => isCurrent() && this.#receive(data);
    socket.onclose = (/** @type {CloseEvent} */ { code, reason }) => isCurrent() && this.#lost(code, reason);
    // A failed handshake emits no close in Node 20 and 22, nor where a page's CSP forbids it; elsewhere the close follows at once.
    socket.onerror = () =>
      setTimeout(() => isCurrent() && socket.readyState !== 1 && this.#lost(1006, ""), ERROR_MILLIS);
    this.#timer = setTimeout(() => this.#abandon(), this.#timeout);
    // The state changes last, because a listener may close the connection.
    this.#change({ name: "connecting" });
  }

  /** @returns {any} */
  #dial() {
    const socket = this.#shared?.dial();
    this.#shared = socket && this.#shared;
    return socket ?? this.#transports.dial();
  }

  /** Forgets the socket, so that none of its events count any more. */
  #detach() {
    const { socket } = this.#commands;
    this.#commands.socket = undefined;
    this.#session.disconnected();
    clearTimeout(this.#timer);
    this.#transports.stop();
    this.#heartbeat.stop();
    return socket;
  }

  /** Gives up a socket that seems dead: its close event may take minutes. */
  #abandon() {
    const { socket } = this.#commands;
    if (socket) {
      this.#lost(1006, "");
      // With 1000 or no code the session would end, and could not be resumed.
      socket.close(GIVEN_UP);
    }
  }

  /** Changes to a WebSocket, since one can be opened again. */
  #upgrade() {
    if (this.#state.name === "open" && this.#transports.current !== "websocket") {
      this.#transports.use("websocket");
      this.#abandon();
    }
  }

  /** Changes to the next transport after several failed attempts. */
  async #fallBack() {
    if ((await this.#transports.failed()) && !this.#welcomed && this.#state.name !== "closed") {
      this.#transports.next();
      const socket = this.#detach();
      this.#open();
      socket?.close();
    }
  }

  /** @param {number} code @param {string} reason */
  #lost(code, reason) {
    this.#detach();
    this.#queue.disconnected(code, reason);
    this.#commands.rejectAll(new AtriumError(0, LOST));
    const renews = code === 4401 && this.#authentication.renewable;
    if (!renews && FINAL_CODES.has(code)) {
      this.#end(code, reason);
      return;
    }
    const regular = backoff(this.#attempt++, this.#options.backoff);
    const delay = this.#reconnectAfter ?? regular;
    const failed = !this.#welcomed && this.#reconnectAfter === undefined && code !== TOO_MANY;
    this.#reconnectAfter = undefined;
    this.#timer = setTimeout(() => this.#open(), delay);
    this.#change({ name: "waiting", at: Date.now() + delay, attempt: this.#attempt });
    renews && this.#listeners.tell("error", new AtriumError(401, reason));
    failed && !this.#shared && void this.#fallBack();
  }

  /** @param {number} code @param {string} reason */
  #end(code, reason) {
    if (this.#state.name === "closed") {
      return;
    }
    const socket = this.#detach();
    this.#watch("removeEventListener");
    const failure = new AtriumError(0, reason || CLOSED);
    this.#commands.rejectAll(failure);
    this.#queue.rejectAll(failure);
    this.#userStore.last?.release();
    socket?.close(1000);
    this.#shared?.close();
    this.#change({ name: "closed", code, reason });
  }

  /** Begins or stops to listen to what a browser knows of the network and of the page. @param {"addEventListener" | "removeEventListener"} method */
  #watch(method) {
    globalThis[method]?.("online", this.hurry);
    globalThis.document?.[method]?.("visibilitychange", this.hurry);
  }

  /**
   * Reconnects at once, or checks the connection: the network is back, or this page or a tab that shares it is visible again.
   * @internal @param {{type: string, seen?: boolean}} event
   */
  hurry = ({ type, seen }) => {
    if (!seen && globalThis.document?.visibilityState === "hidden") {
      return;
    }
    if (this.#state.name === "waiting" && !this.#commands.socket) {
      clearTimeout(this.#timer);
      this.#open();
    } else if (this.#state.name === "open" || this.#shared) {
      this.#heartbeat.check(this.#shared ? { hurry: { type, seen: true } } : "ping");
      type === "online" && !this.#shared && this.#transports.probe();
    }
  };

  /** @param {State} state */
  #change(state) {
    this.#state = state;
    this.#listeners.tell("state", state);
  }

  /** Completes once the connection is open; fails if it is closed, or not open in time. @returns {Promise<void>} */
  #opened() {
    return new Promise((resolve, reject) => {
      const check = (/** @type {any} */ { name, code, reason }) => {
        if (name === "open" || code !== undefined) {
          clearTimeout(timer);
          end();
          name === "open" ? resolve() : reject(new AtriumError(name ? 0 : code, reason || CLOSED));
        }
      };
      const end = this.#listeners.on("state", check);
      const timer = setTimeout(check, this.#timeout, { code: 408, reason: "no connection in time" });
      check(this.#state);
    });
  }

  // ---- received frames

  /** @param {any} data */
  #receive(data) {
    this.#heartbeat.received(data);
    if (data === "ping" || data === "pong") {
      return;
    }
    const frame = unframed(data);
    const { code, event, data: body } = frame;
    if (code !== undefined) {
      this.#queue.acknowledge(frame) || this.#commands.settle(frame);
    } else if (event === "@welcome") {
      const { socket } = this.#commands;
      // A late failure must not affect the next connection.
      this.#welcome(body).catch((failure) => this.#commands.socket === socket && this.#welcomeFailed(failure));
    } else if (event === "@state") {
      clearTimeout(this.#timer);
      this.#heartbeat.start(TAB_HEARTBEAT);
      body.name === "closed" ? this.#end(body.code, body.reason) : this.#change(body);
    } else if (event === "@goodbye") {
      this.#reconnectAfter = body.reconnect?.after;
    } else if (event === "@expiring") {
      void this.#authentication.renew();
    } else {
      this.#session.deliver(frame);
    }
  }

  /** @param {any} welcome */
  async #welcome(welcome) {
    const { socket } = this.#commands;
    const { id, heartbeat, maxPayload = Infinity, transport = this.#transports.current } = welcome;
    let { user } = welcome;
    clearTimeout(this.#timer);
    this.#commands.maxPayload = maxPayload;
    if (heartbeat) {
      this.#transports.failures = 0;
      this.#heartbeat.start(heartbeat);
    }
    this.#session.save(welcome);
    if (this.#options.token != null && !this.#shared) {
      // A failure is that of the token, and not of the transport. A function may never return, and a server that requires no token waits for ever.
      this.#welcomed = true;
      this.#timer = setTimeout(() => this.#welcomeFailed(new AtriumError(401, NO_TOKEN)), this.#timeout);
      const known = await this.#authentication.authenticate(this.#timer);
      user = known.user;
      this.#session.save(known);
    }
    // Over HTTP only a room that is joined shows that the transport works.
    this.#welcomed = !!heartbeat;
    this.#userStore.identify(user, transport);
    await this.#queue.adopt((failure) => this.#listeners.tell("error", failure));
    if (this.#commands.socket !== socket) {
      return;
    }
    await this.#session.begin(id);
    this.#welcomed = true;
    this.#transports.failures = 0;
    this.#timer = setTimeout(() => (this.#attempt = 0), RETRY_MILLIS);
    this.#shared || this.#transports.probeLater();
    this.#change({ name: "open", id: id && this.#session.id, user, transport });
    this.#queue.flush();
  }

  /** @param {AtriumError} failure */
  #welcomeFailed(failure) {
    if (failure.code === 403 || (failure.code === 401 && !this.#authentication.renewable)) {
      // The close frame with 4401 or 4403 follows, with the same reason.
      this.#end(4000 + failure.code, failure.message);
      return;
    }
    failure.code === 0 || failure.code === 408 || this.#listeners.tell("error", failure);
    this.#abandon();
  }
}
