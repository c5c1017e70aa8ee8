// @ts-check
/** How the connection is, in words. */
import { byId } from "./element.js";
import { say } from "./i18n.js";

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

  /** @param {any} state of a connection @param {() => void} [again] what the button does, if it is of use */
  show(state, again) {
    clearInterval(this.#countdown);
    this.#again = again ?? (() => {});
    this.#line.dataset.name = state.name;
    const words = () => inWords(state);
    this.#line.textContent = words();
    // A countdown that is read out each second would drown everything else: only what is new is announced.
    this.#announced.textContent = state.name === "waiting" ? say("retryNow") : words();
    if (state.name === "waiting") {
      this.#countdown = setInterval(() => (this.#line.textContent = words()), 500);
    }
    this.#button.hidden = again === undefined || state.name !== "closed" && !(state.name === "waiting" && state.at - Date.now() > 1000);
    this.#button.textContent = say(state.name === "closed" ? "connectAgain" : "tryNow");
  }
}

/** @param {any} state */
function inWords(state) {
  switch (state.name) {
    case "open":
      return say("connected");
    case "waiting": {
      const seconds = Math.ceil((state.at - Date.now()) / 1000);
      return navigator.onLine === false ? say("offline") : seconds > 0 ? say("retry", { n: seconds }) : say("retryNow");
    }
    case "closed":
      return state.reason ? say("closed", { reason: state.reason }) : say("closedPlain");
    default:
      return say("connecting");
  }
}
