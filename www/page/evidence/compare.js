// Choose columns, press Compare: progress with the predicted time, cancel, and the table.
import { workersFor } from "../../helpers.js";
import { CompareTable } from "./compare_table.js";
import { duration, h, plural } from "../widgets/dom.js";
import { Plot } from "../widgets/plot.js";
import { Price } from "./price.js";

/** @typedef {import("../shell/state.js").State} State */
/** @typedef {import("../../engine").ComparisonColumns} Columns */

/** @type {{key: keyof Columns, label: string}[]} */
const CHOICES = [
  { key: "subtype", label: "Subtype" }, { key: "grade", label: "Grade" },
  { key: "time", label: "Survival time" }, { key: "event", label: "Event" }, { key: "purity", label: "Purity" },
];

export class Compare {
  #state;
  /** @type {Map<keyof Columns, HTMLSelectElement>} */ #selects = new Map();
  #seeds = h("select", { id: "compare-seeds" }, [1, 2, 3, 5, 10].map((n) => h("option", { value: String(n), selected: n === 3 }, plural(n, "seed"))));
  #workers = h("select", { id: "compare-workers", title: "Engines that work side by side, each in a worker of its own with a copy of the cohort. The table is the same for every number." });
  #outOfFold = h("input", { type: "checkbox", id: "compare-out-of-fold" });
  #also = h("span", { className: "row" });
  #button = h("button", { type: "button", id: "compare-begin", className: "primary", onclick: () => this.#begin() }, "Compare");
  #cancel = h("button", { type: "button", id: "compare-cancel", onclick: () => this.#abort?.abort() }, "Cancel");
  #bar = h("progress", { max: 1, "aria-label": "Progress of the comparison" });
  #doing = h("p", { className: "progress-line" });
  #status = h("p", { className: "status small", role: "status" });
  #running = h("div", { id: "comparing", hidden: true }, this.#bar, this.#doing, this.#cancel);
  #table = new CompareTable();
  #price;
  #plot;
  /** @type {AbortController | null} */ #abort = null;
  /** @type {import("../../engine").ComparisonTable | null} the table on screen */ #shown = null;
  /** @type {import("../../engine").Preset[]} */ #presets = [];
  /** @type {object | null} the cohort summary whose columns are offered */ #offered = null;
  /** Told of a finished table, or that there is none. @type {(table: import("../../engine").ComparisonTable | null) => void} */ onTable = () => {};
  /** Told when the chosen columns change. @type {() => void} */ onColumns = () => {};
  element;

