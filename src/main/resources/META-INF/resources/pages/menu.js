// @ts-check
/** Tools of the page: in its header, or on a phone in a menu, which closes once one is used. */
import { byId } from "./element.js";

export function menu() {
  const tools = byId("tools");
  tools.addEventListener(
    "click",
    (/** @type {Event} */ { target }) =>
      target instanceof Element && target.closest("button") && tools.matches(":popover-open") && tools.hidePopover(),
  );
}
