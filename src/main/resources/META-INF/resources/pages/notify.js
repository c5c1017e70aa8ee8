// @ts-check
/** Notifications of messages that arrive while the page is hidden, for users that have switched them on. */
import { root } from "./address.js";
import { byId } from "./element.js";
import { translate } from "./i18n.js";
import { displayName } from "./people.js";
import { kept } from "./storage.js";

const MAX_LENGTH = 200;

export class Notifications {
  #button = byId("notify");
  #title;

  /** @param {string} title */
  constructor(title) {
    this.#title = title;
    // There are none on plain HTTP from another machine, and on some phones.
    this.#button.hidden = !("Notification" in globalThis) || !isSecureContext;
    this.#button.addEventListener("click", () => void this.#toggle());
    this.#show();
  }

  get #on() {
    return !this.#button.hidden && kept.get("notify") === "on" && Notification.permission === "granted";
  }

  async #toggle() {
    if (this.#on) {
      kept.set("notify", "");
    } else {
      const permission = await Notification.requestPermission();
      kept.set("notify", permission === "granted" ? "on" : "");
      byId("announce").textContent = permission === "denied" ? translate("notifyDenied") : "";
    }
    this.#show();
  }

  #show() {
    const denied = !this.#button.hidden && Notification.permission === "denied";
    this.#button.setAttribute("aria-pressed", String(this.#on));
    this.#button.title = translate(denied ? "notifyDenied" : this.#on ? "notifyOff" : "notify");
  }

  /** Notifies of a message. @param {any} message */
  arrived({ event, data, from }) {
    if (!document.hidden || !this.#on) {
      return;
    }
    const text =
      event === "@file"
        ? translate("file", { name: data?.name ?? "" })
        : typeof data === "string"
          ? data
          : translate("event", { event });
    try {
      // One for each room: a newer one replaces it.
      const made = new Notification(this.#title, {
        body: `${displayName(from)}: ${text.slice(0, MAX_LENGTH)}`,
        tag: location.pathname + location.search,
        icon: `${root}pages/favicon.svg`,
      });
      made.onclick = () => {
        window.focus();
        made.close();
      };
    } catch {
      // Chrome on Android has the constructor, and throws: it notifies from service workers only.
      this.#button.hidden = true;
    }
  }
}
