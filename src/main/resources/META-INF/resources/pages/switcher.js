// @ts-check
/** List of other rooms, over the room's page: those visited before, and those of the server. */
import { inNamespace, namespace, roomPath, root } from "./address.js";
import { readJson } from "./roomcard.js";
import { byId, element } from "./element.js";
import { translate } from "./i18n.js";
import { visits } from "./recent.js";

const MAX_LISTED = 30;

export function switcher() {
  const field = byId("switch-name");
  let requests = 0;
  const link = (/** @type {string} */ path, /** @type {string} */ name) =>
    element("li", {}, element("a", { href: path }, element("bdi", {}, name)));

  const list = async () => {
    const request = ++requests;
    const typed = field.value.trim();
    const here = location.pathname + location.search;
    const recent = visits().filter(
      ({ path, name }) => path !== here && name.toLowerCase().includes(typed.toLowerCase()),
    );
    byId("switch-recent").replaceChildren(...recent.map(({ path, name }) => link(path, name)));
    const query = new URLSearchParams({ ns: namespace, prefix: typed, limit: String(MAX_LISTED) });
    // Without the permission to list rooms the visited ones are shown alone.
    const { rooms } = await readJson(`${root}rooms?${query}`).catch(() => ({ rooms: [] }));
    if (request === requests) {
      const known = new Set([here, ...recent.map(({ path }) => path)]);
      const others = rooms
        .map((/** @type {{room: string}} */ { room }) => ({ room, path: roomPath(room) + inNamespace }))
        .filter((/** @type {{path: string}} */ { path }) => !known.has(path))
        .slice(0, MAX_LISTED);
      byId("switch-rooms").replaceChildren(
        ...others.map((/** @type {{room: string, path: string}} */ { room, path }) => link(path, room)),
      );
      byId("switch-none").hidden = recent.length + others.length > 0;
    }
  };
  byId("switcher").addEventListener("toggle", (/** @type {any} */ { newState }) => {
    if (newState === "open") {
      field.value = "";
      field.focus();
      void list();
    }
  });
  field.addEventListener("input", list);
  byId("switch-form").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const name = field.value.trim();
    name !== "" && name !== "." && name !== ".." && location.assign(roomPath(name) + inNamespace);
  });
  byId("switcher").setAttribute("aria-label", translate("switchRoom"));
}
