// @ts-check
/** State of the connection in words, and what waits for it or is limited by it. */
import { byId } from "./element.js";
import { translate } from "./i18n.js";

const TICK_MILLIS = 500;
/** Time without a connection after which messages that wait are mentioned; a short reconnect is not worth it. */
const AWAY_MILLIS = 1000;
/** Time without an acknowledgement after which an open connection seems dead: its heartbeat may take a minute to notice. */
const SILENT_MILLIS = 4000;

/** Whether a connection is open over a fallback transport, where it has no session. @param {any} state */
export function isLimited(state) {
  return state.name === "open" && state.transport !== "websocket";
}

export class Status {
  #line = byId("state");
  #button = byId("again");
  #announced = byId("announce");
  #unsent = byId("unsent");
  #limits = byId("limits");
  /** @type {any} */
  #state = { name: "connecting" };
  #count = 0;
  #since = Infinity;
  #again = () => {};

  constructor() {
    this.#button.addEventListener("click", () => this.#again());
    setInterval(() => (this.#state.name === "waiting" || this.#count > 0) && this.#draw(), TICK_MILLIS);
  }

  /** @param {any} state of a connection @param {() => void} [again] action of the button; absent to hide it */
  show(state, again) {
    this.#state = state;
    this.#again = again ?? (() => {});
    this.#button.dataset.usable = String(again !== undefined);
    // Without the countdown: a screen reader would read it out each second.
    this.#announced.textContent = state.name === "waiting" ? translate("retryNow") : inWords(state);
    this.#limits.hidden = state.name === "open" ? !isLimited(state) : this.#limits.hidden;
    this.#draw();
  }

  /** @param {number} count number of messages that wait for an acknowledgement @param {number} since time of the oldest */
  waiting(count, since) {
    this.#count = count;
    this.#since = since;
    this.#draw();
  }

  #draw() {
    const state = this.#state;
    const open = state.name === "open";
    const late = Date.now() - this.#since > (open ? SILENT_MILLIS : AWAY_MILLIS);
    const silent = open && late;
    this.#line.dataset.name = silent ? "silent" : state.name;
    this.#line.toggleAttribute("data-limited", isLimited(state));
    setText(this.#line, silent ? translate("silent") : inWords(state));
    this.#unsent.hidden = !late;
    setText(this.#unsent, late ? translate(silent ? "unsentSilent" : "unsentAway", { n: this.#count }) : "");
    this.#button.hidden =
      this.#button.dataset.usable !== "true" ||
      !(silent || state.name === "closed" || (state.name === "waiting" && state.at - Date.now() > 1000));
    this.#button.textContent = translate(state.name === "closed" ? "connectAgain" : "tryNow");
  }
}

/** Sets a text once: a screen reader would repeat it. @param {HTMLElement} node @param {string} text */
function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** @param {any} state */
function inWords(state) {
  switch (state.name) {
    case "open":
      return translate(isLimited(state) ? "limitedShort" : "connected");
    case "waiting": {
      const seconds = Math.ceil((state.at - Date.now()) / 1000);
      return navigator.onLine === false
        ? translate("offline")
        : seconds > 0
          ? translate("retry", { n: seconds })
          : translate("retryNow");
    }
    case "closed":
      return state.reason ? translate("closed", { reason: state.reason }) : translate("closedPlain");
    default:
      return translate("connecting");
  }
}
