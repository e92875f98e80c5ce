// What a link or a report can take from the page: gathered from the engine, never an expression value.
import { LIMITS } from "../../share/link.js";
import { count, plural } from "../widgets/dom.js";
import { setName } from "../widgets/set_name.js";
import { strengthInWords } from "../explore/strength.js";

/** @typedef {import("../shell/state.js").State} State */
/** @typedef {import("../../share/link.js").LinkColumn} LinkColumn */
/** @typedef {import("../../share/link.js").LinkMap} LinkMap */
/** @typedef {{key: string, label: string, what: string}} Offered a column that can go into a link */
/** @typedef {{result: boolean, bothMaps: boolean, columns: Set<string>, names: boolean}} Choice */

const cut = (/** @type {string} */ text, /** @type {number} */ most = LIMITS.label) => text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** Columns of the sample sheet, the pathway shown and the person's own groups. @param {State} state @returns {Offered[]} */
export function offeredColumns(state) {
  const columns = state.cohort?.summary.columns ?? [];
  const usable = columns.filter(({ kind, values }) => kind === "number" || (kind === "category" && values.length <= LIMITS.categories));
  const { pathway } = state.colour;
  return [
    ...usable.map(({ name, kind }) => ({ key: `column ${name}`, label: name, what: kind === "number" ? "number" : "category" })),
    ...(pathway ? [{ key: `pathway ${pathway}`, label: setName(pathway), what: "pathway score, raw and purified" }] : []),
    ...(state.groups.length ? [{ key: "groups", label: "My groups", what: plural(state.groups.length, "group") }] : []),
  ];
}

/** What the maps are coloured by, as a key of {@link offeredColumns}; "" for a gene, whose values stay here. @param {State} state */
export function shownColumn({ colour }) {
  return colour.column ? `column ${colour.column}` : colour.pathway ? `pathway ${colour.pathway}` : "";
}

/** @param {State} state */
function cohortInWords(state) {
  const summary = state.cohort?.summary;
  return summary ? `${plural(summary.tumors, "tumour")}, ${plural(summary.normals, "adjacent normal")}, ${count(summary.genes)} genes` : "";
}

/** @param {State} state @param {string} key @returns {Promise<LinkColumn>} */
async function columnOf(state, key) {
  const cohort = /** @type {import("../shell/state.js").Cohort} */ (state.cohort);
  if (key === "groups") {
    const embedding = await /** @type {import("../shell/state.js").Model} */ (state.readable).map({ kind: "pca" });
    const codes = new Int32Array(embedding.samples.length).fill(-1);
    // A tumour in several groups shows the first.
    state.groups.forEach(({ members }, group) => { for (const at of members) if (codes[at] === -1) codes[at] = group; });
    return { kind: "category", label: "My groups", categories: state.groups.map(({ name }) => cut(name)), codes };
  }
  const [what, name] = [key.slice(0, key.indexOf(" ")), key.slice(key.indexOf(" ") + 1)];
  if (what === "pathway") {
    const [raw, purified] = await Promise.all([cohort.colourBy({ pathway: name, source: "raw" }), cohort.colourBy({ pathway: name, source: "purified" })]);
    const [values, right] = [raw.values ?? new Float32Array(), purified.values ?? new Float32Array()];
    return { kind: "number", label: cut(`${setName(name)} (z)`), centred: true, values, right };
  }
  const { kind, label, categories = [], codes = new Int32Array(), values = new Float32Array() } = await cohort.colourBy({ column: name });
  return kind === "category"
    ? { kind, label: cut(label), categories: categories.map((category) => cut(category)), codes }
    : { kind: "number", label: cut(label), centred: false, values };
}

/** @param {State} state @param {Choice} choice @returns {Promise<import("../../share/link.js").Shared>} */
export async function gather(state, choice) {
  const model = /** @type {import("../shell/state.js").Model} */ (state.readable);
  const { kind, right, zoom } = state.view;
  const judged = right === "instant" ? state.instant ?? model : model;
  // The strength may just have been moved: what is said of it is of now.
  if (!state.cohort?.alone) await judged.judge();
  const { column, gene, pathway } = state.colour;
  /** @type {import("../../share/link.js").Shared} */
  const shared = {
    made: `TwinPurify, ${new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" })}`,
    cohort: cohortInWords(state), config: judged.config,
    colour: column ? { column: cut(column) } : pathway ? { pathway: cut(pathway) } : gene ? { gene: cut(gene) } : {},
    view: { kind, right, ...(zoom ? { zoom } : {}) },
  };
  if (!choice.result) return shared;
  /** @type {LinkMap[]} */
  const maps = [];
  /** @type {string[]} */
  let samples = [];
  for (const each of choice.bothMaps ? /** @type {const} */ (["pca", "umap"]) : [kind]) {
    for (const of of /** @type {const} */ (["raw", right])) {
      const map = await model.map({ kind: each, of });
      samples = map.samples;
      maps.push({ kind: each, of, axes: [cut(map.xLabel), cut(map.yLabel)], points: map.values });
    }
  }
  // The column on screen first: it is the one that the link opens with.
  const keys = [...choice.columns].sort((a, b) => Number(b === shownColumn(state)) - Number(a === shownColumn(state)));
  const columns = [];
  for (const key of keys.slice(0, LIMITS.columns)) columns.push(await columnOf(state, key));
  shared.result = {
    count: samples.length, maps, columns, sentence: cut([judged.verdict.sentence, judged.verdict.natural].filter(Boolean).join(" "), LIMITS.sentence),
    ...(choice.names ? { names: samples.map((name) => cut(name, LIMITS.name)) } : {}),
  };
  return shared;
}

/** What a link holds, item by item. @param {import("../../share/link.js").Shared} shared @returns {[string, string][]} */
export function contentsOf({ made, cohort, config, colour, view, result }) {
  const named = colour.column ?? colour.pathway ?? colour.gene;
  const holds = (/** @type {LinkColumn} */ column) => column.kind === "category"
    ? `${column.label}: ${column.categories.join(", ")}` : `${column.label}: a number per tumour, in 4,094 steps${column.right ? ", raw and purified" : ""}`;
  return [
    ["Settings", `${plural(Object.keys(config).length, "parameter")}: preset ${config.preset ?? "–"}, seed ${config.seed ?? "–"}. ${strengthInWords({ config })}`],
    ["View", `${view.kind === "umap" ? "UMAP" : "PCA"}, raw beside ${view.right === "instant" ? "Instant" : "trained"}${view.zoom ? ", as zoomed" : ""}${named ? `; coloured by ${named}${colour.gene ? " (the gene’s name, not its values)" : ""}` : ""}`],
    ["Words", `“${made}”, “${cohort}”`],
    ...(result ? /** @type {[string, string][]} */ ([
      ["Maps", `${plural(result.maps.length, "map")} of ${plural(result.count, "tumour")}, two coordinates each in 16,382 steps, in the order of the cohort`],
      ["Verdict", result.sentence],
      ["Columns", result.columns.length ? result.columns.map(holds).join(" · ") : "none"],
      ["Sample names", result.names ? plural(result.names.length, "name") : "left out"],
    ]) : /** @type {[string, string][]} */ ([["Result", "left out: whoever opens the link needs the cohort to see it"]])),
    ["Expression values", "never in a link"],
  ];
}
