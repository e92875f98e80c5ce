// TwinPurify in the browser: the calls that the page, its tests and other people's pages use. Everything runs in this
// browser; nothing here sends anything. Every promise rejects with an Error whose `code` is stable and whose `message`
// is what the person reads.
//
//   const tp = await TwinPurify.create({ device: "auto" });
//   const cohort = await tp.loadCohort(files);
//   const model = await tp.train({ seed: 7 }, { onProgress });
//   const { samples, dim, values } = await model.embed();
import { Engines, asError } from "./engine-client.js";
import { pageOf, summaryOf, verdictOf } from "./session.js";

/** @typedef {import("./engine").Summary} Summary */
/** @typedef {import("./engine").FileReport} FileReport */
/** @typedef {import("./engine").Verdict} Verdict */
/** @typedef {import("./engine").Progress} Progress */
/** @typedef {import("./engine").Source} Source */
/** @typedef {import("./file-reading.js").LeftOut} LeftOut */
/** @typedef {import("./file-reading.js").Reading} Reading */
/** What became of one table: `file` is what it was opened from, another than `name` where that is an archive or workbook.
 * @typedef {{name: string, file: string, report?: FileReport, error?: Error & {code: string}, leftOut?: LeftOut[]}} Opened */

export class TwinPurify {
  /** @type {Engines} */ #engines;
  /** @type {Cohort | null} the cohort that the engine holds */ #cohort = null;
  /** @type {Run | null} */ #run = null;
  /** @type {(device: import("./engine").Device) => void} called whenever the engine or its reason changes */ onDevice = () => {};
  /** @type {(address: string, at: number) => void} called for each request a worker made, with the time since the epoch */ onRequest = () => {};
  /** @type {(address: string) => void} called when a worker's policy stopped a request */ onStopped = () => {};
  /** @type {() => void} called when a crashed engine has been replaced and the cohort is open again */ onRestored = () => {};

  /** @param {Engines} engines */
  constructor(engines) {
    this.#engines = engines;
    engines.onDevice = (device) => this.onDevice(device);
    engines.onRequest = (address, at) => this.onRequest(address, at);
    engines.onStopped = (address) => this.onStopped(address);
    engines.onLiveMap = (values) => this.#run?.onMap?.(values);
    engines.onFresh = async () => {
      await this.#cohort?.reopen();
      this.onRestored();
    };
  }

  /**
   * Load the engines. Resolves when the CPU engine is here; `settled()` tells when the choice of engine is final.
   * `also` fetches what else a page needs from its server before a file is opened.
   * @param {{device?: "auto" | "webgpu" | "cpu", onRequest?: (address: string, at: number) => void, also?: () => Promise<unknown>}} [options]
   */
  static async create({ device = "auto", onRequest, also } = {}) {
    const tp = new TwinPurify(new Engines(device, also));
    if (onRequest) tp.onRequest = onRequest;
    await tp.#engines.ready();
    return tp;
  }

  /** Which engine the next run uses, and why. */
  get device() {
    return this.#engines.device;
  }

  /** Everything that is ever requested is here: from now on a page may forbid itself the network. */
  fetched() {
    return this.#engines.fetched;
  }

  /** The engine is chosen and its self-test has been judged. */
  settled() {
    return this.#engines.settled;
  }

  /** An empty cohort to add files to. The engine holds one cohort: what was open before is forgotten. */
  async newCohort() {
    await this.#engines.fetched;
    await this.#engines.cpu("reset");
    this.#cohort = new Cohort(this.#engines);
    return this.#cohort;
  }

  /** Open files as a cohort. @param {FileList | File[]} files @param {{onFile?: (reading: Reading) => void, signal?: AbortSignal}} [options] */
  async loadCohort(files, options = {}) {
    const cohort = await this.newCohort();
    const opened = await cohort.addFiles(files, options);
    const refused = opened.find(({ error }) => error);
    if (refused?.error && opened.every(({ report }) => !report)) throw refused.error;
    await cohort.compose();
    return cohort;
  }

