// @ts-check
/** Workers that are made from the module itself. */

/** False if this module is bundled with others: a worker made from the bundle would run all of it. */
export const OWN_WORKERS = /\/atrium\.js(\?|$)/.test(import.meta.url);
