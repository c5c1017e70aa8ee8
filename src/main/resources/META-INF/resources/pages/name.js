// @ts-check
/** Name of a user without a token. */
import { byId } from "./element.js";
import { kept } from "./storage.js";

/** Members above which the name is not repeated for each new one. */
const SMALL_ROOM = 20;
const REPEAT_MILLIS = 60_000;
const MAX_DELAY_MILLIS = 3000;

/** @param {() => any} room */
export function ownName(room) {
  const field = byId("name");
  let publishedName = "";
  let publishedAt = 0;
  field.value = kept.get("name");

  const publish = () => {
    const name = field.value.trim();
    publishedName = name;
    publishedAt = Date.now();
    // A lost event does not matter: the session's id is shown instead.
    room()?.send(name, { event: "name" }).catch(() => {});
  };
  field.addEventListener("change", () => {
    kept.set("name", field.value.trim());
    field.value.trim() !== publishedName && publish();
  });

  return {
    /** @param {string | undefined} user user of the token, who needs no other name @param {boolean} limited whether there is no session to name */
    show(user, limited) {
      byId("name-field").hidden = user !== undefined || limited;
      if (user !== undefined) {
        field.value = "";
      }
    },
    /** Publishes the name. Called once for each session. */
    publishOnce() {
      field.value.trim() !== "" && publish();
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
