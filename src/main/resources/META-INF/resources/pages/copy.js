// @ts-check
import { translate } from "./i18n.js";

/** Copies the text of an element, or selects it where there is no clipboard; returns what was done, in words. @param {HTMLElement} source @returns {Promise<string>} */
export async function copied(source) {
  try {
    // There is no clipboard if the page was loaded over plain HTTP from another machine.
    await navigator.clipboard.writeText(source.textContent ?? "");
    return translate("copied");
  } catch {
    getSelection()?.selectAllChildren(source);
    return translate("copySelected");
  }
}
