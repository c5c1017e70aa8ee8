// @ts-check
/** Round trip times to the server, current and recent. */
import { Chart } from "./chart.js";
import { byId } from "./element.js";
import { translate } from "./i18n.js";

const INTERVAL_MILLIS = 2000;
const SHOWN = 40;

export class RoundTrip {
  #chart = new Chart(byId("chart"), SHOWN);
  #measuring = false;

  /** @param {() => any} connection returns the current connection */
  constructor(connection) {
    setInterval(() => this.#measure(connection()), INTERVAL_MILLIS);
  }

  /** @param {any} connection */
  async #measure(connection) {
    // Not while hidden: it would use the battery for nothing.
    const { name, transport } = connection?.state ?? {};
    byId("pulse").hidden = name === "open" && transport !== "websocket";
    if (this.#measuring || document.hidden || name !== "open" || transport !== "websocket") {
      return;
    }
    this.#measuring = true;
    const sentAt = performance.now();
    try {
      await connection.request("heartbeat", {});
      this.#show(performance.now() - sentAt);
    } catch {
      this.#show(null);
    }
    this.#measuring = false;
  }

  /** @param {number | null} millis */
  #show(millis) {
    this.#chart.add(millis);
    const rounded = millis === null ? "–" : millis < 10 ? Math.round(millis * 10) / 10 : Math.round(millis);
    byId("trip").textContent = millis === null ? "–" : translate("ms", { n: rounded });
    byId("chart").setAttribute(
      "aria-label",
      millis === null ? translate("roundTripNone") : translate("roundTripNow", { n: rounded }),
    );
  }
}
