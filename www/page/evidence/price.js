// The price of strength on the person's own labels: one figure, one sentence, and the run at every strength as a table.
import { cell, SCORED } from "./compare_table.js";
import { h } from "../widgets/dom.js";
import { Plot } from "../widgets/plot.js";

/** @typedef {import("../../engine").ComparisonTable} Table */

/** Columns beside the classifications, as src/comparison/price.rs shows them. */
const SHOWN = ["identity.any", "survival.c", "purity.components", "purity.neighbours", "purity.ridge", "signal.immune", "signal.stromal"];
/** Rows that stand beside, by their keys. */
const BESIDE = ["raw", "pca", "mixing_auto_encoder"];

export class Price {
  /** @type {Table | null} */ #table = null;
  #score = "balanced_accuracy";
  #plot;
  #words = h("p", { className: "verdict-words", id: "price-words" });
  #place = h("div", { className: "sideways", tabIndex: 0, role: "region", "aria-label": "The run at every strength" });
  element = h("div", { id: "price", hidden: true });

  /** @param {import("../shell/state.js").State} state */
  constructor(state) {
    this.#plot = new Plot(state, {
      name: "price", title: "The price of strength",
      spec: () => this.#table !== null && { figure: "price", score: this.#score },
      csv: () => this.#table && { table: "price" },
      // As src/figure/price.rs lays it out.
      height: (width) => 62 + 154 * Math.max(1, Math.ceil(this.#columns().length / Math.max(1, Math.floor((width - 12) / 190)))),
    });
    state.on("theme", () => this.#plot.refresh());
    this.element.append(
      h("h3", {}, "What strength costs, and what it gives"),
      h("p", { className: "small quiet" }, "The same run with 0 to 5 directions taken out, no other training; raw, PCA and the mixing denoising auto-encoder as level lines. For purity lower is not simply better: part of what follows purity is biology."),
      this.#words, this.#plot.element,
      h("details", { className: "small", id: "price-table" }, h("summary", {}, "Every strength, in numbers"), this.#place));
  }

  /** @param {string} score */
  score(score) {
    this.#score = score;
    this.#draw();
    this.#plot.refresh();
  }

  /** @param {Table | null} table @param {boolean} whole nothing follows: draw it too */
  show(table, whole) {
    this.#table = table?.rows.some(({ price }) => price) ? table : null;
    this.element.hidden = this.#table === null;
    if (!this.#table) return;
    this.#words.textContent = this.#table.price ?? "";
    this.#words.hidden = !whole && this.#words.textContent === "";
    this.#plot.element.hidden = !whole;
    this.#draw();
    if (whole) this.#plot.refresh();
  }

  #columns() {
    const columns = (this.#table?.columns ?? []).map((column, at) => ({ ...column, at })).filter(({ key }) => SCORED.test(key) ? key.endsWith(this.#score) : SHOWN.includes(key));
    return columns.toSorted((a, b) => Number(b.key === "identity.any") - Number(a.key === "identity.any"));
  }

  #draw() {
    const table = this.#table;
    if (!table) return;
    const columns = this.#columns();
    const runs = table.rows.map((row, at) => ({ ...row, at })).filter(({ key, strength }) => strength !== undefined && /^twinpurify(\.strength\.\d+)?$/.test(key))
      .toSorted((a, b) => (a.strength ?? 0) - (b.strength ?? 0));
    const beside = table.rows.map((row, at) => ({ ...row, at })).filter(({ key }) => BESIDE.includes(key));
    this.#place.replaceChildren(h("table", { className: "price-table" },
      h("caption", { className: "unseen" }, "The run at every strength, and what stands beside it"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "strength"), columns.map(({ group, label, about }) => h("th", { scope: "col", className: "number", title: about }, `${group}: ${label}`)))),
      h("tbody", {}, [...runs, ...beside].map((row) => h("tr", { className: row.strength !== undefined && !row.price ? "ours" : "", "data-strength": row.strength ?? "" },
        h("th", { scope: "row" }, row.strength === undefined ? row.name : `${row.strength}${row.price ? "" : ", in the table above"}`),
        columns.map(({ key, at }) => h("td", { className: "number", "data-column": key }, cell(table.cells[row.at][at]))))))));
  }
}
