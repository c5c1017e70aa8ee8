// @ts-check
/** Types of the client, for its users and for its modules. */

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

export {};
