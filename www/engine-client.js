// The page's side of the workers: starts them, speaks with them, replaces them. Nothing here knows what a cohort is.

const WORKER = new URL("./engine-worker.js", import.meta.url);
const ENGINES = new URL("../engine/", import.meta.url);
const SELF_TEST_MS = { auto: 60_000, webgpu: 600_000 };

/** An error with a stable `code`; `message` is what the person reads. @param {{code: string, message: string}} error */
export function asError(error) {
  return Object.assign(new Error(error.message), { code: error.code });
}

/** One worker and the calls under way in it. */
export class EngineWorker {
  #worker = new Worker(WORKER, { type: "module" });
  #next = 1;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void, onProgress?: (progress: any) => void}>} */
  #pending = new Map();
  /** What the worker says unasked. @type {(event: any) => void} */
  onEvent = () => {};

  constructor() {
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
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress });
      this.#worker.postMessage({ id, call, args }, transfer);
    });
  }

  /** End it; every call under way fails with this error. @param {{code: string, message: string}} error */
  end(error) {
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(asError(error));
    this.#pending.clear();
  }
}

/**
 * Both engines. Fetching is over when `fetched` resolves: no request is made after that.
 */
export class Engines {
  /** @type {EngineWorker} */ #cpu;
  /** @type {EngineWorker | null} a worker with its code loaded and no engine yet, for when the first one crashes */ #spare = null;
  /** @type {EngineWorker | null} */ #gpu = null;
  /** @type {WebAssembly.Module | null} */ #cpuModule = null;
  /** @type {Promise<unknown>} */ #whole;
  /** @type {import("./engine").Device} */
  device = { kind: "cpu", name: "CPU", because: "", pending: true };
  /** @type {Promise<void>} every file of both engines is here, or was refused */ fetched;
  /** @type {Promise<void>} the choice of engine is final */ settled;
  /** @type {(device: import("./engine").Device) => void} */ onDevice = () => {};
  /** @type {(address: string, at: number) => void} */ onRequest = () => {};
  /** @type {(values: Float32Array) => void} */ onLiveMap = () => {};
  /** Bring a fresh engine to where the crashed one was. @type {() => Promise<void>} */ onFresh = async () => {};

  /** @param {"auto" | "webgpu" | "cpu"} preference */
  constructor(preference) {
    this.#cpu = this.#start();
    const cpuHere = this.#startCpu();
    const gpu = this.#startGpu(preference, cpuHere);
    this.#whole = cpuHere;
    this.fetched = Promise.allSettled([cpuHere, gpu.fetched]).then(() => undefined);
    this.settled = Promise.allSettled([cpuHere, gpu.settled]).then(() => undefined);
  }

  /** The CPU engine is loaded (rejects when it cannot be). */
  async ready() {
    await this.#whole;
  }

