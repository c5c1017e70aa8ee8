// @ts-check
/** What came while nobody looked, as a number in the title of the tab. */
import { say } from "./i18n.js";

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

  /** Something was said. */
  more() {
    if (document.hidden) {
      this.#count++;
      document.title = say("unread", { n: this.#count, title: this.title });
    }
  }
}
