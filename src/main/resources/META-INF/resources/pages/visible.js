// @ts-check
/** What is seen of a text. */

/** Any character that is seen: neither a space, nor one that only formats or fills. */
const VISIBLE = /[^\s\p{Z}\p{C}\u034f\u115f\u1160\u2800\u3164\uffa0\ufe00-\ufe0f]/u;

/** @param {string} text */
export const isVisible = (text) => VISIBLE.test(text);

/** Removes the characters that turn the text behind them round, also that of the page. @param {string} text */
export const unturned = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
