// The page's side of the workers: starts them, speaks with them, replaces them. Nothing here knows what a cohort is.
import { sealed } from "./sealed.js";
import { SUPPLIES, codeOf, fromMemory, geneMap } from "./supplies.js";

/** The smallest program with a vector in it. */
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11]);
const SELF_TEST_MS = { auto: 60_000, webgpu: 600_000 };

/** An error with a stable `code`; `message` is what the person reads. @param {{code: string, message: string}} error */
export function asError(error) {
  return Object.assign(new Error(error.message), { code: error.code });
}

/** One worker and the calls under way in it. */
export class EngineWorker {
  #worker;
  #next = 1;
  /** Why it was ended. @type {{code: string, message: string} | null} */ #over = null;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void, onProgress?: (progress: any) => void}>} */
  #pending = new Map();
  /** What the worker says unasked. @type {(event: any) => void} */
  onEvent = () => {};

  /** @param {Worker} worker */
  constructor(worker) {
    this.#worker = worker;
    this.#worker.onmessage = ({ data }) => {
      if (data.event) return this.onEvent(data);
      const call = this.#pending.get(data.id);
      if (!call) return;
      if (data.progress) return call.onProgress?.(data.progress);
      this.#pending.delete(data.id);
      if (data.error) {
        call.reject(asError(data.error));
        if (data.error.code === "engine_crashed") this.onEvent({ event: "crashed", error: data.error });
      } else call.resolve(data.ok);
    };
    this.#worker.onerror = (event) => {
      event.preventDefault?.();
      this.onEvent({ event: "crashed", error: { code: "engine_crashed", message: `The engine's worker failed and was replaced. Technical reason: ${event.message ?? "it could not be loaded"}` } });
    };
  }

  /**
   * @param {string} call @param {any[]} [args]
   * @param {{transfer?: Transferable[], onProgress?: (progress: any) => void}} [options]
   * @returns {Promise<any>}
   */
  call(call, args = [], { transfer = [], onProgress } = {}) {
    // Nobody would answer.
    if (this.#over) return Promise.reject(asError(this.#over));
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress });
      this.#worker.postMessage({ id, call, args }, transfer);
    });
  }

  /** End it; every call under way, and every later one, fails with this error. @param {{code: string, message: string}} error */
  end(error) {
    this.#over ??= error;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(asError(error));
    this.#pending.clear();
  }
}

/**
 * Both engines. Fetching is over when `fetched` resolves: no request is made after that, and no worker can make one at
 * any time.
 */
export class Engines {
  /** @type {EngineWorker | null} */ #cpu = null;
  /** @type {EngineWorker | null} */ #gpu = null;
  /** What a CPU worker is made of, kept in memory for a fresh one. @type {import("./supplies.js").Code & {map: Uint8Array | null} | null} */ #cpuCode = null;
  /** What reads archives, workbooks, AnnData and Parquet; null where it was not found. @type {Promise<import("./supplies.js").Code | null>} */ #containers;
  /** The CPU worker answered since it was started; one that fails before that is not started again and again. */ #alive = false;
  /** @type {(() => MessagePort) | null} */ #keeper = null;
  /** @type {(hear?: (worker: EngineWorker, event: any) => void) => Promise<EngineWorker>} */ #start;
  /** @type {Promise<unknown>} */ #whole;
  /** @type {import("./engine").Device} */
  device = { kind: "cpu", name: "CPU", because: "", pending: true };
  /** @type {Promise<void>} everything that will ever be fetched is here, or was refused */ fetched;
  /** @type {Promise<void>} the choice of engine is final */ settled;
  /** @type {(device: import("./engine").Device) => void} */ onDevice = () => {};
  /** @type {(address: string, at: number) => void} */ onRequest = () => {};
  /** @type {(address: string) => void} a worker tried to request something, and its policy stopped it */ onStopped = () => {};
  /** @type {(values: Float32Array) => void} */ onLiveMap = () => {};
  /** Bring a fresh engine to where the crashed one was. @type {() => Promise<void>} */ onFresh = async () => {};

