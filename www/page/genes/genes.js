// Genes between two groups of tumours: volcano plot, table and search of all measured genes, one gene by group, markers.
import { MapView } from "../../figure/canvas.js";
import { count, h, measured, plural, save, segments } from "../widgets/dom.js";
import { Markers } from "./genes_markers.js";
import { GroupChoice } from "../explore/group_choice.js";
import { chance } from "../pathways/pathways_groups.js";
import { Plot } from "../widgets/plot.js";
import { whenSeen } from "../shell/seen.js";
import { open } from "../shell/state.js";

/** @typedef {import("../../engine").GeneValues} Values */
/** @typedef {import("../../engine").GeneRow} Row */

/** Rows laid out at once; the CSV has them all. */
const ROWS = 60;
/** Milliseconds without a key after which the search begins. */
const TYPED = 150;
/** @type {Values[]} */
const VALUES = ["raw", "adjusted", "purified"];
const SAID = { raw: "raw", adjusted: "adjusted for purity", purified: "purified" };
/** Where a purified value comes from, where that is not training. @type {Record<string, string>} */
const SOURCES = { ridge: "by ridge from the embedding", not_explained: "the embedding does not explain it", too_few_values: "too few values" };

/** @param {import("../shell/state.js").State} state */
export function startGenes(state) {
  /** @type {Values} */
  let by = "raw", wish = /** @type {Values} */ ("adjusted");
  /** @type {"p" | "difference" | "effect"} */
  let key = "p";
  let descending = false;
  /** @type {import("../../engine").GenesFound | null} */
  let found = null;
  /** @type {string[]} names of all genes, by their row */
  let names = [];
  /** The person asked: from then on every choice is followed. */
  let wanted = false;
  let chosen = "";
  /** The question that `found` answers. */
  let answered = "";
  let asked = 0, paged = 0, timer = 0;
  /** @type {MapView | null} */
  let view = null;

  const choice = new GroupChoice(state, "genes", { changed: () => compare(), failed: (error) => fail(error), none: (words) => say(words) });
  const begin = h("button", { type: "button", id: "genes-compare", className: "primary", onclick: () => { wanted = true; compare(); } }, "Compare genes");
  const valuesPlace = h("span");
  const valuesControl = h("div", { className: "control", hidden: true }, h("span", { className: "label" }, "Values"), valuesPlace);
  const status = h("p", { className: "status small", role: "status", id: "genes-status" });
  const hovered = h("p", { className: "hovered", id: "genes-hovered" });
  const live = h("p", { className: "unseen", "aria-live": "polite" });
  const search = h("input", { type: "search", id: "genes-search", placeholder: "part of a name", oninput: () => {
    clearTimeout(timer);
    timer = window.setTimeout(showTable, TYPED);
  } });
  const place = h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Genes between the groups" });
  const more = h("p", { className: "note" });
  const volcano = new Plot(state, {
    name: "genes", title: "Every gene", height: (width) => Math.min(520, Math.max(380, width * 0.8)),
    spec: () => found && { figure: "volcano", by }, csv: () => found && { table: "gene_differences" },
    suffix: () => `_${by}`,
    draw: (canvas, scene) => {
      if (view) view.setScene(scene, { reset: true });
      else {
        view = new MapView(canvas, scene, { live, describe: (row) => names[row] ?? "", onviewchange: (window) => sharpen(window, canvas) });
        view.drag = "move";
        view.addEventListener("hover", (event) => {
          const { sample } = /** @type {CustomEvent} */ (event).detail;
          hovered.textContent = names[sample] ?? HOW;
          if (sample === null) ring();
        });
        view.addEventListener("select", (event) => {
          const { samples } = /** @type {CustomEvent} */ (event).detail;
          if (samples.length === 1 && names[samples[0]]) choose(names[samples[0]]);
        });
      }
      canvas.setAttribute("aria-roledescription", "volcano plot of genes");
      ring();
    },
  });
  const HOW = "Click a gene to see it by group and to colour the maps by it. Turn the wheel to zoom, drag to move.";
  hovered.textContent = HOW;
  const strip = new Plot(state, {
    name: "gene_strip", title: "One gene by group", height: () => 380, suffix: () => `_${chosen}`,
    spec: () => found !== null && chosen !== "" && { figure: "gene_strip", gene: chosen },
  });
  const ranked = h("button", { type: "button", className: "plain", id: "genes-rnk", "aria-label": "Genes: save as ranked list", onclick: () => rank().catch(fail) }, "Ranked list (.rnk)");
  const note = h("p", { className: "note", id: "genes-note" });
  const markers = new Markers(state, choice, choose);
  const results = h("div", { hidden: true },
    h("div", { className: "plots" }, h("div", {}, volcano.element, hovered, live), strip.element),
    h("div", { className: "plot" }, h("header", {}, h("h3", {}, "Genes"), h("span", { className: "files-out" }, ranked)),
      h("p", { className: "row" }, h("label", { for: "genes-search" }, "Find"), search), place, more),
    note);
  const body = open("genes", false);
  body.append(h("div", { className: "controls" }, ...choice.controls, valuesControl, begin),
    status, results, h("div", { className: "folds" }, markers.element));

  state.on("model", () => {
    open("genes", state.readable !== null);
    forget();
    names = [];
    chosen = "";
    if (state.readable) choice.offer();
  });
  state.on("strength", () => {
    forget();
    if (wanted) compare();
  });
  const offer = () => { if (state.readable) choice.offer(); };
  state.on("groups", offer);
  state.on("selection", () => whenSeen(body, offer));
  state.on("theme", () => { if (found) redraw(); });

  /** What was found is of another model, cohort or strength. */
  function forget() {
    asked++;
    found = null;
    markers.forget();
    results.hidden = true;
    say(state.cohort?.alone ? "Genes are compared on the cohort’s values: open its files beside the session." : "All measured genes between two groups.");
    begin.hidden = Boolean(state.cohort?.alone);
  }

  async function compare() {
    const model = state.readable;
    if (!wanted) markers.forget();
    if (!wanted || !model || !state.cohort || !choice.groups.names.length || state.cohort.alone) return;
    const { groups, both, same } = choice.pair(state.tumours.length);
    // A selection elsewhere offers other groups, and changes none of these.
    const asks = JSON.stringify([groups, choice.groups]);
    if (found && asks === answered) return;
    markers.forget();
    const ticket = ++asked;
    if (same) return fail(new Error("Choose two different groups."));
    say("Comparing every gene …");
    try {
      const [result, all] = await Promise.all([model.geneDifferences(groups, { first: 0, second: 1 }), names.length ? names : state.cohort.geneNames()]);
      if (ticket !== asked) return;
      [found, names, answered] = [result, all, asks];
      results.hidden = false;
      const show = (/** @type {string} */ more) => {
        tell(both, more);
        // What the person chose, where there is such; the test, unless they did.
        by = shown().includes(wish) ? wish : shown().includes("adjusted") ? "adjusted" : "raw";
        chooseValues();
        redraw();
        return showTable();
      };
      await show(" Purified values follow.");
      const whole = await model.purifiedDifferences({ onProgress: fitting(ticket, both) });
      if (ticket !== asked) return;
      found = whole;
      await show("");
    } catch (error) {
      if (ticket === asked) fail(error);
    }
  }

  /** @param {number} both tumours of both groups @param {string} more */
  function tell(both, more) {
    if (!found) return;
    const [[a, n], [b, m]] = found.sides;
    const { discovered, tested, purity, unadjusted } = found;
    const said = shown().map((values) => `${count(discovered[VALUES.indexOf(values)])} ${SAID[values]}`);
    say(`${a} (${count(n)}) against ${b} (${count(m)}): of ${plural(tested[0], "gene")} that vary, below an FDR of 5 %: ${said.join(", ")}.`
      + (both ? ` ${plural(both, "tumour is", "tumours are")} in both groups and left out.` : "")
      + (purity && purity[1] < n + m ? ` Purity is known in ${count(purity[1])} of them.` : "") + found.notes.map((words) => ` ${words}`).join("")
      + (tested[2] && tested[2] < tested[0] ? ` ${count(tested[0] - tested[2])} genes have no purified value: the embedding does not explain them.` : "") + more);
    // A plain sentence: which of these is the test.
    note.textContent = `First group minus second, in log2(1 + x). Effect: in standard deviations, with its 95 % interval; variances are moderated over all genes (limma); FDR: Benjamini–Hochberg, each kind of values by itself. Purified values share strength across genes and tumours, so their p-values order genes and are no test. ${
      purity ? `The adjusted model is the test: the values as measured, with ${purity[0]} held.` : `The adjusted model would be the test, and there is none here: ${unadjusted}`}`;
  }

  /** The kinds of values that there are. */
  const shown = () => VALUES.filter((_, at) => found?.tested[at]);

  /** @param {number} ticket @param {number} both */
  const fitting = (ticket, both) => (/** @type {number} */ done) => {
    if (ticket === asked && done < 1) tell(both, ` Purified values follow: genes outside the training set are fitted, ${Math.round(100 * done)} % …`);
  };

  function chooseValues() {
    valuesControl.hidden = false;
    valuesPlace.replaceChildren(segments("Values", shown().map((values) => [values, values]), by, (value) => {
      by = wish = value;
      redraw();
      showTable();
    }));
  }

  /** The axes of what is in view, once it has come to rest; the points stay. @param {[number, number, number, number]} window @param {HTMLCanvasElement} canvas */
  async function sharpen(window, canvas) {
    const ticket = asked, drawn = by;
    const { width, height } = canvas.getBoundingClientRect();
    const scene = await state.readable?.figure({ figure: "volcano", by, window, width: Math.round(width), height: Math.round(height), theme: state.theme }).catch(() => null);
    if (!scene || ticket !== asked || drawn !== by) return;
    view?.setScene(scene);
    canvas.setAttribute("aria-roledescription", "volcano plot of genes");
    ring();
  }

  /** The chosen gene is marked while no other is pointed at. */
  const ring = () => view?.setHover(names.includes(chosen) ? names.indexOf(chosen) : null);

  function redraw() {
    volcano.refresh();
    drawStrip();
  }

  function drawStrip() {
    strip.element.hidden = chosen === "";
    strip.heading.textContent = `${chosen} by group`;
    if (chosen) strip.refresh();
  }

  async function showTable() {
    const ticket = ++paged;
    if (!found) return;
    /** @type {Row[]} */
    let rows;
    try {
      rows = await /** @type {import("../shell/state.js").Model} */ (state.readable).geneRows({ by, key, descending, search: search.value, count: ROWS });
    } catch (error) {
      return fail(error);
    }
    if (ticket !== paged || !found) return;
    if (!chosen && rows.length) {
      chosen = rows[0].gene;
      drawStrip();
      ring();
    }
    const sort = (/** @type {Values} */ values, /** @type {typeof key} */ wantedKey) => {
      descending = values === by && key === wantedKey ? !descending : wantedKey !== "p";
      key = wantedKey;
      const other = by !== values;
      by = wish = values;
      if (other) {
        chooseValues();
        volcano.refresh();
      }
      showTable().then(() => /** @type {HTMLElement | null} */ (place.querySelector(`th[data-key="${values}-${wantedKey}"] button`))?.focus());
    };
    const sides = shown();
    const heads = sides.flatMap((values) => (/** @type {[typeof key | "", string][]} */ ([["difference", "Δ"], ["effect", "effect"], ["p", "p"], ["", "FDR"]])).map(([of, label]) => h("th", {
      scope: "col", className: "number", "data-key": of && `${values}-${of}`, "aria-sort": of && (values === by && of === key ? (descending ? "descending" : "ascending") : "none"),
    }, of ? h("button", { type: "button", "aria-label": `${values} ${label}`, onclick: () => sort(values, of) }, label) : label)));
    const side = (/** @type {import("../../engine").Difference | null} */ d) => [
      h("td", { className: "number" }, measured(d?.difference)),
      h("td", { className: "number" }, measured(d?.effect), d ? h("span", { className: "quiet" }, ` ${measured(d.low)} to ${measured(d.high)}`) : null),
      h("td", { className: "number" }, chance(d?.p)),
      h("td", { className: "number" }, d && d.fdr < 0.05 ? h("strong", {}, chance(d.fdr)) : chance(d?.fdr)),
    ];
    place.replaceChildren(h("table", {}, h("caption", { className: "unseen" }, `Genes, ${found.sides[0][0]} against ${found.sides[1][0]}`),
      h("thead", {}, h("tr", {}, h("td", {}), sides.map((values) => h("th", { scope: "colgroup", colSpan: 4 }, SAID[values]))), h("tr", {}, h("th", { scope: "col" }, "gene"), heads)),
      h("tbody", {}, rows.map((row) => h("tr", { className: row.gene === chosen ? "chosen" : "", "data-gene": row.gene },
        h("th", { scope: "row" }, h("button", { type: "button", className: "plain", "aria-pressed": String(row.gene === chosen), onclick: () => choose(row.gene) }, row.gene),
          row.source && SOURCES[row.source] ? h("span", { className: "quiet", title: `purified: ${SOURCES[row.source]}${row.r2 === null ? "" : `, out-of-fold R² ${measured(row.r2)}`}` }, row.source === "ridge" ? ` R² ${measured(row.r2)}` : " not purified") : null),
        sides.flatMap((values) => side(row[values])))))));
    more.textContent = rows.length === ROWS ? `The first ${count(ROWS)}; the CSV has all ${count(found.tested[0])}.` : rows.length ? "" : "No gene with a test has that in its name.";
  }

  /** One gene: by group, in the table and on the plot, and on the maps. @param {string} gene */
  function choose(gene) {
    chosen = gene;
    for (const row of place.querySelectorAll("tbody tr")) {
      const here = /** @type {HTMLElement} */ (row).dataset.gene === gene;
      row.classList.toggle("chosen", here);
      row.querySelector("button")?.setAttribute("aria-pressed", String(here));
    }
    if (found) drawStrip();
    ring();
    state.colourBy({ gene });
  }

  async function rank() {
    const text = await /** @type {import("../shell/state.js").Model} */ (state.readable).table({ table: "gene_ranks", by });
    save(`twinpurify_genes_${by}.rnk`, new Blob([text], { type: "text/tab-separated-values" }));
  }

  /** @param {unknown} error */
  function fail(error) {
    found = null;
    results.hidden = true;
    say(/** @type {Error} */ (error).message, true);
  }

  function say(/** @type {string} */ words, bad = false) {
    status.textContent = words;
    status.classList.toggle("bad", bad);
  }
}
