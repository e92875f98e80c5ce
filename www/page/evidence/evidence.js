// Does it purify? The run's identity under contamination, the comparison with its baselines, and the figures of both.
import { Compare } from "./compare.js";
import { h } from "../widgets/dom.js";
import { OutcomeFigures } from "./evidence_figures.js";
import { identity, limits } from "./evidence_identity.js";
import { open } from "../shell/state.js";

/** @param {import("../shell/state.js").State} state */
export function startEvidence(state) {
  const body = open("evidence", false);
  const judged = h("div");
  const compare = new Compare(state);
  const outcomes = new OutcomeFigures(state, compare);
  compare.onColumns = () => outcomes.refresh();
  body.append(judged, compare.element, outcomes.element, ...limits());
  const tell = () => {
    const models = [state.model, state.instant].filter((model) => model !== null);
    open("evidence", models.length > 0);
    if (models.length) judged.replaceChildren(...identity(state, models[0], models));
  };
  state.on("verdict", tell);
  state.on("strength", () => outcomes.refresh());
  state.on("model", () => {
    tell();
    compare.offer().then(() => outcomes.refresh());
  });
}
