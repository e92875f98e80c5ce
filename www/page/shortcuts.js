// Keyboard shortcuts: listed by `?`, silent while somebody types.
import { byId, h } from "./dom.js";

const SECTIONS = ["cohort", "train", "explore", "pathways", "evidence", "share"];

/** @param {{onTrain: () => void, onPause: () => void}} actions */
export function startShortcuts({ onTrain, onPause }) {
  const panel = byId("shortcuts");
  const button = byId("shortcuts-open");
  /** @type {[string, string][]} */
  const list = [
    ["1 … 6", "go to a section"],
    ["o", "open files"],
    ["t", "train"],
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
  const toggle = (/** @type {boolean} */ shown = panel.hidden) => {
    panel.hidden = !shown;
    button.setAttribute("aria-expanded", String(shown));
  };
  button.addEventListener("click", () => toggle());
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.closest("input:not([type=radio],[type=checkbox],[type=file]), textarea, select, [contenteditable]");
    if (event.ctrlKey || event.metaKey || event.altKey || typing) return;
    const section = SECTIONS[Number(event.key) - 1];
    if (section) /** @type {HTMLElement} */ (document.querySelector(`.rail a[href="#${section}"]`)).click();
    else if (event.key === "?") toggle();
    else if (event.key === "Escape" && !panel.hidden) toggle(false);
    else if (event.key === "o") byId("file-input").click();
    else if (event.key === "t") onTrain();
    else if (event.key === "p") onPause();
    else if (event.key === "/") {
      event.preventDefault();
      document.getElementById("colour-search")?.focus();
    }
  });
}
