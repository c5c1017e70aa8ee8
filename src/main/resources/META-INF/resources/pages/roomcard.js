// @ts-check
/** Cards of rooms on the first page: the name, and, read while the card is in sight, the members and the time of the last message. */
import { inNamespace, roomPath } from "./address.js";
import { element } from "./element.js";
import { ago, fullTime, translate } from "./i18n.js";
import { token } from "./token.js";

/** How long what was read is shown before it is read again. */
const FRESH_MILLIS = 10_000;
/** Requests at a time: the list must not use up what the server grants a client. */
const MAX_REQUESTS = 2;
const TIMEOUT_MILLIS = 30_000;

/** @param {string} path @returns {Promise<any>} body of the response; fails with the status of an error */
export async function readJson(path) {
  const response = await fetch(path, {
    signal: AbortSignal.timeout(TIMEOUT_MILLIS),
    headers: { Accept: "application/json", ...(token() === "" ? {} : { Authorization: `Bearer ${token()}` }) },
  });
  const { ok, status, statusText } = response;
  // A proxy or a portal answers with a page of its own, also with 200.
  const body = await response.json().catch((failure) => {
    if (ok && !(failure instanceof SyntaxError)) {
      throw failure;
    }
  });
  if (!ok || body === undefined) {
    throw Object.assign(new Error(body?.detail ?? (ok ? translate("notServer") : `${status} ${statusText}`)), {
      status,
    });
  }
  return body;
}

export class RoomCards {
  /** When the cards in sight were read. @type {Map<Element, number>} */
  #inSight = new Map();
  #requests = 0;
  #sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      isIntersecting ? this.#inSight.set(target, 0) : this.#inSight.delete(target);
    }
    this.refresh();
  });

  /** @param {string} room @returns {HTMLAnchorElement} */
  card(room) {
    const made = element(
      "a",
      { href: roomPath(room) + inNamespace, "data-room": room },
      element("bdi", { class: "room-name" }, room),
      element("span", { class: "room-facts quiet" }, "…"),
    );
    this.#sight.observe(made);
    return made;
  }

  /** Reads the cards in sight again, those that are due. */
  refresh() {
    for (const [card, at] of this.#inSight) {
      if (!card.isConnected) {
        this.#sight.unobserve(card);
        this.#inSight.delete(card);
      } else if (this.#requests < MAX_REQUESTS && Date.now() - at > FRESH_MILLIS) {
        this.#inSight.set(card, Date.now());
        void this.#read(/** @type {HTMLElement} */ (card));
      }
    }
  }

  /** @param {HTMLElement} card */
  async #read(card) {
    this.#requests++;
    const path = roomPath(card.dataset.room ?? "");
    try {
      const { members } = await readJson(path + inNamespace);
      const query = `${inNamespace === "" ? "?" : `${inNamespace}&`}limit=1`;
      // Without the permission to read the history the members are shown alone.
      const at = await readJson(`${path}/messages${query}`).then(
        ({ messages }) => messages.at(-1)?.at ?? null,
        () => undefined,
      );
      const facts = [
        members === undefined
          ? undefined
          : members === 0
            ? translate("membersNone")
            : translate("members", { n: members }),
        at === undefined
          ? undefined
          : at === null
            ? translate("activityNone")
            : translate("activity", { when: ago(at) }),
      ];
      const line = /** @type {HTMLElement} */ (card.querySelector(".room-facts"));
      line.textContent = facts.filter((fact) => fact !== undefined).join(" · ");
      line.title = at ? fullTime(at) : "";
      card.toggleAttribute("data-busy", members > 0);
    } catch {
      // It is read again soon; until then the name is enough.
    }
    this.#requests--;
    this.refresh();
  }
}
