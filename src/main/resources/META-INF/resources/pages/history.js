// @ts-check
/** What was said before: read when the page opens, when it comes back, and when somebody scrolls up. */

/** @typedef {import("./line.js").Line} Line */

const PAGE = 100;
/** Of one answer. */
const MOST = 1000;
/** Pages that are read at once when there is nothing to show on them: events such as typing fill them, too. */
const MOST_PAGES = 10;

/** Events of this page that are no messages. */
export const SIGNALS = new Set(["typing", "name"]);

export class History {
  /** Numbers for epochs, in the order in which they were met. @type {string[]} */
  #epochs = [];
  /** The oldest offset of the newest epoch that was read. */
  #oldest = Infinity;
  /** The newest place that was heard of, also in events that are no lines. @type {import("/atrium.js").Place | undefined} */
  known;
  #reading = false;
  /** Whether nothing older is kept. */
  complete = false;
  /** Whether it may not be read at all. */
  denied = false;

  /** @param {import("./log.js").Log} log @param {(message: any) => void} signal hears what is no message */
  constructor(log, signal) {
    this.log = log;
    this.signal = signal;
  }

  /** @param {string} epoch */
  generation(epoch) {
    const known = this.#epochs.indexOf(epoch);
    return known >= 0 ? known : this.#epochs.push(epoch) - 1;
  }

  /** @param {import("/atrium.js").Place} place of something that was said, whatever it was */
  heard({ epoch, offset }) {
    if (this.known?.epoch !== epoch || this.known.offset < offset) {
      this.known = { epoch, offset };
    }
  }

  /** @param {any} message @returns {Line} */
  line(message) {
    const { epoch, offset, at } = message;
    return { kind: "message", generation: this.generation(epoch), offset, at, message: withoutBytes(message) };
  }

  /** A line for what is missing behind a place. @param {{epoch: string, offset: number}} place @returns {Line} */
  gap(place) {
    return { kind: "gap", generation: this.generation(place.epoch), offset: place.offset + 0.5, at: Date.now() };
  }

  /** Reads the newest, or all that came after a place. @param {any} room @param {import("/atrium.js").Place} [since] */
  async catchUp(room, since) {
    if (since === undefined) {
      const { epoch, messages } = await room.history({ limit: PAGE });
      this.#take(epoch, messages);
      this.complete = messages.length === 0;
      return;
    }
    let after = since.offset;
    while (true) {
      const { epoch, messages } = await room.history({ after, limit: MOST });
      if (epoch !== since.epoch) {
        this.log.add([this.gap({ epoch, offset: 0 })]);
        this.#oldest = Infinity;
        this.#take(epoch, (await room.history({ limit: MOST })).messages);
        return;
      }
      if (messages.length > 0 && messages[0].offset > after + 1) {
        this.log.add([this.gap({ epoch, offset: messages[0].offset - 1 })]);
      }
      this.#take(epoch, messages);
      if (messages.length < MOST) {
        return;
      }
      after = messages.at(-1).offset;
    }
  }

  /** The log has let go what came before that line. @param {Line} oldest */
  forgotten(oldest) {
    if (oldest.generation === this.#epochs.length - 1) {
      this.#oldest = Math.ceil(oldest.offset);
      this.complete = false;
    }
  }

  /** Reads what came before the oldest line. @param {any} room */
  async older(room) {
    if (this.#reading || this.complete) {
      return;
    }
    this.#reading = true;
    try {
      const newest = this.#epochs.length - 1;
      if (this.log.length > 0 && this.log.oldest.generation < newest) {
        // What came before it went with its epoch.
        this.complete = true;
        return;
      }
      let before = this.#oldest;
      const { length } = this.log;
      for (let page = 0; page < MOST_PAGES && this.log.length === length && !this.complete; page++) {
        const { epoch: current, messages } = await room.history({ limit: PAGE, ...(Number.isFinite(before) ? { before } : {}) });
        if (messages.length === 0 || newest >= 0 && current !== this.#epochs[newest]) {
          this.complete = true;
        } else {
          before = messages[0].offset;
          this.#take(current, messages);
          this.complete = before <= 1;
        }
      }
    } finally {
      this.#reading = false;
    }
  }

  /** @param {string} epoch @param {any[]} messages */
  #take(epoch, messages) {
    if (messages.length === 0) {
      return;
    }
    this.generation(epoch);
    this.#oldest = Math.min(this.#oldest, messages[0].offset);
    const lines = [];
    for (const message of messages) {
      const whole = { ...message, epoch: message.epoch ?? epoch };
      this.heard(whole);
      SIGNALS.has(message.event) ? this.signal(whole) : lines.push(this.line(whole));
    }
    this.log.add(lines);
  }
}

/** Bytes are counted and let go: thousands of pictures would fill the memory. @param {any} message */
function withoutBytes(message) {
  const bytes = byteLength(message);
  return bytes === undefined ? message : { ...message, data: undefined, bytes };
}

/** Live they come as they are, from the history as base64. @param {any} message @returns {number | undefined} */
function byteLength({ data, encoding }) {
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) {
    return data.byteLength;
  }
  return encoding === "base64" && typeof data === "string" ? Math.floor((data.replace(/=+$/, "").length * 3) / 4) : undefined;
}
