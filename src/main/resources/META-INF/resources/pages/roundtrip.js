// @ts-check
/** How long a question to the server and its answer take, now and lately. */
import { Chart } from "./chart.js";
import { byId } from "./element.js";
import { say } from "./i18n.js";

const EACH_MILLIS = 2000;
const SHOWN = 40;

export class RoundTrip {
  #chart = new Chart(byId("chart"), SHOWN);
  #asking = false;

  /** @param {() => any} connection the one that there is now */
  constructor(connection) {
    setInterval(() => this.#measure(connection()), EACH_MILLIS);
  }

  /** @param {any} connection */
  async #measure(connection) {
    // What nobody sees costs a battery all the same.
    if (this.#asking || document.hidden || connection?.state.name !== "open") {
      return;
    }
    this.#asking = true;
    const asked = performance.now();
    try {
      await connection.request("heartbeat", {});
      this.#show(performance.now() - asked);
    } catch {
      this.#show(null);
    }
    this.#asking = false;
  }

  /** @param {number | null} millis */
  #show(millis) {
    this.#chart.add(millis);
    const rounded = millis === null ? "–" : millis < 10 ? Math.round(millis * 10) / 10 : Math.round(millis);
    byId("trip").textContent = millis === null ? "–" : say("ms", { n: rounded });
    byId("chart").setAttribute("aria-label", millis === null ? say("roundTripNone") : say("roundTripNow", { n: rounded }));
  }
}
