// Purified expression of every measured gene as a file: format, scale, progress, cancel.
import { h, save, segments } from "../widgets/dom.js";
import { strengthName } from "../explore/strength.js";

/** @typedef {import("../../engine").ExpressionFormat} Format */

/** @type {[Format, string][]} */
const FORMATS = [["tsv", "TSV: genes × tumours"], ["gct", "GCT 1.3, with the sample columns"], ["h5ad", "AnnData (.h5ad): raw and purified, columns, maps, embedding"], ["parquet", "Parquet: genes × tumours"]];

/** @param {import("../shell/state.js").State} state @returns {HTMLElement} */
export function expressionDownload(state) {
  /** @type {"log2" | "linear"} */
  let scale = "log2";
  /** @type {AbortController | null} */
  let making = null;
  const status = h("p", { className: "status small", role: "status", id: "expression-status" });
  const format = h("select", { id: "expression-format" }, FORMATS.map(([value, words]) => h("option", { value }, words)));
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Progress of the purified expression" });
  const cancel = h("button", { type: "button", id: "expression-cancel", onclick: () => making?.abort() }, "Cancel");
  const going = h("div", { className: "row", hidden: true }, bar, cancel);
  const button = h("button", { type: "button", id: "expression-save", onclick: () => make() }, "Save expression");

  async function make() {
    const model = state.model ?? state.instant;
    if (!model || making) return;
    making = new AbortController();
    const kind = /** @type {Format} */ (format.value);
    const name = `twinpurify_expression_${scale}${strengthName(model)}.${kind}`;
    button.disabled = true;
    going.hidden = false;
    bar.value = 0;
    status.classList.remove("bad");
    try {
      const made = await model.expressionFile({ format: kind, scale }, {
        signal: making.signal,
        onProgress: ({ done, doing }) => {
          bar.value = done;
          status.textContent = `${doing} …`;
        },
      });
      if (made) save(name, made.blob);
      status.textContent = made ? `${name} is saved. ${made.sentence}` : "Cancelled: nothing was saved.";
    } catch (error) {
      status.textContent = /** @type {Error} */ (error).message;
      status.classList.add("bad");
    }
    making = null;
    button.disabled = false;
    going.hidden = true;
  }

  return h("section", { className: "expression", "aria-label": "Purified expression" },
    h("h3", {}, "Purified expression"),
    h("p", { className: "quiet" }, "Every measured gene at the strength that is set. Genes outside the training set are predicted by ridge regression from the bottleneck; those that it does not explain (out-of-fold R² of 0 or less) are named and left empty, never made up. expression_genes.csv, below, says where each gene’s values come from."),
    h("div", { className: "controls" },
      h("div", { className: "control" }, h("label", { for: "expression-format" }, "Format"), format),
      h("div", { className: "control" }, h("span", { className: "label" }, "Scale"), segments("Scale of the expression", [["log2", "log2(1 + x)"], ["linear", "linear"]], scale, (value) => { scale = value; })),
      h("div", { className: "control" }, button)),
    going, status);
}
