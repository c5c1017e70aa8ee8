// @ts-check
/** Messages by which peers find each other and negotiate. */
import { AtriumError } from "./atrium.js";

/**
 * Message between two peers, or from one in the call to all of the room.
 * @typedef {object} Signal
 * @property {string} [room] of the call; absent between the peers of `connection.peer`
 * @property {string} from tag of the sender's mesh: tabs that share a session differ by it
 * @property {string} [to] tag of the receiver's mesh, once known
 * @property {string} [pc] name of the sender's RTCPeerConnection
 * @property {string} [for] name of the receiver's RTCPeerConnection, once known
 * @property {number} [offer] number of the offer that the description is, or answers
 * @property {any} [description]
 * @property {any[]} [candidates]
 * @property {boolean} [join] whether the sender is in the call
 * @property {boolean} [again] whether it was in the call before
 * @property {boolean} [bye] whether it has left
 * @property {boolean} [full] whether it accepts no further peer
 */

export const EVENT = "rtc";

/** Each participant sends its media once to each other one. */
export const MAX_PEERS = 8;

export const randomName = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(36)).join("");

/** Fails where there is no WebRTC, or where messages to one session do not arrive. @param {any} state @returns {string} the session, or nothing if it is not known yet */
export function sessionOf({ name, id }) {
  if (!globalThis.RTCPeerConnection) {
    throw new AtriumError(501, "there is no WebRTC here");
  }
  if (name === "open" && !id) {
    throw new AtriumError(501, "this connection has no session (limited connection)");
  }
  return id ?? "";
}
