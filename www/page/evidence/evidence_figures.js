// Outcomes as figures: survival of groups, hazard ratios, which class was taken for which, purity against the map.
import { h, segments } from "../widgets/dom.js";
import { Plot } from "../widgets/plot.js";
import { whenSeen } from "../shell/seen.js";

/** @typedef {import("../shell/state.js").State} State */
/** @typedef {import("../../engine").GroupsOf} GroupsOf */

/** A select with its label. @param {string} id @param {string} label @param {() => void} onchange */
function chooser(id, label, onchange) {
  const select = h("select", { id, onchange });
  return { select, element: h("div", { className: "control" }, h("label", { for: id }, label), select) };
}

/** @param {HTMLSelectElement} select @param {[string, string][]} options value and text @param {string} [wanted] */
function offer(select, options, wanted = select.value) {
  select.replaceChildren(...options.map(([value, text]) => h("option", { value }, text)));
  select.value = options.some(([value]) => value === wanted) ? wanted : options[0]?.[0] ?? "";
}

export class OutcomeFigures {
  #state;
  #compare;
  #by = chooser("survival-groups", "Groups", () => this.#survival());
  #clusters = chooser("survival-clusters", "Clusters", () => this.#survival());
  #covariates = h("span", { className: "row", id: "forest-columns", onchange: () => this.#forest.refresh() });
  #withGroups = h("input", { type: "checkbox", id: "forest-groups", onchange: () => this.#forest.refresh() });
  #component = chooser("purity-component", "Component", () => this.#purity.refresh());
  #label = h("span");
  /** @type {"subtype" | "grade"} */ #shownLabel = "subtype";
  #needed = h("p", { className: "small quiet", id: "outcomes-needed" }, "Choose survival time and event above for survival curves and hazard ratios.");
  #outcomes = h("div", { hidden: true });
  #confused = h("div", { hidden: true });
  #curves;
  #forest;
  #confusion;
  #purity;
  element;