  /**
   * Open a saved session in place of whatever is open; a file that is none changes nothing. Its models can be read at
   * once; open its cohort's files in `cohort` and call `reviveSession()`, and everything can be computed again.
   * @param {File} file
   */
  async openSession(file) {
    await this.#engines.fetched;
    /** @type {import("./engine").OpenedSession} */
    const opened = await this.#engines.cpu("openSession", [new Uint8Array(await file.arrayBuffer())]);
    const cohort = new Cohort(this.#engines, { file, opened });
    this.#cohort = cohort;
    const models = opened.models.map(({ of, config, verdict, stopped, engine }) => new Model(this.#engines, { of, config, stopped, verdict: verdictOf(verdict), engine: engine === "webgpu" ? "webgpu" : "cpu" }));
    const of = (/** @type {Source} */ which) => models.find((model) => model.of === which) ?? null;
    return { cohort, model: of("purified"), instant: of("instant"), program: opened.program, page: pageOf(opened.page), pathways: opened.pathways, comparison: opened.comparison };
  }

  /** Of the engine and this page. @returns {Promise<string>} */
  version() { return this.#engines.cpu("version"); }

  /** @returns {Promise<import("./engine").Preset[]>} */
  presets() { return this.#engines.cpu("presets"); }

  /** @returns {Promise<import("./engine").Parameter[]>} */
  parameters() { return this.#engines.cpu("parameters"); }

  /** Fill what is left open for this cohort and check the rest. @param {object} partial @returns {Promise<import("./engine").Resolved>} */
  resolveConfig(partial) { return this.#engines.cpu("resolveConfig", [partial]); }

  /** The closed form: seconds, deterministic. @param {object} partial */
  async instant(partial) {
    const { config } = await this.resolveConfig(partial);
    const verdict = await this.#engines.cpu("runInstant", [config]);
    return new Model(this.#engines, { verdict, config, stopped: false, of: "instant" });
  }

  /**
   * Train on the open cohort. The run is a promise of the model; aborting the signal stops and keeps what is learnt.
   * @param {object} [partial] any fields of the config; the others take the default preset's values
   * With a checkpoint of the same cohort and config it goes on from there, on the CPU engine to the same bits.
   * @param {{onProgress?: (progress: Progress) => void, onMap?: (values: Float32Array) => void, signal?: AbortSignal, checkpoint?: Uint8Array}} [options]
   */
  train(partial = {}, options = {}) {
    if (!this.#cohort) throw asError({ code: "no_cohort", message: "There is no cohort yet. Open an expression matrix first." });
    this.#run = new Run(this.#engines, partial, options);
    return this.#run;
  }

  /**
   * The model of a run that had ended, from its last checkpoint.
   * @param {object} partial the config it was trained with @param {Uint8Array} checkpoint @param {boolean} [stopped]
   */
  async reopen(partial, checkpoint, stopped = false) {
    const { config } = await this.resolveConfig(partial);
    await this.#engines.cpu("takeCheckpoint", [checkpoint]);
    const verdict = await this.#engines.cpu("comeHome", [config]);
    return new Model(this.#engines, { verdict, config, stopped, of: "purified" });
  }

  /** Send every checkpoint to a port, as {run, bytes}. @param {() => MessagePort} port called for every engine that is started */
  keepTo(port) { return this.#engines.keepTo(port); }

  /** The run whose checkpoints come next. @param {string} run its name; "" sends none */
  keepRun(run) { return this.#engines.cpu("keepRun", [run]); }

  /**
   * Open a saved model on the open cohort, its own or another. Rejects with `transfer_coverage` when the cohort measures
   * under 60 % of the model's genes.
   * @param {Blob} file @param {{align?: import("./engine").Alignment}} [options]
   */
  async openModel(file, { align = "auto" } = {}) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const opened = await this.#engines.cpu("openModel", [bytes, align]);
    return new Model(this.#engines, { ...opened, stopped: false, of: "purified" });
  }

  /** For the test that loses the GPU in the middle of a run. */
  loseDevice() { return this.#engines.gpu("loseDevice"); }
}

export class Cohort {
  /** @type {Engines} */ #engines;
  /** What is open, to open it again should the engine crash. @type {Map<string, {file: File, tables: Set<string>}>} */ #files = new Map();
  /** @type {number | null} */ #simulated = null;
  /** @type {import("./engine").RoleChoice | null} */ #choice = null;
  /** @type {import("./engine").RolesOf[]} roles chosen sample by sample, in that order */ #picked = [];
  /** @type {import("./engine").Corrections} */ #corrections = {};
  /** @type {Summary | null} */ #summary = null;

  /** The session file it came from, until its own files are open. @type {{file: File, opened: import("./engine").OpenedSession} | null} */ #session;

  /** @param {Engines} engines @param {{file: File, opened: import("./engine").OpenedSession} | null} [session] */
  constructor(engines, session = null) {
    this.#engines = engines;
    this.#session = session;
    if (session) this.#summary = summaryOf(session.opened.summary);
  }

  /** Only a session file is open, and it holds no expression values: what it shows cannot be computed anew. */
  get alone() { return this.#session !== null && this.#files.size === 0 && !this.#session.opened.expression; }

  /** How the session's pathways were scored, while it stands alone. @returns {import("./engine").PathwayOptions | null} */
  get scored() { return this.#session?.opened.pathways ?? null; }

  /** The evidence table that the session was saved with. @returns {import("./engine").ComparisonTable | null} */
  get compared() { return this.#session?.opened.comparison ?? null; }

  /** The session's models read the cohort that is open now; null where there is no session. */
  async reviveSession() {
    if (!this.#session) return null;
    const { models, page } = this.#session.opened;
    const { roles } = pageOf(page);
    if (roles) await this.setRoles(roles).catch(() => undefined);
    /** @type {{purified: Verdict | null, instant: Verdict | null, sameSamples: boolean}} */
    const judged = await this.#engines.cpu("reviveSession");
    this.#session = null;
    const of = (/** @type {"purified" | "instant"} */ which) => {
      const saved = models.find((model) => model.of === which);
      const verdict = judged[which];
      return saved && verdict ? new Model(this.#engines, { of: which, config: saved.config, stopped: saved.stopped, verdict, engine: saved.engine === "webgpu" ? "webgpu" : "cpu" }) : null;
    };
    return { model: of("purified"), instant: of("instant"), sameSamples: judged.sameSamples };
  }

  /** What the files amount to. @returns {Summary} */
  get summary() {
    if (!this.#summary) throw asError({ code: "no_cohort", message: "The files do not make a cohort yet. Open an expression matrix." });
    return this.#summary;
  }

  /**
   * Open more files, one after another, each read as a stream in the worker. A file that cannot be read does not stop
   * the others. An archive or workbook gives one entry per table, and one of its own for what was left out of it or
   * where nothing was read. Aborting the signal ends the file under way and the rest; what was open stays open.
   * @param {FileList | File[]} files
   * @param {{onFile?: (reading: Reading) => void, onOpened?: (opened: Opened) => void, signal?: AbortSignal}} [options]
   * @returns {Promise<Opened[]>}
   */
  async addFiles(files, { onFile, onOpened, signal } = {}) {
    /** @type {Opened[]} */
    const all = [];
    const tell = (/** @type {Opened} */ opened) => {
      all.push(opened);
      onOpened?.(opened);
    };
    for (const file of files) {
      const cancel = () => { this.#engines.cpu("cancelOpening").catch(() => undefined); };
      try {
        if (signal?.aborted) throw asError({ code: "cancelled", message: `Opening was cancelled; what was open before is still open. (file ${file.name})` });
        signal?.addEventListener("abort", cancel, { once: true });
        /** @type {import("./file-reading.js").Read} */
        const { reports, refused, leftOut } = await this.#engines.cpu("openFile", [file], { onProgress: onFile });
        if (reports.length > 0) this.#files.set(file.name, { file, tables: new Set(reports.map(({ name }) => name)) });
        for (const report of reports) tell({ name: report.name, file: file.name, report });
        for (const { name, code, message } of refused) tell({ name, file: file.name, error: /** @type {any} */ (asError({ code, message })) });
        if (reports.length + refused.length === 0) throw asError({ code: "no_table", message: `There is no table in it: ${leftOut.map(({ name, because }) => `${name}: ${because}`).join("; ") || "it is empty"}. Open the tables themselves. (file ${file.name})` });
        if (leftOut.length > 0) tell({ name: file.name, file: file.name, leftOut });
      } catch (error) {
        tell({ name: file.name, file: file.name, error: /** @type {any} */ (error) });
      } finally {
        signal?.removeEventListener("abort", cancel);
      }
    }
    return all;
  }

  /** Which files of a folder are opened: for each path null, or why it is not. @param {string[]} paths @returns {Promise<(string | null)[]>} */
  chooseFiles(paths) { return this.#engines.cpu("chooseFiles", [paths]); }

  /** The simulated cohort instead of files. @param {number} [seed] @returns {Promise<FileReport[]>} */
  async addSimulated(seed = 7) {
    this.#simulated = seed;
    return this.#engines.cpu("loadSimulated", [seed]);
  }

  /** @param {string} name */
  async removeFile(name) {
    if (this.#session?.file.name === name) {
      await this.#engines.cpu("reset");
      this.#session = null;
    }
    await this.#engines.cpu("removeFile", [name]);
    for (const [key, { tables }] of this.#files) if (tables.delete(name) && tables.size === 0) this.#files.delete(key);
    this.#summary = null;
  }

  /** Put the open files together. Rejects, with what is missing, when they do not make a cohort. */
  async compose() {
    if (this.alone) return this.summary;
    this.#summary = null;
    this.#summary = await this.#engines.cpu("summary");
    return this.summary;
  }

  /** Say which samples are tumours and which adjacent normals, where detection was wrong. @param {import("./engine").RoleChoice} choice */
  async setRoles(choice) {
    this.#summary = await this.#engines.cpu("setRoles", [choice]);
    this.#choice = choice;
    this.#picked = [];
    return this.summary;
  }

  /** What is open, in order. @returns {File[]} */
  get files() { return [...this.#files.values()].map(({ file }) => file); }

  /** The seed of the simulated cohort, or null where there is none. */
  get simulated() { return this.#simulated; }

  /** What was said about roles, or null while they are as detected. */
  get choice() { return this.#choice; }

  /** Give some samples, by name, a role; all others keep theirs. @param {import("./engine").RolesOf} choice */
  async setRolesOf(choice) {
    this.#summary = await this.#engines.cpu("setRolesOf", [choice]);
    this.#picked.push(choice);
    return this.summary;
  }

  /** Back to what was detected. */
  async resetRoles() {
    this.#summary = await this.#engines.cpu("resetRoles");
    this.#choice = null;
    this.#picked = [];
    return this.summary;
  }

  /** Correct the values; an empty choice undoes every correction. @param {import("./engine").Corrections} corrections */
  async correct(corrections) {
    this.#summary = await this.#engines.cpu("correct", [corrections]);
    this.#corrections = corrections;
    return this.summary;
  }

  /** What was chosen to be corrected of the values. */
  get corrections() { return this.#corrections; }

  /** Measures of every sample and what stands out, before training. @returns {Promise<import("./engine").Quality>} */
  quality() { return this.#engines.cpu("quality"); }

  /** A figure that needs no model: `{figure: "quality", measure: "level"}`. @param {import("./engine").FigureSpec} spec @returns {Promise<any>} */
  figure(spec) { return this.#engines.cpu("figure", [spec]); }

  /** The same as SVG. @param {import("./engine").FigureSpec} spec @returns {Promise<string>} */
  figureSvg(spec) { return this.#engines.cpu("figureSvg", [spec]); }

  /** A table that needs no model, as CSV: `{table: "quality"}`. @param {import("./engine").TableOptions} options @returns {Promise<string>} */
  table(options) { return this.#engines.cpu("table", [options]); }

  /** Open everything again in a fresh engine. */
  async reopen() {
    if (this.#session) await this.#engines.cpu("openSession", [new Uint8Array(await this.#session.file.arrayBuffer())]);
    if (this.#simulated !== null) await this.#engines.cpu("loadSimulated", [this.#simulated]);
    for (const { file, tables } of this.#files.values()) {
      const { reports } = await this.#engines.cpu("openFile", [file]);
      // Tables of an archive that had been removed stay so.
      for (const { name } of reports) if (!tables.has(name)) await this.#engines.cpu("removeFile", [name]);
    }
    if (!this.#summary) return;
    const picked = this.#picked;
    await this.correct(this.#corrections);
    if (this.#choice) await this.setRoles(this.#choice);
    this.#picked = [];
    for (const choice of picked) await this.setRolesOf(choice);
  }

  /** @returns {Promise<import("./engine").SampleTable>} */
  sampleTable() { return this.#engines.cpu("sampleTable"); }

  /** @returns {Promise<string[]>} */
  geneNames() { return this.#engines.cpu("geneNames"); }

  /** The sample sheet's columns that are most likely subtype, grade, survival time, event and purity. @returns {Promise<{[key in keyof import("./engine").ComparisonColumns]: string | null}>} */
  proposeColumns() { return this.#engines.cpu("proposeColumns"); }

  /** A value per tumour to colour by. @param {import("./engine").ColourOptions} options @returns {Promise<import("./engine").Colouring>} */
  colourBy(options) { return this.#engines.cpu("colourBy", [options]); }

  /** The groups that a column makes; numbers are split at their median. @param {string} column @returns {Promise<import("./engine").Grouping>} */
  grouping(column) { return this.#engines.cpu("grouping", [column]); }

  /** A person's own gene sets (GMT). @param {File} file @returns {Promise<{name: string, sets: number}>} */
  async loadGeneSets(file) {
    return this.#engines.cpu("loadGeneSets", [file.name, new Uint8Array(await file.arrayBuffer())]);
  }
}

/** A training run: a promise of its model, with pause, resume and stop. @implements {PromiseLike<Model>} */
export class Run {
  /** @type {Engines} */ #engines;
  /** @type {Promise<Model>} */ #model;
  /** @type {"run" | "pause" | "stop"} */ #wish = "run";
  /** @type {(values: Float32Array) => void} a picture of the embedding, two coordinates per tumour */ onMap;
  /** @type {(progress: Progress) => void} */ #onProgress;

  /** @param {Engines} engines @param {object} partial @param {{onProgress?: (progress: Progress) => void, onMap?: (values: Float32Array) => void, signal?: AbortSignal, checkpoint?: Uint8Array}} options */
  constructor(engines, partial, { onProgress = () => {}, onMap = () => {}, signal, checkpoint }) {
    this.#engines = engines;
    this.#onProgress = onProgress;
    this.onMap = onMap;
    if (signal?.aborted) this.#wish = "stop";
    signal?.addEventListener("abort", () => this.stop(), { once: true });
    this.#model = this.#train(partial, checkpoint);
  }

  /** @param {object} partial @param {Uint8Array} [checkpoint] */
  async #train(partial, checkpoint) {
    const { config } = await this.#engines.cpu("resolveConfig", [partial]);
    await this.#engines.settled;
    if (checkpoint) await this.#engines.cpu("takeCheckpoint", [checkpoint]);
    const on = checkpoint !== undefined;
    const { stopped, verdict } = this.#engines.hasGpu ? await this.#trainOnGpu(config, on) : await this.#trainOnCpu(config, on);
    return new Model(this.#engines, { verdict, config, stopped, of: "purified", engine: this.#engines.hasGpu ? "webgpu" : "cpu" });
  }

  /** @param {import("./engine").Config} config @param {boolean} fromCheckpoint */
  async #trainOnCpu(config, fromCheckpoint) {
    return this.#engines.cpu("train", [config, { fromCheckpoint, wish: this.#wish }], { onProgress: (progress) => this.#tell(progress) });
  }

  /** @param {import("./engine").Config} config @param {boolean} fromCheckpoint */
  async #trainOnGpu(config, fromCheckpoint) {
    await this.#engines.cpu("lend", [config, { fromCheckpoint }]);
    let stopped = false;
    try {
      ({ stopped } = await this.#engines.gpu("trainLent", [{ wish: this.#wish }], { onProgress: (progress) => this.#tell(progress) }));
    } catch (error) {
      const { code, message } = /** @type {Error & {code: string}} */ (error);
      // Drivers explain themselves at length; a person needs the fact, and the console keeps the rest.
      this.#engines.dropGpu(code === "not_finite" ? "the loss on the GPU stopped being a number" : "the GPU was lost in the middle of a run");
      console.info(`TwinPurify: ${code}: ${message}`);
      this.#engines.explain(await this.#engines.cpu("hasCheckpoint") ? "the run went on from its last checkpoint" : "the run began again");
      return this.#trainOnCpu(config, true);
    }
    return { stopped, verdict: await this.#engines.cpu("comeHome", [config]) };
  }

  /** @param {any} progress */
  #tell(progress) {
    if (progress.step !== undefined) this.#onProgress(progress);
  }

  pause() { this.#want("pause"); }
  resume() { this.#want("resume"); }
  /** Stop after the step under way; what is learnt is kept and judged. */
  stop() { this.#want("stop"); }

  /** @param {"pause" | "resume" | "stop"} word */
  #want(word) {
    this.#wish = word === "resume" ? "run" : word;
    this.#engines.cpu(word).catch(() => undefined);
    if (this.#engines.hasGpu) this.#engines.gpu(word).catch(() => undefined);
  }

  /**
   * @template [A=Model] @template [B=never]
   * @param {((model: Model) => A | PromiseLike<A>) | null} [onModel]
   * @param {((error: any) => B | PromiseLike<B>) | null} [onError]
   * @returns {Promise<A | B>}
   */
  then(onModel, onError) { return this.#model.then(onModel, onError); }
}

/** What was learnt. Its readouts are computed in the worker, from the cohort it was trained on. */
export class Model {
  /** @type {Engines} */ #engines;
  /** @type {Source} */ #of;
  /** The sentence and the numbers that say whether it worked. @type {Verdict} */ verdict;
  /** The config as trained, nothing left open. @type {import("./engine").Config} */ config;
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

  /** @param {{sets?: "hallmark" | "own", scorer?: import("./engine").Scorer}} [options] @returns {Promise<import("./engine").PathwayScores>} */
  pathways({ sets = "hallmark", scorer = "ssgsea" } = {}) {
    return this.#engines.cpu("pathways", [{ sets, scorer, of: this.#of }]);
  }

  /**
   * Which gene sets differ between two groups, raw beside purified.
   * @param {import("./engine").Grouping} groups
   * @param {{first?: number, second?: number | null, test?: import("./engine").GroupTest, sets?: "hallmark" | "own", scorer?: import("./engine").Scorer}} [options]
   * @returns {Promise<import("./engine").Differences>}
   */
  differences(groups, { first = 0, second = null, test = "welch", sets = "hallmark", scorer = "ssgsea" } = {}) {
    return this.#engines.cpu("differences", [{ pathways: { sets, scorer, of: this.#of }, groups, first, second, test }]);
  }

  /**
   * Compare this run with its baselines on the open cohort, over seeds: what purification gains and what it does not.
   * Every column may be left out; what cannot be measured comes back with the reason. Aborting the signal ends it and
   * gives the table as far as it is filled.
   * @param {import("./engine").ComparisonColumns & {seeds?: number, outOfFold?: boolean, also?: {name: string, config: object}[]}} [options]
   * @param {{onProgress?: (progress: import("./engine").ComparisonProgress & {table?: import("./engine").ComparisonTable}) => void, signal?: AbortSignal}} [watch]
   * @returns {Promise<import("./engine").ComparisonTable>}
   */
  async evaluate({ seeds = 3, outOfFold = false, also = [], ...columns } = {}, { onProgress, signal } = {}) {
    const name = this.#of === "instant" ? "instant" : "";
    const comparing = this.#engines.cpu("compare", [{ columns, seeds, outOfFold, candidates: [{ name, config: this.config }, ...also] }], { onProgress });
    const cancel = () => { this.#engines.cpu("cancelComparison").catch(() => undefined); };
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      return (await comparing).table;
    } finally {
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

  /** The model as safetensors, with config, genes and moments in its metadata. */
  async modelFile() {
    return new Blob([await this.#engines.cpu("modelFile")], { type: "application/octet-stream" });
  }
}
