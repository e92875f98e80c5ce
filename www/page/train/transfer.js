// A saved model on the open cohort: its own or another, from this page or from `twinpurify train`.
import { mayReplace } from "../shell/asking.js";
import { h } from "../widgets/dom.js";

/** @type {[import("../../engine").Alignment, string][]} */
const ALIGNMENTS = [
  ["auto", "chosen from the cohort"], ["as_measured", "as measured"], ["genes", "gene by gene, to the model's moments"], ["samples", "sample by sample, to the model's quantiles"],
];

/** @param {import("../shell/state.js").State} state @param {(model: import("../shell/state.js").Model) => void} onOpened */
export function startTransfer(state, onOpened) {
  const input = h("input", { type: "file", id: "model-input", className: "unseen", accept: ".safetensors", onchange: () => {
    const file = input.files?.[0] ?? null;
    input.value = "";
    if (file) offer(file);
  } });
  const align = h("select", { id: "model-align", onchange: () => { if (file) open(file); } }, ALIGNMENTS.map(([value, label]) => h("option", { value }, label)));
  const status = h("p", { className: "status", role: "status", id: "model-status" });
  const missing = h("div");
  const element = h("details", { id: "open-model" }, h("summary", {}, "Open a saved model instead"),
    h("div", { className: "inside" },
      h("p", { className: "small quiet" }, "A model.safetensors that this page or the command line saved, trained on this cohort or another. Its genes are found by name, older names and ids included; those not measured here take their mean in training; under 60 % of them the model is refused. You can also drop the file with the others."),
      h("div", { className: "controls" },
        h("div", { className: "control" }, h("span", {}, input, h("label", { className: "button", for: "model-input" }, "Open a model…"))),
        h("div", { className: "control" }, h("label", { for: "model-align" }, "Values are read"), align)),
      status, missing));
  /** The model on screen, to be read again with another alignment. @type {File | null} */
  let file = null;

  state.on("modelFile", () => { if (state.modelFile) offer(state.modelFile); });
  state.on("job", () => { if (!state.job && state.modelFile && state.cohort) offer(state.modelFile); });
  state.on("cohort", () => {
    if (!state.model) {
      file = null;
      say("");
      missing.replaceChildren();
    }
    if (state.modelFile && state.cohort) offer(state.modelFile);
  });

  /** Open it now, or once the files that came with it are a cohort. @param {File} chosen */
  function offer(chosen) {
    const now = state.cohort !== null && state.job !== "files";
    state.modelFile = now ? null : chosen;
    if (now) open(chosen);
  }

  function say(/** @type {string} */ words, bad = false) {
    status.textContent = words;
    status.classList.toggle("bad", bad);
  }

  async function open(/** @type {File} */ chosen) {
    const { tp, cohort } = state;
    if (!tp || !cohort) return;
    element.open = true;
    const busy = state.busy("opening a model");
    if (busy) return say(busy, true);
    if (chosen !== file && await whole(chosen) && !await mayReplace(state, `${chosen.name} would stand in its place.`)) return;
    const done = state.claim("model");
    if (!done) return say(state.busy("opening a model"), true);
    say(`Opening ${chosen.name} …`);
    missing.replaceChildren();
    try {
      await state.opening();
      const model = await tp.openModel(chosen, { align: /** @type {import("../../engine").Alignment} */ (align.value) });
      file = chosen;
      state.setModel({ model, saved: true });
      const transfer = /** @type {import("../../engine").Transfer} */ (model.transfer);
      say(transfer.sentence);
      if (transfer.missing.length) missing.replaceChildren(genes(transfer.missing));
      onOpened(model);
    } catch (error) {
      say(/** @type {Error} */ (error).message, true);
    } finally {
      done();
    }
  }
  return element;
}

/** @param {string[]} names */
const genes = (names) => h("details", {}, h("summary", {}, `${names.length.toLocaleString("en-GB")} not measured here`),
  h("p", { className: "inside small quiet" }, names.slice(0, 500).join(", "), names.length > 500 ? " …" : ""));

/** Whether a safetensors file can hold the head whose length its first eight bytes give: one cut short replaces nothing, so nothing is asked. @param {File} file */
async function whole(file) {
  const start = new DataView(await file.slice(0, 8).arrayBuffer());
  return start.byteLength === 8 && start.getBigUint64(0, true) <= BigInt(file.size - 8);
}