  /**
   * @param {"auto" | "webgpu" | "cpu"} preference
   * @param {() => Promise<unknown>} [also] what else is to be fetched before a file is opened, once the engines are here
   */
  constructor(preference, also = async () => undefined) {
    // Both at once; a worker has no network of its own, and is started from the page's memory.
    const making = Promise.all([fromMemory(SUPPLIES.worker), sealed()]);
    this.#start = async (hear = (worker, event) => this.#hear(worker, event)) => {
      const [address, start] = await making;
      const worker = new EngineWorker(start(address, "engine"));
      worker.onEvent = (event) => hear(worker, event);
      return worker;
    };
    const cpuHere = this.#startCpu();
    // After the engine, which everyone waits for.
    this.#containers = cpuHere.then(() => codeOf(SUPPLIES.containers)).catch(() => null);
    const gpu = this.#startGpu(preference, cpuHere);
    this.#whole = cpuHere;
    const engines = Promise.allSettled([cpuHere, gpu.fetched, this.#containers]);
    this.fetched = engines.then(() => also()).then(() => undefined, () => undefined);
    this.settled = Promise.allSettled([cpuHere, gpu.settled, this.fetched]).then(() => {
      if (this.device.pending) this.#say({ ...this.device, pending: false });
    });
  }

  /** The CPU engine is loaded (rejects when it cannot be). */
  async ready() {
    await this.#whole;
  }

  async #startCpu() {
    try {
      const [code, map] = await Promise.all([codeOf(SUPPLIES.cpu), geneMap()]);
      this.#cpu = await this.#start();
      await this.#becomeCpu(this.#cpu, { ...code, map });
      this.#cpuCode = { ...code, map };
    } catch (error) {
      if (!WebAssembly.validate(SIMD)) throw asError({ code: "engine_unavailable", message: "This browser’s WebAssembly has no SIMD, which the engine is built with: use Chromium 91, Firefox 89 or Safari 16.4, or a newer one. A shared link still opens here." });
      if (/** @type {any} */ (error).code === "engine_unavailable") throw error;
      throw asError({ code: "engine_unavailable", message: `The CPU engine could not be loaded. Reload the page; a browser of 2023 or later is needed. Technical reason: ${message(error)}` });
    }
  }

  /** @param {EngineWorker} worker @param {import("./supplies.js").Code & {map: Uint8Array | null}} code */
  async #becomeCpu(worker, { glue, module, map }) {
    await worker.call("become", ["cpu", glue, module, map]);
    this.#alive = true;
    await this.#connectKeeper(worker);
    // Not waited for: it comes when it comes, and a file that needs it waits.
    queueMicrotask(() => this.#containers.then((code) => worker.call("giveContainers", [code])).catch(() => undefined));
  }

