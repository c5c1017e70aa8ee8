// @ts-check
/** Number of messages that arrived while the page was hidden, in the title of the tab. */
import { translate } from "./i18n.js";

export class Unread {
  #count = 0;

  /** @param {string} title */
  constructor(title) {
    this.title = title;
    document.title = title;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) {
        this.#count = 0;
        document.title = title;
      }
    });
  }

  /** Counts a message. */
  more() {
    if (document.hidden) {
      this.#count++;
      document.title = translate("unread", { n: this.#count, title: this.title });
    }
  }
}
