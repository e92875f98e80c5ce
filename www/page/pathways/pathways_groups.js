// Which pathways differ between two groups of tumours: of a column, of the person's own groups, or of the selection.
import { count, h, measured, plural, segments } from "../widgets/dom.js";
import { GroupChoice } from "../explore/group_choice.js";
import { Plot } from "../widgets/plot.js";
import { whenSeen } from "../shell/seen.js";
import { setName } from "../widgets/set_name.js";

/** @typedef {import("../../engine").SetDifference} Row */
/** @typedef {{sets: "hallmark" | "own", scorer: import("../../engine").Scorer, genes: import("../../engine").PathwayGenes, tumours: number}} Scored what is scored now */

/** Rows laid out at once: more would hold the main thread; the CSV has them all. */
const ROWS = 150;
/** A small chance is not nought: one digit more there. @param {number | null | undefined} p */
export const chance = (p) => typeof p === "number" && p >= 0.001 && p < 0.01 ? p.toFixed(3) : measured(p);

/** @type {{key: string, label: string, of: (row: Row) => number | string | null}[]} */
const COLUMNS = [
  { key: "set", label: "pathway", of: (row) => row.set },
  ...(/** @type {("raw" | "purified")[]} */ (["raw", "purified"])).flatMap((side) => [
    { key: `${side}-difference`, label: `${side} Δz`, of: (/** @type {Row} */ row) => row[side]?.difference ?? null },
    { key: `${side}-effect`, label: `${side} effect`, of: (/** @type {Row} */ row) => row[side]?.effect ?? null },
    { key: `${side}-p`, label: "p", of: (/** @type {Row} */ row) => row[side]?.p ?? null },
    { key: `${side}-fdr`, label: "FDR", of: (/** @type {Row} */ row) => row[side]?.fdr ?? null },
  ]),
];

export class GroupDifferences {
  #state;
  /** @type {import("../../engine").Differences | null} */ #found = null;
  /** @type {Scored | null} */ #scored = null;
  /** @type {import("../../engine").GroupTest} */ #test = "welch";
  #sortBy = "purified-fdr";
  #descending = false;
  #chosen = "";
  #asked = 0;
  /** @type {GroupChoice} */ #choice;
  #status = h("p", { className: "status small", role: "status", id: "groups-status" });
  #place = h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Pathways that differ between the groups" });
  #figure;
  #strip;
  element;

