// Identity under contamination of the run on screen, its cautions and its limits: what needs no label and no waiting.
import { count, h, measured } from "../widgets/dom.js";
import { guardList, verdictLines } from "./verdict.js";

/** @typedef {import("../shell/state.js").State} State */

const LIMITS = [
  "Identity alone proves little: an embedding as wide as the cohort is large keeps identity and forgets biology. Read it with the maps, the neighbours and the cautions above.",
  "Robustness comes from mixing in normal tissue during training, not from the Barlow Twins loss alone.",
  "On tumours as they are no embedding here classifies clearly better than the raw profile, and none predicts survival better.",
  "The default is a compromise. On the cohorts that had no part in choosing it, most of what a linear model reads of purity is still there (R² 0.55, raw 0.85), and whether it carries classes from pure to impure tumours better or worse than the raw profile is not settled.",
  "The embedding is less dominated by purity; purity is not erased, and part of what follows purity is biology.",
];

/** @param {State} state @param {import("../shell/state.js").Model} first @param {import("../shell/state.js").Model[]} models */
export function identity(state, first, models) {
  const { tested, ownTested, raw, ownRaw, pca, heldOut } = first.verdict.identity;
  /** @type {[string, number, number | null, number | null, number | null][]} */
  const rows = [
    ...models.map((model) => /** @type {[string, number, number, number, number]} */ ([model === state.instant ? "Instant, the closed form" : "trained, purified",
      model.verdict.identity.purified, model.verdict.identity.ownPurified, model.verdict.effectiveRank, model.verdict.dim])),
    ["20 principal components", pca, null, null, 20], ["raw profile", raw, ownRaw, null, null]];
  const guards = guardList(first);
  const caption = `Tumours that find themselves again among all tumours after normal tissue was mixed in${heldOut ? "; the normals were never seen in training" : "; the normals are those trained with, as there are too few to hold any out"}`;
  const number = (/** @type {import("../widgets/dom.js").Child | import("../widgets/dom.js").Child[]} */ text) => h("td", { className: "number" }, text);
  const share = (/** @type {number | null} */ n, /** @type {number} */ of) => n === null || of === 0 ? "–" : [`${count(n)} of ${count(of)} `, h("span", { className: "quiet share" }, `${Math.round(100 * n / of)} %`)];
  return [
    ...verdictLines(first),
    h("p", { className: "small quiet" }, caption),
    h("div", { className: "sideways", tabIndex: 0, role: "region", "aria-label": "Identity under contamination" }, h("table", { className: "evidence-table" },
      h("caption", { className: "unseen" }, caption),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "representation"), ["30–80 % any normal", "50 % own normal", "effective rank", "width"].map((label) => h("th", { scope: "col", className: "number" }, label)))),
      h("tbody", {}, rows.map(([name, any, own, rank, width]) => h("tr", {}, h("th", { scope: "row" }, name),
        number(share(any, tested)), number(share(own, ownTested)), number(measured(rank)), number(width === null ? "–" : count(width))))))),
    ...(guards ? [h("h3", {}, "Cautions"), guards] : [h("p", { className: "small quiet" }, "No caution: the embedding has not collapsed, is not too wide for the cohort, and there are enough tumours and normals.")]),
  ];
}

/** What no run of the page can show. */
export const limits = () => [h("h3", {}, "What this does not show"), h("ul", { className: "limits" }, LIMITS.map((limit) => h("li", {}, limit)))];
