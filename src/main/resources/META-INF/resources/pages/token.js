// @ts-check
/** Form for a token, which is kept as long as the tab. */
import { isToken } from "./address.js";
import { element } from "./element.js";
import { fullTime, translate } from "./i18n.js";
import { keptInTab } from "./storage.js";

/** Returns the token; empty if there is none. */
export const token = () => keptInTab.get("token");

/** Name of the connection that tabs share: they must have the same token, because another one may be of another user or grant other rooms. The end of the signature distinguishes tokens. */
export const sharedBy = () => token().slice(-32);

/** Returns the expiry of a token, in milliseconds since 1970; undefined if it has none. @param {string} text */
function expires(text) {
  try {
    const claims = JSON.parse(atob(text.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims.exp === "number" ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** Returns why a token is requested. @param {number} code 401 or 403 @param {string} reason of the server */
function explanation(code, reason) {
  const known = token();
  if (known === "") {
    return translate("tokenWanted");
  }
  const end = expires(known);
  if (code === 401 && end !== undefined && end <= Date.now()) {
    return translate("tokenExpired", { when: fullTime(end) });
  }
  return translate(code === 403 ? "tokenForbidden" : "tokenRefused", { reason });
}

/**
 * Shows the form in a place of the page, once, until a token is there.
 * @param {HTMLElement} container @param {number} code @param {string} reason @param {() => void} then
 */
export function requestToken(container, code, reason, then) {
  const box = element("textarea", {
    id: "token",
    rows: 4,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    "aria-describedby": "token-why token-kept",
  });
  const complaint = element("p", { class: "complaint", role: "alert" });
  const form = element(
    "form",
    { id: "token-form", class: "card", "aria-labelledby": "token-title" },
    element("h2", { id: "token-title" }, translate("tokenTitle")),
    element("p", { id: "token-why", role: "alert" }, explanation(code, reason)),
    element("label", { for: "token" }, translate("tokenLabel")),
    box,
    complaint,
    element("p", { id: "token-kept", class: "quiet" }, translate("tokenKept")),
    element("button", { type: "submit", class: "primary" }, translate("tokenUse")),
  );
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    // A token copied from a terminal or a header has line breaks or a prefix.
    const text = box.value.replace(/^\s*Bearer\s+/i, "").replace(/\s+/g, "");
    if (!isToken(text)) {
      complaint.textContent = translate(text === "" ? "tokenEmpty" : "tokenCut");
      box.focus();
      return;
    }
    keptInTab.set("token", text);
    container.hidden = true;
    container.replaceChildren();
    then();
  });
  container.replaceChildren(form);
  container.hidden = false;
  box.focus();
}
