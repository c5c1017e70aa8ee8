// @ts-check
/** Storage of the browser. If site data is blocked each access throws, which must not stop the page. */

/** @param {() => Storage} area @returns {{get(key: string): string, set(key: string, value: string): void}} */
function guarded(area) {
  /** What could not be stored: it lasts as long as the page. @type {Map<string, string>} */
  const unstored = new Map();
  return {
    get(key) {
      try {
        return unstored.get(key) ?? area().getItem(`atrium:${key}`) ?? "";
      } catch {
        return "";
      }
    },
    set(key, value) {
      try {
        unstored.delete(key);
        value === "" ? area().removeItem(`atrium:${key}`) : area().setItem(`atrium:${key}`, value);
      } catch {
        // Site data is blocked, or there is no room for more.
        unstored.set(key, value);
      }
    },
  };
}

/** Values kept permanently. */
export const kept = guarded(() => localStorage);

/** Values kept as long as this tab. */
export const keptInTab = guarded(() => sessionStorage);
