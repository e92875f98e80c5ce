// What purification did to pathway activity: heat map, table, and one pathway by group.
import { count, h, measured, segments } from "../widgets/dom.js";
import { HeatMap } from "./heat_map.js";
import { GroupDifferences } from "./pathways_groups.js";
import { Plot } from "../widgets/plot.js";
import { setName } from "../widgets/set_name.js";
import { open } from "../shell/state.js";

/** @typedef {import("../../engine").PathwayChange} PathwayChange */

/** @type {{key: keyof PathwayChange, label: string}[]} */
const COLUMNS = [
  { key: "set", label: "pathway" }, { key: "change", label: "change" }, { key: "correlation", label: "raw ~ pur." },
  { key: "rawPurity", label: "raw ~ purity" }, { key: "purifiedPurity", label: "pur. ~ purity" }, { key: "found", label: "genes" },
];

/** @param {import("../shell/state.js").State} state @param {(pathways: string[]) => void} onSets */
export function startPathways(state, onSets) {
  /** @type {import("../../engine").Scorer} */
  let scorer = "ssgsea";
  /** @type {"hallmark" | "own"} */
  let sets = "hallmark";
  /** @type {import("../../engine").PathwayGenes} */
  let genes = "all";
  /** @type {import("../../engine").PathwayScores | null} */
  let scores = null;
  /** @type {keyof PathwayChange} */
  let sortBy = "change";
  let descending = true;
  let chosen = "";
  let asked = 0;
  /** @type {import("../shell/state.js").Model | null} */
  let scored = null;

  const own = h("input", { type: "file", id: "own-sets", className: "unseen", accept: ".gmt,.txt,.gz", onchange: () => openOwn() });
  const setsPlace = h("span");
  const status = h("p", { className: "status small", role: "status" });
  const place = h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Pathways by change" });
  const heat = new HeatMap(state, { scores: () => scores, height: heatHeight, onRow: choose });
  const strip = new Plot(state, {
    name: "strip", title: "One pathway by group", height: () => 420,
    spec: () => scores !== null && chosen !== "" && groups() !== null && { figure: "strip", pathway: chosen, groups: groups() },
    csv: () => scores && { table: "pathways_raw" },
  });
  const between = new GroupDifferences(state);
  const body = open("pathways", false);
  body.append(
    h("div", { className: "controls" },
      h("div", { className: "control" }, h("span", { className: "label" }, "Gene sets"), h("div", { className: "row" }, setsPlace, h("span", {}, own, h("label", { className: "button", for: "own-sets" }, "Open a GMT…")))),
      h("div", { className: "control" }, h("span", { className: "label" }, "Score"), segments("Score", [["ssgsea", "ssGSEA"], ["singscore", "singscore"], ["zscore", "z-score"]], scorer, (value) => {
        scorer = value;
        score();
      })),
      h("div", { className: "control" }, h("span", { className: "label" }, "Genes"), segments("Genes that are scored", [["all", "all measured"], ["training", "trained on"]], genes, (value) => {
        genes = value;
        score();
      }))),
    status, heat.element,
    h("div", { className: "plots changes" },
      h("div", { className: "plot" }, h("header", {}, h("h3", {}, "What changed")), place,
        h("p", { className: "note" }, "Change: 1 − Spearman's ρ between raw and purified (pur.) scores; 0 where purification left the order of the tumours alone. raw ~ pur.: Pearson's r. With purity: Spearman's ρ. Genes: found of the set in the cohort, among those that are scored: all measured genes that have a value raw and purified (what the embedding does not explain has none), or those trained on.")),
      strip.element),
    between.element);
  const chooseSets = () => setsPlace.replaceChildren(segments("Gene sets", [["hallmark", "Hallmark"], ...(sets === "own" || ownName ? [/** @type {["own", string]} */ (["own", ownName])] : [])], sets, (value) => {
    sets = value;
    score();
  }));
  let ownName = "";
  chooseSets();

  state.on("cohort", () => {
    scored = null;
    // A session that stands alone has its scores as they were made.
    const saved = state.cohort?.alone ? state.cohort.scored : null;
    if (!saved) return;
    ({ scorer, sets } = saved);
    genes = saved.genes ?? "training";
    for (const input of body.querySelectorAll("input")) if (input.value === scorer || input.value === genes) input.checked = true;
    if (sets === "own") ownName ||= "own, as saved";
    chooseSets();
  });
  const look = () => {
    const model = current();
    open("pathways", model !== null);
    if (model === null) {
      scores = null;
      between.clear();
    }
    else if (model !== scored) score();
  };
  state.on("model", look);
  // The closed form alone is scored once nothing else is coming.
  state.on("training", look);
  state.on("strength", () => {
    if (current()) score();
  });
  state.on("colour", () => { if (state.colour.column) redrawStrip(); });
  state.on("theme", redraw);

  /** The trained model; the closed form only when nothing else is coming. */
  const current = () => state.model ?? (state.training ? null : state.instant);

  /** The category column that groups the strip plot: the one the maps show, else the first. */
  function groups() {
    const columns = state.cohort?.summary.columns.filter((column) => column.kind === "category") ?? [];
    return (columns.find(({ name }) => name === state.colour.column) ?? columns.find(({ values }) => values.length > 1) ?? columns[0])?.name ?? null;
  }

  async function openOwn() {
    const file = own.files?.[0];
    own.value = "";
    if (!file || !state.cohort) return;
    await state.opening();
    try {
      const { name, sets: n } = await state.cohort.loadGeneSets(file);
      ownName = `${name} (${count(n)})`;
      sets = "own";
      chooseSets();
      await score();
    } catch (error) {
      say(/** @type {Error} */ (error).message, true);
    }
  }

  function say(/** @type {string} */ words, bad = false) {
    status.textContent = words;
    status.classList.toggle("bad", bad);
  }

  async function score() {
    const model = current();
    if (!model) return;
    const ticket = ++asked;
    scored = model;
    say("Scoring …");
    try {
      const result = await model.pathways({ sets, scorer, genes });
      if (ticket !== asked) return;
      scores = result;
      const left = result.leftOut.length ? `${count(result.leftOut.length)} of ${count(result.sets.length + result.leftOut.length)} sets have too few of their genes in this cohort and are left out. ` : "";
      say(`${left}Taken for purity: ${result.purity}.`);
      chosen = result.sets.includes(chosen) ? chosen : result.table.length ? result.table.reduce((a, b) => b.change > a.change ? b : a).set : "";
      onSets(result.sets);
      showTable();
      redraw();
      between.scored({ sets, scorer, genes, tumours: result.samples.length });
    } catch (error) {
      if (ticket === asked) say(/** @type {Error} */ (error).message, true);
    }
  }

  /** Every pathway's name can be read; under 680 px the panels stand on each other. @param {number} width */
  function heatHeight(width) {
    const rows = Math.max(13 * (scores?.sets.length ?? 0), 80);
    return Math.min(width < 680 ? 2 * rows + 230 : rows + 150, 4000);
  }

  function redraw() {
    heat.refresh();
    redrawStrip();
  }

  function redrawStrip() {
    strip.heading.textContent = chosen ? `${setName(chosen)} by ${groups() ?? "group"}` : "One pathway by group";
    strip.refresh();
  }

  function showTable() {
    if (!scores) return;
    const rows = scores.table.toSorted((a, b) => {
      const [x, y] = [a[sortBy] ?? -Infinity, b[sortBy] ?? -Infinity];
      const order = typeof x === "string" ? x.localeCompare(String(y)) : Number(x) - Number(y);
      return descending ? -order : order;
    });
    const sort = (/** @type {keyof PathwayChange} */ key) => {
      descending = key === sortBy ? !descending : key !== "set";
      sortBy = key;
      showTable();
      /** @type {HTMLElement | null} */ (place.querySelector(`th[data-key="${key}"] button`))?.focus();
    };
    place.replaceChildren(h("table", {}, h("caption", { className: "unseen" }, "Pathways and how much purification changed them"),
      h("thead", {}, h("tr", {}, COLUMNS.map(({ key, label }) => h("th", {
        scope: "col", "data-key": key, className: key === "set" ? "" : "number", "aria-sort": key === sortBy ? (descending ? "descending" : "ascending") : "none",
      }, h("button", { type: "button", onclick: () => sort(key) }, label))))),
      h("tbody", {}, rows.map((row) => h("tr", { className: row.set === chosen ? "chosen" : "" },
        h("th", { scope: "row" }, h("button", { type: "button", className: "plain", "aria-pressed": String(row.set === chosen), onclick: () => choose(row.set) }, setName(row.set))),
        h("td", { className: "number" }, measured(row.change)),
        [row.correlation, row.rawPurity, row.purifiedPurity].map((value) => h("td", { className: "number" }, correlation(value))),
        h("td", { className: "number" }, `${count(row.found)}/${count(row.size)}`))))));
  }

  function choose(/** @type {string} */ set) {
    chosen = set;
    for (const row of place.querySelectorAll("tbody tr")) {
      const button = /** @type {HTMLElement} */ (row.querySelector("button"));
      const here = button.textContent === setName(set);
      row.classList.toggle("chosen", here);
      button.setAttribute("aria-pressed", String(here));
    }
    redraw();
  }
}

/** @param {number | null} value */
const correlation = (value) => value === null || !Number.isFinite(value) ? "–" : (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace("-", "−");
