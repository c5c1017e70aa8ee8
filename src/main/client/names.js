// @ts-check
/** Random names: idempotency keys, and the names of tabs and of their locks. */

/** Works without a secure context, which crypto.randomUUID requires. */
export function randomName() {
  return hex(crypto.getRandomValues(new Uint8Array(16)));
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
