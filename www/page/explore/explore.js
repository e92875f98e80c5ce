// Two maps side by side: same colours, same category alone, same hover, one selection. Raw on the left.
import { MapView } from "../../figure/canvas.js";
import { Combobox } from "../widgets/combobox.js";
import { ABOUT, estimatedChoices, isEstimated } from "../evidence/estimated.js";
import { count, h, measured, segments, svg } from "../widgets/dom.js";
import { Axes } from "./explore_axes.js";
import { Between } from "./explore_between.js";
import { Groups } from "./explore_groups.js";
import { Neighbours } from "./explore_neighbours.js";
import { SelectionTools } from "./explore_selection.js";
import { SampleTable } from "./explore_table.js";
import { grouping } from "./grouping.js";
import { Plot, coloured } from "../widgets/plot.js";
import { ordered, select, typing } from "./selection.js";
import { setName } from "../widgets/set_name.js";
import { open } from "../shell/state.js";
import { Strength, strengthName } from "./strength.js";
import { TakenOut } from "./taken_out.js";

/** @typedef {import("../../engine").Source} Source */

/** Fingers, not a mouse. */
const TOUCH = matchMedia("(pointer: coarse)");

/** @param {import("../shell/state.js").State} state */
export function startExplore(state) {
  /** @type {"pca" | "umap"} */
  let kind = "pca";
  /** @type {Source} */
  let right = "purified";
  /** @type {import("../../engine").SampleTable | null} */
  let samples = null;
  /** Row of the sample table by name. @type {Map<string, number>} */
  let rowOf = new Map();
  /** @type {MapView[]} */
  const views = [];

  /** @type {{drag: "lasso" | "move", how: import("../../figure/map-view.js").How}} */
  const mode = { drag: "lasso", how: "replace" };
  /** @type {string[]} */
  let pathwaysOffered = [];
  /** @type {{columns: import("../../engine").ColumnSummary[], genes: string[]}} */
  let offered = { columns: [], genes: [] };

  const search = /** @type {Combobox<import("../../engine").ColourOptions>} */ (new Combobox("colour-search", "Colour by", ({ value }) => colourBy(value),
    { placeholder: "column, gene or pathway", list: "What to colour by", more: (typed) => grouping(state) && "my groups".startsWith(typed.toLowerCase()) ? [mine()] : [] }));
  const legend = h("div", { className: "legend", role: "group", "aria-label": "Legend" });
  const hovered = h("p", { className: "hovered" });
  const live = h("p", { className: "unseen", "aria-live": "polite" });
  const rightChoice = h("div", { className: "control" });
  const narrowChoice = h("div", { className: "control only-narrow" });
  const left = frame("raw", () => "raw");
  const other = frame("purified", () => right);
  const plots = h("div", { className: "plots one-at-a-time" }, left.element, other.element);
  const table = new SampleTable(state);
  const groups = new Groups(state, () => colourBy({ grouping: { label: "", names: [], codes: [] } }));
  const neighbours = new Neighbours(state, () => right);
  const between = new Between(state, () => ({ kind, of: right }), (canvas, scene, before) => show(before, canvas, scene, () => "between"));
  const axes = new Axes(state, () => ({ kind, of: right }));
  const shown = () => right === "instant" ? state.instant : state.model;
  const strength = new Strength(state, shown, moved);
  const takenOut = new TakenOut(state, strength, shown, (colour) => colourBy(colour));
  const tools = new SelectionTools(state, (changed) => {
    Object.assign(mode, changed);
    for (const view of views) Object.assign(view, mode);
  }, h("button", {
    type: "button", id: "selection-group", onclick: () => {
      groups.element.open = true;
      /** @type {HTMLElement} */ (groups.element.querySelector("#group-name")).focus();
    },
  }, "Name as a group…"));

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
    h("div", { className: "control" }, h("span", { className: "label" }, "Map"), kindPlace), rightChoice, narrowChoice), ...tools.elements, legend, hovered, live, plots, strength.element,
    h("div", { className: "folds" }, takenOut.element, groups.element, table.element, neighbours.element, axes.element, between.element));

  /** @param {string} name @param {() => Source} of */
  function frame(name, of) {
    /** @type {MapView | null} */
    let view = null;
    return new Plot(state, {
      name: `map_${name}`, title: name === "raw" ? "Raw" : "Purified",
      spec: () => state.readable && !body.hidden && { figure: "map", kind, of: of(), ...coloured(state) },
      csv: () => state.readable && { table: kind === "pca" ? "map_pca" : "map_umap", of: of() },
      suffix: () => name === "raw" ? "" : strengthName(shown()),
      draw: (canvas, scene) => {
        view = show(view, canvas, scene, of);
        showLegend(scene.points?.classes ?? []);
      },
    });
  }

  /**
   * Draw a map that is one with the others: same hover, category and selection.
   * @param {MapView | null} before @param {HTMLCanvasElement} canvas @param {any} scene @param {() => Source | "between"} of
   */
  function show(before, canvas, scene, of) {
    const view = before ?? new MapView(canvas, scene, { live, describe });
    const shown = `${kind} ${of() === "between" ? `between ${right}` : of()}`;
    if (before) view.setScene(scene, { reset: canvas.dataset.shown !== shown });
    else {
      Object.assign(view, mode);
      view.addEventListener("hover", (event) => hover(/** @type {CustomEvent} */ (event).detail.sample));
      view.addEventListener("view", (event) => { state.view.zoom = { .../** @type {CustomEvent} */ (event).detail.view, width: scene.width }; });
      view.addEventListener("select", (event) => chosen(/** @type {CustomEvent} */ (event).detail, of()));
      views.push(view);
    }
    canvas.dataset.shown = shown;
    view.isolate(state.isolated);
    view.setSelection(state.selection);
    return view;
  }

  /** @param {{samples: number[], how: import("../../figure/map-view.js").How, by: string}} detail @param {Source | "between"} of */
  function chosen({ samples: members, how, by }, of) {
    const map = `${of === "between" ? "the map between" : of} ${kind === "pca" ? "PCA" : "UMAP"}`;
    const alone = state.isolated === null ? "" : `, ${state.colouring?.label} ${legend.querySelector(`[data-class="${state.isolated}"]`)?.getAttribute("data-name") ?? ""} alone`;
    select(state, members, how, by === "lasso" ? `lasso on ${map}${alone}` : `${by} on ${map}`);
    if (members.length === 1) neighbours.about(members[0]);
  }

  async function refresh() {
    const side = right === "instant" ? "instant" : "purified";
    if (state.view.kind !== kind || state.view.right !== side) state.view = { kind, right: side };
    other.heading.textContent = right === "instant" ? "Instant, the closed form" : "Purified";
    await Promise.all([left.refresh(), other.refresh(), between.show()]);
    neighbours.show();
    axes.look();
  }

  /** Another strength: places move; selection, groups, colours and zoom stay. */
  async function moved() {
    between.forget();
    await Promise.all([other.refresh(), between.show()]);
    neighbours.show();
  }

  // The tumours' names stay until others come: groups move on to them by name.
  state.on("cohort", () => { samples = null; });
  state.on("model", async () => {
    open("explore", state.readable !== null);
    if (!state.readable || !state.cohort) return;
    // A session, or a link, asks for another map than the one shown.
    if (state.view.kind !== kind) look(state.view.kind);
    if (!state.model) right = "instant";
    else if (right === "instant" || !state.instant) right = "purified";
    chooseRight();
    between.forget();
    if (!samples) await prepare(state.cohort);
    await refresh();
    await strength.show();
  });
  state.on("selection", () => {
    for (const view of views) view.setSelection(state.selection);
    live.textContent = "";
    regroup();
  });
  state.on("groups", regroup);
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
    if (event.key !== "Escape" || event.defaultPrevented || state.isolated === null || typing(event.target)) return;
    isolate(null);
    // One Escape lets go of one thing: the selection is next.
    event.preventDefault();
  });

  function chooseRight() {
    /** @type {[Source, string][]} */
    const options = [];
    if (state.model) options.push(["purified", "Trained"]);
    if (state.instant) options.push(["instant", "Instant"]);
    rightChoice.replaceChildren(h("span", { className: "label" }, "Purified by"), segments("Purified by", options, right, (value) => {
      right = value;
      refresh();
      strength.show();
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

  /** What can be coloured by, and a first colour. @param {import("../shell/state.js").Cohort} cohort */
  async function prepare(cohort) {
    const readable = /** @type {import("../shell/state.js").Model} */ (state.readable);
    const [map, genes, sheet] = await Promise.all([readable.map({ kind: "pca", of: "raw" }), cohort.geneNames(), cohort.sampleTable()]);
    settle(map.samples);
    samples = sheet;
    rowOf = new Map(sheet.samples.map((name, at) => [name, at]));
    table.fill(sheet);
    tools.fill(sheet, rowOf);
    groups.fill(sheet, rowOf);
    const columns = cohort.summary.columns.filter((column) => column.kind !== "text");
    offered = { columns, genes };
    pathwaysOffered = [];
    offer();
    if (!state.colour.column && !state.colour.gene && !state.colour.pathway) {
      // The role column says nothing among tumours; a subtype says most.
      const varies = (/** @type {string} */ name) => {
        const values = sheet.columns.find((column) => column.name === name)?.values;
        return new Set(state.tumours.map((tumour) => values?.[rowOf.get(tumour) ?? -1] ?? "").filter((value) => value !== "")).size > 1;
      };
      const categories = columns.filter(({ kind, name }) => kind === "category" && varies(name));
      const varied = categories.find(({ name }) => /subtype|pam50|cluster|msi/i.test(name)) ?? categories.find(({ name }) => /grade|stage|histolog/i.test(name)) ?? categories[0];
      const first = varied?.name ?? columns.find(({ kind, name }) => kind === "number" && /purity/i.test(name))?.name ?? estimatedChoices(sheet)[0]?.value.column;
      if (first) await colourBy({ column: first });
      else search.set("");
    } else if (!state.colouring) await colourBy(state.colour);
  }

  /** Others may stand in the embedding now: selection and groups follow their tumours by name. @param {string[]} names */
  function settle(names) {
    const before = state.tumours;
    if (before.length === names.length && before.every((name, at) => name === names[at])) return;
    const place = new Map(names.map((name, at) => [name, at]));
    const moved = (/** @type {number[]} */ members) => ordered(members.flatMap((member) => place.get(before[member]) ?? []));
    state.tumours = names;
    state.place(moved(state.selection), state.groups.map((group) => ({ ...group, members: moved(group.members) })).filter(({ members }) => members.length > 0));
    tools.forget();
    state.tell("selection");
    state.tell("groups");
  }

  function offer() {
    search.offer([
      ...offered.columns.map(({ name, kind: what }) => ({ label: name, kind: what === "number" ? "column, number" : "column", value: { column: name } })),
      ...estimatedChoices(samples),
      ...pathwaysOffered.map((pathway) => ({ label: setName(pathway), kind: "pathway", value: { pathway } })),
      ...offered.genes.map((gene) => ({ label: gene, kind: "gene", value: { gene } })),
    ]);
  }

  /** @returns {import("../widgets/combobox.js").Choice<import("../../engine").ColourOptions>} */
  function mine() {
    return { label: "My groups", kind: state.groups.length ? "groups" : "the selection", value: { grouping: { label: "", names: [], codes: [] } } };
  }

  /** Groups changed, and so does what is coloured by them. */
  function regroup() {
    if (state.colour.grouping && samples) colourBy(state.colour);
  }

  /** @param {import("../../engine").ColourOptions} colour */
  async function colourBy(colour) {
    if (!state.cohort) return;
    if (colour.grouping) {
      const own = grouping(state);
      colour = own ? { grouping: own } : {};
    }
    try {
      state.colouring = await state.cohort.colourBy(colour);
    } catch (error) {
      hovered.textContent = /** @type {Error} */ (error).message;
      return;
    }
    Object.assign(state, { colour, isolated: null });
    search.set(colour.column ?? colour.gene ?? (colour.pathway ? setName(colour.pathway) : colour.grouping ? "My groups" : ""));
    state.tell("colour");
    await refresh();
  }

  state.colourBy = colourBy;

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
        type: "button", "aria-pressed": String(state.isolated === at), "data-class": String(at), "data-name": name, className: state.isolated !== null && state.isolated !== at ? "faded" : "",
        onclick: () => isolate(state.isolated === at ? null : at),
      }, dot, name, h("span", { className: "quiet" }, count(n)));
    }));
    if (!classes.length) legend.append(h("span", { className: "quiet" }, state.colouring ? `${state.colouring.label}: a number, its scale is in the maps; grey is missing. ${isEstimated(state.colouring.label) ? ABOUT : ""}` : "Choose what to colour by."));
  }

  /** Both maps point at the same sample, and the line above says which. @param {number | null} sample */
  function hover(sample) {
    for (const view of views) view.setHover(sample);
    if (sample === null || !samples) return hovered.replaceChildren(TOUCH.matches ? "Tap a tumour to select it. Two fingers move and zoom the map; hold one to draw a line around tumours." : "Draw a line around tumours to select them, or click one; Shift adds, Alt removes. Turn the wheel to zoom, hold space to move.");
    const [name, ...values] = valuesOf(sample);
    hovered.replaceChildren(h("strong", {}, name), ` · ${values.join(" · ")}`);
  }

  const describe = (/** @type {number} */ sample) => valuesOf(sample).join(", ");

  /** Its name, what it is coloured by, and the first columns that have a value. @param {number} sample */
  function valuesOf(sample) {
    const name = state.tumours[sample];
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
    pathwaysOffered = pathways;
    offer();
  } };
}
