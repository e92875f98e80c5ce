// What an axis means: the genes that go along with a map's two axes, or with being selected.
import { h, measured, segments } from "../widgets/dom.js";
import { Plot } from "../widgets/plot.js";
import { setName } from "../widgets/set_name.js";

/** Sets named in a line, and up to which FDR. */
const SETS = 4, FDR = 0.05;

/** @typedef {import("../../engine").Source} Source */

export class Axes {
  #state;
  #shown;
  #side = /** @type {"raw" | "right"} */ ("right");
  #what = /** @type {"axes" | "selection"} */ ("axes");
  #ticket = 0;
  #of = "";
  /** @type {import("../../engine").AxisGenes[]} */ #axes = [];
  #words = h("p", { className: "small", role: "status" });
  #sets = h("div", { className: "small" });
  /** @type {Plot[]} */ #plots;
  /** @type {HTMLDetailsElement} */ element;

  /** @param {import("../shell/state.js").State} state @param {() => {kind: "pca" | "umap", of: Source}} shown what the right map shows */
  constructor(state, shown) {
    this.#state = state;
    this.#shown = shown;
    this.#plots = [0, 1].map((axis) => new Plot(state, {
      name: `axis_${axis + 1}`, title: `Axis ${axis + 1}`, height: () => 96 + 24 * 17, suffix: () => `_${this.#asked().of}`,
      spec: () => this.element.open && axis < this.#axes.length && { figure: "axis_genes", axis }, csv: () => axis < this.#axes.length && { table: "axis_genes" },
    }));
    this.element = h("details", { id: "explore-axes", ontoggle: () => this.show() },
      h("summary", {}, "What the axes mean ", h("span", { className: "quiet" }, "· genes that carry a map’s axes, or the selection")),
      h("div", { className: "inside" },
        h("div", { className: "controls" }, segments("Genes of", [["axes", "The map’s axes"], ["selection", "The selection against the rest"]], this.#what, (value) => { this.#what = value; this.show(); }),
          segments("On", [["right", "Purified"], ["raw", "Raw"]], this.#side, (value) => { this.#side = value; this.show(); })),
        this.#words, this.#sets, h("div", { className: "plots" }, ...this.#plots.map(({ element }) => element))));
    state.on("selection", () => { if (this.#what === "selection") this.show(); });
    state.on("theme", () => this.#plots.forEach((plot) => plot.refresh()));
    state.on("strength", () => this.show());
  }

  /** @returns {import("../../engine").AxesRequest} */
  #asked() {
    const { kind, of } = this.#shown();
    return { kind, of: this.#side === "raw" ? "raw" : of, selection: this.#what === "selection" ? this.#state.selection : null };
  }

  /** The maps were drawn: perhaps others than these axes are of. */
  look() {
    const { kind, of } = this.#asked();
    if (this.#of !== `${kind} ${of}`) this.show();
  }

  async show() {
    const model = this.#state.readable;
    const ticket = ++this.#ticket;
    if (!this.element.open || !model) return;
    const asked = this.#asked();
    this.#of = `${asked.kind} ${asked.of}`;
    this.#words.textContent = "Reading every gene …";
    try {
      const axes = await model.axisGenes(asked);
      if (ticket !== this.#ticket) return;
      this.#axes = axes;
      this.#words.textContent = "Pearson’s r of every measured gene, in the values of that side, with the tumours’ places; Spearman’s ρ with purity. An axis of a UMAP has no direction of its own.";
      this.#sets.replaceChildren(...axes.map(({ name, sets, purity }) => {
        const named = sets.filter(({ fdr }) => fdr < FDR).slice(0, SETS).map(({ set, sense }) => `${sense === "up" ? "rises" : "falls"}: ${setName(set)}`);
        return h("p", {}, h("strong", {}, name), ` · ${named.join("; ") || "no gene set under an FDR of 0.05"} · ~ purity ${measured(purity)}`);
      }));
    } catch (error) {
      if (ticket !== this.#ticket) return;
      this.#axes = [];
      this.#words.textContent = /** @type {Error} */ (error).message;
      this.#sets.replaceChildren();
    }
    this.#plots.forEach((plot, axis) => {
      plot.element.hidden = axis >= this.#axes.length;
      plot.heading.textContent = this.#axes[axis]?.name ?? "";
      plot.refresh();
    });
  }
}
