// @ts-check
/** History of the room: read when the page opens, when it reconnects, and when the user scrolls up. */

/** @typedef {import("./line.js").Line} Line */

const PAGE = 100;
/** Maximum number of messages in one reply. */
const MAX_MESSAGES = 1000;
/** Maximum number of pages read at once without a line to show: events such as typing fill pages, too. */
const MAX_PAGES = 10;

/** Events of this page that are not shown as messages. */
export const SIGNALS = new Set(["typing", "name", "rtc"]);

export class History {
  /** Epochs in the order in which this page has met them; the index is the generation. @type {string[]} */
  #epochs = [];
  /** Oldest offset of the newest epoch that was read. */
  #oldest = Infinity;
  /** Newest known stream position, also of events that are no lines. @type {import("/atrium.js").Place | undefined} */
  position;
  /** The reading of older messages, while there is one. @type {Promise<void> | undefined} */
  #reading;
  /** Whether nothing older is kept. */
  complete = false;
  /** Whether it may not be read at all. */
  denied = false;

  /** @param {import("./log.js").Log} log @param {(message: any) => void} signal receives the events that are no messages */
  constructor(log, signal) {
    this.log = log;
    this.signal = signal;
  }

  /** @param {string} epoch */
  generation(epoch) {
    const known = this.#epochs.indexOf(epoch);
    return known >= 0 ? known : this.#epochs.push(epoch) - 1;
  }

  /** Advances the known position, which a volatile message does not have. @param {import("/atrium.js").Place} message any message or event */
  advance({ epoch, offset }) {
    if (offset === undefined) {
      return;
    }
    if (this.position?.epoch !== epoch || this.position.offset < offset) {
      this.position = { epoch, offset };
    }
  }

  /** @param {any} message @returns {Line} */
  line(message) {
    const { epoch, offset, at } = message;
    return { kind: "message", generation: this.generation(epoch), offset, at, message: withoutBytes(message) };
  }

  /** Returns a line for the messages missing after a position. @param {{epoch: string, offset: number}} place @returns {Line} */
  gap(place) {
    return { kind: "gap", generation: this.generation(place.epoch), offset: place.offset + 0.5, at: Date.now() };
  }

  /** Reads the newest messages, or all after a position. @param {any} room @param {import("/atrium.js").Place} [since] */
  async catchUp(room, since) {
    if (since === undefined) {
      const { epoch, messages } = await room.history({ limit: PAGE });
      this.#add(epoch, messages);
      this.complete = messages.length === 0;
      return;
    }
    // What is newer comes by itself: in a busy room no page would ever be the last.
    const target = room.place?.offset ?? Infinity;
    let after = since.offset;
    while (true) {
      const { epoch, messages } = await room.history({ after, limit: MAX_MESSAGES });
      if (epoch !== since.epoch) {
        this.log.add([this.gap({ epoch, offset: 0 })]);
        this.#oldest = Infinity;
        this.#add(epoch, (await room.history({ limit: MAX_MESSAGES })).messages);
        return;
      }
      if (messages.length > 0 && messages[0].offset > after + 1) {
        this.log.add([this.gap({ epoch, offset: messages[0].offset - 1 })]);
      }
      this.#add(epoch, messages);
      // A page of large messages is shorter than was asked for: only an empty one is surely the last.
      if (messages.length === 0 || messages.at(-1).offset >= target) {
        return;
      }
      after = messages.at(-1).offset;
    }
  }

  /** Called when the log has removed the lines before that one. @param {Line} oldest */
  evicted(oldest) {
    if (oldest.generation === this.#epochs.length - 1) {
      this.#oldest = Math.ceil(oldest.offset);
      this.complete = false;
    }
  }

  /** Reads messages before the oldest line, once for all who ask meanwhile. @param {any} room @returns {Promise<void>} */
  older(room) {
    return (this.#reading ??= this.#readOlder(room).finally(() => (this.#reading = undefined)));
  }

  /** @param {any} room */
  async #readOlder(room) {
    if (this.complete) {
      return;
    }
    const newest = this.#epochs.length - 1;
    if (this.log.length > 0 && this.log.oldest.generation < newest) {
      // The messages before it were lost with their epoch.
      this.complete = true;
      return;
    }
    let before = this.#oldest;
    const { length } = this.log;
    for (let page = 0; page < MAX_PAGES && this.log.length === length && !this.complete; page++) {
      const { epoch: current, messages } = await room.history({
        limit: PAGE,
        ...(Number.isFinite(before) ? { before } : {}),
      });
      if (messages.length === 0 || (newest >= 0 && current !== this.#epochs[newest])) {
        this.complete = true;
      } else {
        before = messages[0].offset;
        this.#add(current, messages);
        this.complete = before <= 1;
      }
    }
  }

  /** @param {string} epoch @param {any[]} messages */
  #add(epoch, messages) {
    if (messages.length === 0) {
      return;
    }
    this.generation(epoch);
    this.#oldest = Math.min(this.#oldest, messages[0].offset);
    const lines = [];
    for (const message of messages) {
      const whole = { ...message, epoch: message.epoch ?? epoch };
      this.advance(whole);
      SIGNALS.has(message.event) ? this.signal(whole) : lines.push(this.line(whole));
    }
    this.log.add(lines);
  }
}

/** Replaces bytes by their number: thousands of pictures would fill the memory. @param {any} message */
function withoutBytes(message) {
  const bytes = byteLength(message);
  return bytes === undefined ? message : { ...message, data: undefined, bytes };
}

/** @param {any} message @returns {number | undefined} */
function byteLength({ data }) {
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : undefined;
}
