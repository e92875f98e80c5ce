// The ten nearest of one tumour, raw and purified: who stays, who comes, and what they have in common.
import { h, measured } from "../widgets/dom.js";
import { select } from "./selection.js";

const COUNT = 10;

/** @typedef {import("../../engine").Source} Source */

export class Neighbours {
  #state;
  #right;
  /** @type {number | null} */ #sample = null;
  #ticket = 0;
  #words = h("p", { className: "small", role: "status" });
  #lists = h("div", { className: "plots" });
  element;

  /** @param {import("../shell/state.js").State} state @param {() => Source} right what stands on the right */
  constructor(state, right) {
    this.#state = state;
    this.#right = right;
    this.element = h("details", { id: "explore-neighbours", ontoggle: () => this.show() },
      h("summary", {}, "Nearest neighbours ", h("span", { className: "quiet" }, "· of one tumour, raw and purified")),
      h("div", { className: "inside" }, this.#words, this.#lists));
    state.on("selection", () => { if (state.selection.length === 1) this.about(state.selection[0]); });
    state.on("colour", () => this.show());
  }

  /** @param {number | null} sample */
  about(sample) {
    this.#sample = sample;
    this.show();
  }

  async show() {
    const ticket = ++this.#ticket;
    const model = this.#state.readable;
    const sample = this.#sample;
    if (!this.element.open || !model) return;
    if (sample === null || sample >= this.#state.tumours.length) {
      this.#words.textContent = "Click a tumour on a map, or search for one.";
      this.#lists.replaceChildren();
      return;
    }
    try {
      const right = this.#right();
      const near = await Promise.all([model.neighbours({ of: "raw", sample, count: COUNT }), model.neighbours({ of: right, sample, count: COUNT })]);
      if (ticket !== this.#ticket) return;
      const names = this.#state.tumours;
      const shared = new Set(near[0].samples.filter((at) => near[1].samples.includes(at)));
      this.#words.replaceChildren(h("strong", {}, names[sample]), `${this.#value(sample)}. ${shared.size} of ${near[0].samples.length} raw neighbours are purified ones too.`);
      this.#lists.replaceChildren(...near.map(({ samples, distances }, side) => this.#list(side ? (right === "instant" ? "Instant" : "Purified") : "Raw", sample, samples, distances, shared)));
    } catch (error) {
      if (ticket === this.#ticket) this.#words.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {string} title @param {number} sample @param {number[]} samples @param {number[]} distances @param {Set<number>} shared */
  #list(title, sample, samples, distances, shared) {
    const { tumours, colouring } = this.#state;
    const own = colouring?.kind === "category" ? colouring.codes?.[sample] ?? -1 : -1;
    const alike = samples.filter((at) => own >= 0 && colouring?.codes?.[at] === own).length;
    const said = own >= 0 ? ` · ${alike} of ${samples.length} share ${colouring?.label} ${colouring?.categories?.[own]}` : "";
    return h("div", { className: "plot" },
      h("header", {}, h("h3", {}, title, h("span", { className: "quiet" }, said)), h("button", {
        type: "button", className: "plain", "aria-label": `${title}: select these and the tumour`,
        onclick: () => select(this.#state, [sample, ...samples], "replace", `${title.toLowerCase()} nearest neighbours of ${tumours[sample]}`),
      }, "Select")),
      h("table", { className: "near" }, h("caption", { className: "unseen" }, `Nearest neighbours, ${title.toLowerCase()}`),
        h("thead", {}, h("tr", {}, ["tumour", colouring && colouring.kind !== "none" ? colouring.label : "", "also"].map((label) => h("th", { scope: "col" }, label || h("span", { className: "unseen" }, "value"))), h("th", { scope: "col", className: "number" }, "distance"))),
        h("tbody", {}, samples.map((at, row) => h("tr", {},
          h("td", {}, h("button", { type: "button", className: "plain", onclick: () => select(this.#state, [at], "replace", `neighbour of ${tumours[sample]}`) }, tumours[at])),
          h("td", {}, this.#value(at).replace(", ", "")), h("td", { className: "quiet" }, shared.has(at) ? "both" : ""), h("td", { className: "number" }, measured(distances[row])))))));
  }

  /** What it is coloured by, after a comma. @param {number} sample */
  #value(sample) {
    const { colouring } = this.#state;
    if (!colouring || colouring.kind === "none") return "";
    if (colouring.kind === "category") return `, ${colouring.categories?.[colouring.codes?.[sample] ?? -1] ?? "missing"}`;
    return `, ${measured(colouring.values?.[sample])}`;
  }
}
