// @ts-check
/**
 * Creates an element. Children that are strings become text and never markup: the text of a message must not become part of the page.
 * @param {string} tag @param {Record<string, any>} [properties] attributes; functions are listeners by the name of their event
 * @param {...(Node | string | undefined)} children @returns {any}
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === "function") {
      made.addEventListener(name, value);
    } else if (value === true) {
      made.setAttribute(name, "");
    } else if (value !== false && value !== undefined) {
      made.setAttribute(name, String(value));
    }
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

/** Returns an existing element. @param {string} id @returns {any} */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`the page has no #${id}`);
  }
  return found;
}

/**
 * Removes an element of a room's page, or hides it. If it has the focus, the log gets it: otherwise the user of a keyboard or a screen reader would be at the
 * beginning of the page. The text box would open the keyboard of a phone.
 * @param {Element} shown @param {() => void} [hide]
 */
export function withdraw(shown, hide = () => shown.remove()) {
  const focused = shown.contains(document.activeElement);
  hide();
  focused && byId("messages").focus({ preventScroll: true });
}
