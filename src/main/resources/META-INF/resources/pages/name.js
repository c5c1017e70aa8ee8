// @ts-check
/** Name of a user without a token: asked for once, and changed in the list of people. */
import { byId } from "./element.js";
import { nickname } from "./nickname.js";
import { kept } from "./storage.js";

/** Members above which the name is not repeated for each new one. */
const SMALL_ROOM = 20;
const REPEAT_MILLIS = 60_000;
const MAX_DELAY_MILLIS = 3000;

/** @param {() => any} room */
export function ownName(room) {
  const field = byId("name");
  const ask = byId("ask");
  let publishedName = "";
  let publishedAt = 0;
  /** Session that has published it. @type {string | undefined} */
  let publisher;
  field.value = kept.get("name");

  const publish = () => {
    const name = field.value.trim();
    publishedName = name;
    publishedAt = Date.now();
    // A lost event does not matter: the session's generated name is shown instead.
    room()
      ?.send(name, { event: "name" })
      .catch(() => {});
  };
  const changed = () => {
    kept.set("name", field.value.trim());
    field.value.trim() !== publishedName && publish();
  };
  const answered = () => {
    kept.set("name-asked", "true");
    ask.hidden = true;
    byId("text").focus();
  };
  field.addEventListener("change", changed);
  ask.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    field.value = byId("ask-name").value.trim();
    changed();
    answered();
  });
  byId("ask-later").addEventListener("click", answered);

  return {
    /** @param {string | undefined} user user of the token, who needs no other name @param {string} id of the session; empty if there is none to name */
    show(user, id) {
      const nameable = user === undefined && id !== "";
      byId("name-field").hidden = !nameable;
      if (user !== undefined) {
        field.value = "";
      }
      field.placeholder = nickname(id);
      ask.hidden = !nameable || field.value !== "" || kept.get("name-asked") !== "";
      if (byId("ask-name").value === "") {
        byId("ask-name").value = nickname(id);
      }
    },
    /** Publishes the name of a session that has not done so: a resumed one has. @param {string} session */
    publishOnce(session) {
      if (field.value.trim() !== "" && session !== publisher) {
        publisher = session;
        publish();
      }
    },
    /** Publishes the name again for a new member. @param {number} people */
    repeat(people) {
      if (field.value.trim() !== "" && people <= SMALL_ROOM && Date.now() - publishedAt > REPEAT_MILLIS) {
        publishedAt = Date.now();
        setTimeout(publish, Math.random() * MAX_DELAY_MILLIS);
      }
    },
  };
}
