// The line above the maps that says what is selected, and the tools that select.
import { Combobox } from "../widgets/combobox.js";
import { h, plural, segments } from "../widgets/dom.js";
import { Steps, ruleOf, said, select, typing } from "./selection.js";

/** Members of one search result. @typedef {{members: number[], by: string}} Found */
/** Values of one column offered. */
const VALUES = 40;

export class SelectionTools {
  #state;
  #how = /** @type {import("../../figure/map-view.js").How} */ ("replace");
  #onMode;
  #words = h("span", { id: "selected-words", role: "status" });
  #clear = h("button", { type: "button", id: "selection-clear", onclick: () => this.#pick([], "") }, "Clear");
  #invert = h("button", { type: "button", id: "selection-invert", onclick: () => this.#turnOver() }, "Invert");
  #undo = h("button", { type: "button", id: "selection-undo", onclick: () => this.#steps.undo() }, "Undo");
  #redo = h("button", { type: "button", id: "selection-redo", onclick: () => this.#steps.redo() }, "Redo");
  #steps;
  #search;
  /** Tumours by name, lower case. @type {string[]} */ #names = [];
  elements;

  /**
   * @param {import("../shell/state.js").State} state
   * @param {(mode: {drag?: "lasso" | "move", how?: import("../../figure/map-view.js").How}) => void} onMode what dragging and clicking do from now on
   * @param {HTMLElement} extra a further tool at the end of the line
   */
  constructor(state, onMode, extra) {
    this.#state = state;
    this.#onMode = onMode;
    this.#search = /** @type {Combobox<Found>} */ (new Combobox("select-search", "Select", ({ value, label }) => {
      this.#pick(value.members, value.by);
      this.#search.set(label);
    }, { placeholder: "tumour or value", list: "What to select", more: (typed) => this.#typed(typed) }));
    this.#steps = new Steps(state);
    this.#steps.onChange = () => this.#show();
    for (const event of /** @type {const} */ (["selection", "groups"])) state.on(event, () => this.#show());
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || typing(event.target) || state.isolated !== null || !state.selection.length) return;
      this.#pick([], "");
    });
    const control = (/** @type {string} */ label, /** @type {HTMLElement} */ tool) => h("div", { className: "control" }, h("span", { className: "label" }, label), tool);
    this.elements = [
      h("div", { className: "controls tools" },
        control("Drag", segments("Drag", [["lasso", "Lasso"], ["move", "Move"]], "lasso", (drag) => onMode({ drag: /** @type {"lasso" | "move"} */ (drag) }))),
        control("A lasso or click", segments("A lasso or click", [["replace", "Selects"], ["add", "Adds"], ["remove", "Removes"]], "replace", (how) => this.#mode(/** @type {any} */ (how)))),
        this.#search.element),
      h("p", { className: "selected-line" }, this.#words, h("span", { className: "buttons" }, this.#clear, this.#invert, this.#undo, this.#redo, extra)),
    ];
    this.#show();
  }

  /** @param {import("../../figure/map-view.js").How} how */
  #mode(how) {
    this.#how = how;
    this.#onMode({ how });
  }

  /** @param {number[]} members @param {string} by */
  #pick(members, by) {
    select(this.#state, members, members.length ? this.#how : "replace", by);
  }

  #turnOver() {
    const chosen = new Set(this.#state.selection);
    const by = ruleOf(this.#state);
    select(this.#state, this.#state.tumours.map((_, at) => at).filter((at) => !chosen.has(at)), "replace", by ? `not (${by})` : "all tumours");
  }

  #show() {
    const { selection, tumours } = this.#state;
    const by = ruleOf(this.#state);
    this.#words.textContent = `${said(this.#state)}${by ? `: ${by}` : ""}.`;
    this.#words.classList.toggle("quiet", selection.length === 0);
    this.#clear.disabled = selection.length === 0;
    this.#invert.disabled = tumours.length === 0;
    this.#undo.disabled = !this.#steps.canUndo;
    this.#redo.disabled = !this.#steps.canRedo;
    if (!selection.length) this.#search.set("");
  }

  /** Other tumours stand at the places now. */
  forget() { this.#steps.forget(); }

  /** What can be searched for. @param {import("../../engine").SampleTable} table @param {Map<string, number>} rowOf */
  fill({ columns }, rowOf) {
    const { tumours } = this.#state;
    this.#names = tumours.map((name) => name.toLowerCase());
    /** @type {import("../widgets/combobox.js").Choice<Found>[]} */
    const choices = [];
    for (const { name, kind, values } of columns) {
      if (kind !== "category") continue;
      /** @type {Map<string, number[]>} */
      const of = new Map();
      tumours.forEach((tumour, at) => {
        const value = values[rowOf.get(tumour) ?? -1];
        if (value === null || value === undefined) return;
        const members = of.get(value);
        if (members) members.push(at); else of.set(value, [at]);
      });
      // One value of all says nothing.
      if (of.size > VALUES || [...of.values()].some((members) => members.length === tumours.length)) continue;
      for (const [value, members] of [...of].sort(([a], [b]) => a < b ? -1 : 1)) {
        choices.push({ label: `${name} = ${value}`, kind: plural(members.length, "tumour"), value: { members, by: `${name} = ${value}` } });
      }
    }
    this.#search.offer([...choices, ...tumours.map((name, at) => ({ label: name, kind: "tumour", value: { members: [at], by: `search for ${name}` } }))]);
  }

  /** All tumours whose names hold what is typed. @param {string} typed */
  #typed(typed) {
    const words = typed.toLowerCase();
    if (words.length < 2) return [];
    const members = this.#names.flatMap((name, at) => name.includes(words) ? [at] : []);
    return members.length > 1 ? [{ label: `All named “${typed}”`, kind: plural(members.length, "tumour"), value: { members, by: `name contains “${typed}”` } }] : [];
  }
}
