// A model, and all that can be asked of it.

import { Helpers } from "./helpers.js";

/** @typedef {import("./engine-client.js").Engines} Engines */
/** @typedef {import("./engine").Verdict} Verdict */
/** @typedef {import("./engine").Source} Source */

/** What was learnt. Its readouts are computed in the worker, from the cohort it was trained on. */
export class Model {
  /** @type {Engines} */ #engines;
  /** @type {Source} */ #of;
  /** The sentence and the numbers that say whether it worked. @type {Verdict} */ verdict;
  /** The config as trained, nothing left open; its strength once that was asked for or set. @type {import("./engine").Config} */ config;
  /** It was stopped before its last step. @type {boolean} */ stopped;
  /** What it was trained on; a run that the GPU gave up counts as the CPU's. @type {"webgpu" | "cpu"} */ engine;
  /** How a saved model fits this cohort; null where it was trained here. @type {import("./engine").Transfer | null} */ transfer;

  /** @param {Engines} engines @param {{verdict: Verdict, config: import("./engine").Config, stopped: boolean, of: Source, transfer?: import("./engine").Transfer, engine?: "webgpu" | "cpu"}} learnt */
  constructor(engines, { verdict, config, stopped, of, transfer, engine = "cpu" }) {
    this.engine = engine;
    this.transfer = transfer ?? null;
    this.#engines = engines;
    this.#of = of;
    this.verdict = verdict;
    this.config = config;
    this.stopped = stopped;
  }

