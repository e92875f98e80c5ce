// Columns that the cohort itself gives: which they are, and what to say of them.
import { h } from "../widgets/dom.js";

/** @param {string} label */
export const isEstimated = (label) => label.endsWith("(estimated)");

/** Those of the sample table that the sample sheet has not, as choices to colour by. @param {import("../../engine").SampleTable | null} table */
export const estimatedChoices = (table) => (table?.columns ?? []).filter(({ name }) => isEstimated(name))
  .map(({ name }) => ({ label: name, kind: "column, number, estimated", value: { column: name } }));

export const ABOUT = "Estimated from this cohort alone. Stromal and immune score: mean z of marker genes over the tumours. Purity stand-in: minus the sum of both (each over its standard deviation), taken for purity where the sample sheet has none. Position: between adjacent normal (0) and the purest tumours (about 1; above is ordinary); it orders tumours only where they lie on that line, fails where they do not, and is taken for purity nowhere. All order tumours of one cohort; they are no fractions, no deconvolution and no diagnosis.";

export const aboutEstimates = () => h("p", { className: "note about-estimates" }, ABOUT);
