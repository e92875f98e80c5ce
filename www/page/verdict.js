// The verdict in words, and the guards: the same under Train and under Evidence.
import { h } from "./dom.js";

/** @param {import("../twinpurify.js").Model} model */
export const verdictOf = (model) => model.verdict.sentence;

/** @param {import("../twinpurify.js").Model} model */
export function guardList(model) {
  const { guards } = model.verdict;
  return guards.length === 0 ? null : h("ul", { className: "guards", "aria-label": "Cautions" }, guards.map(({ code, message }) => h("li", { "data-guard": code }, message)));
}