  /** Trained, or the closed form. */
  get of() { return this.#of; }

  /**
   * Everything that was learnt, as one file that opens in the page and natively; expression values only if asked for.
   * @param {{expression?: boolean, page?: object}} [options]
   */
  async saveSession({ expression = false, page = {} } = {}) {
    const bytes = await this.#engines.cpu("saveSession", [{ expression, page, engine: this.engine, stopped: this.stopped }]);
    return new Blob([bytes], { type: "application/octet-stream" });
  }

  /** One vector per tumour, in file order. @param {{of?: Source}} [options] @returns {Promise<import("./engine").Embedding>} */
  embed({ of = this.#of } = {}) { return this.#engines.cpu("embedding", [of]); }

  /** Two coordinates per tumour. @param {import("./engine").MapOptions} options @returns {Promise<import("./engine").MapResult>} */
  map({ kind, of = this.#of }) { return this.#engines.cpu("map", [{ kind, of }]); }

  /** The nearest others of a tumour, by its position in the embedding. @param {{sample: number, of?: Source, count?: number}} options @returns {Promise<import("./engine").Nearest>} */
  neighbours({ sample, of = this.#of, count = 10 }) { return this.#engines.cpu("neighbours", [{ of, sample, count }]); }

  /** How many contamination directions there are, how many are taken out, and why that default. @returns {Promise<import("./engine").Strength>} */
  async strength() {
    const now = await this.#engines.cpu("strength", [this.#readOf()]);
    this.#stands(now);
    return now;
  }

  /**
   * Take out the first `strength` directions but those in `kept` (from 1). Maps, pathways and neighbours follow at once;
   * nothing is trained. The verdict takes longer: ask for it with {@link judge}.
   * @param {{strength: number, kept?: number[]}} wanted @returns {Promise<import("./engine").Strength>}
   */
  async setStrength({ strength, kept = [] }) {
    const now = await this.#engines.cpu("setStrength", [{ of: this.#readOf(), strength, kept }]);
    this.#stands(now);
    return now;
  }

  /** What each contamination direction is, and where the tumours lie along it. @param {{sets?: "hallmark" | "own"}} [options] @returns {Promise<import("./engine").Directions>} */
  directions({ sets = "hallmark" } = {}) { return this.#engines.cpu("directions", [{ of: this.#readOf(), sets }]); }

  /** The verdict at the strength that is set. @returns {Promise<Verdict>} */
  async judge() {
    this.verdict = await this.#engines.cpu("verdict", [this.#readOf()]);
    return this.verdict;
  }

  /** @param {import("./engine").Strength} now */
  #stands({ strength, kept }) { this.config = { ...this.config, strength, kept }; }

  #readOf() { return this.#of === "instant" ? "instant" : "purified"; }

  /**
   * Over all measured genes that have a value raw and purified, or the training genes alone.
   * @param {{sets?: "hallmark" | "own", scorer?: import("./engine").Scorer, genes?: import("./engine").PathwayGenes}} [options]
   * @returns {Promise<import("./engine").PathwayScores>}
   */
  pathways({ sets = "hallmark", scorer = "ssgsea", genes = "all" } = {}) {
    return this.#engines.cpu("pathways", [{ sets, scorer, genes, of: this.#of }]);
  }

  /**
   * Which gene sets differ between two groups, raw beside purified.
   * @param {import("./engine").Grouping} groups
   * @param {{first?: number, second?: number | null, test?: import("./engine").GroupTest, sets?: "hallmark" | "own", scorer?: import("./engine").Scorer, genes?: import("./engine").PathwayGenes}} [options]
   * @returns {Promise<import("./engine").Differences>}
   */
  differences(groups, { first = 0, second = null, test = "welch", sets = "hallmark", scorer = "ssgsea", genes = "all" } = {}) {
    return this.#engines.cpu("differences", [{ pathways: { sets, scorer, genes, of: this.#of }, groups, first, second, test }]);
  }

  /**
   * Which of all measured genes differ between two groups: raw, and adjusted for purity (the test). Ask for the genes with
   * {@link geneRows}; tables are `gene_differences` and `gene_ranks`. Purified values join in with {@link purifiedDifferences}.
   * @param {import("./engine").Grouping} groups @param {{first?: number, second?: number | null}} [options]
   * @returns {Promise<import("./engine").GenesFound>}
   */
  geneDifferences(groups, { first = 0, second = null } = {}) {
    return this.#engines.cpu("geneDifferences", [{ of: this.#readOf(), groups, first, second }]);
  }

  /**
   * The purified values of the newest comparison. Genes outside the training set are fitted for it, once of a model.
   * @param {{onProgress?: (done: number) => void}} [watch] how much of that is done
   * @returns {Promise<import("./engine").GenesFound>}
   */
  async purifiedDifferences({ onProgress } = {}) {
    await this.#extended(onProgress);
    return this.#engines.cpu("purifiedDifferences");
  }

  /** Genes of the newest comparison. @param {import("./engine").GenesPage} page @returns {Promise<import("./engine").GeneRow[]>} */
  geneRows({ by = "raw", key = "p", descending = false, search = "", count = 100 }) {
    return this.#engines.cpu("geneRows", [{ by, key, descending, search, count }]);
  }

  /** The genes that are higher in each group than in all others. @param {import("./engine").Grouping} groups @param {{most?: number}} [options] @returns {Promise<import("./engine").GeneMarkers>} */
  async geneMarkers(groups, { most = 10 } = {}) {
    await this.#extended();
    return this.#engines.cpu("geneMarkers", [{ of: this.#readOf(), groups, most }]);
  }

  /** The genes that carry a map's axes, or a selection. @param {import("./engine").AxesRequest} request @returns {Promise<import("./engine").AxisGenes[]>} */
  async axisGenes({ kind = "pca", of = this.#of, selection = null }) {
    if (of !== "raw") await this.#extended();
    return this.#engines.cpu("axisGenes", [{ kind, of, selection }]);
  }

  /** The genes outside the training set have their fit: once of a model, piece by piece, so that other calls come between. @param {(done: number) => void} [onProgress] */
  async #extended(onProgress) {
    for (let done = 0; done < 1;) {
      done = await this.#engines.cpu("extendExpression", [{ of: this.#readOf() }]);
      onProgress?.(done);
    }
  }

  /** So many clusters of an embedding, as groups. @param {{k: number, of?: Source}} options @returns {Promise<import("./engine").Grouping>} */
  clusters({ k, of = this.#of }) { return this.#engines.cpu("clusters", [{ k, of }]); }

  /**
   * Compare this run with its baselines on the open cohort, over seeds: what purification gains and what it does not.
   * Every column may be left out; what cannot be measured comes back with the reason. Aborting the signal ends it and
   * gives the table as far as it is filled.
   * @param {import("./engine").ComparisonColumns & {seeds?: number, outOfFold?: boolean, strengths?: boolean, also?: {name: string, config: object}[], workers?: number}} [options] on how many workers; the table is the same for every number
   * @param {{onProgress?: (progress: import("./engine").ComparisonProgress & {table?: import("./engine").ComparisonTable}) => void, signal?: AbortSignal}} [watch]
   * @returns {Promise<import("./engine").ComparisonTable>}
   */
  async evaluate({ seeds = 3, outOfFold = false, strengths = true, also = [], workers = 1, ...columns } = {}, { onProgress, signal } = {}) {
    const name = this.#of === "instant" ? "instant" : "";
    const request = { columns, seeds, outOfFold, strengths, candidates: [{ name, config: this.config }, ...also] };
    /** @type {Helpers | null} */
    let helpers = null;
    const comparing = this.#engines.cpu("compare", [request], {
      onProgress: (progress) => {
        // The first is told of once the comparison has begun: whoever helps may ask for a share from then on.
        if (workers > 1 && !signal?.aborted) helpers ??= new Helpers(this.#engines, request, workers - 1);
        const others = helpers?.doing.filter(Boolean) ?? [];
        onProgress?.({ ...progress, doing: [...progress.waiting && others.length ? [] : [progress.doing], ...others].join("; ") });
      },
    });
    const cancel = () => {
      helpers?.end();
      this.#engines.cpu("cancelComparison").catch(() => undefined);
    };
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return (await comparing).table;
    } finally {
      /** @type {Helpers | null} */ (helpers)?.end();
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** @returns {Promise<import("./engine").LossHistory>} */
  lossHistory() { return this.#engines.cpu("lossHistory"); }

  /** A figure to draw on a canvas. @param {import("./engine").FigureSpec} spec @returns {Promise<any>} */
  figure(spec) { return this.#engines.cpu("figure", [spec]); }

  /** The same figure as SVG. @param {import("./engine").FigureSpec} spec @returns {Promise<string>} */
  figureSvg(spec) { return this.#engines.cpu("figureSvg", [spec]); }

  /** A table as CSV. @param {import("./engine").TableOptions} options @returns {Promise<string>} */
  table(options) { return this.#engines.cpu("table", [options]); }

  /** The same as a file, which is never text as a whole. @param {import("./engine").TableOptions} options @returns {Promise<Blob>} */
  tableFile(options) { return this.#engines.cpu("tableFile", [options]); }

  /** What the run was made of: files with their SHA-256, roles, corrections, parameters, engine, version; JSON without a sample's name. @returns {Promise<string>} */
  runRecord() { return this.#engines.cpu("runRecord"); }
  /**
   * The purified expression of every measured gene at the strength that is set, as a file; null where it was cancelled.
   * @param {{format?: import("./engine").ExpressionFormat, scale?: "log2" | "linear"}} [options]
   * @param {{onProgress?: (progress: {done: number, doing: string}) => void, signal?: AbortSignal}} [watch]
   * @returns {Promise<{blob: Blob, sentence: string} | null>}
   */
  async expressionFile({ format = "tsv", scale = "log2" } = {}, { onProgress, signal } = {}) {
    if (signal?.aborted) return null;
    const making = this.#engines.cpu("expressionFile", [{ of: this.#readOf(), format, scale }], { onProgress });
    const cancel = () => { this.#engines.cpu("cancelExpression").catch(() => undefined); };
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const made = await making;
      return signal?.aborted ? null : made;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** The model as safetensors, with config, genes and moments in its metadata. */
  async modelFile() {
    return new Blob([await this.#engines.cpu("modelFile")], { type: "application/octet-stream" });
  }
}
