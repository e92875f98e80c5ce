// Keyboard shortcuts: listed by `?`, silent while somebody types or a dialog is open. A single key acts when no other
// follows at once: a word typed with nothing focused, or spoken, is no shortcut. They can be switched off.
import { byId, h } from "../widgets/dom.js";

/** Keys that come closer together than this are a word. */
const WORD_MS = 400;
const SECTIONS = ["cohort", "train", "explore", "pathways", "evidence", "share"];

/** @param {{onTrain: () => void, onPause: () => void}} actions */
export function startShortcuts({ onTrain, onPause }) {
  const panel = byId("shortcuts");
  const button = byId("shortcuts-open");
  /** @type {[string, string][]} */
  const list = [
    ["1 … 6", "go to a section"],
    ["o", "open files"],
    ["t", "go to the button that trains; Enter presses it"],
    ["p", "pause or resume the run"],
    ["/", "search what to colour by"],
    ["arrows", "step from sample to sample in a map that has the focus, from cell to cell in the heat map"],
    ["Space", "select that sample or let go of it; held, dragging moves the map"],
    ["Enter", "select that sample alone; in the heat map, colour the maps by the pathway"],
    ["Shift arrows", "step and select on the way"],
    ["+ − 0 w a s d", "zoom, reset and move that map"],
    ["Shift Alt", "held: a lasso or click adds, takes away"],
    ["Ctrl-Z Shift-Ctrl-Z", "undo, redo a selection or a change of groups (⌘ on a Mac)"],
    ["Esc", "show all categories again, then let go of the selection; close this list"],
    ["?", "show or hide this list"],
  ];
  panel.append(h("dl", {}, list.map(([keys, what]) => h("div", {}, h("dt", {}, keys.split(" ").flatMap((key, at) => [at && key !== "…" ? " " : "", key === "…" ? " … " : h("kbd", {}, key)])), h("dd", {}, what)))));
  const on = h("input", { type: "checkbox", id: "shortcuts-on", checked: remembered() !== "off", onchange: () => {
    try {
      if (on.checked) localStorage.removeItem("shortcuts");
      else localStorage.setItem("shortcuts", "off");
    } catch { /* storage is off: the choice lasts until the page is closed */ }
  } });
  panel.append(h("p", {}, h("label", { className: "check" }, on, h("span", {}, "Shortcuts of a single letter, digit or sign"))));
  const toggle = (/** @type {boolean} */ shown = panel.hidden) => {
    panel.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
  };
  button.addEventListener("click", () => toggle());
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.closest("input:not([type=radio],[type=checkbox],[type=file]), textarea, select, [contenteditable]");
    // A key that writes nothing ends a word.
    if (event.key.length !== 1 && event.key !== "Shift") last = -Infinity;
    if (document.querySelector("dialog[open]") || event.defaultPrevented) return;
    if (event.ctrlKey || event.metaKey || event.altKey || typing || event.key.length !== 1 || !on.checked) return;
    const alone = event.timeStamp - last > WORD_MS;
    last = event.timeStamp;
    clearTimeout(waiting);
    if (!alone || event.repeat) return;
    const { key } = event;
    // No word begins with a sign.
    if (!/[a-z\d]/i.test(key)) {
      last = -Infinity;
      if (key === "/") event.preventDefault();
      act(key);
    } else waiting = setTimeout(() => act(key), WORD_MS);
  });
  // Esc closes one thing: this list before a selection, which listens later.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    toggle(false);
    event.preventDefault();
  }, { capture: true });
  let last = -Infinity;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  /** @param {string} key */
  function act(key) {
    if (document.querySelector("dialog[open]")) return;
    const section = SECTIONS[Number(key) - 1];
    if (section) /** @type {HTMLElement} */ (document.querySelector(`.rail a[href="#${section}"]`)).click();
    else if (key === "?") toggle();
    else if (key === "o") byId("file-input").click();
    else if (key === "t") onTrain();
    else if (key === "p") onPause();
    else if (key === "/") document.getElementById("colour-search")?.focus();
  }
}

function remembered() {
  try {
    return localStorage.getItem("shortcuts");
  } catch {
    return null;
  }
}
