// Columns that the cohort itself gives: which they are, and what to say of them.
import { h } from "./dom.js";

/** @param {string} label */
export const isEstimated = (label) => label.endsWith("(estimated)");

/** Those of the sample table that the sample sheet has not, as choices to colour by. @param {import("../engine").SampleTable | null} table */
export const estimatedChoices = (table) => (table?.columns ?? []).filter(({ name }) => isEstimated(name))
  .map(({ name }) => ({ label: name, kind: "column, number, estimated", value: { column: name } }));

export const ABOUT = "Estimated from this cohort alone. Tumour fraction: the mixing of purest tumours (about 1) and adjacent normals that explains a biopsy best; values above 1 are ordinary. Stromal and immune score: mean z of marker genes over the tumours. They order the tumours; they are no fractions to be read off, no deconvolution and no diagnosis.";

export const aboutEstimates = () => h("p", { className: "note about-estimates" }, ABOUT);
