// @ts-check
/** Storage of the browser. If site data is blocked each access throws, which must not stop the page. */

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
        // Site data is blocked: the value is lost with the page.
      }
    },
  };
}

/** Values kept permanently. */
export const kept = guarded(() => localStorage);

/** Values kept as long as this tab. */
export const keptInTab = guarded(() => sessionStorage);
