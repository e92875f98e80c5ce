// Which logarithm the values are: what the cells tell, and a person's word for it where they tell it wrongly or not at all.
import { h } from "../widgets/dom.js";
import { changeCohort } from "./roles.js";

/** @typedef {import("../../engine").Logarithm} Logarithm */

const WORDS = /** @type {Record<string, string>} */ ({ log2: "log2", ln: "ln", log10: "log10" });
const BASES = /** @type {const} */ ([["two", "2 (log2)"], ["e", "e (ln)"], ["ten", "10 (log10)"]]);
const BASE_OF = /** @type {Record<string, "two" | "e" | "ten">} */ ({ log2: "two", ln: "e", log10: "ten" });

/** `log2(x + 1)`, `ln(count + 1)`. @param {string} scale @param {Logarithm} log */
export function formula(scale, { offset, ofCounts }) {
  const of = ofCounts ? "count" : "x";
  return offset === 0 ? `${WORDS[scale] ?? scale} ${of}` : `${WORDS[scale] ?? scale}(${of} + ${offset})`;
}

/** @param {import("../shell/state.js").State} state @param {boolean} wasOpen it was open before the cohort changed */
export function logarithmFold(state, wasOpen) {
  const cohort = /** @type {import("../shell/state.js").Cohort} */ (state.cohort);
  const { scale, logarithm } = cohort.summary;
  if (!logarithm || cohort.alone) return null;
  const told = logarithm.baseTold && logarithm.offsetTold;
  const status = h("p", { className: "status small", role: "status" });
  const base = h("select", { id: "log-base" }, BASES.map(([value, words]) => h("option", { value, selected: value === BASE_OF[scale.value] }, words)));
  const offset = h("input", { id: "log-offset", type: "number", min: "0", step: "any", value: String(logarithm.offset) });
  const corrected = cohort.corrections.logBase != null || cohort.corrections.logOffset != null;
  const correct = (/** @type {Partial<import("../../engine").Corrections>} */ said) => changeCohort(state, status, () => cohort.correct({ ...cohort.corrections, ...said }));
  return h("details", { id: "logarithm", open: wasOpen },
    h("summary", {}, "Logarithm ", h("span", { className: "quiet" }, `· read as ${formula(scale.value, logarithm)}${corrected ? ", as you chose" : told ? "" : ", in part assumed"}`)),
    h("div", { className: "inside" },
      h("p", { className: "small" }, scale.because),
      h("p", { className: "row" }, h("label", { for: "log-base" }, "Base"), base, h("label", { for: "log-offset" }, "Added before"), offset,
        h("button", { type: "button", id: "log-apply", onclick: () => {
          if (!offset.checkValidity() || offset.value === "") {
            status.textContent = "What was added must be a number of 0 or more.";
            status.classList.add("bad");
            return;
          }
          correct({ logBase: /** @type {"two" | "e" | "ten"} */ (base.value), logOffset: Number(offset.value) });
        } }, "Read them so"),
        corrected && h("button", { type: "button", id: "log-reset", onclick: () => correct({ logBase: undefined, logOffset: undefined }) }, "Back to what the cells tell")),
      status));
}
