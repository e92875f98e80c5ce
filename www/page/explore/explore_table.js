// The samples as a table that selects and is selected: sorted, filtered, fifty rows at a time.
import { count, h, plural, save } from "../widgets/dom.js";
import { csvOf, filterOf, ranks, sorted } from "../widgets/rows.js";
import { ruleOf, select } from "./selection.js";

/** Rows at once: laying out 200 rows of 20 columns holds the main thread for 60 ms. */
const PAGE = 50;
/** Columns shown at first: more would be scrolled past. */
const FEW = 10;
const ROLES = { tumour: "tumour", adjacent_normal: "adjacent normal", other: "other" };

/** @typedef {{name: string, values: (string | null)[], kind: string}} Column */

export class SampleTable {
  #state;
  /** @type {string[]} */ #samples = [];
  /** Position in the embedding of each row, −1 for what is not on the maps. @type {number[]} */ #place = [];
  /** Row of each position. @type {number[]} */ #rowOf = [];
  /** @type {Column[]} */ #columns = [];
  /** @type {Map<string, Float64Array>} */ #ranks = new Map();
  /** What was typed, by column; under "" what is searched everywhere. @type {Map<string, string>} */ #typed = new Map();
  /** @type {number[]} */ #rows = [];
  /** @type {"all" | "selected"} */ #show = "all";
  #sortBy = "";
  #descending = false;
  #from = 0;
  #allColumns = false;
  #timer = 0;
  #place0 = h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Samples with their columns" });
  #head = h("thead");
  #body = h("tbody");
  #pages = h("p", { className: "pages" });
  #words = h("p", { className: "small quiet", role: "status" });
  #more = h("button", { type: "button", className: "plain", onclick: () => { this.#allColumns = !this.#allColumns; this.#build(); } });
  #everywhere = h("input", { type: "search", id: "table-filter", placeholder: "in any column", oninput: () => this.#type("", this.#everywhere.value) });
  #select = h("button", { type: "button", onclick: () => this.#selectFound() }, "Select these");
  element;