  /** @param {import("../shell/state.js").State} state */
  constructor(state) {
    this.#state = state;
    this.#figure = new Plot(state, {
      name: "differences", title: "How far the groups are apart", height: () => 120 + 22 * Math.min(this.#found?.rows.length ?? 0, 25),
      spec: () => this.#found && { figure: "differences", most: 25 }, csv: () => this.#found && { table: "pathways_differences" },
    });
    this.#strip = new Plot(state, {
      name: "differences_strip", title: "One pathway in both groups", height: () => 420,
      spec: () => this.#found !== null && this.#chosen !== "" && { figure: "differences_strip", pathway: this.#chosen },
      csv: () => this.#found && { table: "pathways_differences" },
    });
    this.#choice = new GroupChoice(state, "groups", { changed: () => this.#compare(), failed: (error) => this.#fail(error), none: (words) => this.#say(words) });
    this.element = h("div", { id: "groups" }, h("h3", {}, "Between two groups"),
      h("div", { className: "controls" }, ...this.#choice.controls,
        h("div", { className: "control" }, h("span", { className: "label" }, "Test"), segments("Test", [["welch", "Welch's t"], ["mann_whitney", "Mann–Whitney"]], this.#test, (value) => {
          this.#test = value;
          this.#compare();
        }))),
      this.#status,
      h("div", { className: "plot differing" }, h("header", {}, h("h3", {}, "What differs")), this.#place,
        h("p", { className: "note" }, "First group minus second. Δz: difference of the means, in standard deviations over the cohort. Effect with 95 % interval: Hedges' g with Welch's t, because scores are continuous and groups may spread differently; Cliff's δ with Mann–Whitney, because ranks alone count there. FDR: Benjamini–Hochberg over all sets, raw and purified each by itself. Sets share genes, so their answers are not independent; a difference is an association, not a cause.")),
      h("div", { className: "plots between" }, this.#figure.element, this.#strip.element));
    const again = () => this.#offer();
    state.on("groups", again);
    state.on("selection", () => whenSeen(this.element, again));
    state.on("theme", () => this.#redraw());
  }

  /** Pathways were scored anew. @param {Scored} scored */
  async scored(scored) {
    this.#scored = scored;
    this.#chosen = "";
    await this.#choice.offer();
  }

  /** Nothing is scored. */
  clear() {
    this.#scored = this.#found = null;
    this.#asked++;
  }

  #offer() {
    if (this.#scored) this.#choice.offer();
  }

  async #compare() {
    const model = this.#state.readable, scored = this.#scored;
    if (!model || !scored || !this.#choice.groups.names.length) return this.#say("This column makes no groups of these tumours.");
    const ticket = ++this.#asked;
    const { groups, both, same } = this.#choice.pair(scored.tumours);
    if (same) return this.#fail(new Error("Choose two different groups."));
    try {
      const { sets, scorer, genes } = scored;
      const found = await model.differences(groups, { first: 0, second: 1, test: this.#test, sets, scorer, genes });
      if (ticket !== this.#asked) return;
      this.#found = found;
      const discovered = (/** @type {"raw" | "purified"} */ side) => found.rows.filter((row) => (row[side]?.fdr ?? 1) < 0.05).length;
      const flat = found.rows.filter(({ raw, purified }) => !raw || !purified).length;
      this.#say(`${count(found.first.members.length)} against ${plural(found.second.members.length, "tumour")}. Below an FDR of 5 %: ${count(discovered("raw"))} of ${count(found.rows.length)} sets raw, ${count(discovered("purified"))} purified.`
        + (both ? ` ${plural(both, "tumour is", "tumours are")} in both groups and left out.` : "") + (flat ? ` ${plural(flat, "set does", "sets do")} not vary here and has no test.` : ""));
      if (!found.rows.some(({ set }) => set === this.#chosen)) this.#chosen = found.rows[0]?.set ?? "";
      this.#showTable();
      this.#redraw();
    } catch (error) {
      if (ticket === this.#asked) this.#fail(error);
    }
  }

  /** @param {unknown} error */
  #fail(error) {
    this.#found = null;
    this.#place.replaceChildren();
    this.#say(/** @type {Error} */ (error).message, true);
    this.#redraw();
  }

  #say(/** @type {string} */ words, bad = false) {
    this.#status.textContent = words;
    this.#status.classList.toggle("bad", bad);
    for (const part of this.element.querySelectorAll(".plot")) /** @type {HTMLElement} */ (part).hidden = this.#found === null;
  }

  #redraw() {
    if (!this.#found) return;
    this.#strip.heading.textContent = this.#chosen ? setName(this.#chosen) : "One pathway in both groups";
    this.#figure.refresh();
    this.#strip.refresh();
  }

  #showTable() {
    const found = this.#found;
    if (!found) return;
    const { of } = COLUMNS.find(({ key }) => key === this.#sortBy) ?? COLUMNS[0];
    // What has no test comes last, whichever way is up.
    const rows = found.rows.toSorted((a, b) => {
      const [x, y] = [of(a), of(b)];
      if (x === null || y === null) return Number(x === null) - Number(y === null);
      const order = typeof x === "string" ? x.localeCompare(String(y)) : x - Number(y);
      return this.#descending ? -order : order;
    });
    const sort = (/** @type {string} */ key) => {
      this.#descending = key === this.#sortBy ? !this.#descending : /effect|difference/.test(key);
      this.#sortBy = key;
      this.#showTable();
      /** @type {HTMLElement | null} */ (this.#place.querySelector(`th[data-key="${key}"] button`))?.focus();
    };
    const number = (/** @type {number | null | undefined} */ value) => h("td", { className: "number" }, measured(value));
    const side = (/** @type {import("../../engine").Difference | null} */ d) => [
      number(d?.difference),
      h("td", { className: "number" }, measured(d?.effect), d ? h("span", { className: "quiet" }, ` ${measured(d.low)} to ${measured(d.high)}`) : null),
      h("td", { className: "number" }, chance(d?.p)),
      h("td", { className: "number" }, d && d.fdr < 0.05 ? h("strong", {}, chance(d.fdr)) : chance(d?.fdr)),
    ];
    this.#place.replaceChildren(h("table", {}, h("caption", { className: "unseen" }, `Pathways, ${found.first.name} against ${found.second.name}`),
      h("thead", {}, h("tr", {}, COLUMNS.map(({ key, label }) => h("th", {
        scope: "col", "data-key": key, className: key === "set" ? "" : "number", "aria-sort": key === this.#sortBy ? (this.#descending ? "descending" : "ascending") : "none",
      }, h("button", { type: "button", onclick: () => sort(key) }, label))))),
      h("tbody", {}, rows.slice(0, ROWS).map((row) => h("tr", { className: row.set === this.#chosen ? "chosen" : "", "data-set": row.set },
        h("th", { scope: "row" }, h("button", { type: "button", className: "plain", "aria-pressed": String(row.set === this.#chosen), onclick: () => this.#point(row.set) }, setName(row.set))),
        ...side(row.raw), ...side(row.purified))))));
    if (rows.length > ROWS) this.#place.append(h("p", { className: "note" }, `The first ${count(ROWS)} of ${count(rows.length)}; the CSV has them all.`));
  }

  /** @param {string} set */
  #point(set) {
    this.#chosen = set;
    for (const row of this.#place.querySelectorAll("tbody tr")) {
      const here = /** @type {HTMLElement} */ (row).dataset.set === set;
      row.classList.toggle("chosen", here);
      row.querySelector("button")?.setAttribute("aria-pressed", String(here));
    }
    this.#redraw();
  }
}
