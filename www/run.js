// Training: which engine a run goes to, what becomes of it when the GPU is lost, and the wishes of whoever watches.
import { Model } from "./model.js";

/** @typedef {import("./engine-client.js").Engines} Engines */
/** @typedef {import("./engine").Progress} Progress */

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
    return { stopped, verdict: await this.#engines.cpu("comeHome", [config, "webgpu"]) };
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
