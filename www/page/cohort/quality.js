// Is every sample what it is taken for? What stands out, and a figure per measure, before anything is trained.
import { h, plural } from "../widgets/dom.js";
import { Plot } from "../widgets/plot.js";
import { changeCohort } from "./roles.js";

/** @type {[import("../../engine").MeasureKey, string][]} */
const MEASURES = [["level", "Level"], ["detected", "Genes detected"], ["distance", "Distance to its role"], ["side", "Normal to tumour"]];
const CORRECTIONS = { undoLog: "Undo one logarithm", oneScale: "Bring all to log2(x + 1)", mouseToHuman: "Use human orthologues" };

/** @param {import("../shell/state.js").State} state @param {boolean} wasOpen it was open before the cohort changed */
export function qualityFold(state, wasOpen) {
  const cohort = /** @type {import("../shell/state.js").Cohort} */ (state.cohort);
  const head = h("span", { className: "quiet" }, "· being looked at");
  const status = h("p", { className: "status small", role: "status" });
  const list = h("ul", { id: "findings", className: "guards" });
  const figures = h("div", { className: "quality-plots" });
  const change = (/** @type {() => Promise<unknown>} */ work) => changeCohort(state, status, work);

  /** @param {import("../../engine").Finding} finding */
  function told({ code, message, samples, correction }) {
    return h("li", { "data-code": code }, message, " ",
      correction && h("button", { type: "button", id: `correct-${correction}`, onclick: () => change(() => cohort.correct({ ...cohort.corrections, [correction]: true })) }, CORRECTIONS[correction]),
      samples.length > 0 && h("details", {}, h("summary", {}, plural(samples.length, "sample")),
        h("p", { className: "small" }, samples.join(", ")),
        h("button", { type: "button", onclick: () => change(() => cohort.setRolesOf({ other: samples })) }, "Set aside")));
  }

  async function look() {
    try {
      const { findings, missing } = await cohort.quality();
      head.textContent = findings.length ? `· ${plural(findings.length, "finding")}` : "· nothing stands out";
      const corrected = Object.values(cohort.corrections).some((said) => said !== undefined && said !== null && said !== false);
      list.replaceChildren(...findings.map(told),
        ...missing.genes ? [h("li", {}, `${plural(missing.genes, "gene misses", "genes miss")} one of ${plural(missing.values, "missing value")}; training leaves those genes out.`)] : [],
        ...corrected ? [h("li", {}, "The values were corrected, as you chose. ", h("button", { type: "button", id: "correct-none", onclick: () => change(() => cohort.correct({})) }, "Undo the corrections"))] : []);
    } catch (error) {
      head.textContent = `· ${/** @type {Error} */ (error).message}`;
    }
  }

  const fold = h("details", {
    id: "quality", open: wasOpen,
    ontoggle: () => {
      if (!fold.open || figures.childElementCount) return;
      for (const [measure, title] of MEASURES) {
        const plot = new Plot(state, {
          name: `quality_${measure}`, title, height: () => 260, from: () => cohort,
          spec: () => ({ figure: "quality", measure }), csv: () => ({ table: "quality" }),
        });
        figures.append(plot.element);
      }
    },
  }, h("summary", {}, "Quality ", head), h("div", { className: "inside" },
    h("p", { className: "small quiet" }, "Ringed samples are far outside their role (robust z over 5), or lie among the other role. Nothing is left out unless you set it aside."),
    list, status, figures));
  look();
  return fold;
}
