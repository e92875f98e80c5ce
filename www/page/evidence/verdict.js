// The verdict in words, and the guards: the same under Train and under Evidence.
import { h } from "../widgets/dom.js";
import { strengthInWords } from "../explore/strength.js";

/** How many find themselves after dilution; what the embedding of tumours as they are follows; and at which strength. @param {import("../../twinpurify.js").Model} model */
export const verdictLines = (model) => [
  h("p", { className: "verdict" }, model.verdict.sentence),
  ...(model.verdict.natural ? [h("p", { className: "verdict natural" }, model.verdict.natural)] : []),
  h("p", { className: "small quiet at-strength" }, strengthInWords(model)),
];

/** @param {import("../../twinpurify.js").Model} model */
export function guardList(model) {
  const { guards } = model.verdict;
  return guards.length === 0 ? null : h("ul", { className: "guards", "aria-label": "Cautions" }, guards.map(({ code, message }) => h("li", { "data-guard": code }, message)));
}
