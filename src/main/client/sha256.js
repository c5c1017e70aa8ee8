// @ts-check
/** SHA-256 of a file, slice by slice. */
import { throwIfAborted } from "./abort.js";
import { pause } from "./timing.js";
/** @import { SignalLike } from "./types.ts" */

/** Bytes read at a time, a multiple of 64: hashed within milliseconds, so that the page does not freeze. */
const SLICE = 1 << 17;
/** Name of a worker that is made from this module to hash. */
export const HASHER = "atrium:sha-256";
const ROUNDS = new Int32Array(64);
const START = new Int32Array(8);
for (let n = 2, found = 0; found < 64; n++) {
  if ([...Array(n - 2)].every((_, i) => n % (i + 2))) {
    // The first 32 fractional bits of the roots of the first primes.
    START[found] = Math.sqrt(n) * 2 ** 32;
    ROUNDS[found++] = Math.cbrt(n) * 2 ** 32;
  }
}

/** Computes SHA-256 incrementally, which crypto.subtle cannot do. @param {Blob} blob @param {(done: number) => void} report @param {SignalLike} [signal] */
export async function sha256(blob, report, signal) {
  const state = START.slice();
  let rest = new Uint8Array();
  let began = performance.now();
  for (let at = 0; at < blob.size; at += SLICE) {
    throwIfAborted(signal);
    const bytes = await blob.slice(at, at + SLICE).arrayBuffer();
    const end = bytes.byteLength & -64;
    compress(state, new DataView(bytes, 0, end));
    rest = new Uint8Array(bytes, end);
    report(Math.min(at + SLICE, blob.size));
    if (performance.now() - began > 5) {
      await pause(0);
      began = performance.now();
    }
  }
  const last = new DataView(new ArrayBuffer(rest.length < 56 ? 64 : 128));
  new Uint8Array(last.buffer).set([...rest, 0x80]);
  last.setBigUint64(last.byteLength - 8, BigInt(blob.size) * 8n);
  compress(state, last);
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/** @param {Int32Array} state @param {DataView} blocks */
function compress(state, blocks) {
  const words = new Int32Array(64);
  const turn = (/** @type {number} */ x, /** @type {number} */ by) => (x >>> by) | (x << (32 - by));
  for (let at = 0; at < blocks.byteLength; at += 64) {
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        words[i] = blocks.getInt32(at + i * 4);
      } else {
        const x = words[i - 15];
        const y = words[i - 2];
        words[i] =
          words[i - 16] +
          words[i - 7] +
          (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) +
          (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
      }
      const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + words[i];
      const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (state[i] += value));
  }
}
