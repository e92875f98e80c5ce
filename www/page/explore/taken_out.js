// What is taken out: every contamination direction with what moves along it, and a box that lets it stay.
import { h, measured } from "../widgets/dom.js";
import { Plot } from "../widgets/plot.js";
import { setName } from "../widgets/set_name.js";

/** @typedef {import("../shell/state.js").State} State */
/** @typedef {import("../../engine").Direction} Direction */

/** Genes and sets named in a line; the tables have them all. */
const GENES = 8, SETS = 3;
/** Sets beyond this FDR are not named. */
const FDR = 0.05;

export class TakenOut {
  #state;
  #strength;
  #of;
  #colourBy;
  /** @type {import("../../engine").Directions | null} */ #report = null;
  /** @type {import("../shell/state.js").Model | null} whose directions are shown */ #made = null;
  #ticket = 0;
  #shown = 1;
  #words = h("p", { className: "small", role: "status" });
  #place = h("div", { className: "sideways", tabIndex: 0, role: "region", "aria-label": "Contamination directions" });
  #bars;
  /** @type {HTMLDetailsElement} */ element;

  /**
   * @param {State} state @param {import("./strength.js").Strength} strength @param {() => import("../shell/state.js").Model | null} of whose directions
   * @param {(colour: import("../../engine").ColourOptions) => Promise<void>} colourBy
   */
  constructor(state, strength, of, colourBy) {
    this.#state = state;
    this.#strength = strength;
    this.#of = of;
    this.#colourBy = colourBy;
    const which = () => ({ direction: this.#shown, of: of()?.of === "instant" ? "instant" : "purified" });
    this.#bars = new Plot(state, {
      name: "direction", title: "Genes of a direction",
      spec: () => this.element.open && this.#report !== null && { figure: "direction", ...which() },
      csv: () => this.#report !== null && { table: "direction_genes", of: which().of },
      height: () => 96 + 24 * 17,
      suffix: () => String(this.#shown),
    });
    this.element = h("details", { id: "taken-out", ontoggle: () => this.show() },
      h("summary", {}, "What is taken out ", h("span", { className: "quiet" }, "· genes, gene sets and tumours of every direction")),
      h("div", { className: "inside" },
        h("p", { className: "small quiet" }, "Directions are in the order in which strength takes them out. Along each, genes rise or fall towards normal tissue. Untick one whose genes are biology that you want to keep."),
        this.#words, this.#place, this.#bars.element));
    strength.onStands = () => this.show();
    state.on("theme", () => this.#bars.refresh());
    state.on("colour", () => this.#draw());
  }

  async show() {
    const model = this.#of();
    const now = this.#strength.now;
    const ticket = ++this.#ticket;
    if (!this.element.open) return;
    if (!model || !now) {
      this.#report = null;
      this.#made = null;
      this.#words.textContent = "There is no direction to show here.";
      this.#place.replaceChildren();
      this.#bars.element.hidden = true;
      return;
    }
    if (this.#made !== model) {
      this.#words.textContent = "Reading the directions …";
      try {
        const report = await model.directions();
        if (ticket !== this.#ticket) return;
        this.#report = report;
        this.#made = model;
        this.#shown = Math.min(this.#shown, Math.max(1, report.directions.length));
        this.#words.textContent = `Correlations are Spearman’s ρ of the tumours’ places along a direction. Taken for purity: ${report.purity}.`;
        this.#bars.element.hidden = false;
        this.#bars.refresh();
      } catch (error) {
        if (ticket !== this.#ticket) return;
        this.#report = null;
        this.#words.textContent = /** @type {Error} */ (error).message;
        this.#bars.element.hidden = true;
      }
    }
    this.#draw();
  }

  #draw() {
    const now = this.#strength.now;
    if (!this.element.open || !this.#report || !now) return;
    const focused = this.#place.contains(document.activeElement) ? document.activeElement?.id : "";
    const heads = ["direction", "take this out", "share of variance", "rises", "falls", "gene sets (FDR)", "~ purity", "~ immune", "~ stromal", ""];
    const numeric = new Set(["share of variance", "~ purity", "~ immune", "~ stromal"]);
    this.#place.replaceChildren(h("table", { className: "directions" }, h("caption", { className: "unseen" }, "Contamination directions"),
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col", className: numeric.has(head) ? "number" : "" }, head || h("span", { className: "unseen" }, "show"))))),
      h("tbody", {}, this.#report.directions.map((direction, at) => this.#row(direction, at + 1, now)))));
    if (focused) document.getElementById(focused)?.focus();
  }

  /** @param {Direction} direction @param {number} number from 1 @param {import("../../engine").Strength} now */
  #row(direction, number, now) {
    const { variance, up, down, sets, purity, immune, stromal } = direction;
    const within = number <= now.strength;
    const kept = now.kept.includes(number);
    const box = h("input", {
      type: "checkbox", id: `take-out-${number}`, checked: within && !kept, "aria-label": `Take direction ${number} out`,
      onchange: () => this.#take(number, box.checked),
    });
    const column = `contamination direction ${number} (estimated)`;
    const coloured = this.#state.colour.column === column;
    const named = sets.filter(({ fdr }) => fdr < FDR).slice(0, SETS);
    const genes = (/** @type {{gene: string}[]} */ rows) => h("td", { className: "genes" }, rows.slice(0, GENES).map(({ gene }) => gene).join(", ") || "–");
    const rho = (/** @type {number | null} */ value) => h("td", { className: "number" }, measured(value));
    return h("tr", { className: within && !kept ? "ours" : "", "data-direction": number },
      h("th", { scope: "row" }, String(number), this.#report?.kinds[number - 1] === "stand_in" && h("span", { className: "quiet" }, " the stand-in for purity")),
      h("td", {}, box, !within && h("span", { className: "quiet" }, ` from strength ${number}`)),
      h("td", { className: "number" }, `${measured(100 * variance)} %`), genes(up), genes(down),
      h("td", { className: "sets" }, named.length ? named.map(({ set, sense, fdr }) => h("div", {}, `${sense === "up" ? "rises" : "falls"}: ${setName(set)} (${measured(fdr)})`)) : "none under 0.05"),
      rho(purity), rho(immune), rho(stromal),
      h("td", {},
        h("button", { type: "button", id: `direction-genes-${number}`, className: "plain", "aria-pressed": String(this.#shown === number), "aria-label": `Genes of direction ${number}`, onclick: () => this.#look(number) }, "Genes"), " · ",
        h("button", { type: "button", id: `direction-colour-${number}`, className: "plain", "aria-pressed": String(coloured), "aria-label": `Colour by the place along direction ${number}`, onclick: () => this.#colourBy({ column }) }, "Colour")));
  }

  /** @param {number} number */
  #look(number) {
    this.#shown = number;
    this.#draw();
    this.#bars.refresh();
  }

  /** Ticking one beyond the strength raises it, and keeps those between. @param {number} number @param {boolean} out */
  #take(number, out) {
    const now = this.#strength.now;
    if (!now) return;
    const kept = new Set(now.kept);
    if (!out) kept.add(number);
    else {
      kept.delete(number);
      for (let between = now.strength + 1; between < number; between++) kept.add(between);
    }
    this.#strength.move(Math.max(now.strength, out ? number : 0), [...kept].sort((a, b) => a - b));
  }
}
