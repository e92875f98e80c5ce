// The comparison as a table: representations × measures, mean ± spread over seeds, and the words under it.
import { h, segments } from "../widgets/dom.js";

/** @typedef {import("../../engine").ComparisonTable} Table */
/** @typedef {import("../../engine").ComparisonCell} Cell */
/** @typedef {"balanced_accuracy" | "macro_f1" | "auroc"} Score */

/** @type {[Score, string][]} */
const SCORES = [["balanced_accuracy", "balanced accuracy"], ["macro_f1", "macro-F1"], ["auroc", "AUROC"]];
export const SCORED = /\.(balanced_accuracy|macro_f1|auroc)$/;

/** @param {number} value */
const number = (value) => value.toFixed(2).replace("-", "−");

export class CompareTable {
  /** Told when another score is chosen. @type {() => void} */ onScore = () => {};
  /** @type {Table | null} */ #table = null;
  /** @type {Score} */ #score = "balanced_accuracy";
  #place = h("div", { className: "sideways", tabIndex: 0, role: "region", "aria-label": "Comparison of representations" });
  #words = h("div");
  #switch = h("div", { className: "control" }, h("span", { className: "label" }, "Classification as"),
    segments("Classification as", SCORES, this.#score, (score) => {
      this.#score = score;
      this.#draw();
      this.onScore();
    }));
  element = h("div", { className: "comparison", hidden: true }, this.#switch, this.#place, this.#words);

  get score() { return this.#score; }

  /** Columns on screen. */
  get panels() { return this.#shownColumns().length; }

  /** @param {Table | null} table */
  show(table) {
    this.#table = table;
    this.element.hidden = table === null || table.columns.length === 0;
    this.#draw();
  }

  #shownColumns() {
    return (this.#table?.columns ?? []).map((column, at) => ({ ...column, at })).filter(({ key }) => !SCORED.test(key) || key.endsWith(this.#score));
  }

  #draw() {
    const table = this.#table;
    if (!table) return;
    this.#switch.hidden = !table.columns.some(({ key }) => SCORED.test(key));
    const shown = this.#shownColumns();
    /** @type {{group: string, span: number}[]} */
    const groups = [];
    for (const { group } of shown) {
      const last = groups.at(-1);
      if (last?.group === group) last.span++;
      else groups.push({ group, span: 1 });
    }
    const first = new Set(shown.filter(({ group }, at) => shown[at - 1]?.group !== group).map(({ at }) => at));
    this.#place.replaceChildren(h("table", { className: "compare-table" },
      h("caption", {}, `Mean${table.seeds.length > 1 ? ` ± standard deviation over ${table.seeds.length} seeds` : " of one seed"}. Bold: ahead of every other row by more than the spread of both.`),
      h("thead", {},
        h("tr", {}, h("th", { scope: "col", rowSpan: 2 }, "representation"), groups.map(({ group, span }) => h("th", { scope: "colgroup", colSpan: span, className: "group" }, group))),
        h("tr", {}, shown.map(({ label, about, outOfFold, at }) => h("th", { scope: "col", className: `number${first.has(at) ? " group" : ""}`, title: about }, label, outOfFold && h("em", {}, " out-of-fold"))))),
      h("tbody", {}, table.rows.map((row, y) => !row.price && h("tr", { className: row.ours ? "ours" : "", "data-row": row.key },
        h("th", { scope: "row", title: row.about }, row.name),
        shown.map(({ key, at }) => h("td", { className: `number${first.has(at) ? " group" : ""}`, "data-column": key }, cell(table.cells[y][at]))))))));
    this.#words.replaceChildren(
      h("p", { className: "verdict-words" }, table.sentence),
      ...(table.leftOut.length ? [h("h4", {}, "Not measured"), h("ul", { className: "limits" }, table.leftOut.map(({ group, columns, because }) => h("li", {}, `${group}${columns.length && columns[0] !== group ? ` (${columns.join(", ")})` : ""}: ${because}`)))] : []),
      ...(table.notes.length ? [h("ul", { className: "limits" }, table.notes.map((note) => h("li", {}, note)))] : []),
      h("details", { className: "small" }, h("summary", {}, "What rows and columns mean"),
        h("dl", { className: "meanings" }, table.rows.filter(({ price }) => !price).flatMap(({ name, about }) => [h("dt", {}, name), h("dd", {}, about)]),
          shown.flatMap(({ group, label, about }) => [h("dt", {}, `${group}: ${label}`), h("dd", {}, about)]))));
  }
}

/** @param {Cell | undefined} cell */
export function cell(cell) {
  if (!cell || cell.mean === null) return "–";
  const spread = cell.spread === null ? null : h("span", { className: "quiet spread" }, ` ± ${number(cell.spread)}`);
  return cell.best ? [h("strong", {}, number(cell.mean)), spread, h("span", { className: "unseen" }, " best")] : [number(cell.mean), spread];
}
