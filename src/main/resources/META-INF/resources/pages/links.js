// @ts-check
import { element } from "./element.js";

/** Two schemes and no other: javascript: and data: would run what somebody has said. */
const LINK = /\bhttps?:\/\/[^\s<>"'`\u2028\u2029]+/gi;

/** Of a sentence, most likely, and not of the address. */
const TRAILING = /[.,:;!?…，。：；！？、)\]}»”]+$/;

/** The text as nodes, its addresses as links. @param {string} text @returns {Node[]} */
export function linked(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = withoutTrailing(match[0]);
    if (!URL.canParse(address)) {
      continue;
    }
    nodes.push(document.createTextNode(text.slice(end, match.index)));
    nodes.push(element("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, address));
    end = match.index + address.length;
  }
  nodes.push(document.createTextNode(text.slice(end)));
  return nodes;
}

/** A closing bracket stays if it was opened in the address. @param {string} address */
function withoutTrailing(address) {
  const trailing = address.match(TRAILING)?.[0] ?? "";
  const bare = address.slice(0, address.length - trailing.length);
  return trailing.startsWith(")") && bare.includes("(") ? `${bare})` : bare;
}
