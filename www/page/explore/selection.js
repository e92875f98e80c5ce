// One selection for every view: how it is made, undone and said.
import { plural } from "../widgets/dom.js";
import { History } from "../shell/history.js";

/** @typedef {import("../shell/state.js").State} State */
/** @typedef {import("../../figure/map-view.js").How} How */
/** @typedef {{selection: number[], by: string, groups: {name: string, members: number[]}[]}} Moment */

/** Ascending, each once. @param {Iterable<number>} members */
export const ordered = (members) => [...new Set(members)].sort((a, b) => a - b);

/** What becomes of a selection. @param {number[]} before @param {number[]} members @param {How} how */
export function combined(before, members, how) {
  if (how === "replace") return ordered(members);
  if (how === "add") return ordered([...before, ...members]);
  const now = new Set(before);
  for (const member of members) {
    if (now.has(member)) now.delete(member);
    else if (how === "toggle") now.add(member);
  }
  return ordered(now);
}

/** Rules of several steps, as far as they can be read. @param {string} before @param {string} by @param {How} how */
export function told(before, by, how) {
  if (how === "replace" || !before) return by;
  const sign = how === "remove" ? "without" : how === "toggle" ? "with or without" : "and";
  const all = `${before}, ${sign} ${by}`;
  return all.length <= 160 ? all : `several steps, the last: ${sign} ${by}`;
}

/** In words, what made the present selection. @param {State} state */
export const ruleOf = (state) => state.selection.length === 0 ? "" : state.rule.made === state.selection ? state.rule.by : "set elsewhere";

/**
 * Change the selection and tell every view.
 * @param {State} state @param {number[]} members positions in the order of the embedding
 * @param {How} how @param {string} by the rule in words: "lasso on purified UMAP", "subtype = Basal"
 */
export function select(state, members, how, by) {
  const before = ruleOf(state);
  if (how === "toggle" && members.every((member) => state.selection.includes(member))) how = "remove";
  else if (how === "toggle" && !members.some((member) => state.selection.includes(member))) how = "add";
  const selection = combined(state.selection, members, how);
  state.setSelection(selection, selection.length ? told(state.selection.length ? before : "", by, how) : "");
}

/** "12 of 113 tumours selected". @param {State} state */
export const said = (state) => state.selection.length ? `${state.selection.length.toLocaleString("en-GB")} of ${plural(state.tumours.length, "tumour")} selected` : "No tumour is selected";

/** Undo and redo of selection and groups, whoever changes them. */
export class Steps {
  /** @type {History<Moment>} */ #history;
  #state;
  #going = false;
  /** Something can be undone or redone now that could not before. */ onChange = () => {};

  /** @param {State} state */
  constructor(state) {
    this.#state = state;
    this.#history = new History(this.#moment());
    for (const event of /** @type {const} */ (["selection", "groups"])) state.on(event, () => this.#remember());
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target)) return;
      const key = event.key.toLowerCase();
      const done = key === "z" ? (event.shiftKey ? this.redo() : this.undo()) : key === "y" && !event.shiftKey ? this.redo() : false;
      if (done) event.preventDefault();
    });
  }

  get canUndo() { return this.#history.canUndo; }
  get canRedo() { return this.#history.canRedo; }

  undo() { return this.#go(this.#history.undo()); }
  redo() { return this.#go(this.#history.redo()); }

  /** Places mean other tumours now. */
  forget() {
    this.#history.clear(this.#moment());
    this.onChange();
  }

  /** @returns {Moment} */
  #moment() {
    return { selection: this.#state.selection, by: ruleOf(this.#state), groups: this.#state.groups };
  }

  #remember() {
    const { now } = this.#history;
    if (this.#going || (now.selection === this.#state.selection && now.groups === this.#state.groups)) return;
    this.#history.push(this.#moment());
    this.onChange();
  }

  /** @param {Moment | null} moment */
  #go(moment) {
    if (!moment) return false;
    const { selection, by, groups } = moment;
    const regrouped = groups !== this.#state.groups;
    this.#going = true;
    this.#state.place(selection, groups);
    this.#state.setSelection(selection, by);
    if (regrouped) this.#state.setGroups(groups);
    this.#going = false;
    this.onChange();
    return true;
  }
}

/** Keys belong to somebody else: a field, or a dialog. @param {EventTarget | null} target */
export const typing = (target) => document.querySelector("dialog[open]") !== null || target instanceof Element && target.closest("input:not([type=radio],[type=checkbox],[type=file],[type=range]), textarea, select, [contenteditable]") !== null;
