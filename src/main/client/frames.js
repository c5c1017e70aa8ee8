// @ts-check
/** Frames of the session protocol: JSON, or bytes behind a line of JSON. */

export const SUBPROTOCOL = "atrium.v1";

const encoder = new TextEncoder();

/** Encodes a frame: JSON, or for bytes a line of JSON, a newline, and the bytes. @param {number} seq @param {string} command in JSON, without its seq @param {Uint8Array} [bytes] */
export function framed(seq, command, bytes) {
  const line = `{"seq":${seq},${command.slice(1)}`;
  if (bytes === undefined) {
    return line;
  }
  const head = encoder.encode(`${line}\n`);
  const frame = new Uint8Array(head.length + bytes.length);
  frame.set(head);
  frame.set(bytes, head.length);
  return frame;
}

/** Returns the bytes of a frame, or of a body, on the wire. @param {string | Uint8Array} frame */
export function sizeOf(frame) {
  return typeof frame === "string" ? encoder.encode(frame).length : frame.length;
}

/** @param {any} frame @returns {any} */
export function unframed(frame) {
  if (typeof frame === "string") {
    return JSON.parse(frame);
  }
  if (frame instanceof ArrayBuffer) {
    frame = new Uint8Array(frame);
  } else if (!ArrayBuffer.isView(frame)) {
    return frame;
  }
  const end = frame.indexOf(10);
  return { ...JSON.parse(new TextDecoder().decode(frame.subarray(0, end))), data: frame.slice(end + 1) };
}

/** Puts the bytes of a message in the place of their base64. @param {any} message @returns {any} the message */
export function decoded(message) {
  if (message.encoding === "base64") {
    message.data = Uint8Array.from(atob(message.data), (char) => char.charCodeAt(0));
    delete message.encoding;
  }
  return message;
}
