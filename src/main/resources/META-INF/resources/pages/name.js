// @ts-check
/** The name that a person without a token goes by. */
import { byId } from "./element.js";
import { kept } from "./storage.js";

/** In a larger crowd nobody repeats it for each who comes. */
const SMALL_ROOM = 20;
const GREET_EACH_MILLIS = 60_000;
const MOST_DELAY_MILLIS = 3000;

/** @param {() => any} room */
export function ownName(room) {
  const field = byId("name");
  let told = "";
  let toldAt = 0;
  field.value = kept.get("name");

  const say = () => {
    const name = field.value.trim();
    told = name;
    toldAt = Date.now();
    // Whether it arrives matters to nobody: the id of the session does as well.
    room()?.send(name, { event: "name" }).catch(() => {});
  };
  field.addEventListener("change", () => {
    kept.set("name", field.value.trim());
    field.value.trim() !== told && say();
  });

  return {
    /** @param {string | undefined} user whoever is known by a token has a name already */
    show(user) {
      byId("name-field").hidden = user !== undefined;
      if (user !== undefined) {
        field.value = "";
      }
    },
    /** Once for each session. */
    tell() {
      field.value.trim() !== "" && say();
    },
    /** Somebody came who has not heard it. @param {number} people */
    greet(people) {
      if (field.value.trim() !== "" && people <= SMALL_ROOM && Date.now() - toldAt > GREET_EACH_MILLIS) {
        toldAt = Date.now();
        setTimeout(say, Math.random() * MOST_DELAY_MILLIS);
      }
    },
  };
}
