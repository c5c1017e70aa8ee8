// @ts-check
/** Names: random ones, which are idempotency keys and names of tabs and of their locks, and the ids of sessions. */
import { AtriumError } from "./errors.js";

/** Works without a secure context, which crypto.randomUUID requires. */
export function randomName() {
  return crypto.getRandomValues(new Uint32Array(4)).join("");
}

/** Fails for what is no id of a session: a message without a receiver would be one to all. @param {any} id @throws {AtriumError} 400 */
export function requireSession(id) {
  if (!/^~[\w-]{20}$/.test(id)) {
    throw new AtriumError(400, "expected the id of a session");
  }
}
