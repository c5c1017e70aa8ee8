// @ts-check
/** Search in the loaded messages. */
import { byId } from "./element.js";
import { translate } from "./i18n.js";
import { displayName } from "./people.js";

/** @typedef {import("./line.js").Line} Line */

/** What of a message is searched. @param {any} message */
function searchable({ event, data, from }) {
  return `${displayName(from)}\n${event === "@file" ? (data?.name ?? "") : typeof data === "string" ? data : JSON.stringify(data ?? "")}`.toLowerCase();
}

export class Find {
  #form = byId("find");
  #field = byId("find-text");
  #log;
  /** Newest first. @type {Line[]} */
  #found = [];
  #at = 0;

  /** @param {import("./log.js").Log} log */
  constructor(log) {
    this.#log = log;
    byId("find-button").addEventListener("click", () => (this.#form.hidden ? this.#open() : this.#close()));
    byId("find-close").addEventListener("click", () => this.#close());
    byId("find-older").addEventListener("click", () => this.#go(this.#at + 1));
    byId("find-newer").addEventListener("click", () => this.#go(this.#at - 1));
    this.#field.addEventListener("input", () => this.#search());
    this.#form.addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#go(this.#at + 1);
    });
    // In an input method, as for Chinese, Escape ends the composition.
    this.#form.addEventListener(
      "keydown",
      (/** @type {KeyboardEvent} */ { key, isComposing }) => key === "Escape" && !isComposing && this.#close(),
    );
  }

  #open() {
    this.#form.hidden = false;
    byId("find-button").setAttribute("aria-expanded", "true");
    this.#field.focus();
    this.#field.select();
    this.#search();
  }

  #close() {
    this.#form.hidden = true;
    byId("find-button").setAttribute("aria-expanded", "false");
    this.#mark(undefined, "");
    byId("text").focus();
  }

  #search() {
    const wanted = this.#field.value.trim().toLowerCase();
    this.#found =
      wanted === ""
        ? []
        : this.#log.lines
            .filter(({ message }) => message !== undefined && searchable(message).includes(wanted))
            .reverse();
    this.#go(0);
  }

  /** @param {number} at */
  #go(at) {
    const { length } = this.#found;
    this.#at = length === 0 ? 0 : (at + length) % length;
    const node = length === 0 ? undefined : this.#log.reveal(this.#found[this.#at]);
    this.#mark(node, this.#field.value.trim().toLowerCase());
    byId("find-older").disabled = byId("find-newer").disabled = length === 0;
    byId("find-count").textContent =
      this.#field.value.trim() === ""
        ? ""
        : length === 0
          ? translate("findNone")
          : translate("findCount", { i: this.#at + 1, of: length });
  }

  /** Marks a line, and in it the text. @param {HTMLElement | undefined} node @param {string} wanted */
  #mark(node, wanted) {
    document.querySelectorAll(".found").forEach((each) => each.classList.remove("found"));
    node?.classList.add("found");
    if (!("highlights" in CSS)) {
      return;
    }
    const ranges = [];
    const texts = document.createTreeWalker(
      node?.querySelector(".body") ?? document.createDocumentFragment(),
      NodeFilter.SHOW_TEXT,
    );
    for (let text = texts.nextNode(); text !== null && wanted !== ""; text = texts.nextNode()) {
      const content = (text.textContent ?? "").toLowerCase();
      for (
        let from = content.indexOf(wanted);
        from >= 0 && from + wanted.length <= (text.textContent ?? "").length;
        from = content.indexOf(wanted, from + wanted.length)
      ) {
        const range = new Range();
        range.setStart(text, from);
        range.setEnd(text, from + wanted.length);
        ranges.push(range);
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  }
}
