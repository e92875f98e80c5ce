// Files to keep: what each contains, before it is made.
import { h, save } from "./dom.js";
import { expressionDownload } from "../genes/expression.js";
import { open } from "../shell/state.js";
import { strengthName } from "../explore/strength.js";

/** @typedef {{name: string, what: string, needs: "any" | "measured" | "model" | "pathways", moved?: "model" | "instant", make: (model: import("../shell/state.js").Model) => Promise<Blob>}} Download */

/** @param {string} text */
const csv = (text) => new Blob([text], { type: "text/csv" });

/** @type {Download[]} */
const DOWNLOADS = [
  { name: "embedding.csv", what: "The purified embedding: one row per tumour, one column per dimension (a gene, by name, where it is a profile), at the strength that is set.", needs: "model", moved: "model", make: async (model) => csv(await model.table({ table: "embedding", of: "purified" })) },
  { name: "embedding_instant.csv", what: "The closed form's embedding, for comparison.", needs: "any", moved: "instant", make: async (model) => csv(await model.table({ table: "embedding", of: "instant" })) },
  { name: "map_pca.csv", what: "PCA of the purified embedding: two coordinates per tumour.", needs: "model", moved: "model", make: async (model) => csv(await model.table({ table: "map_pca", of: "purified" })) },
  { name: "map_umap.csv", what: "UMAP of the purified embedding: two coordinates per tumour.", needs: "model", moved: "model", make: async (model) => csv(await model.table({ table: "map_umap", of: "purified" })) },
  { name: "pathways_raw.csv", what: "Raw pathway scores, with the gene sets and the score chosen under Pathways: tumours × sets.", needs: "pathways", make: async (model) => csv(await model.table({ table: "pathways_raw" })) },
  { name: "pathways_purified.csv", what: "Purified pathway scores, the same layout.", needs: "pathways", make: async (model) => csv(await model.table({ table: "pathways_purified" })) },
  { name: "pathways_change.csv", what: "How much purification changed each pathway, with gene coverage and correlations.", needs: "pathways", make: async (model) => csv(await model.table({ table: "pathways_change" })) },
  { name: "purity.csv", what: "Estimates per tumour: the stand-in for purity (minus stromal and immune score), both scores as mean z of marker genes, position between adjacent normal (0) and the purest tumours (about 1). They order tumours; no deconvolution, no diagnosis.", needs: "any", make: async (model) => csv(await model.table({ table: "purity" })) },
  { name: "loss.csv", what: "The loss and its parts by step.", needs: "model", make: async (model) => csv(await model.table({ table: "loss" })) },
  { name: "genes.csv", what: "The genes trained on, with their means and deviations.", needs: "any", make: async (model) => csv(await model.table({ table: "genes" })) },
  { name: "expression_genes.csv", what: "Every measured gene: whether its purified expression is the profile’s, a ridge regression’s, or none, and its out-of-fold R².", needs: "measured", make: async (model) => csv(await model.table({ table: "expression_genes", of: model.of })) },
  { name: "model.safetensors", what: "The model's weights, with config, gene list and moments in its metadata. No expression values, no sample names.", needs: "model", make: (model) => model.modelFile() },
];

/** @param {import("../shell/state.js").State} state @param {HTMLElement} ways link, session and report, which stand above the files */
export function startDownloads(state, ways) {
  const status = h("p", { className: "status small", role: "status" });
  /** @param {Download} download */
  const row = ({ name, what, moved, make }) => {
    const button = h("button", {
      type: "button", "data-download": name, "aria-label": `Save ${name}`,
      onclick: async () => {
        const model = state.readable;
        if (!model) return;
        button.disabled = true;
        status.textContent = `Making ${name} …`;
        try {
          save(`twinpurify_${moved ? name.replace(".", `${strengthName(state[moved])}.`) : name}`, await make(model));
          if (name === "model.safetensors") state.saved = true;
          status.textContent = `${name} is saved.`;
        } catch (error) {
          status.textContent = /** @type {Error} */ (error).message;
        }
        button.disabled = false;
      },
    }, "Save");
    return h("tr", {}, h("td", {}, name), h("td", { className: "small quiet" }, what), h("td", {}, button));
  };
  const expression = expressionDownload(state);
  const show = () => {
    const body = open("share", state.readable !== null);
    if (!state.readable) return;
    // A session that stands alone holds no expression.
    const measured = state.cohort?.alone === false;
    const usable = DOWNLOADS.filter(({ needs }) => (needs !== "model" || state.model !== null) && (needs !== "measured" || measured));
    body.replaceChildren(ways, ...(measured ? [expression] : []),
      h("h3", {}, "Files"),
      h("p", { className: "quiet" }, "Made in this browser and saved to this computer. Figures are saved as SVG, PNG or CSV where they stand."),
      h("table", { className: "downloads" }, h("caption", { className: "unseen" }, "Files to save"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "file"), h("th", { scope: "col" }, "what it contains"), h("th", { scope: "col" }, h("span", { className: "unseen" }, "save")))),
        h("tbody", {}, usable.map(row))), status);
  };
  open("share", false);
  state.on("model", show);
}
