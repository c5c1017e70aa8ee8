// @ts-check
/** Asks a person for a token, and keeps it as long as the tab. */
import { element } from "./element.js";
import { fullTime, say } from "./i18n.js";
import { keptInTab } from "./storage.js";

/** The token, or nothing. */
export const token = () => keptInTab.get("token");

/** The tabs that may share a connection are those with the same token: any other one may be of another user, or grant something else. The end of its signature tells them apart. */
export const sharedBy = () => token().slice(-32);

/** When it ends, in milliseconds since 1970; undefined if it does not say. @param {string} text */
function expires(text) {
  try {
    const claims = JSON.parse(atob(text.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return typeof claims.exp === "number" ? claims.exp * 1000 : undefined;
  } catch {
    return undefined;
  }
}

/** Why somebody is asked, in words. @param {number} code 401 or 403 @param {string} reason of the server */
function why(code, reason) {
  const known = token();
  if (known === "") {
    return say("tokenWanted");
  }
  const end = expires(known);
  if (code === 401 && end !== undefined && end <= Date.now()) {
    return say("tokenExpired", { when: fullTime(end) });
  }
  return say(code === 403 ? "tokenForbidden" : "tokenRefused", { reason });
}

/**
 * Shows the form in a place of the page, once, until a token is there.
 * @param {HTMLElement} place @param {number} code @param {string} reason @param {() => void} then
 */
export function askForToken(place, code, reason, then) {
  const box = element("textarea", {
    id: "token", rows: 4, spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-describedby": "token-why token-kept",
  });
  const complaint = element("p", { class: "complaint", role: "alert" });
  const form = element("form", { id: "token-form", class: "card", "aria-labelledby": "token-title" },
    element("h2", { id: "token-title" }, say("tokenTitle")),
    element("p", { id: "token-why", role: "alert" }, why(code, reason)),
    element("label", { for: "token" }, say("tokenLabel")), box, complaint,
    element("p", { id: "token-kept", class: "quiet" }, say("tokenKept")),
    element("button", { type: "submit", class: "primary" }, say("tokenUse")));
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    // As it is copied from a terminal or from a header.
    const text = box.value.replace(/^\s*Bearer\s+/i, "").replace(/\s+/g, "");
    if (text === "") {
      complaint.textContent = say("tokenEmpty");
      box.focus();
      return;
    }
    keptInTab.set("token", text);
    place.hidden = true;
    place.replaceChildren();
    then();
  });
  place.replaceChildren(form);
  place.hidden = false;
  box.focus();
}
