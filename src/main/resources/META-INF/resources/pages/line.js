// @ts-check
/** One line of the log: something that was said, or a place where something is missing. */
import { element } from "./element.js";
import { fileCard } from "./file.js";
import { day, fullTime, say, size, time } from "./i18n.js";
import { linked } from "./links.js";
import { isMe, nameTag } from "./people.js";

/**
 * @typedef {object} Line
 * @property {"message" | "gap"} kind
 * @property {number} generation counts epochs of the room, as this page has come to know them
 * @property {number} offset
 * @property {number} at
 * @property {any} [message] with `bytes`, their number, in place of data that is binary
 */

/** Characters that are shown at once: a megabyte of text in one element stops a phone. */
const CLIP = 10_000;
const SAME_BREATH_MILLIS = 5 * 60_000;

/** @param {Line} line @param {import("./file.js").Files} files @returns {HTMLLIElement} */
export function lineNode(line, files) {
  if (line.kind === "gap") {
    return element("li", { class: "gap", "data-gap": true }, element("span", {}, say("gap")));
  }
  const { message } = line;
  const own = isMe(message.from);
  return element("li", { class: own ? "line own" : "line", "data-offset": line.offset, "data-event": message.event },
    element("div", { class: "head" }), element("div", { class: "body" }, ...body(message, files)));
}

/** What depends on the line before: the day, and whether its sender has to be named again. @param {HTMLElement} node @param {Line} line @param {Line | undefined} former */
export function place(node, line, former) {
  node.querySelector(":scope > .day")?.remove();
  if (former === undefined || day(former.at) !== day(line.at)) {
    node.prepend(element("p", { class: "day" }, element("span", {}, day(line.at))));
  }
  const from = line.message?.from;
  const follows = former?.kind === "message" && line.kind === "message" && day(former.at) === day(line.at)
    && line.at - former.at < SAME_BREATH_MILLIS && sender(former.message.from) === sender(from);
  node.classList.toggle("follows", follows);
  name(node, line);
}

/** @param {HTMLElement} node @param {Line} line */
export function name(node, line) {
  const { from, at } = line.message ?? {};
  node.querySelector(":scope > .head")?.replaceChildren(nameTag(from), isMe(from) ? element("span", { class: "me" }, say("you")) : "",
    element("time", { datetime: new Date(at).toISOString(), title: fullTime(at) }, time(at)));
}

/** @param {any} from */
const sender = (from) => from?.user ?? from?.id ?? "";

/** @param {any} message @param {import("./file.js").Files} files @returns {(Node | string)[]} */
function body(message, files) {
  const { event, data } = message;
  if (event === "@file") {
    return [fileCard(data, files)];
  }
  const named = event === "message" ? [] : [element("p", { class: "event" }, say("event", { event }))];
  return [...named, content(message, data)];
}

/** @param {any} message @param {any} data @returns {HTMLElement} */
function content(message, data) {
  if (message.bytes !== undefined) {
    return element("p", { class: "quiet binary" }, say("binary", { size: size(message.bytes) }));
  }
  if (typeof data === "string") {
    return data === "" ? element("p", { class: "quiet" }, say("nothing")) : clipped(data, (text) => element("p", { class: "text", dir: "auto" }, ...linked(text)));
  }
  return clipped(JSON.stringify(data ?? null, null, 2), (text) => element("pre", { tabindex: "0" }, text));
}

/** @param {string} text @param {(text: string) => HTMLElement} make */
function clipped(text, make) {
  if (text.length <= CLIP) {
    return make(text);
  }
  const whole = element("div", {}, make(`${text.slice(0, CLIP)}…`));
  const more = element("button", { type: "button", click: () => whole.replaceChildren(make(text)) },
    say("showAll", { size: size(new Blob([text]).size) }));
  whole.append(more);
  return whole;
}
