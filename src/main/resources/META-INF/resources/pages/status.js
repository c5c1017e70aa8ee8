// @ts-check
/** State of the connection in words. */
import { byId } from "./element.js";
import { translate } from "./i18n.js";

export class Status {
  #line = byId("state");
  #button = byId("again");
  #announced = byId("announce");
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;
  #again = () => {};

  constructor() {
    this.#button.addEventListener("click", () => this.#again());
  }

  /** @param {any} state of a connection @param {() => void} [again] action of the button; absent to hide it */
  show(state, again) {
    clearInterval(this.#countdown);
    this.#again = again ?? (() => {});
    this.#line.dataset.name = state.name;
    const words = () => inWords(state);
    this.#line.textContent = words();
    // Without the countdown: a screen reader would read it out each second.
    this.#announced.textContent = state.name === "waiting" ? translate("retryNow") : words();
    if (state.name === "waiting") {
      this.#countdown = setInterval(() => (this.#line.textContent = words()), 500);
    }
    this.#button.hidden = again === undefined || state.name !== "closed" && !(state.name === "waiting" && state.at - Date.now() > 1000);
    this.#button.textContent = translate(state.name === "closed" ? "connectAgain" : "tryNow");
  }
}

/** @param {any} state */
function inWords(state) {
  switch (state.name) {
    case "open":
      return translate("connected");
    case "waiting": {
      const seconds = Math.ceil((state.at - Date.now()) / 1000);
      return navigator.onLine === false ? translate("offline") : seconds > 0 ? translate("retry", { n: seconds }) : translate("retryNow");
    }
    case "closed":
      return state.reason ? translate("closed", { reason: state.reason }) : translate("closedPlain");
    default:
      return translate("connecting");
  }
}
