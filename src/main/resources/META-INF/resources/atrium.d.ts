/**
 * Connects, and stays connected until it is closed, or until the server says that coming back is no use.
 * @param {string} [url] of the server, `https://host/` or `wss://host/ws?ns=/chat`; the page's own unless given
 * @param {Options} [options] @returns {Connection}
 */
export function connect(url?: string, options?: Options): Connection;
/** A request that was refused; `code` is HTTP's. */
export class AtriumError extends Error {
    /** @param {number} code @param {string} message @param {any} [body] what the server says beside */
    constructor(code: number, message: string, body?: any);
    code: number;
    body: any;
}
/** One room on a connection; it is joined for as long as nobody has left it, whatever happens to the connection. */
export class Room {
    /** @param {Connection} connection @param {string} name */
    constructor(connection: Connection, name: string);
    /** @type {Place | undefined} */
    place: Place | undefined;
    /** Once what is stored was told. @type {Promise<void> | undefined} */
    recalled: Promise<void> | undefined;
    /** Once it is joined, or why it is not. @type {Promise<AtriumError | undefined> | undefined} */
    joining: Promise<AtriumError | undefined> | undefined;
    /** Whether it is shown who comes and goes. */
    presence: boolean;
    /** @param {string} event @param {any} data @param {any} message */
    tell(event: string, data: any, message: any): void;
    name: string;
    /**
     * Hears an event by its name, `*` for all messages; `@joined`, `@left` and `@gap` are the server's.
     * @param {string} event @param {(data: any, message: Message) => void} listener @returns {() => void} ends it
     */
    on(event: string, listener: (data: any, message: Message) => void): () => void;
    /**
     * Says something. It waits for a connection if there is none, is said once even if it has to be sent again, and resolves once it is taken.
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
     * Puts a file into the room, over as many connections as it takes. The same file again goes on where it stopped, also in another tab.
     * @param {Blob} file @param {{name?: string, type?: string, onProgress?: OnProgress, signal?: AbortSignal}} [options]
     * @returns {Promise<FileData>} what the room hears as `@file`
     */
    upload(file: Blob, options?: {
        name?: string;
        type?: string;
        onProgress?: OnProgress;
        signal?: AbortSignal;
    }): Promise<FileData>;
    /** @param {string} id @param {{onProgress?: OnProgress, signal?: AbortSignal}} [options] @returns {Promise<Blob>} whose SHA-256 is right */
    download(id: string, options?: {
        onProgress?: OnProgress;
        signal?: AbortSignal;
    }): Promise<Blob>;
    /** Hears nothing more. @returns {Promise<void>} */
    leave(): Promise<void>;
    /** All messages from now on. @returns {AsyncGenerator<Message>} */
    [Symbol.asyncIterator](): AsyncGenerator<Message>;
    #private;
}
/** One connection with a server: over as many WebSockets as it takes, one after the other. */
export class Connection {
    /** @param {string} url @param {Options} options */
    constructor(url: string, options: Options);
    /** How it is now. */
    get state(): State;
    /** Messages that are not acknowledged yet. */
    get queued(): number;
    /**
     * Hears of `state`, of `error`, and of messages to this session alone or to the whole namespace by the names of their events.
     * @param {string} event @param {(...values: any[]) => void} listener @returns {() => void} ends it
     */
    on(event: string, listener: (...values: any[]) => void): () => void;
    /** A room, joined from now on, or from a place that is known. @param {string} name @param {{presence?: boolean, since?: Place}} [options] @returns {Room} */
    room(name: string, options?: {
        presence?: boolean;
        since?: Place;
    }): Room;
    /** Once it is joined, or fails with why it is not. @param {Room} room */
    joined(room: Room): Promise<void>;
    /** Calls a handler of the application. @param {string} name @param {any} [data] @returns {Promise<any>} */
    call(name: string, data?: any): Promise<any>;
    /** Ends it for good. */
    close(): void;
    /**
     * Any command of the session protocol. It waits for a connection as long as for a reply.
     * @param {string} cmd @param {object} params @param {Uint8Array} [bytes] @returns {Promise<any>} the body of the reply, and its bytes as `data`
     */
    request(cmd: string, params: object, bytes?: Uint8Array): Promise<any>;
    /**
     * @param {string | undefined} room undefined for the whole namespace
     * @param {any} data @param {{event?: string, echo?: boolean}} options @returns {Promise<Place & {at: number}>}
     */
    send(room: string | undefined, data: any, options?: {
        event?: string;
        echo?: boolean;
    }): Promise<Place & {
        at: number;
    }>;
    /** @param {Room} room @returns {Promise<void>} */
    leave(room: Room): Promise<void>;
    /** The network is there again, or somebody looks at the page again, or at another tab that shares it. @param {{type: string, seen?: boolean}} event */
    hurry: ({ type, seen }: {
        type: string;
        seen?: boolean;
    }) => void;
    #private;
}
/**
 * A place in a room: everything up to there is known.
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
 * How a connection is. `at` is when the next attempt comes, in milliseconds since 1970.
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
     * who this is; a function is asked for each connection, and when a token expires
     */
    token?: string | (() => string | Promise<string>) | undefined;
    /**
     * milliseconds to wait for a reply once connected; 10,000
     */
    timeout?: number | undefined;
    /**
     * messages that may wait to be acknowledged; 1,000
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
     * what may be used, the best first: all of them
     */
    transports?: Transport[] | undefined;
    /**
     * one connection for all tabs of this browser; a name keeps those of different users apart
     */
    shared?: string | true | undefined;
    /**
     * keeps the newest 500 messages of each room in this browser, and tells them before anything else: `true` once the
     * server has said whose they are, a name of your own at once, also without a connection
     */
    store?: string | true | undefined;
    /**
     * where there is none, or another one is wanted
     */
    WebSocket?: (new (url: string, protocols?: string | string[]) => WebSocket) | undefined;
};
/**
 * A file in a room, as `@file` tells of it; `url` is a path on the server.
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
 * what waits for a reply
 */
export type Waiting = {
    resolve: (body: any) => void;
    reject: (failure: AtriumError) => void;
    timer: ReturnType<typeof setTimeout>;
};
/**
 * a message that is not acknowledged yet
 */
export type Sending = {
    room: string;
    params: object;
    bytes: Uint8Array | undefined;
    /**
     * of the command that carries it now; 0 for none
     */
    seq: number;
    resolve: (receipt: Place & {
        at: number;
    }) => void;
    reject: (failure: AtriumError) => void;
};
