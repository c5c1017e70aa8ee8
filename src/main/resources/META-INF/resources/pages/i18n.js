// @ts-check
/** Translation of the pages. */
import { kept } from "./storage.js";
import { words } from "./words.js";

/** @type {"en" | "zh"} */
export const language = choose();

function choose() {
  const wanted = [kept.get("language"), ...navigator.languages];
  for (const tag of wanted) {
    const found = Object.keys(words).find((known) => tag === known || tag.startsWith(`${known}-`));
    if (found !== undefined) {
      return /** @type {"en" | "zh"} */ (found);
    }
  }
  return "en";
}

/** Locale of dates and figures: the reader's, if the words are in that language, too. */
const locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;

const dayFormat = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
const dateFormat = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const timeFormat = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" });
const fullFormat = new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "medium" });
const percentFormat = new Intl.NumberFormat(locale, { style: "percent" });
const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** @param {string} key of words.js @param {Record<string, string | number>} [values] @returns {string} */
export function translate(key, values = {}) {
  const [one, other = one] = (words[language][key] ?? words.en[key] ?? key).split("|");
  return (values.n === 1 ? one : other).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

const agoFormat = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });

/** Time that has passed since, in words. @param {number} at */
export function ago(at) {
  const minutes = Math.max(0, Math.round((Date.now() - at) / 60_000));
  return minutes < 1
    ? agoFormat.format(0, "second")
    : minutes < 60
      ? agoFormat.format(-minutes, "minute")
      : minutes < 24 * 60
        ? agoFormat.format(-Math.round(minutes / 60), "hour")
        : agoFormat.format(-Math.round(minutes / 60 / 24), "day");
}

/** With the year if it is another one. @param {number} at */
export const day = (at) =>
  (new Date(at).getFullYear() === new Date().getFullYear() ? dayFormat : dateFormat).format(at);
/** @param {number} at */
export const time = (at) => timeFormat.format(at);
/** @param {number} at */
export const fullTime = (at) => fullFormat.format(at);
/** @param {number} share */
export const percent = (share) => percentFormat.format(share);
/** @param {number} value */
export const figure = (value) => plain.format(value);

/** @param {number} bytes */
export function size(bytes) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${plain.format(bytes / 1024 ** power)} ${units[power]}`;
}

/** Translates a page, whose elements name their keys: `data-say` for text, `data-say-label` and others for attributes. */
export function translatePage() {
  document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
  for (const each of document.querySelectorAll("[data-say]")) {
    each.textContent = translate(/** @type {HTMLElement} */ (each).dataset.say ?? "");
  }
  for (const [data, attribute] of [
    ["data-say-label", "aria-label"],
    ["data-say-title", "title"],
    ["data-say-placeholder", "placeholder"],
  ]) {
    for (const each of document.querySelectorAll(`[${data}]`)) {
      each.setAttribute(attribute, translate(each.getAttribute(data) ?? ""));
    }
  }
  for (const each of document.querySelectorAll("[data-toggle=language]")) {
    each.setAttribute("lang", language === "zh" ? "en" : "zh");
    each.addEventListener("click", () => {
      kept.set("language", language === "zh" ? "en" : "zh");
      location.reload();
    });
  }
}
