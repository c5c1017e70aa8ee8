// Types of the client, generated from its modules by src/test/npm/declarations.mjs.

/** A request that was rejected; `code` is HTTP's, 408 for no reply in time, or 0 for a lost connection. */
export class AtriumError extends Error {
  constructor(code: number, message: string, body?: any);
  code: number;
  /** Body of the error reply. */
  body: any;
}

/**
 * Connects, and reconnects until the connection is closed or the server rejects the client for good.
 * @template E data of the events to this session or to the whole namespace, by their names
 * @param url of the server, `https://host/`, `https://host/path/` or `wss://host/ws?ns=/chat`; the page's own unless given
 */
export function connect<E extends object = any>(url?: string, options?: Options): Connection<E>;

/**
 * Room on a connection. It stays joined until {@link Room.leave}, over any number of reconnects.
 * @template E data of the events in the room, by their names
 */
export interface Room<E extends object = any> {
  readonly name: string;
  /** Position of the last message that was received. */
  readonly place: Place | undefined;
  /** Listens to an event by its name, `*` for all messages. Returns a function that removes the listener. */
  on<K extends EventOf<E, RoomEvents> | "*">(event: K, listener: (data: DataOf<E, RoomEvents, K>, message: MessageOf<E, RoomEvents, K>) => void): () => void;
  /** Sends a message that nobody needs later, such as a cursor: now or not at all, without a stream position, and not to members that are slow. */
  send<K extends keyof E & string>(data: E[K], options: {
    event: K;
    echo?: boolean;
    volatile: true;
    to?: string;
  }): Promise<unknown>;
  send(data: E extends {
    message: infer D;
  } ? D : any, options: {
    event?: string extends keyof E ? string : undefined;
    echo?: boolean;
    volatile: true;
    to?: string;
  }): Promise<unknown>;
  /** Publishes a message, JSON or bytes. Waits for a connection if there is none, publishes once, and resolves once it is acknowledged. */
  send<K extends keyof E & string>(data: E[K], options: {
    event: K;
    echo?: boolean;
  }): Promise<Receipt>;
  send(data: E extends {
    message: infer D;
  } ? D : any, options?: {
    event?: string extends keyof E ? string : undefined;
    echo?: boolean;
  } | undefined): Promise<Receipt>;
  /** Sends a message to one session alone, which receives it on its connection. */
  sendTo(id: string, data: any, options: {
    event?: string;
    volatile: true;
  }): Promise<unknown>;
  sendTo(id: string, data: any, options?: {
    event?: string;
  } | undefined): Promise<Receipt>;
  members(options?: {
    by?: "session" | "user";
    limit?: number;
    cursor?: string;
  }): Promise<{
    members: Member[];
    next?: string;
  }>;
  history(options?: {
    after?: number;
    before?: number;
    limit?: number;
  }): Promise<Place & {
    messages: Message<E[keyof E]>[];
  }>;
  /**
   * Uploads a file, over any number of reconnects. A repeated upload of the same file continues where it stopped, also in another tab.
   * Resolves with the data of the event `@file` that the room receives.
   */
  upload(file: BlobLike & {
    readonly name?: string;
  }, options?: TransferOptions & {
    name?: string;
    type?: string;
  }): Promise<FileData & Partial<Receipt>>;
  /** Downloads a file whose SHA-256 was verified. */
  download(id: string, options?: TransferOptions): Promise<PlatformBlob>;
  /** Ends the listeners of this room; the connection leaves it when no other room of that name is left. */
  leave(): Promise<void>;
  /** All messages from now on, until the room is left or the connection closed. */
  [Symbol.asyncIterator](): AsyncGenerator<Message<E[keyof E]>>;
}

/** @template E data of the events to this session or to the whole namespace, by their names */
export interface Connection<E extends object = any> {
  readonly state: State;
  /** Number of messages that are not acknowledged yet. */
  readonly queued: number;
  /** Listens to `state`, to `error`, and to messages to this session or to the whole namespace. Returns a function that removes the listener. */
  on<K extends EventOf<E, ConnectionEvents>>(event: K, listener: (data: DataOf<E, ConnectionEvents, K>, message: MessageOf<E, ConnectionEvents, K>) => void): () => void;
  /**
   * Joins a room, from now on or from a known stream position, for as long as no {@link Room.leave} has ended each room of that name. `since` applies to
   * the first of them.
   * @template R data of the events in the room, by their names
   */
  room<R extends object = any>(name: string, options?: {
    presence?: boolean;
    since?: Place;
  }): Room<R>;
  /** Calls a handler of the application. */
  call<R = any>(name: string, data?: any): Promise<R>;
  /** Sends any command of the session protocol. Waits for a connection as long as for a reply. */
  request(cmd: string, params: object, bytes?: Uint8Array): Promise<any>;
  /** Sends a message that nobody needs later: now or not at all, and without a stream position. */
  send(room: string | undefined, data: any, options: VolatileOptions): Promise<unknown>;
  /** Publishes a message in a room, or to the whole namespace. */
  send(room: string | undefined, data: any, options?: SendOptions | undefined): Promise<Receipt>;
  /** Sends a message to one session alone, which receives it on its connection. */
  sendTo(id: string, data: any, options: {
    event?: string;
    volatile: true;
  }): Promise<unknown>;
  sendTo(id: string, data: any, options?: {
    event?: string;
  } | undefined): Promise<Receipt>;
  /**
   * Requests a path of the server over HTTP, with the token.
   * @param path with or without a query
   */
  fetch(path: string): Promise<PlatformResponse>;
  /** Closes the connection for good. */
  close(): void;
}

