// @ts-check
/** What a browser keeps, where it lets a page: with site data blocked each access throws, and the page has to go on. */

/** @param {() => Storage} area @returns {{get(key: string): string, set(key: string, value: string): void}} */
function guarded(area) {
  return {
    get(key) {
      try {
        return area().getItem(`atrium:${key}`) ?? "";
      } catch {
        return "";
      }
    },
    set(key, value) {
      try {
        value === "" ? area().removeItem(`atrium:${key}`) : area().setItem(`atrium:${key}`, value);
      } catch {
        // Forgotten with the page.
      }
    },
  };
}

/** For good. */
export const kept = guarded(() => localStorage);

/** As long as this tab. */
export const keptInTab = guarded(() => sessionStorage);
