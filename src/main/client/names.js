// @ts-check
/** Random names: idempotency keys, and the names of tabs and of their locks. */

/** Works without a secure context, which crypto.randomUUID requires. */
export function randomName() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
