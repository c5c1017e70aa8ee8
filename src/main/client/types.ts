/** Types of the client that are not classes. They need no library of the DOM: where there are Blob and the others, they are those. */
import type { AtriumError } from "./errors.js";

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
export type MessageOf<E, S, K> = K extends keyof S
  ? K extends "@file"
    ? Message<S[K]>
    : K extends "@joined" | "@left" | "@gap"
      ? Pick<Message<S[K]>, "event" | "room" | "data">
      : undefined
  : Message<DataOf<E, S, K>>;

/** Stream position in a room: everything up to it is known. */
export type Place = { epoch: string; offset: number };
export type Receipt = Place & { at: number };
export type Sender = { id?: string; user?: string };
/** A session, or with `by: "user"` a user, in milliseconds since 1970. */
export type Member = Sender & { since: number; sessions?: string[] };
export type SendOptions = { event?: string; echo?: boolean };
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
export type State =
  | { name: "connecting" }
  | { name: "open"; id: string; user?: string; transport: Transport }
  | { name: "waiting"; at: number; attempt: number }
  | { name: "closed"; code: number; reason: string };

export type Options = {
  /** Token of the user; a function is called for each connection, when a token expires, and again until it has a valid one; null closes the connection. */
  token?: string | null | undefined | (() => string | null | undefined | Promise<string | null | undefined>);
  /** Timeout of a reply once connected, in milliseconds; 10,000. */
  timeout?: number;
  /** Maximum number of messages that are not acknowledged yet; 1,000. */
  queue?: number;
  /** Bounds of the delay before the next attempt, in milliseconds; 100 and 5,000. */
  backoff?: { least?: number; most?: number };
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
  slice(start?: number, end?: number): { arrayBuffer(): Promise<ArrayBuffer> };
};
/** What a transfer needs of an `AbortSignal`. */
export type SignalLike = {
  readonly aborted: boolean;
  readonly reason?: any;
  addEventListener(type: "abort", listener: () => void): void;
};
/** `Blob`, where there is one. */
export type PlatformBlob = typeof globalThis extends { Blob: { prototype: infer B } } ? B : BlobLike;
/** What a response to a request has at least. */
export type ResponseLike = {
  readonly ok: boolean;
  readonly status: number;
  json(): Promise<any>;
  text(): Promise<string>;
};
/** `Response`, where there is one. */
export type PlatformResponse = typeof globalThis extends { Response: { prototype: infer R } } ? R : ResponseLike;
