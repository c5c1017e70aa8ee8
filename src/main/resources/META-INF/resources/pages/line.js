// @ts-check
/** One line of the log: a message, or a gap. */
import { element } from "./element.js";
import { fileCard } from "./file.js";
import { formatted } from "./format.js";
import { day, fullTime, translate, size, time } from "./i18n.js";
import { isOwn } from "./own.js";
import { avatar, nameTag } from "./people.js";

/**
 * @typedef {object} Line
 * @property {"message" | "gap"} kind
 * @property {number} generation index of the epoch, in the order in which this page has met them
 * @property {number} offset
 * @property {number} at
 * @property {any} [message] binary data is replaced by `bytes`, its length
 */

/** Maximum number of characters shown at first: a megabyte of text in one element blocks a phone. */
const CLIP = 10_000;
/** Maximum nesting that is shown by indentation: each value in a thousand arrays would be indented by two thousand spaces. */
const MAX_DEPTH = 20;
const GROUP_MILLIS = 5 * 60_000;

/** @param {Line} line @param {import("./file.js").Files} files @returns {HTMLLIElement} */
export function lineNode(line, files) {
  if (line.kind === "gap") {
    return element("li", { class: "gap", "data-gap": true }, element("span", {}, translate("gap")));
  }
  const { message } = line;
  return element(
    "li",
    { class: "line", "data-offset": line.offset, "data-event": message.event },
    element("div", { class: "head" }),
    element("div", { class: "body" }, ...body(message, files)),
  );
}

/**
 * Updates what is known late: the names, and what depends on the line before, the day and whether the sender is named again.
 * @param {HTMLElement} node @param {Line} line @param {Line | undefined} former @param {number | undefined} newSince if this is the first new line, when the room was last read
 */
export function updateHead(node, line, former, newSince) {
  node.querySelectorAll(":scope > .day, :scope > .since").forEach((each) => each.remove());
  if (newSince !== undefined) {
    const when = day(newSince) === day(Date.now()) ? time(newSince) : `${day(newSince)}, ${time(newSince)}`;
    node.prepend(element("p", { class: "since" }, element("span", {}, translate("newSince", { when }))));
  }
  if (former === undefined || day(former.at) !== day(line.at)) {
    node.prepend(element("p", { class: "day" }, element("span", {}, day(line.at))));
  }
  const follows =
    newSince === undefined &&
    former?.kind === "message" &&
    line.kind === "message" &&
    day(former.at) === day(line.at) &&
    line.at - former.at < GROUP_MILLIS &&
    sender(former.message) === sender(line.message);
  node.classList.toggle("follows", follows);
  line.kind === "message" && name(node, line);
}

/** @param {HTMLElement} node @param {Line} line */
function name(node, { message }) {
  const { from, at } = message;
  const own = isOwn(message);
  node.classList.toggle("own", own);
  node
    .querySelector(":scope > .head")
    ?.replaceChildren(
      own ? "" : avatar(from),
      own && from === undefined ? "" : nameTag(from),
      own ? element("span", { class: "me" }, translate("you")) : "",
      element("time", { datetime: new Date(at).toISOString(), title: fullTime(at) }, time(at)),
    );
}

/** @param {any} message */
const sender = (message) => (isOwn(message) ? "" : (message.from?.user ?? message.from?.id ?? "somebody"));

/** @param {any} message @param {import("./file.js").Files} files @returns {(Node | string)[]} */
function body(message, files) {
  const { event, data } = message;
  if (event === "@file") {
    return [fileCard(data, files)];
  }
  const named = event === "message" ? [] : [element("p", { class: "event" }, translate("event", { event }))];
  return [...named, content(message, data)];
}

/** @param {any} message @param {any} data @returns {HTMLElement} */
function content(message, data) {
  if (message.bytes !== undefined) {
    return element("p", { class: "quiet binary" }, translate("binary", { size: size(message.bytes) }));
  }
  if (typeof data === "string") {
    return data === ""
      ? element("p", { class: "quiet" }, translate("nothing"))
      : clipped(data, (text) => element("div", { class: "text", dir: "auto" }, ...formatted(text)));
  }
  return clipped(readable(data ?? null), (text) => element("pre", { tabindex: "0" }, text));
}

/** @param {any} data */
const readable = (data) => JSON.stringify(data, null, isDeeper(data, MAX_DEPTH) ? 0 : 2);

/** @param {any} data @param {number} levels @returns {boolean} */
const isDeeper = (data, levels) =>
  typeof data === "object" &&
  data !== null &&
  (levels === 0 || Object.values(data).some((each) => isDeeper(each, levels - 1)));

/** @param {string} text @param {(text: string) => HTMLElement} make */
function clipped(text, make) {
  if (text.length <= CLIP) {
    return make(text);
  }
  const whole = element("div", {}, make(`${text.slice(0, CLIP)}…`));
  const more = element(
    "button",
    {
      type: "button",
      click: () => {
        const all = make(text);
        whole.replaceChildren(all);
        // The button had the focus.
        all.hasAttribute("tabindex") || (all.tabIndex = -1);
        all.focus({ preventScroll: true });
      },
    },
    translate("showAll", { size: size(new Blob([text]).size) }),
  );
  whole.append(more);
  return whole;
}
