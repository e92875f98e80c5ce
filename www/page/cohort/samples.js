// The cohort sheet: a row per sample with what joined and why it has its role, fifty at a time (laying out 200 rows of 20
// columns holds the main thread for 60 ms); roles by selection.
import { count, h, plural, table } from "../widgets/dom.js";
import { changeCohort } from "./roles.js";
import { aboutEstimates, isEstimated } from "../evidence/estimated.js";

const PAGE = 50;
/** Columns of the sheet before a person asks for all, and the cells of a page then. */
const FEW = 8;
const CELLS = 600;
const ROLES = { tumour: "tumour", adjacent_normal: "adjacent normal", other: "set aside" };
/** Ids of rows without a sample that are listed. */
const LISTED = 100;

/** @param {import("../shell/state.js").State} state @param {boolean} wasOpen it was open before the cohort changed */
export function samplesFold(state, wasOpen) {
  const cohort = /** @type {import("../shell/state.js").Cohort} */ (state.cohort);
  const place = h("div", { className: "inside" });
  const status = h("p", { className: "status small", role: "status" });
  /** @type {import("../../engine").SampleTable | null} */
  let samples = null;
  let all = false;
  /** Names, so that the choice outlives the page of the table. @type {Set<string>} */
  const chosen = new Set();

  const said = () => { status.textContent = chosen.size ? `${plural(chosen.size, "sample")} chosen.` : ""; };
  const tick = (/** @type {string} */ name) => h("input", {
    type: "checkbox", checked: chosen.has(name), "aria-label": `Choose ${name}`,
    onchange: (/** @type {Event} */ { target }) => {
      chosen[/** @type {HTMLInputElement} */ (target).checked ? "add" : "delete"](name);
      said();
    },
  });
  const give = (/** @type {"tumour" | "normal" | "other"} */ role, /** @type {string} */ label) => h("button", {
    type: "button", id: `make-${role}`, onclick: () => {
      if (chosen.size === 0) status.textContent = "Choose samples first: tick them in the table.";
      else changeCohort(state, status, () => cohort.setRolesOf({ [role]: [...chosen] }));
    },
  }, label);

  function show(/** @type {number} */ from) {
    if (!samples) return;
    const { samples: names, roles, patients, reasons, sources, joins } = samples;
    // The column that the patients were read from would only say them again.
    const every = samples.columns.filter(({ values }) => values.some((value, at) => value !== patients[at]));
    const columns = all ? every : every.slice(0, FEW);
    const several = sources.some((source) => source !== sources[0]);
    const page = all ? Math.max(10, Math.min(PAGE, Math.floor(CELLS / every.length))) : PAGE;
    const to = Math.min(from + page, names.length);
    const rows = [];
    for (let at = from; at < to; at++) {
      rows.push([names[at], ROLES[roles[at]], reasons[at], patients[at], ...several ? [sources[at]] : [],
        ...joins.map(({ joined }) => joined[at] ? "joined" : "no row"), ...columns.map((column) => column.values[at])]);
    }
    const labels = ["sample", "role", "because", "patient", ...several ? ["values from"] : [],
      ...joins.map(({ file }) => file), ...columns.map((column) => column.name)].map((label) => ({ label }));
    const sheet = table(labels, rows, "Samples of the cohort");
    sheet.tHead?.rows[0].prepend(h("th", { scope: "col" }, h("span", { className: "unseen" }, "choose")));
    [...sheet.tBodies[0].rows].forEach((row, at) => row.prepend(h("td", {}, tick(names[from + at]))));
    place.replaceChildren(
      h("p", { className: "row" }, h("span", {}, "Chosen samples:"), give("normal", "Make adjacent normal"), give("tumour", "Make tumour"), give("other", "Set aside"),
        h("button", { type: "button", className: "plain", onclick: () => { names.slice(from, to).forEach((name) => chosen.add(name)); show(from); } }, "choose all shown"),
        h("button", { type: "button", className: "plain", onclick: () => { chosen.clear(); show(from); } }, "choose none"),
        h("button", { type: "button", className: "plain", hidden: every.length <= FEW, onclick: () => { all = !all; show(from); } }, all ? "Fewer columns" : `All ${count(every.length)} columns`)),
      status,
      h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Samples" }, sheet),
      h("p", { className: "pages" },
        h("button", { type: "button", disabled: from === 0, onclick: () => show(Math.max(0, from - page)) }, "Previous"),
        h("span", {}, `${count(from + 1)} to ${count(to)} of ${count(names.length)}`),
        h("button", { type: "button", disabled: to === names.length, onclick: () => show(to) }, "Next")),
      ...every.some(({ name }) => isEstimated(name)) ? [aboutEstimates()] : [],
      ...joins.map(leftOver));
    said();
  }

  const summary = cohort.summary;
  return h("details", {
    id: "samples", open: wasOpen,
    ontoggle: async (/** @type {Event} */ event) => {
      if (!(/** @type {HTMLDetailsElement} */ (event.target).open) || samples) return;
      samples = await cohort.sampleTable();
      show(0);
    },
  }, h("summary", {}, "Samples ", h("span", { className: "quiet" }, `· ${count(summary.tumors + summary.normals + summary.other)} with ${plural(summary.columns.length, "column")}`)), place);
}

/** What of a sample sheet did not join, and why. @param {import("../../engine").SheetJoin} join */
function leftOver({ file, idColumn, rows, joined, withoutSample, repeated }) {
  const without = joined.filter((has) => !has).length;
  const lines = [];
  if (!idColumn) lines.push(`None of its columns names a sample of the expression matrix, so none of its ${plural(rows, "row")} joined.`);
  else if (without) lines.push(`${plural(without, "sample")} of the matrix ${without === 1 ? "has" : "have"} no row: column “${idColumn}” does not name ${without === 1 ? "it" : "them"}.`);
  if (repeated) lines.push(`${plural(repeated, "row")} ${repeated === 1 ? "repeats" : "repeat"} an id; the first was used.`);
  if (idColumn && withoutSample.length) lines.push(`${plural(withoutSample.length, "row")} ${withoutSample.length === 1 ? "names" : "name"} no sample of the matrix: ${withoutSample.slice(0, LISTED).join(", ")}${withoutSample.length > LISTED ? ", …" : ""}`);
  return lines.length === 0 ? "" : h("details", { className: "join" },
    h("summary", {}, `${file}: what did not join`), h("ul", { className: "inside" }, lines.map((line) => h("li", {}, line))));
}
