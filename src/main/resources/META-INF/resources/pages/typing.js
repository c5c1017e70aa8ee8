// @ts-check
/** Typing indicator: an event that is repeated while a user types, and expires when it is not. */
import { byId } from "./element.js";
import { translate } from "./i18n.js";
import { displayName, isMe } from "./people.js";

const PUBLISH_INTERVAL_MILLIS = 3000;
const DURATION_MILLIS = 5000;

export class Typing {
  #publishedAt = 0;
  /** @type {Map<string, {from: any, timer: ReturnType<typeof setTimeout>}>} */
  #writers = new Map();
  #line = byId("typing");

  /** @param {any} room */
  publish(room) {
    if (room !== undefined && Date.now() - this.#publishedAt >= PUBLISH_INTERVAL_MILLIS) {
      this.#publishedAt = Date.now();
      // An empty text, because plain sockets receive it, too; a lost event does not matter.
      room.send("", { event: "typing", echo: false, volatile: true }).catch(() => {});
    }
  }

  /** Called when a message was sent: the next typing is published at once. */
  messageSent() {
    this.#publishedAt = 0;
  }

  /** @param {any} from */
  received(from) {
    if (from?.id === undefined || isMe(from)) {
      return;
    }
    this.ended(from.id);
    this.#writers.set(from.id, { from, timer: setTimeout(() => this.ended(from.id), DURATION_MILLIS) });
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
    this.#line.textContent =
      first === undefined
        ? ""
        : others.length === 0
          ? translate("typingOne", { who: displayName(first.from) })
          : translate("typingMany", { n: others.length + 1 });
  }
}
