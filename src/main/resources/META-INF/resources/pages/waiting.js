// @ts-check
/** Messages of this page that the server has not acknowledged yet. */
import { element, withdraw } from "./element.js";
import { formatted } from "./format.js";
import { translate } from "./i18n.js";

export class Waiting {
  /** Times at which the messages were written, oldest first. @type {Map<HTMLElement, number>} */
  #since = new Map();

  /**
   * @param {HTMLElement} list @param {object} options
   * @param {(text: string) => Promise<any>} options.send @param {(text: string, result: any) => void} options.sent
   * @param {(count: number, since: number) => void} options.changed called with the number of messages, and the time of the oldest
   */
  constructor(list, { send, sent, changed }) {
    this.list = list;
    this.send = send;
    this.sent = sent;
    this.changed = changed;
  }

  /** @param {string} text */
  async add(text) {
    const state = element("p", { class: "fate" }, translate("waiting"));
    const item = element(
      "li",
      { class: "line own waiting" },
      element("div", { class: "body" }, element("div", { class: "text", dir: "auto" }, ...formatted(text))),
      state,
    );
    this.list.append(item);
    // Only as far as it must: the page itself scrolls on a low screen, and the text box would be out of sight.
    item.scrollIntoView({ block: "nearest" });
    this.#since.set(item, Date.now());
    this.#report();
    try {
      const result = await this.send(text);
      item.remove();
      this.sent(text, result);
    } catch (failure) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      item.classList.add("failed");
      state.setAttribute("role", "alert");
      state.replaceChildren(
        translate("notSent", { reason }),
        " ",
        element("button", { type: "button", click: () => (withdraw(item), void this.add(text)) }, translate("again")),
        element("button", { type: "button", click: () => withdraw(item) }, translate("discard")),
      );
    }
    this.#since.delete(item);
    this.#report();
  }

  #report() {
    const [oldest = Infinity] = this.#since.values();
    this.changed(this.#since.size, oldest);
  }
}
