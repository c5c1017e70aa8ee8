// @ts-check
/** Text of a message as nodes: code between backticks or fences, and links. It becomes text and elements made here, and never markup. */
import { element } from "./element.js";
import { linked, MAX_PARTS } from "./links.js";

const FENCE = /^ {0,3}```[^`]*$/;
const FENCE_END = /^ {0,3}```\s*$/;
/** At most three backticks: with more, unclosed ones would make the search slow. */
const CODE = /(?<!`)(`{1,3})(?!`)([^\n]*?[^`\n])\1(?!`)/g;

/** @param {string} text @returns {Node[]} */
export function formatted(text) {
  if (!text.includes("`")) {
    return linked(text);
  }
  /** @type {Node[]} */
  const nodes = [];
  const budget = { parts: MAX_PARTS };
  const lines = text.split("\n");
  let lastFence = lines.length - 1;
  while (lastFence >= 0 && !FENCE_END.test(lines[lastFence])) {
    lastFence--;
  }
  /** @type {string[]} */
  let plain = [];
  const flush = () => {
    nodes.push(...inline(plain.join("\n"), budget));
    plain = [];
  };
  for (let i = 0; i < lines.length; i++) {
    if (i >= lastFence || budget.parts <= 0 || !FENCE.test(lines[i])) {
      plain.push(lines[i]);
      continue;
    }
    let end = i + 1;
    while (!FENCE_END.test(lines[end])) {
      end++;
    }
    budget.parts--;
    plain.length > 0 && flush();
    nodes.push(
      element(
        "pre",
        { class: "code", dir: "ltr", tabindex: "0" },
        element("code", {}, lines.slice(i + 1, end).join("\n")),
      ),
    );
    i = end;
  }
  plain.length > 0 && flush();
  return nodes;
}

/** Code that begins or ends with a backtick has a space at both ends. @param {string} code */
function unpadded(code) {
  return code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "" ? code.slice(1, -1) : code;
}

/** Code within a line. @param {string} text @param {{parts: number}} budget @returns {Node[]} */
function inline(text, budget) {
  /** @type {Node[]} */
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(CODE)) {
    if (budget.parts-- <= 0) {
      break;
    }
    nodes.push(...linked(text.slice(end, match.index), budget), element("code", { dir: "ltr" }, unpadded(match[2])));
    end = match.index + match[0].length;
  }
  nodes.push(...linked(text.slice(end), budget));
  return nodes;
}
