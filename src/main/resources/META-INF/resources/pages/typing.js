// @ts-check
/** Who writes just now: an event that says so, again and again while it lasts, and is over when nothing more comes. */
import { byId } from "./element.js";
import { say } from "./i18n.js";
import { called, isMe } from "./people.js";

const SAY_EACH_MILLIS = 3000;
const LASTS_MILLIS = 5000;

export class Typing {
  #saidAt = 0;
  /** @type {Map<string, {from: any, timer: ReturnType<typeof setTimeout>}>} */
  #writers = new Map();
  #line = byId("typing");

  /** @param {any} room */
  say(room) {
    if (room !== undefined && Date.now() - this.#saidAt >= SAY_EACH_MILLIS) {
      this.#saidAt = Date.now();
      // An empty text, because plain sockets are shown it; whether it arrives matters to nobody.
      room.send("", { event: "typing", echo: false }).catch(() => {});
    }
  }

  /** What was written is sent: what is written next may be told at once. */
  said() {
    this.#saidAt = 0;
  }

  /** @param {any} from */
  heard(from) {
    if (from?.id === undefined || isMe(from)) {
      return;
    }
    this.ended(from.id);
    this.#writers.set(from.id, { from, timer: setTimeout(() => this.ended(from.id), LASTS_MILLIS) });
    this.#show();
  }

  /** @param {string | undefined} id */
  ended(id) {
    const writer = this.#writers.get(id ?? "");
    if (writer !== undefined) {
      clearTimeout(writer.timer);
      this.#writers.delete(id ?? "");
      this.#show();
    }
  }

  #show() {
    const [first, ...others] = this.#writers.values();
    this.#line.textContent = first === undefined ? ""
      : others.length === 0 ? say("typingOne", { who: called(first.from) }) : say("typingMany", { n: others.length + 1 });
  }
}