  /** @param {State} state */
  constructor(state) {
    this.#state = state;
    const chooser = (/** @type {{key: keyof Columns, label: string}} */ { key, label }) => {
      const select = h("select", { id: `compare-${key}`, onchange: () => this.#chose(key, select.value) });
      this.#selects.set(key, select);
      return h("div", { className: "control" }, h("label", { for: select.id }, label), select);
    };
    this.#plot = new Plot(state, {
      name: "comparison", title: "Representations compared",
      spec: () => this.#shown !== null && { figure: "comparison", score: this.#table.score },
      csv: () => this.#shown && { table: "comparison" },
      height: (width) => {
        const rows = this.#shown?.rows.filter(({ price }) => !price).length ?? 1;
        // As src/figure/measures.rs lays it out.
        const perLine = Math.max(1, Math.floor((width - 190) / 118));
        return 40 + Math.max(1, Math.ceil(this.#table.panels / perLine)) * (rows * 18 + 50);
      },
    });
    this.#price = new Price(state);
    this.#table.onScore = () => {
      this.#plot.refresh();
      this.#price.score(this.#table.score);
    };
    state.on("theme", () => this.#plot.refresh());
    this.element = h("div", { id: "compare" },
      h("h3", {}, "Does it purify this cohort?"),
      h("p", { className: "small quiet" }, "The run beside its baselines, each trained and tested with several seeds, and the run at every strength: one training a seed. Columns are optional; where one is missing, the table says which measure needs it."),
      h("div", { className: "controls" }, CHOICES.map(chooser),
        h("div", { className: "control" }, h("label", { for: "compare-seeds" }, "Repeats"), this.#seeds),
        h("div", { className: "control" }, h("label", { for: "compare-workers" }, "Workers"), this.#workers)),
      h("p", { className: "small" }, h("label", { className: "check" }, this.#outOfFold, "Out-of-fold: choose genes, scale and train anew without the tumours that are tested (six trainings instead of one)")),
      h("details", { className: "also" }, h("summary", {}, "Further presets in the table"), this.#also),
      h("p", { className: "row" }, this.#button, this.#status),
      this.#running, this.#table.element, this.#plot.element, this.#price.element);
    this.#show(null);
  }

  /** The columns as chosen. @returns {Columns} */
  get columns() {
    return Object.fromEntries([...this.#selects].filter(([, select]) => select.value).map(([key, select]) => [key, select.value]));
  }

  /** An event and its own time are chosen together. @param {keyof Columns} key @param {string} name */
  #chose(key, name) {
    const other = key === "event" ? "time" : "event";
    const pair = key === "event" || key === "time" ? this.#state.cohort?.summary.endpoints?.find((pair) => pair[key] === name) : undefined;
    const select = this.#selects.get(other);
    if (pair && select && [...select.options].some(({ value }) => value === pair[other])) select.value = pair[other];
    this.onColumns();
  }

  /** Another model or cohort: offer its columns, forget the table. */
  async offer() {
    this.#abort?.abort();
    this.#show(null);
    this.#status.textContent = "";
    const { tp, cohort } = this.#state;
    this.#button.disabled = cohort?.alone === true;
    if (cohort?.alone) return this.#restore(cohort.compared);
    if (!tp || !cohort || this.#offered === cohort.summary) return;
    this.#offered = cohort.summary;
    const { genes, tumors, normals, other } = cohort.summary;
    const advised = workersFor(genes * (tumors + normals + other));
    const most = Math.max(advised, navigator.hardwareConcurrency ?? 1, 2);
    this.#workers.replaceChildren(...Array.from({ length: most }, (_, at) => h("option", { value: String(at + 1), selected: at + 1 === advised }, String(at + 1))));
    const kinds = { subtype: "category", grade: "category", time: "number", event: null, purity: "number" };
    const proposed = await cohort.proposeColumns();
    for (const [key, select] of this.#selects) {
      const names = cohort.summary.columns.filter(({ kind }) => kind !== "text" && (kinds[key] === null || kind === kinds[key] || key === "grade")).map(({ name }) => name);
      const chosen = proposed[key];
      select.replaceChildren(h("option", { value: "" }, key === "purity" ? "none: take the stand-in" : "none"), ...names.map((name) => h("option", { value: name, selected: name === chosen }, name)));
    }
    if (!this.#presets.length) {
      this.#presets = await tp.presets();
      this.#also.replaceChildren(...this.#presets.map(({ name }) => h("label", { className: "check" }, h("input", { type: "checkbox", value: name }), name)));
    }
    this.onColumns();
  }

  /** A session that stands alone shows the table it was saved with. @param {import("../../engine").ComparisonTable | null} saved */
  #restore(saved) {
    this.#status.textContent = "To compare anew, open the session’s cohort beside it.";
    try {
      this.#show(saved, false);
    } catch {
      // A stranger's table that is none.
      this.#show(null);
    }
  }

  /** Presets ticked, with the seed, genes and length of the run on screen. @param {import("../../twinpurify.js").Model} model */
  #ticked(model) {
    const { seed, genes, heldOut } = model.config;
    const ticked = [...this.#also.querySelectorAll("input")].filter((input) => input.checked).map((input) => input.value);
    return this.#presets.filter(({ name }) => ticked.includes(name)).map(({ name, config }) => ({ name: name.toLowerCase(), config: { ...config, seed, genes, heldOut } }));
  }

  async #begin() {
    const model = this.#state.readable;
    if (!model || this.#abort) return;
    const done = this.#state.claim("comparison");
    if (!done) {
      this.#status.textContent = this.#state.busy("comparing");
      return;
    }
    const abort = new AbortController();
    this.#abort = abort;
    this.#button.disabled = true;
    this.#running.hidden = false;
    this.#bar.removeAttribute("value");
    this.#status.className = "status small";
    this.#status.textContent = "";
    this.#show(null);
    try {
      const table = await model.evaluate({ ...this.columns, seeds: Number(this.#seeds.value), outOfFold: this.#outOfFold.checked, also: this.#ticked(model), workers: Number(this.#workers.value) }, {
        signal: abort.signal,
        onProgress: (progress) => this.#tell(progress),
      });
      if (model === this.#state.readable) this.#show(table);
      this.#status.textContent = abort.signal.aborted ? "Cancelled; the table holds what was finished." : "";
    } catch (error) {
      this.#status.textContent = /** @type {Error} */ (error).message;
      this.#status.className = "status small bad";
    } finally {
      done();
      this.#abort = null;
      this.#button.disabled = false;
      this.#running.hidden = true;
    }
  }

  /** @param {import("../../engine").ComparisonTable | null} table @param {boolean} [whole] nothing follows: draw it too */
  #show(table, whole = true) {
    this.#shown = table?.columns.length ? table : null;
    this.#table.show(this.#shown);
    this.#price.show(this.#shown, whole);
    this.#plot.element.hidden = this.#shown === null || !whole;
    if (!this.#plot.element.hidden) this.#plot.refresh();
    if (whole) this.onTable(this.#shown);
  }

  /** @param {import("../../engine").ComparisonProgress & {table?: import("../../engine").ComparisonTable}} progress */
  #tell({ done, secondsLeft, doing, trials, of, table }) {
    this.#bar.value = done;
    const part = (/** @type {string} */ value, /** @type {string} */ what) => h("span", {}, h("strong", {}, value), ` ${what}`);
    this.#doing.replaceChildren(part(duration(secondsLeft), "left"), part(`${trials} of ${of}`, "fits"), h("span", {}, doing));
    if (table) this.#show(table, false);
  }
}