/** Events of the server in a room. */
export interface RoomEvents {
  "@joined": Sender;
  "@left": Sender;
  /** Messages between the client's position and this one are lost. */
  "@gap": Place;
  "@file": FileData;
  /** The room cannot be joined. */
  "@error": AtriumError;
}

/** Events of a connection itself. */
export interface ConnectionEvents {
  state: State;
  /**
   * A token that was rejected, a token function that has failed, a room that cannot be joined for now (408, 429 or 503) and is tried again, or a stored
   * message that was rejected.
   */
  error: Error;
}

/** Data of an event; of `*` those of any. */
export type DataOf<E, S, K> = K extends keyof S ? S[K] : K extends "*" ? E[keyof E] : K extends keyof E ? E[K] : never;

export type EventOf<E, S> = (keyof E & string) | (keyof S & string);

/** Message that a listener receives with the data. Events of the client itself have none; the server's have no position. */
export type MessageOf<E, S, K> = K extends keyof S ? K extends "@file" ? Message<S[K]> : K extends "@joined" | "@left" | "@gap" ? Pick<Message<S[K]>, "event" | "room" | "data"> : undefined : Message<DataOf<E, S, K>>;

/** Stream position in a room: everything up to it is known. */
export type Place = {
  epoch: string;
  offset: number;
};

export type Receipt = Place & {
  at: number;
};

export type Sender = {
  id?: string;
  user?: string;
};

/** A session, or with `by: "user"` a user, in milliseconds since 1970. */
export type Member = Sender & {
  since: number;
  sessions?: string[];
};

export type SendOptions = {
  event?: string;
  echo?: boolean;
};

export type VolatileOptions = SendOptions & {
  volatile: true;
  /** Id of the session that alone receives it, if it is a member of the room. */
  to?: string;
};

export type Message<D = any> = {
  event: string;
  room?: string;
  data: D;
  from?: Sender;
  at: number;
  /** Absent if the message is volatile. */
  epoch?: string;
  offset?: number;
  /** Whether it comes from the store of this browser. */
  stored?: boolean;
};

export type Transport = "websocket" | "sse" | "poll";

/** State of a connection. `at` is the time of the next attempt, in milliseconds since 1970. */
export type State = {
  name: "connecting";
} | {
  name: "open";
  id: string;
  user?: string;
  transport: Transport;
} | {
  name: "waiting";
  at: number;
  attempt: number;
} | {
  name: "closed";
  code: number;
  reason: string;
};

export type Options = {
  /** Token of the user; a function is called for each connection, when a token expires, and again until it has a valid one; null closes the connection. */
  token?: string | null | undefined | (() => string | null | undefined | Promise<string | null | undefined>);
  /** Timeout of a reply once connected, in milliseconds; 10,000. */
  timeout?: number;
  /** Maximum number of messages that are not acknowledged yet; 1,000. */
  queue?: number;
  /** Bounds of the delay before the next attempt, in milliseconds; 100 and 5,000. */
  backoff?: {
    least?: number;
    most?: number;
  };
  /** Transports in order of preference; all of them. */
  transports?: Transport[];
  /** One connection for all tabs of this browser; a name separates the tabs of different users. */
  shared?: boolean | string;
  /**
   * Keeps the newest 500 messages of each room in this browser, and delivers them first; keeps unsent messages, and sends them after a reload. `true` once
   * the server has sent the user, a name of your own at once, also without a connection.
   */
  store?: boolean | string;
  /** Implementation in place of the global one. */
  WebSocket?: new (url: string, protocols?: string | string[]) => any;
};

/** A file in a room, the data of `@file`; `url` is a path on the server. */
export type FileData = {
  id: string;
  name: string;
  size: number;
  type: string;
  sha256: string;
  url: string;
};

export type TransferOptions = {
  /** Called with bytes. */
  onProgress?: (progress: {
    phase: "hashing" | "sending" | "receiving" | "verifying";
    done: number;
    total: number;
  }) => void;
  signal?: SignalLike;
};

/** What an upload needs of a `Blob`. */
export type BlobLike = {
  readonly size: number;
  readonly type: string;
  slice(start?: number, end?: number): {
    arrayBuffer(): Promise<ArrayBuffer>;
  };
};

/** What a transfer needs of an `AbortSignal`. */
export type SignalLike = {
  readonly aborted: boolean;
  readonly reason?: any;
  addEventListener(type: "abort", listener: () => void): void;
};

/** `Blob`, where there is one. */
export type PlatformBlob = typeof globalThis extends {
  Blob: {
    prototype: infer B;
  };
} ? B : BlobLike;

/** What a response to a request has at least. */
export type ResponseLike = {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<any>;
  text(): Promise<string>;
};

/** `Response`, where there is one. */
export type PlatformResponse = typeof globalThis extends {
  Response: {
    prototype: infer R;
  };
} ? R : ResponseLike;
