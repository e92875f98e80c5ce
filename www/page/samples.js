// The samples on demand, fifty at a time: laying out 200 rows of 20 columns holds the main thread for 60 ms.
import { count, h, table } from "./dom.js";
import { aboutEstimates, isEstimated } from "./estimated.js";

const PAGE = 50;
const ROLES = { tumour: "tumour", adjacent_normal: "adjacent normal", other: "other" };

/** @param {import("./state.js").State} state */
export function samplesFold(state) {
  const cohort = /** @type {import("./state.js").Cohort} */ (state.cohort);
  const place = h("div", { className: "inside" });
  /** @type {import("../engine").SampleTable | null} */
  let samples = null;

  function show(/** @type {number} */ from) {
    if (!samples) return;
    const { samples: names, roles, patients } = samples;
    // The column that the patients were read from would only say them again.
    const columns = samples.columns.filter(({ values }) => values.some((value, at) => value !== patients[at]));
    const to = Math.min(from + PAGE, names.length);
    const rows = [];
    for (let at = from; at < to; at++) {
      rows.push([names[at], ROLES[roles[at]], patients[at], ...columns.map((column) => column.values[at])]);
    }
    const labels = ["sample", "role", "patient", ...columns.map((column) => column.name)].map((label) => ({ label }));
    place.replaceChildren(
      h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": "Samples" }, table(labels, rows, "Samples of the cohort")),
      h("p", { className: "pages" },
        h("button", { type: "button", disabled: from === 0, onclick: () => show(from - PAGE) }, "Previous"),
        h("span", {}, `${count(from + 1)} to ${count(to)} of ${count(names.length)}`),
        h("button", { type: "button", disabled: to === names.length, onclick: () => show(to) }, "Next")),
      ...(columns.some(({ name }) => isEstimated(name)) ? [aboutEstimates()] : []));
  }

  const summary = cohort.summary;
  return h("details", {
    id: "samples",
    ontoggle: async (/** @type {Event} */ event) => {
      if (!(/** @type {HTMLDetailsElement} */ (event.target).open) || samples) return;
      samples = await cohort.sampleTable();
      show(0);
    },
  }, h("summary", {}, "Samples ", h("span", { className: "quiet" }, `· ${count(summary.tumors + summary.normals + summary.other)} with ${count(summary.columns.length)} columns`)), place);
}
