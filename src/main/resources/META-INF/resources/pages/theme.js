// @ts-check
// A script of its own, and no module: modules run after the first paint, and a dark page would flash white.
(() => {
  const key = "atrium:theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function stored() {
    try {
      return localStorage.getItem(key);
    } catch {
      // Site data is blocked: the system's theme is used.
      return null;
    }
  }

  function show() {
    root.dataset.theme = stored() ?? (dark.matches ? "dark" : "light");
  }

  show();
  dark.addEventListener("change", show);
  addEventListener("storage", show);
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Element && target.closest("[data-toggle=theme]")) {
      const next = root.dataset.theme === "dark" ? "light" : "dark";
      try {
        localStorage.setItem(key, next);
      } catch {
        // Site data is blocked: the theme applies to this page only.
      }
      root.dataset.theme = next;
      dispatchEvent(new Event("themechange"));
    }
  });
})();
