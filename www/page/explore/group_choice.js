// Two groups of tumours to compare: of a column, of the person's own groups, or of the selection.
import { count, h } from "../widgets/dom.js";

/** @typedef {{label: string, names: string[], members: number[][]}} Groups */
/**
 * @typedef {object} Told
 * @property {() => void} changed two groups are chosen
 * @property {(error: unknown) => void} failed
 * @property {(words: string) => void} none nothing makes groups here
 */

const OWN = "own:groups", SELECTED = "own:selection";

export class GroupChoice {
  #state;
  #told;
  #asked = 0;
  #source;
  #first;
  #second;
  /** All groups of the chosen source. @type {Groups} */ groups = { label: "", names: [], members: [] };
  /** @type {HTMLElement[]} */ controls;

  /** @param {import("../shell/state.js").State} state @param {string} id what the controls' ids begin with @param {Told} told */
  constructor(state, id, told) {
    this.#state = state;
    this.#told = told;
    this.#source = h("select", { id: `${id}-by`, onchange: () => this.#choose() });
    this.#first = h("select", { id: `${id}-first`, onchange: told.changed });
    this.#second = h("select", { id: `${id}-second`, onchange: told.changed });
    const control = (/** @type {string} */ label, /** @type {HTMLElement} */ select) => h("div", { className: "control" }, h("label", { for: select.id }, label), select);
    this.controls = [control("Groups by", this.#source), control("First", this.#first), control("against", this.#second)];
  }

  /** What can make groups now; the choice stays where it still exists. */
  async offer() {
    const { cohort, groups, selection, colour } = this.#state;
    if (!cohort) return;
    const columns = cohort.summary.columns.filter(({ kind, values }) => kind === "number" || (kind === "category" && values.length > 1));
    /** @type {[string, string][]} */
    const options = columns.map(({ name }) => [`column:${name}`, name]);
    if (selection.length) options.unshift([SELECTED, `the selection (${count(selection.length)})`]);
    if (groups.length) options.unshift([OWN, "my groups"]);
    const before = this.#source.value;
    this.#source.replaceChildren(...options.map(([value, label]) => h("option", { value }, label)));
    const category = columns.filter(({ kind }) => kind === "category").map(({ name }) => name);
    const likely = category.includes(colour.column ?? "") ? colour.column : category.find((name) => /subtype|pam50|grade|msi/i.test(name)) ?? category.find((name) => !/type|role/i.test(name)) ?? category[0];
    const wanted = options.some(([value]) => value === before) ? before : likely ? `column:${likely}` : options[0]?.[0] ?? "";
    this.#source.value = wanted;
    if (!options.length) return this.#told.none("No column of this cohort makes groups. Open a sample sheet, or select tumours on a map.");
    await this.#choose();
  }

  /** The groups that the chosen source makes. */
  async #choose() {
    const { cohort, groups, selection } = this.#state;
    if (!cohort) return;
    const source = this.#source.value;
    const ticket = ++this.#asked;
    try {
      if (source === OWN) this.groups = { label: "my groups", names: groups.map(({ name }) => name), members: groups.map(({ members }) => members) };
      else if (source === SELECTED) this.groups = { label: "selection", names: ["selection"], members: [selection] };
      else {
        const { label, names, codes } = await cohort.grouping(source.slice("column:".length));
        if (ticket !== this.#asked) return;
        const members = names.map((_, group) => [...codes.keys()].filter((at) => codes[at] === group));
        this.groups = { label, names, members };
      }
    } catch (error) {
      return this.#told.failed(error);
    }
    const { names, members } = this.groups;
    const option = (/** @type {number} */ at) => h("option", { value: String(at) }, `${names[at]} (${count(members[at].length)})`);
    const keep = [this.#first.value, this.#second.value];
    this.#first.replaceChildren(...names.map((_, at) => option(at)));
    this.#second.replaceChildren(h("option", { value: "" }, "all others"), ...names.map((_, at) => option(at)));
    const has = (/** @type {string} */ value) => value !== "" && Number(value) < names.length;
    this.#first.value = has(keep[0]) ? keep[0] : "0";
    this.#second.value = names.length === 2 && this.#first.value === "0" ? "1" : has(keep[1]) && keep[1] !== this.#first.value ? keep[1] : "";
    this.#told.changed();
  }

  /** The two chosen groups as the engine takes them, and how many tumours are in both. @param {number} tumours */
  pair(tumours) {
    const { label, names, members } = this.groups;
    const first = Number(this.#first.value), second = this.#second.value === "" ? null : Number(this.#second.value);
    const own = this.#source.value === OWN || this.#source.value === SELECTED;
    // All others: of a column whoever has another value, of own groups whoever is not in the first.
    const rest = second === null && !own ? members.filter((_, at) => at !== first).flat() : second === null ? null : members[second];
    const codes = new Array(tumours).fill(rest === null ? 1 : -1);
    for (const at of rest ?? []) codes[at] = 1;
    let both = 0;
    for (const at of members[first] ?? []) {
      const shared = second !== null && second !== first && codes[at] === 1;
      both += Number(shared);
      codes[at] = shared ? -1 : 0;
    }
    return { groups: { label, names: [names[first] ?? "", second === null ? "all others" : names[second]], codes }, both, same: first === second };
  }
}