  /** @param {import("../shell/state.js").State} state */
  constructor(state) {
    this.#state = state;
    const only = h("input", { type: "checkbox", id: "table-selected", onchange: () => { this.#show = only.checked ? "selected" : "all"; this.#find(); } });
    this.#place0.append(h("table", { className: "samples" }, h("caption", { className: "unseen" }, "Samples of the cohort"), this.#head, this.#body));
    this.element = h("details", { id: "explore-table", ontoggle: () => this.#build() },
      h("summary", {}, "Samples ", h("span", { className: "quiet" }, "· sort, filter, select")),
      h("div", { className: "inside" },
        h("p", { className: "row" }, h("label", { for: "table-filter" }, "Find"), this.#everywhere, h("label", { className: "check" }, only, "selected only"), this.#select,
          h("button", { type: "button", onclick: () => this.#save() }, "CSV"), this.#more),
        this.#words, this.#place0, this.#pages,
        h("p", { className: "small quiet" }, "Under a column's name: words that its values contain, = exactly, > 2, 1..3 or missing. The CSV has the selected rows, else those found, each with the rule that chose it.")));
    state.on("selection", () => this.#marks());
    state.on("groups", () => this.#marks());
  }

  /** @param {import("../../engine").SampleTable} table */
  fill({ samples, roles, patients, columns }) {
    const positions = new Map(this.#state.tumours.map((name, at) => [name, at]));
    this.#samples = samples;
    this.#place = samples.map((name) => positions.get(name) ?? -1);
    this.#rowOf = new Array(this.#state.tumours.length).fill(-1);
    this.#place.forEach((place, row) => { if (place >= 0) this.#rowOf[place] = row; });
    this.#columns = [
      { name: "sample", values: samples, kind: "text" },
      { name: "role", values: roles.map((role) => ROLES[role]), kind: "category" },
      // The column that the patients were read from would only say them again.
      ...columns.filter(({ values }) => values.some((value, at) => value !== patients[at])),
    ];
    if (patients.some(Boolean)) this.#columns.splice(2, 0, { name: "patient", values: patients, kind: "text" });
    this.#ranks.clear();
    this.#typed.clear();
    this.#everywhere.value = "";
    this.#sortBy = "";
    this.#rows = samples.map((_, row) => row);
    this.#build();
  }

  #shown() { return this.#allColumns ? this.#columns : this.#columns.slice(0, FEW); }

  /** Heads, filters and the first rows: only once it is looked at. */
  #build() {
    if (!this.element.open || !this.#samples.length) return;
    const columns = this.#shown();
    this.#more.hidden = this.#columns.length <= FEW;
    this.#more.textContent = this.#allColumns ? "Fewer columns" : `All ${count(this.#columns.length)} columns`;
    const all = h("input", { type: "checkbox", "aria-label": "Select all rows found", onchange: () => {
      const found = this.#found();
      select(this.#state, found, all.checked ? "add" : "remove", this.#rule());
    } });
    this.#head.replaceChildren(
      h("tr", {}, h("th", { scope: "col" }, all),
        ...columns.map(({ name, kind }) => h("th", { scope: "col", "data-column": name, className: kind === "number" ? "number" : "" }, h("button", { type: "button", onclick: () => this.#sort(name) }, name))),
        h("th", { scope: "col" }, "groups")),
      h("tr", { className: "filters" }, h("td"), ...columns.map(({ name }) => h("td", {}, h("input", {
        type: "text", "aria-label": `Filter ${name}`, value: this.#typed.get(name) ?? "", spellcheck: false, oninput: (/** @type {Event} */ event) => this.#type(name, /** @type {HTMLInputElement} */ (event.target).value),
      }))), h("td")));
    this.#find();
  }

  /** @param {string} name @param {string} text */
  #type(name, text) {
    this.#typed.set(name, text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#find(), 120);
  }

  /** @param {string} name */
  #sort(name) {
    // Up, down, and as the file has them.
    if (this.#sortBy !== name) [this.#sortBy, this.#descending] = [name, false];
    else if (!this.#descending) this.#descending = true;
    else this.#sortBy = "";
    this.#find();
  }

  /** Rows that pass every filter, in order. */
  #find() {
    /** @type {(Column & {filter: import("../widgets/rows.js").Filter})[]} */
    const filters = [];
    for (const column of this.#columns) {
      const filter = filterOf(this.#typed.get(column.name) ?? "");
      if (filter) filters.push({ ...column, filter });
    }
    const words = (this.#typed.get("") ?? "").trim().toLowerCase();
    const chosen = new Set(this.#state.selection);
    let rows = this.#samples.map((_, row) => row).filter((row) => filters.every(({ values, filter }) => filter.test(values[row]))
      && (!words || this.#columns.some(({ values }) => values[row]?.toLowerCase().includes(words)))
      && (this.#show === "all" || chosen.has(this.#place[row])));
    const by = this.#columns.find(({ name }) => name === this.#sortBy);
    if (by) {
      let rank = this.#ranks.get(by.name);
      if (!rank) this.#ranks.set(by.name, rank = ranks(by.values));
      rows = sorted(rows, rank, this.#descending);
    }
    this.#rows = rows;
    for (const cell of this.#head.querySelectorAll("th[data-column]")) {
      cell.setAttribute("aria-sort", cell.getAttribute("data-column") !== this.#sortBy ? "none" : this.#descending ? "descending" : "ascending");
    }
    this.#words.textContent = rows.length === this.#samples.length ? plural(rows.length, "sample") : `${count(rows.length)} of ${plural(this.#samples.length, "sample")}: ${this.#rule()}`;
    this.#select.disabled = this.#found().length === 0;
    this.#page(0);
  }

  /** @param {number} from */
  #page(from) {
    this.#from = from;
    const to = Math.min(from + PAGE, this.#rows.length);
    const columns = this.#shown();
    const groups = this.#groupsOf();
    const chosen = new Set(this.#state.selection);
    this.#body.replaceChildren(...this.#rows.slice(from, to).map((row) => {
      const place = this.#place[row], name = this.#samples[row];
      const here = chosen.has(place);
      const box = h("input", {
        type: "checkbox", checked: here, disabled: place < 0, "aria-label": place < 0 ? `${name}: not on the maps` : `Select ${name}`, "data-place": place,
        onchange: () => select(this.#state, [place], box.checked ? "add" : "remove", "the table"),
      });
      return h("tr", { className: here ? "chosen" : "" }, h("td", {}, box),
        ...columns.map(({ values, kind }) => h("td", { className: kind === "number" ? "number" : "" }, values[row] ?? "–")), h("td", {}, groups.get(place) ?? ""));
    }));
    const turn = (/** @type {string} */ label, /** @type {number} */ to, /** @type {boolean} */ off) => h("button", { type: "button", disabled: off, onclick: () => this.#page(to) }, label);
    this.#pages.replaceChildren(turn("Previous", from - PAGE, from === 0),
      h("span", {}, this.#rows.length ? `${count(from + 1)} to ${count(to)} of ${count(this.#rows.length)}` : "None found"), turn("Next", to, to >= this.#rows.length));
  }

  /** The selection changed elsewhere: marks, not rows, unless only the selected are shown. */
  #marks() {
    if (!this.element.open || !this.#samples.length) return;
    if (this.#show === "selected") return this.#find();
    const chosen = new Set(this.#state.selection);
    const groups = this.#groupsOf();
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (this.#body.querySelectorAll("input[data-place]"))) {
      const place = Number(box.dataset.place);
      box.checked = chosen.has(place);
      const row = /** @type {HTMLTableRowElement} */ (box.closest("tr"));
      row.classList.toggle("chosen", box.checked);
      /** @type {HTMLElement} */ (row.lastElementChild).textContent = groups.get(place) ?? "";
    }
  }

  #groupsOf() {
    /** @type {Map<number, string>} */
    const of = new Map();
    for (const { name, members } of this.#state.groups) {
      for (const member of members) of.set(member, of.has(member) ? `${of.get(member)}, ${name}` : name);
    }
    return of;
  }

  /** The tumours among the rows found, as places on the maps. */
  #found() { return this.#rows.map((row) => this.#place[row]).filter((place) => place >= 0); }

  #selectFound() { select(this.#state, this.#found(), "replace", this.#rule()); }

  /** The filters in words. */
  #rule() {
    const words = this.#columns.map(({ name }) => [name, filterOf(this.#typed.get(name) ?? "")?.words]).filter(([, said]) => said).map(([name, said]) => `${name} ${said}`);
    const everywhere = (this.#typed.get("") ?? "").trim();
    if (everywhere) words.unshift(`any column contains “${everywhere}”`);
    if (this.#show === "selected") words.push("selected before");
    return words.length ? words.join(" and ") : "all rows of the table";
  }

  #save() {
    const chosen = this.#state.selection.length > 0;
    const rows = chosen ? this.#state.selection.map((place) => this.#rowOf[place]).filter((row) => row >= 0) : this.#rows;
    const rule = chosen ? ruleOf(this.#state) : this.#rule();
    const groups = this.#groupsOf();
    const head = [...this.#columns.map(({ name }) => name), "groups", "selected_by"];
    const text = csvOf([head, ...rows.map((row) => [...this.#columns.map(({ values }) => values[row]), groups.get(this.#place[row]) ?? "", rule])]);
    save("twinpurify_samples.csv", new Blob([text], { type: "text/csv" }));
  }
}
