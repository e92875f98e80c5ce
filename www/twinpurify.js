// TwinPurify in the browser: the calls that the page, its tests and other people's pages use. Everything runs in this
// browser; nothing here sends anything. Every promise rejects with an Error whose `code` is stable and whose `message`
// is what the person reads.
//
//   const tp = await TwinPurify.create({ device: "auto" });
//   const cohort = await tp.loadCohort(files);
//   const model = await tp.train({ seed: 7 }, { onProgress });
//   const { samples, dim, values } = await model.embed();
import { Cohort } from "./cohort.js";
import { Engines, asError } from "./engine-client.js";
import { Model } from "./model.js";
import { Run } from "./run.js";
import { pageOf, verdictOf } from "./session.js";

export { Cohort, Model, Run };

/** @typedef {import("./engine").Progress} Progress */
/** @typedef {import("./engine").Source} Source */
/** @typedef {import("./file-reading.js").Reading} Reading */
/** @typedef {import("./cohort.js").Opened} Opened */

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
    const opened = await this.#engines.cpu("openSession", [file]);
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
   * @param {object} partial the config it was trained with @param {Uint8Array} checkpoint
   * @param {{stopped?: boolean, engine?: "webgpu" | "cpu"}} [ended] how it ended, and on which engine it ran
   */
  async reopen(partial, checkpoint, { stopped = false, engine = "cpu" } = {}) {
    const { config } = await this.resolveConfig(partial);
    await this.#engines.cpu("takeCheckpoint", [checkpoint]);
    const verdict = await this.#engines.cpu("comeHome", [config, engine]);
    return new Model(this.#engines, { verdict, config, stopped, engine, of: "purified" });
  }

  /** The last state of the run that ended, to reopen it from should the engine crash. @returns {Promise<Uint8Array | null>} */
  checkpoint() { return this.#engines.cpu("lastCheckpoint"); }

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
    const opened = await this.#engines.cpu("openModel", [file, align]);
    return new Model(this.#engines, { ...opened, stopped: false, of: "purified" });
  }

  /** For the test that loses the GPU in the middle of a run. */
  loseDevice() { return this.#engines.gpu("loseDevice"); }
}