  /** Send every checkpoint of a run to this port, from a fresh engine too. @param {() => MessagePort} port made anew for each */
  async keepTo(port) {
    this.#keeper = port;
    await this.#whole;
    if (this.#cpu) await this.#connectKeeper(this.#cpu);
  }

  /** @param {EngineWorker} worker */
  async #connectKeeper(worker) {
    if (!this.#keeper) return;
    const port = this.#keeper();
    await worker.call("keepTo", [port], { transfer: [port] });
  }

  /** @param {"auto" | "webgpu" | "cpu"} preference @param {Promise<void>} cpuHere */
  #startGpu(preference, cpuHere) {
    const decline = (/** @type {string} */ because) => {
      this.#gpu?.end({ code: "gpu_declined", message: because });
      this.#gpu = null;
      // `settled` ends the waiting, once everything is fetched.
      this.#say({ kind: "cpu", name: "CPU", because, pending: this.device.pending });
    };
    const fetching = (async () => {
      await cpuHere;
      if (preference === "cpu") return decline("chosen in the page's address");
      this.#gpu = await this.#start();
      const adapter = await this.#gpu.call("adapter");
      if (!adapter.found) return decline(adapter.because);
      if (adapter.software && preference === "auto") return decline(`the graphics adapter is emulated in software (${adapter.name}), which is slower`);
      this.#say({ kind: "cpu", name: "CPU", because: `checking the GPU (${adapter.name})`, pending: true });
      const { glue, module } = await codeOf(SUPPLIES.gpu);
      await this.#gpu.call("become", ["gpu", glue, module]);
      const channel = new MessageChannel();
      await Promise.all([
        this.#cpu?.call("connect", [channel.port1], { transfer: [channel.port1] }),
        this.#gpu.call("connect", [channel.port2], { transfer: [channel.port2] }),
      ]);
      return adapter;
    })();
    const testing = (async () => {
      const adapter = await fetching;
      if (!adapter || !this.#gpu) return;
      const late = new Promise((_, reject) => setTimeout(() => reject(new Error("its self-test took too long")), SELF_TEST_MS[preference === "webgpu" ? "webgpu" : "auto"]));
      const test = await Promise.race([this.#gpu.call("selfTest", [adapter.software]), late]);
      if (!test.passed) return decline(`the GPU's results differ from the CPU's (${test.message})`);
      const chosen = preference === "webgpu" ? "chosen in the page's address" : "a graphics adapter was found";
      this.#say({ kind: "webgpu", name: adapter.name, because: `${chosen}; its self-test agrees with the CPU`, pending: this.device.pending });
    })();
    const guarded = testing.catch((error) => decline(`the GPU engine could not be used (${message(error)})`));
    return { fetched: fetching.catch(() => undefined), settled: guarded };
  }

  /** One more CPU engine, with nothing open; whoever asks ends it. A crash ends it too. @returns {Promise<EngineWorker>} */
  async helper() {
    await this.#whole;
    const worker = await this.#start((worker, event) => {
      this.#hear(worker, event);
      if (event.event === "crashed") worker.end(event.error);
    });
    const code = this.#cpuCode;
    await worker.call("become", ["cpu", code?.glue, code?.module, code?.map]);
    return worker;
  }

  /** @param {EngineWorker} worker @param {any} event */
  #hear(worker, event) {
    if (event.event === "request") this.onRequest(event.address, event.at);
    if (event.event === "stopped") this.onStopped(event.address);
    if (event.event === "liveMap") this.onLiveMap(event.values);
    if (event.event === "products" && worker === this.#gpu) this.#say({ ...this.device, products: event.sentence });
    if (worker === this.#gpu && (event.event === "deviceLost" || event.event === "crashed")) {
      this.dropGpu(event.event === "deviceLost" ? "the GPU was lost" : "the GPU engine failed");
    } else if (worker === this.#cpu && event.event === "crashed") this.#replaceCpu(event.error);
  }

  /** Never reuse an instance that trapped. @param {{code: string, message: string}} error */
  #replaceCpu(error) {
    const code = this.#cpuCode;
    this.#cpu?.end(error);
    if (!code || !this.#alive) return;
    this.#alive = false;
    this.dropGpu("the CPU engine was started afresh, and the GPU engine belonged to the one before");
    this.#whole = (async () => {
      this.#cpu = await this.#start();
      await this.#becomeCpu(this.#cpu, code);
    })();
    this.#whole.then(() => this.onFresh()).catch(() => undefined);
  }

  /** @param {import("./engine").Device} device */
  #say(device) {
    this.device = device;
    this.onDevice(device);
  }

  get hasGpu() {
    return this.#gpu !== null && this.device.kind === "webgpu";
  }

  /** The session goes on without the GPU. @param {string} because */
  dropGpu(because) {
    if (!this.#gpu) return;
    this.#gpu.end({ code: "gpu_lost", message: because });
    this.#gpu = null;
    this.#say({ kind: "cpu", name: "CPU", because, pending: false });
  }

  /** Add to the reason for the engine in use. @param {string} what */
  explain(what) {
    this.#say({ ...this.device, because: `${this.device.because}; ${what}` });
  }

  /** @param {string} call @param {any[]} [args] @param {{transfer?: Transferable[], onProgress?: (progress: any) => void}} [options] */
  async cpu(call, args, options) {
    await this.#whole;
    return /** @type {EngineWorker} */ (this.#cpu).call(call, args, options);
  }

  /** @param {string} call @param {any[]} [args] @param {{transfer?: Transferable[], onProgress?: (progress: any) => void}} [options] */
  async gpu(call, args, options) {
    if (!this.#gpu) throw asError({ code: "gpu_lost", message: this.device.because });
    return this.#gpu.call(call, args, options);
  }
}

/** @param {unknown} error */
function message(error) {
  return error instanceof Error ? error.message : String(error);
}
