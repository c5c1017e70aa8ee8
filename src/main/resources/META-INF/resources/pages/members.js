// @ts-check
/** List of the members. */
import { byId, element } from "./element.js";
import { fullTime, translate } from "./i18n.js";
import { avatar, isMe, nameTag } from "./people.js";
import { repeatLater } from "./retry.js";

/** Maximum number of listed members; of more only the number is shown. */
const MAX_LISTED = 500;

export class Members {
  /** @type {Map<string, any>} */
  #byId = new Map();
  #more = false;
  /** Key of the words that stand in place of the list. @type {string | undefined} */
  #unknown;
  #scheduled = false;
  #list = byId("members");
  #counts = document.querySelectorAll("[data-members]");

  /** Reads the members from the server. @param {any} room @param {() => boolean} isCurrent */
  async read(room, isCurrent) {
    try {
      const { members, next } = await room.members({ limit: MAX_LISTED });
      this.#byId = new Map(members.map((/** @type {any} */ member) => [member.id, member]));
      this.#more = next !== undefined;
      this.#unknown = undefined;
    } catch (failure) {
      if (/** @type {any} */ (failure).code === 403) {
        this.hide("peopleUnknown");
      }
      repeatLater(failure, isCurrent, () => this.read(room, isCurrent));
    }
    this.show();
  }

  /** Shows words in place of the list. @param {string} reason key of words.js */
  hide(reason) {
    this.#unknown = reason;
    this.#byId.clear();
    this.show();
  }

  /** @param {any} member */
  joined(member) {
    if (this.#byId.size < MAX_LISTED) {
      this.#byId.set(member.id, { since: Date.now(), ...member });
    }
    this.show();
  }

  /** @param {any} member */
  left(member) {
    this.#byId.delete(member.id);
    this.show();
  }

  /** @param {string} session */
  find(session) {
    return this.#byId.get(session) ?? { id: session };
  }

  get size() {
    return this.#byId.size;
  }

  /** Draws the list soon: many changes at once are drawn once. */
  show() {
    if (!this.#scheduled) {
      this.#scheduled = true;
      setTimeout(() => {
        this.#scheduled = false;
        this.#draw();
      }, 50);
    }
  }

  #draw() {
    const people = this.#people();
    const items = people.map(({ member, sessions }) =>
      element(
        "li",
        { title: fullTime(member.since), "data-id": member.id },
        avatar(member),
        nameTag(member),
        isMe(member) ? element("span", { class: "me" }, translate("you")) : undefined,
        sessions > 1 ? element("span", { class: "quiet" }, `× ${sessions}`) : undefined,
      ),
    );
    if (this.#more) {
      items.push(element("li", { class: "quiet" }, translate("peopleMore")));
    }
    const known = this.#unknown === undefined;
    this.#list.replaceChildren(
      ...(known ? items : [element("li", { class: "quiet" }, translate(this.#unknown ?? ""))]),
    );
    for (const count of this.#counts) {
      count.textContent = known ? `${people.length}${this.#more ? "+" : ""}` : "–";
    }
    byId("people-button").setAttribute(
      "aria-label",
      known ? translate("peopleCount", { n: people.length }) : translate("people"),
    );
  }

  /** One entry per user, with the number of sessions; the own one first, then by the time of joining. */
  #people() {
    /** @type {Map<string, {member: any, sessions: number}>} */
    const people = new Map();
    for (const member of this.#byId.values()) {
      const key = member.user === undefined ? member.id : `user ${member.user}`;
      const known = people.get(key);
      people.set(
        key,
        known === undefined ? { member, sessions: 1 } : { member: known.member, sessions: known.sessions + 1 },
      );
    }
    return [...people.values()].sort(
      (one, other) => Number(isMe(other.member)) - Number(isMe(one.member)) || one.member.since - other.member.since,
    );
  }
}
