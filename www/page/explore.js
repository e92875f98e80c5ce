// Two maps side by side: same colours, same category alone, same hover. Raw on the left.
import { MapView } from "../figure/canvas.js";
import { Combobox } from "./combobox.js";
import { count, h, measured, segments, svg } from "./dom.js";
import { Plot, coloured } from "./plot.js";
import { setName } from "./set_name.js";
import { open } from "./state.js";

/** @typedef {import("../engine").Source} Source */

/** @param {import("./state.js").State} state */
export function startExplore(state) {
  /** @type {"pca" | "umap"} */
  let kind = "pca";
  /** @type {Source} */
  let right = "purified";
  /** @type {import("../engine").SampleTable | null} */
  let samples = null;
  /** Tumours in the order of every embedding. @type {string[]} */
  let tumours = [];
  /** Row of the sample table by name. @type {Map<string, number>} */
  let rowOf = new Map();
  /** @type {MapView[]} */
  const views = [];

  const search = new Combobox("colour-search", "Colour by", ({ value }) => colourBy(value));
  const legend = h("div", { className: "legend", role: "group", "aria-label": "Legend" });
  const hovered = h("p", { className: "hovered" });
  const live = h("p", { className: "unseen", "aria-live": "polite" });
  const rightChoice = h("div", { className: "control" });
  const narrowChoice = h("div", { className: "control only-narrow" });
  const left = frame("raw", () => "raw");
  const other = frame("purified", () => right);
  const plots = h("div", { className: "plots one-at-a-time" }, left.element, other.element);

  const kindPlace = h("span");
  /** @param {"pca" | "umap"} value */
  const look = (value) => {
    kind = value;
    kindPlace.replaceChildren(segments("Map", [["pca", "PCA"], ["umap", "UMAP"]], kind, (chosen) => {
      kind = chosen;
      refresh();
    }));
  };
  look(kind);
  const body = open("explore", false);
  body.append(h("div", { className: "controls" }, search.element,
    h("div", { className: "control" }, h("span", { className: "label" }, "Map"), kindPlace), rightChoice, narrowChoice), legend, hovered, live, plots);

  /** @param {string} name @param {() => Source} of */
  function frame(name, of) {
    /** @type {MapView | null} */
    let view = null;
    let shown = "";
    return new Plot(state, {
      name: `map_${name}`, title: name === "raw" ? "Raw" : "Purified",
      spec: () => state.readable && !body.hidden && { figure: "map", kind, of: of(), ...coloured(state) },
      csv: () => state.readable && { table: kind === "pca" ? "map_pca" : "map_umap", of: of() },
      draw: (canvas, scene) => {
        if (!view) {
          view = new MapView(canvas, scene, { live, describe });
          view.addEventListener("hover", (event) => hover(/** @type {CustomEvent} */ (event).detail.sample));
          view.addEventListener("view", (event) => { state.view.zoom = { .../** @type {CustomEvent} */ (event).detail.view, width: scene.width }; });
          views.push(view);
        } else view.setScene(scene, { reset: shown !== `${kind} ${of()}` });
        shown = `${kind} ${of()}`;
        view.isolate(state.isolated);
        showLegend(scene.points?.classes ?? []);
      },
    });
  }

  async function refresh() {
    const side = right === "instant" ? "instant" : "purified";
    if (state.view.kind !== kind || state.view.right !== side) state.view = { kind, right: side };
    other.heading.textContent = right === "instant" ? "Instant, the closed form" : "Purified";
    await Promise.all([left.refresh(), other.refresh()]);
  }

  state.on("cohort", () => {
    samples = null;
    tumours = [];
  });
  state.on("model", async () => {
    open("explore", state.readable !== null);
    if (!state.readable || !state.cohort) return;
    // A session, or a link, asks for another map than the one shown.
    if (state.view.kind !== kind) look(state.view.kind);
    if (!state.model) right = "instant";
    else if (right === "instant" || !state.instant) right = "purified";
    chooseRight();
    if (!tumours.length) await prepare(state.cohort);
    await refresh();
  });
  state.on("theme", refresh);
  state.on("isolate", () => {
    for (const view of views) view.isolate(state.isolated);
    for (const button of legend.querySelectorAll("button")) {
      const chosen = Number(button.dataset.class) === state.isolated;
      button.setAttribute("aria-pressed", String(chosen));
      button.classList.toggle("faded", state.isolated !== null && !chosen);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && state.isolated !== null) isolate(null);
  });

  function chooseRight() {
    /** @type {[Source, string][]} */
    const options = [];
    if (state.model) options.push(["purified", "Trained"]);
    if (state.instant) options.push(["instant", "Instant"]);
    rightChoice.replaceChildren(h("span", { className: "label" }, "Purified by"), segments("Purified by", options, right, (value) => {
      right = value;
      refresh();
    }));
    const show = (/** @type {string} */ side) => {
      left.element.classList.toggle("shown", side === "raw");
      other.element.classList.toggle("shown", side !== "raw");
      refresh();
    };
    const before = left.element.classList.contains("shown") ? "raw" : "purified";
    left.element.classList.toggle("shown", before === "raw");
    other.element.classList.toggle("shown", before !== "raw");
    narrowChoice.replaceChildren(h("span", { className: "label" }, "Show"), segments("Show", [["raw", "Raw"], ["purified", "Purified"]], before, show));
  }

  /** What can be coloured by, and a first colour. @param {import("./state.js").Cohort} cohort */
  async function prepare(cohort) {
    const readable = /** @type {import("./state.js").Model} */ (state.readable);
    const [map, genes, table] = await Promise.all([readable.map({ kind: "pca", of: "raw" }), cohort.geneNames(), cohort.sampleTable()]);
    tumours = map.samples;
    samples = table;
    rowOf = new Map(table.samples.map((name, at) => [name, at]));
    const columns = cohort.summary.columns.filter((column) => column.kind !== "text");
    offer(columns, genes, []);
    if (!state.colour.column && !state.colour.gene && !state.colour.pathway) {
      // The role column says nothing among tumours; a subtype says most.
      const categories = columns.filter((column) => column.kind === "category" && column.values.length > 1);
      const varied = categories.find(({ name }) => /subtype|pam50|cluster|msi/i.test(name)) ?? categories.find(({ name }) => /grade|stage|histolog/i.test(name)) ?? categories[0] ?? columns[0];
      if (varied) await colourBy({ column: varied.name });
      else search.set("");
    } else if (!state.colouring) await colourBy(state.colour);
  }

  /** @param {import("../engine").ColumnSummary[]} columns @param {string[]} genes @param {string[]} pathways */
  function offer(columns, genes, pathways) {
    search.offer([
      ...columns.map(({ name, kind: what }) => ({ label: name, kind: what === "number" ? "column, number" : "column", value: { column: name } })),
      ...pathways.map((pathway) => ({ label: setName(pathway), kind: "pathway", value: { pathway } })),
      ...genes.map((gene) => ({ label: gene, kind: "gene", value: { gene } })),
    ]);
  }

  /** @param {import("../engine").ColourOptions} colour */
  async function colourBy(colour) {
    if (!state.cohort) return;
    try {
      state.colouring = await state.cohort.colourBy(colour);
    } catch (error) {
      hovered.textContent = /** @type {Error} */ (error).message;
      return;
    }
    Object.assign(state, { colour, isolated: null });
    search.set(colour.column ?? colour.gene ?? (colour.pathway ? setName(colour.pathway) : ""));
    state.tell("colour");
    await refresh();
  }

  function isolate(/** @type {number | null} */ which) {
    state.isolated = which;
    state.tell("isolate");
  }

  /** @param {{name: string, colour: string, count: number}[]} classes */
  function showLegend(classes) {
    // Rebuilt only when it says something else: who has the focus in it keeps it.
    const says = JSON.stringify([classes, state.colouring?.label]);
    if (says === legend.dataset.says) return;
    legend.dataset.says = says;
    legend.setAttribute("aria-label", `Legend of ${state.colouring?.label ?? "the maps"}`);
    legend.replaceChildren(...classes.map(({ name, colour, count: n }, at) => {
      const dot = svg("svg", { viewBox: "0 0 12 12", class: "dot", "aria-hidden": "true" }, svg("circle", { cx: 6, cy: 6, r: 5, fill: colour }));
      return h("button", {
        type: "button", "aria-pressed": String(state.isolated === at), "data-class": String(at), className: state.isolated !== null && state.isolated !== at ? "faded" : "",
        onclick: () => isolate(state.isolated === at ? null : at),
      }, dot, name, h("span", { className: "quiet" }, count(n)));
    }));
    if (!classes.length) legend.append(h("span", { className: "quiet" }, state.colouring ? `${state.colouring.label}: a number, its scale is in the maps; grey is missing.` : "Choose what to colour by."));
  }

  /** Both maps point at the same sample, and the line above says which. @param {number | null} sample */
  function hover(sample) {
    for (const view of views) view.setHover(sample);
    if (sample === null || !samples) return hovered.replaceChildren("Point at a sample to see its values; drag to move, turn the wheel to zoom.");
    const [name, ...values] = valuesOf(sample);
    hovered.replaceChildren(h("strong", {}, name), ` · ${values.join(" · ")}`);
  }

  const describe = (/** @type {number} */ sample) => valuesOf(sample).join(", ");

  /** Its name, what it is coloured by, and the first columns that have a value. @param {number} sample */
  function valuesOf(sample) {
    const name = tumours[sample];
    const { colouring } = state;
    const parts = [name];
    if (colouring?.kind === "category") parts.push(`${colouring.label}: ${colouring.categories?.[colouring.codes?.[sample] ?? -1] ?? "missing"}`);
    else if (colouring) parts.push(`${colouring.label}: ${measured(colouring.values?.[sample])}`);
    const row = rowOf.get(name) ?? -1;
    for (const column of samples?.columns ?? []) {
      if (parts.length >= 7) break;
      const value = column.values[row];
      if (column.name !== colouring?.label && value !== null && value !== undefined && column.kind !== "text") parts.push(`${column.name}: ${value}`);
    }
    return parts;
  }
  hover(null);

  return { look, offerPathways: (/** @type {string[]} */ pathways) => {
    if (!state.cohort) return;
    const cohort = state.cohort;
    cohort.geneNames().then((genes) => offer(cohort.summary.columns.filter((column) => column.kind !== "text"), genes, pathways));
  } };
}