  #start() {
    const worker = new EngineWorker();
    worker.onEvent = (event) => this.#hear(worker, event);
    return worker;
  }

  async #startCpu() {
    try {
      const glue = new URL("cpu/twinpurify.js", ENGINES).href;
      const compiling = compile("cpu");
      this.#cpuModule = await compiling;
      await this.#cpu.call("become", ["cpu", glue, this.#cpuModule]);
      const spare = this.#start();
      await spare.call("become", ["cpu", glue, null]);
      this.#spare = spare;
    } catch (error) {
      if (/** @type {any} */ (error).code === "engine_unavailable") throw error;
      throw asError({ code: "engine_unavailable", message: `The CPU engine could not be loaded. Reload the page; a browser of 2023 or later is needed. Technical reason: ${message(error)}` });
    }
  }

  /** @param {"auto" | "webgpu" | "cpu"} preference @param {Promise<void>} cpuHere */
  #startGpu(preference, cpuHere) {
    const decline = (/** @type {string} */ because) => {
      this.#gpu?.end({ code: "gpu_declined", message: because });
      this.#gpu = null;
      this.#say({ kind: "cpu", name: "CPU", because, pending: false });
    };
    const fetching = (async () => {
      await cpuHere;
      if (preference === "cpu") return decline("chosen in the page's address");
      this.#gpu = this.#start();
      const adapter = await this.#gpu.call("adapter");
      if (!adapter.found) return decline(adapter.because);
      if (adapter.software && preference === "auto") return decline(`the graphics adapter is emulated in software (${adapter.name}), which is slower`);
      this.#say({ kind: "cpu", name: "CPU", because: `checking the GPU (${adapter.name})`, pending: true });
      await this.#gpu.call("become", ["gpu", new URL("gpu/twinpurify.js", ENGINES).href, await compile("gpu")]);
      const channel = new MessageChannel();
      await Promise.all([
        this.#cpu.call("connect", [channel.port1], { transfer: [channel.port1] }),
        this.#gpu.call("connect", [channel.port2], { transfer: [channel.port2] }),
      ]);
      return adapter.name;
    })();
    const testing = (async () => {
      const name = await fetching;
      if (!name || !this.#gpu) return;
      const late = new Promise((_, reject) => setTimeout(() => reject(new Error("its self-test took too long")), SELF_TEST_MS[preference === "webgpu" ? "webgpu" : "auto"]));
      const test = await Promise.race([this.#gpu.call("selfTest"), late]);
      if (!test.passed) return decline(`the GPU's results differ from the CPU's (${test.message})`);
      const chosen = preference === "webgpu" ? "chosen in the page's address" : "a graphics adapter was found";
      this.#say({ kind: "webgpu", name, because: `${chosen}; its self-test agrees with the CPU`, pending: false });
    })();
    const guarded = testing.catch((error) => decline(`the GPU engine could not be used (${message(error)})`));
    return { fetched: fetching.catch(() => undefined), settled: guarded };
  }

  /** @param {EngineWorker} worker @param {any} event */
  #hear(worker, event) {
    if (event.event === "request") this.onRequest(event.address, event.at);
    if (event.event === "liveMap") this.onLiveMap(event.values);
    if (worker === this.#gpu && (event.event === "deviceLost" || event.event === "crashed")) {
      this.dropGpu(event.event === "deviceLost" ? "the GPU was lost" : "the GPU engine failed");
    } else if (worker === this.#cpu && event.event === "crashed") this.#replaceCpu(event.error);
  }

  /** Never reuse an instance that trapped. @param {{code: string, message: string}} error */
  #replaceCpu(error) {
    const module = this.#cpuModule;
    this.#cpu.end(error);
    if (!module) return;
    this.dropGpu("the CPU engine was started afresh, and the GPU engine belonged to the one before");
    const spare = this.#spare;
    this.#spare = null;
    this.#cpu = spare ?? this.#start();
    const fresh = this.#cpu;
    this.#whole = (async () => {
      if (spare) await fresh.call("wake", [module]);
      else await fresh.call("become", ["cpu", new URL("cpu/twinpurify.js", ENGINES).href, module]);
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
    return this.#cpu.call(call, args, options);
  }

  /** @param {string} call @param {any[]} [args] @param {{transfer?: Transferable[], onProgress?: (progress: any) => void}} [options] */
  async gpu(call, args, options) {
    if (!this.#gpu) throw asError({ code: "gpu_lost", message: this.device.because });
    return this.#gpu.call(call, args, options);
  }
}

/** Compiled once, off the main thread, and given to every worker that needs it. @param {"cpu" | "gpu"} kind */
async function compile(kind) {
  const response = await fetch(new URL(`${kind}/twinpurify_bg.wasm`, ENGINES));
  if (!response.ok) {
    throw asError({ code: "engine_unavailable", message: `The ${kind === "cpu" ? "CPU" : "GPU"} engine was not found where this page is hosted (HTTP ${response.status}). Tell whoever hosts it.` });
  }
  try {
    return await WebAssembly.compileStreaming(response.clone());
  } catch {
    // A host that serves wasm under another media type.
    return WebAssembly.compile(await response.arrayBuffer());
  }
}

/** @param {unknown} error */
function message(error) {
  return error instanceof Error ? error.message : String(error);
}
