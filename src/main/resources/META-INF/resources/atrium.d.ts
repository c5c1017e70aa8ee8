/**
 * Connects, and reconnects until the connection is closed or the server rejects the client for good.
 * @param {string} [url] of the server, `https://host/`, `https://host/path/` or `wss://host/ws?ns=/chat`; the page's own unless given
 * @param {Options} [options] @returns {Connection}
 */
export function connect(url?: string, options?: Options): Connection;
/** A request that was rejected; `code` is HTTP's. */
export class AtriumError extends Error {
    /** @param {number} code @param {string} message @param {any} [body] body of the error reply */
    constructor(code: number, message: string, body?: any);
    code: number;
    body: any;
}
/**
 * Stream position in a room: everything up to it is known.
 */
export type Place = {
    epoch: string;
    offset: number;
};
export type Message = {
    event: string;
    room?: string;
    data: any;
    from?: {
        id?: string;
        user?: string;
    };
    at: number;
    epoch: string;
    offset: number;
    stored?: boolean;
};
export type Transport = "websocket" | "sse" | "poll";
/**
 * State of a connection. `at` is the time of the next attempt, in milliseconds since 1970.
 */
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
    /**
     * token of the user; a function is called for each connection, when a token expires, and again
     * until it has a valid one; null closes the connection
     */
    token?: string | (() => string | null | Promise<string | null>) | undefined;
    /**
     * timeout of a reply once connected, in milliseconds; 10,000
     */
    timeout?: number | undefined;
    /**
     * maximum number of messages that are not acknowledged yet; 1,000
     */
    queue?: number | undefined;
    /**
     * bounds of the delay before the next attempt, in milliseconds; 100 and 5,000
     */
    backoff?: {
        least?: number;
        most?: number;
    } | undefined;
    /**
     * transports in order of preference; all of them
     */
    transports?: Transport[] | undefined;
    /**
     * one connection for all tabs of this browser; a name separates the tabs of different users
     */
    shared?: string | true | undefined;
    /**
     * keeps the newest 500 messages of each room in this browser, and delivers them first: `true` once the server has
     * sent the user, a name of your own at once, also without a connection
     */
    store?: string | true | undefined;
    /**
     * implementation in place of the global one
     */
    WebSocket?: (new (url: string, protocols?: string | string[]) => WebSocket) | undefined;
};
/**
 * A file in a room, the data of `@file`; `url` is a path on the server.
 */
export type FileData = Place & {
    id: string;
    name: string;
    size: number;
    type: string;
    sha256: string;
    url: string;
    at: number;
};
/**
 * in bytes
 */
export type OnProgress = (progress: {
    phase: "hashing" | "sending" | "receiving" | "verifying";
    done: number;
    total: number;
}) => void;
/**
 * command that waits for a reply
 */
export type Waiting = {
    resolve: (body: any) => void;
    reject: (failure: AtriumError) => void;
    /**
     * bytes of its frame
     */
    size: number;
    timer: ReturnType<typeof setTimeout>;
};
/**
 * a message that is not acknowledged yet
 */