  /** @param {State} state @param {import("./compare.js").Compare} compare */
  constructor(state, compare) {
    this.#state = state;
    this.#compare = compare;
    this.#curves = new Plot(state, {
      name: "survival", title: "Survival by group", height: (width) => Math.max(320, Math.min(560, width * 0.62)),
      spec: () => { const asked = this.#asked(); return asked && { figure: "survival", ...asked }; },
      csv: () => { const asked = this.#asked(); return asked && { table: "survival", ...asked }; },
    });
    this.#forest = new Plot(state, {
      name: "forest", title: "Hazard ratios", height: () => 110 + 24 * this.#terms(),
      spec: () => { const asked = this.#hazards(); return asked && { figure: "forest", ...asked }; },
      csv: () => { const asked = this.#hazards(); return asked && { table: "forest", ...asked }; },
    });
    this.#confusion = new Plot(state, {
      name: "confusion", title: "Confusion matrix", height: (width) => width < 560 ? 2 * width * 0.8 : Math.min(460, width * 0.45),
      spec: () => !this.#confused.hidden && { figure: "confusion", label: this.#shownLabel },
      csv: () => !this.#confused.hidden && { table: "confusion", label: this.#shownLabel },
    });
    this.#purity = new Plot(state, {
      name: "purity", title: "Purity against the map", height: (width) => width < 520 ? 2 * width * 0.75 : Math.min(420, width * 0.42),
      spec: () => state.readable !== null && { figure: "purity_map", ...this.#purityOf() },
      csv: () => state.readable !== null && { table: "purity_map", ...this.#purityOf() },
    });
    offer(this.#clusters.select, [2, 3, 4, 5, 6, 7, 8].map((k) => /** @type {[string, string]} */ ([String(k), String(k)])), "3");
    offer(this.#component.select, [["", "the one that follows purity most"], ...[1, 2, 3, 4, 5].map((at) => /** @type {[string, string]} */ ([String(at), `PC${at}`]))]);
    this.#outcomes.append(
      h("div", { className: "controls" }, this.#by.element, this.#clusters.element), this.#curves.element,
      h("p", { className: "small quiet" }, "Groups chosen by looking at the data make a log-rank test optimistic: take it as exploration."),
      h("details", { className: "also", open: true }, h("summary", {}, "In the Cox model"), this.#covariates, h("label", { className: "check" }, this.#withGroups, "the groups above")),
      this.#forest.element);
    this.#confused.append(h("div", { className: "controls" }, this.#label), this.#confusion.element);
    this.element = h("div", { id: "outcomes", hidden: true },
      h("h3", {}, "Purity, classes and outcomes"),
      h("div", { className: "controls" }, this.#component.element), this.#purity.element,
      this.#confused, this.#needed, this.#outcomes);
    compare.onTable = (table) => this.#tell(table);
    for (const event of /** @type {const} */ (["groups", "selection"])) state.on(event, () => whenSeen(this.element, () => this.#offerGroups()));
    state.on("theme", () => this.refresh());
  }

  /** Another model, cohort or choice of columns. */
  refresh() {
    const { readable, cohort } = this.#state;
    this.element.hidden = readable === null || !cohort;
    if (!readable || !cohort) return;
    const columns = cohort.summary.columns.filter(({ kind }) => kind !== "text");
    const { time, event } = this.#compare.columns;
    this.#outcomes.hidden = !time || !event;
    this.#needed.hidden = !this.#outcomes.hidden;
    const ticked = this.#ticked();
    this.#covariates.replaceChildren(...columns.filter(({ name }) => name !== time && name !== event).map(({ name }) =>
      h("label", { className: "check" }, h("input", { type: "checkbox", value: name, checked: ticked.includes(name) || (ticked.length === 0 && /^age/i.test(name)) }), name)));
    if (!this.#ticked().length) this.#withGroups.checked = true;
    this.#offerGroups();
    this.#purity.refresh();
    if (!this.#confused.hidden) this.#confusion.refresh();
  }

  #offerGroups() {
    const { cohort, groups, selection } = this.#state;
    if (!cohort) return;
    const { time, event, subtype } = this.#compare.columns;
    const columns = cohort.summary.columns.filter(({ name, kind }) => kind !== "text" && name !== time && name !== event);
    /** @type {[string, string][]} */
    const options = columns.map(({ name, kind }) => [`column:${name}`, kind === "number" ? `${name}, at its median` : name]);
    options.push(["clusters", "clusters of the embedding"]);
    if (groups.length) options.push(["groups", "your groups"]);
    if (selection.length) options.push(["selection", "the selection and the rest"]);
    offer(this.#by.select, options, this.#by.select.value || (subtype ? `column:${subtype}` : "clusters"));
    this.#survival();
  }

  #survival() {
    this.#clusters.element.hidden = this.#by.select.value !== "clusters";
    if (this.#outcomes.hidden) return;
    this.#curves.refresh();
    this.#forest.refresh();
  }

  /** @returns {GroupsOf | null} */
  #groups() {
    const { model, groups, selection, cohort } = this.#state;
    const chosen = this.#by.select.value;
    const tumours = cohort?.summary.tumors ?? 0;
    if (chosen.startsWith("column:")) return { column: chosen.slice("column:".length) };
    if (chosen === "clusters") return { clusters: { k: Number(this.#clusters.select.value), of: model ? "purified" : "instant" } };
    if (chosen === "groups") {
      const codes = new Array(tumours).fill(-1);
      groups.forEach(({ members }, code) => members.forEach((at) => { codes[at] = code; }));
      return { groups: { label: "group", names: groups.map(({ name }) => name), codes } };
    }
    if (chosen === "selection") {
      const codes = new Array(tumours).fill(1);
      for (const at of selection) codes[at] = 0;
      return { groups: { label: "selection", names: ["selected", "the rest"], codes } };
    }
    return null;
  }

  #asked() {
    const { time, event } = this.#compare.columns;
    const groups = this.#groups();
    return time && event && groups ? { time, event, groups } : null;
  }

  #ticked() {
    return [...this.#covariates.querySelectorAll("input")].filter((input) => input.checked).map((input) => input.value);
  }

  #hazards() {
    const { time, event } = this.#compare.columns;
    const columns = this.#ticked();
    const groups = this.#withGroups.checked ? this.#groups() : null;
    return time && event && (columns.length || groups) ? { time, event, columns, groups } : null;
  }

  /** Rows that the forest plot may have. */
  #terms() {
    const values = (/** @type {string} */ name) => {
      const column = this.#state.cohort?.summary.columns.find((one) => one.name === name);
      return column?.kind === "category" ? Math.max(1, column.values.length - 1) : 1;
    };
    const asked = this.#hazards();
    if (!asked) return 1;
    const { groups } = asked;
    const ofGroups = !groups ? 0 : "column" in groups ? values(groups.column) : "clusters" in groups ? groups.clusters.k - 1 : groups.groups.names.length - 1;
    return Math.max(1, asked.columns.reduce((sum, name) => sum + values(name), ofGroups));
  }

  #purityOf() {
    const component = this.#component.select.value;
    return { column: this.#compare.columns.purity ?? null, component: component ? Number(component) : null };
  }

  /** Another table, or none. @param {import("../../engine").ComparisonTable | null} table */
  #tell(table) {
    const labels = /** @type {("subtype" | "grade")[]} */ (["subtype", "grade"]).filter((label) => table?.columns.some(({ key }) => key.startsWith(`${label}.clean`)));
    this.#confused.hidden = labels.length === 0;
    if (!labels.length) return;
    if (!labels.includes(this.#shownLabel)) this.#shownLabel = labels[0];
    this.#label.replaceChildren(...(labels.length > 1 ? [segments("Confusion matrix of", labels.map((label) => /** @type {["subtype" | "grade", string]} */ ([label, label])), this.#shownLabel, (label) => {
      this.#shownLabel = label;
      this.#confusion.refresh();
    })] : []));
    this.#confusion.refresh();
  }
}
