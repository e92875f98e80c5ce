// Light and dark: the system's preference, or the person's choice, kept in this browser.

/** @param {import("./state.js").State} state */
export function startTheme(state) {
  const select = /** @type {HTMLSelectElement} */ (document.getElementById("theme"));
  const dark = matchMedia("(prefers-color-scheme: dark)");
  select.value = remembered() ?? "system";
  const apply = () => {
    const theme = select.value === "system" ? (dark.matches ? "dark" : "light") : select.value;
    document.documentElement.dataset.theme = theme;
    if (state.theme !== theme) {
      state.theme = /** @type {"light" | "dark"} */ (theme);
      state.tell("theme");
    }
  };
  select.addEventListener("change", () => {
    try {
      if (select.value === "system") localStorage.removeItem("theme");
      else localStorage.setItem("theme", select.value);
    } catch { /* storage is off: the choice lasts until the page is closed */ }
    apply();
  });
  dark.addEventListener("change", apply);
  apply();
}

function remembered() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}