export type Sending = {
    room: string;
    /**
     * the command in JSON, as it was when it was sent, without its seq
     */
    line: string;
    bytes: Uint8Array | undefined;
    /**
     * of the command that carries it now; 0 for none
     */
    seq: number;
    resolve: (result: Place & {
        at: number;
    }) => void;
    reject: (failure: AtriumError) => void;
};
/** Connection to a server, over a series of WebSockets, one after the other. */
declare class Connection {
    /** @param {string} url @param {Options} options */
    constructor(url: string, options: Options);
    /** The current state. */
    get state(): State;
    /** Number of messages that are not acknowledged yet. */
    get queued(): number;
    /**
     * Listens to `state`, to `error`, and to messages to this session or to the whole namespace by the names of their events.
     * @param {string} event @param {(...values: any[]) => void} listener @returns {() => void} removes the listener
     */
    on(event: string, listener: (...values: any[]) => void): () => void;
    /** Joins a room, from now on or from a known stream position. @param {string} name @param {{presence?: boolean, since?: Place}} [options] @returns {Room} */
    room(name: string, { presence, since }?: {
        presence?: boolean;
        since?: Place;
    }): Room;
    /** Completes once the room is joined; fails with the reason why it is not. @param {Room} room */
    joined({ membership }: Room): Promise<void>;
    /** Calls a handler of the application. @param {string} name @param {any} [data] @returns {Promise<any>} */
    call(name: string, data?: any): Promise<any>;
    /** Closes the connection for good. */
    close(): void;
    /**
     * Sends any command of the session protocol. Waits for a connection as long as for a reply.
     * @param {string} cmd @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>} body of the reply, and its bytes as `data`
     */
    request(cmd: string, params: object, bytes?: Uint8Array): Promise<any>;
    /**
     * @param {string | undefined} room undefined for the whole namespace
     * @param {any} data @param {{event?: string, echo?: boolean}} options @param {boolean} [unbounded] for a sender with a queue of its own
     * @returns {Promise<Place & {at: number}>}
     */
    send(room: string | undefined, data: any, options?: {
        event?: string;
        echo?: boolean;
    }, unbounded?: boolean): Promise<Place & {
        at: number;
    }>;
    /** Ends the membership in a room. Without a connection the server is sent it after the resume. @param {string} name @returns {Promise<void>} */
    leave(name: string): Promise<void>;
    /** Reconnects at once, or checks the connection: the network is back, or this page or a tab that shares it is visible again. @param {{type: string, seen?: boolean}} event */
    hurry: ({ type, seen }: {
        type: string;
        seen?: boolean;
    }) => void;
    #private;
}
/** Room on a connection. It stays joined until {@link Room.leave}, over any number of reconnects. */
declare class Room {
    /** @param {Connection} connection @param {Membership} membership @param {boolean} presence */
    constructor(connection: Connection, membership: Membership, presence: boolean);
    membership: Membership;
    presence: boolean;
    get name(): string;
    /** Position of the last message that was received. */
    get place(): Place | undefined;
    /** @param {string} event @param {any} data @param {any} message */
    tell(event: string, data: any, message: any): void;
    /**
     * Listens to an event by its name, `*` for all messages; `@joined`, `@left` and `@gap` are the server's.
     * @param {string} event @param {(data: any, message: Message) => void} listener @returns {() => void} removes the listener
     */
    on(event: string, listener: (data: any, message: Message) => void): () => void;
    /**
     * Publishes a message. Waits for a connection if there is none, publishes once even if the message is sent again, and resolves once it is acknowledged.
     * @param {any} data JSON, or bytes @param {{event?: string, echo?: boolean}} [options] @returns {Promise<Place & {at: number}>}
     */
    send(data: any, options?: {
        event?: string;
        echo?: boolean;
    }): Promise<Place & {
        at: number;
    }>;
    /** @param {{by?: "session" | "user", limit?: number, cursor?: string}} [options] @returns {Promise<{members: any[], next?: string}>} */
    members(options?: {
        by?: "session" | "user";
        limit?: number;
        cursor?: string;
    }): Promise<{
        members: any[];
        next?: string;
    }>;
    /** @param {{after?: number, before?: number, limit?: number}} [options] @returns {Promise<Place & {messages: Message[]}>} */
    history(options?: {
        after?: number;
        before?: number;
        limit?: number;
    }): Promise<Place & {
        messages: Message[];
    }>;
    /**
     * Uploads a file to the room, over any number of reconnects. A repeated upload of the same file continues where it stopped, also in another tab.
     * @param {Blob} file @param {{name?: string, type?: string, onProgress?: OnProgress, signal?: AbortSignal}} [options]
     * @returns {Promise<FileData>} the data of the event `@file` that the room receives
     */
    upload(file: Blob, options?: {
        name?: string;
        type?: string;
        onProgress?: OnProgress;
        signal?: AbortSignal;
    }): Promise<FileData>;
    /** @param {string} id @param {{onProgress?: OnProgress, signal?: AbortSignal}} [options] @returns {Promise<Blob>} content whose SHA-256 was verified */
    download(id: string, options?: {
        onProgress?: OnProgress;
        signal?: AbortSignal;
    }): Promise<Blob>;
    /** Leaves the room: ends its listeners, and the membership if this was the last room of that name. @returns {Promise<void>} */
    leave(): Promise<void>;
    /** All messages from now on, until the room is left or the connection closed. @returns {AsyncGenerator<Message>} */
    [Symbol.asyncIterator](): AsyncGenerator<Message>;
    #private;
}
/** Membership of the connection in a room, which all {@link Room}s of that name share. */
declare class Membership {
    /** @param {string} name */
    constructor(name: string);
    /** @type {Set<Room>} */
    rooms: Set<Room>;
    /** @type {Place | undefined} */
    place: Place | undefined;
    /** Completes once the stored messages were delivered. @type {Promise<void> | undefined} */
    recalled: Promise<void> | undefined;
    /** Completes once it is joined, or with the reason why it is not. @type {Promise<AtriumError | undefined> | undefined} */
    joining: Promise<AtriumError | undefined> | undefined;
    /** Whether presence events are received. */
    presence: boolean;
    name: string;
    /** @param {string} event @param {any} data @param {any} message */
    tell(event: string, data: any, message: any): void;
}
export {};
