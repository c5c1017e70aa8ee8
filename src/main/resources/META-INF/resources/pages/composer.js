// @ts-check
/** Text box with a draft. */
import { byId } from "./element.js";
import { translate } from "./i18n.js";
import { keptInTab } from "./storage.js";
import { isVisible } from "./visible.js";

/** UTF-16 units; in UTF-8 less than the frame that a server accepts by default. */
const MAX_LENGTH = 60_000;

/**
 * @param {string} room @param {object} listeners
 * @param {(text: string) => void} listeners.send @param {() => void} listeners.typing @param {(files: File[]) => void} listeners.files
 */
export function composer(room, { send, typing, files }) {
  const form = byId("composer");
  const box = byId("text");
  const hint = byId("hint");
  const draft = `draft:${location.pathname}${location.search}`;
  box.value = keptInTab.get(draft);
  box.placeholder = translate("writeHere", { room });

  const fit = () => {
    keptInTab.set(draft, box.value);
    hint.textContent = box.value.length > MAX_LENGTH ? translate("tooLong") : "";
    // The height follows the text, where CSS cannot do it.
    if (!CSS.supports("field-sizing", "content")) {
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight + 2}px`;
    }
  };
  const submit = () => {
    const text = box.value.trimEnd();
    if (text.length > MAX_LENGTH) {
      return;
    }
    box.value = "";
    fit();
    isVisible(text) && send(text);
  };

  box.addEventListener("input", () => {
    fit();
    box.value !== "" && typing();
  });
  box.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    // In an input method, as for Chinese, Enter ends the composition; Safari reports that by the key code only.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      submit();
    }
  });
  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
    box.focus();
  });
  box.addEventListener("paste", (/** @type {ClipboardEvent} */ event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    // Office programs put a picture of the text beside the text: then the text is meant.
    if (pasted.length > 0 && !event.clipboardData?.types.includes("text/plain")) {
      event.preventDefault();
      files(pasted);
    }
  });
  fit();
  // On a phone this opens no keyboard until the box is touched.
  box.focus({ preventScroll: true });
}
