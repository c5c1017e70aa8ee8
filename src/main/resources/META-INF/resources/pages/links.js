// @ts-check
import { element } from "./element.js";

/** Only these two schemes: javascript: and data: would run the text of a message. Ends before what would turn the address round. */
const LINK = /\bhttps?:\/\/[^\s<>"'`\u2028-\u202e\u2066-\u2069]+/gi;

/** Punctuation that most likely belongs to the sentence and not to the address. */
const TRAILING = ".,:;!?…，。：；！？、)]}»”";

/** Maximum number of links and pieces of code in a text: with more, the page would freeze. */
export const MAX_PARTS = 1000;

/** Returns the text as nodes, with its addresses as links. @param {string} text @param {{parts: number}} [budget] of links, reduced by those made @returns {Node[]} */
export function linked(text, budget = { parts: MAX_PARTS }) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    if (budget.parts-- <= 0) {
      break;
    }
    const address = withoutTrailing(match[0]);
    if (!URL.canParse(address)) {
      continue;
    }
    nodes.push(document.createTextNode(text.slice(end, match.index)));
    nodes.push(
      element("a", { href: address, dir: "ltr", target: "_blank", rel: "noopener noreferrer nofollow" }, address),
    );
    end = match.index + address.length;
  }
  nodes.push(document.createTextNode(text.slice(end)));
  return nodes;
}

/** A closing bracket stays if it was opened in the address. @param {string} address */
function withoutTrailing(address) {
  let end = address.length;
  // From the end: a regular expression would be tried at each of thousands of brackets within the address.
  while (end > 0 && TRAILING.includes(address[end - 1])) {
    end--;
  }
  const bare = address.slice(0, end);
  return address[end] === ")" && bare.includes("(") ? `${bare})` : bare;
}
