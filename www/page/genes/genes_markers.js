// Markers: the genes that are higher in every group than in all others, in one table.
import { codesOf } from "../explore/grouping.js";
import { h, measured } from "../widgets/dom.js";
import { chance } from "../pathways/pathways_groups.js";
import { Plot } from "../widgets/plot.js";

/** Genes of each group. */
const MOST = 10;

export class Markers {
  #state;
  #choice;
  #choose;
  #ticket = 0;
  #words = h("p", { className: "small", role: "status" });
  #place = h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Markers of every group" });
  #plot;
  /** @type {HTMLDetailsElement} */ element;

  /** @param {import("../shell/state.js").State} state @param {import("../explore/group_choice.js").GroupChoice} choice whose groups @param {(gene: string) => void} choose */
  constructor(state, choice, choose) {
    this.#state = state;
    this.#choice = choice;
    this.#choose = choose;
    this.#plot = new Plot(state, {
      name: "markers", title: "Markers", content: this.#place, files: false, spec: () => null,
      csv: () => this.#place.childElementCount > 0 && { table: "gene_markers", ...this.#asked(), most: 100 },
    });
    this.element = h("details", { id: "genes-markers", ontoggle: () => this.show() },
      h("summary", {}, "Markers ", h("span", { className: "quiet" }, "· of every group against all others")),
      h("div", { className: "inside" }, this.#words, this.#plot.element));
  }

  /** Others are chosen, or read otherwise. */
  forget() {
    this.#ticket++;
    this.#place.replaceChildren();
    this.show();
  }

  #asked() {
    const { label, names, members } = this.#choice.groups;
    return { of: this.#state.readable?.of === "instant" ? "instant" : "purified", groups: { label, names, codes: codesOf(members, this.#state.tumours.length) } };
  }

  async show() {
    const model = this.#state.readable;
    if (!this.element.open || !model || this.#place.childElementCount) return;
    const { groups } = this.#asked();
    if (groups.names.length < 2) {
      this.#words.textContent = "Markers need two groups or more: choose a column, or name groups.";
      return;
    }
    const ticket = ++this.#ticket;
    this.#words.textContent = "Comparing every group with all others …";
    try {
      const found = await model.geneMarkers(groups, { most: MOST });
      if (ticket !== this.#ticket) return;
      this.#words.textContent = `The ${MOST} genes that are most surely higher in a group than in all others, ${found.adjusted ? "purity held" : "nothing held"}; the CSV has 100 of each. ${[...found.leftOut, ...found.notes].join(" ")}`;
      const number = (/** @type {number | null} */ value) => h("td", { className: "number" }, measured(value));
      const heads = ["gene", found.adjusted ? "Δ adjusted" : "Δ", "effect", "FDR", "Δ raw", "Δ purified"];
      this.#place.replaceChildren(h("table", {}, h("caption", { className: "unseen" }, "Markers"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "group"), heads.map((head, at) => h("th", { scope: "col", className: at ? "number" : "" }, head)))),
        h("tbody", {}, found.rows.map((row) => h("tr", {}, h("td", {}, row.group),
          h("th", { scope: "row" }, h("button", { type: "button", className: "plain", onclick: () => this.#choose(row.gene) }, row.gene)),
          number(row.test.difference), number(row.test.effect), h("td", { className: "number" }, chance(row.test.fdr)), number(row.raw), number(row.purified))))));
      this.#plot.refresh();
    } catch (error) {
      if (ticket === this.#ticket) this.#words.textContent = /** @type {Error} */ (error).message;
    }
  }
}
