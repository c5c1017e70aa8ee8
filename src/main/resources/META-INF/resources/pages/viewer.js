// @ts-check
/** View of a picture, over the page. */
import { element } from "./element.js";
import { translate } from "./i18n.js";

/** @param {HTMLImageElement} picture that is loaded */
export function viewPicture(picture) {
  const view = element(
    "dialog",
    { class: "viewer", "aria-label": picture.alt, click: () => view.close(), close: () => view.remove() },
    element("img", { src: picture.src, alt: picture.alt }),
    element("button", { type: "button", class: "icon", "aria-label": translate("close") }, "×"),
  );
  document.body.append(view);
  // The browser closes it by Escape, and returns the focus to where it was.
  view.showModal();
}
