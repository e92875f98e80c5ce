// The dedicated worker of both engines. The first message says which engine to be; it carries the compiled wasm module,
// the glue's address in memory and the gene map: a worker requests nothing, and could not (sealed.js). Messages: {id, call, args} → {id, ok | error | progress}; what nobody
// asked for arrives as {event}. The worker holds the cohort (cpu) or the trainer (gpu); the page's main thread holds
// neither.
import { comparisonLoop } from "./comparison-loop.js";
import { expressionFile } from "./expression-file.js";
import { readFile } from "./file-reading.js";
import { adapter, loseDevice, rememberDevice } from "./gpu-device.js";
import { Peer } from "./peer.js";
import { trainingLoop } from "./training-loop.js";
import { described, failure, isTrap } from "./worker-failures.js";

/** @typedef {import("./engine").Engine} Engine */
/** @typedef {import("./engine").GpuTrainer} GpuTrainer */
/** @typedef {{onProgress?: (progress: object) => void}} CallContext */

const scope = /** @type {any} */ (self);
/** A file up to this size is looked at whole before it is opened beside a trained model. */
const BEGINNING = 1 << 20;

/** @type {any} the wasm-bindgen glue of this worker's engine */
let glue = null;
/** @type {Engine | null} */
let engine = null;
/** @type {Uint8Array | null} the map of gene ids; null where it did not come */
let geneMap = null;
/** @type {Engine | null} the engine that has the map */
let mapped = null;
/** The file being read. @type {{cancelled: boolean} | null} */
let opening = null;
/** @type {(code: {glue: string, module: WebAssembly.Module} | null) => void} */
let containersArrived = () => {};
/** @type {Promise<{glue: string, module: WebAssembly.Module} | null>} */
const containersCode = new Promise((resolve) => { containersArrived = resolve; });
/** @type {GpuTrainer | null} */
let trainer = null;
/** @type {Uint8Array | null} the last checkpoint of the run under way, whichever engine made it */
let lastCheckpoint = null;
/** Where checkpoints are kept over a reload, and for which run. @type {{port: MessagePort | null, run: string}} */
const keeper = { port: null, run: "" };
/** @type {"run" | "pause" | "stop"} what the person wants of the run under way */
let wish = "run";
/** The comparison under way; a new one, or the person, ends it. @type {{cancelled: boolean} | null} */
let comparing = null;
/** The expression file being written; a new one, or the person, ends it. @type {{cancelled: boolean} | null} */
let writing = null;

// A GPU engine must not be called again while one of its promises is pending, and a CPU one while it steps: calls queue.
/** @type {Promise<unknown>} */
let queue = Promise.resolve();
/** @template T @param {() => T | Promise<T>} work @returns {Promise<T>} */
function exclusive(work) {
  const result = queue.then(work);
  queue = result.catch(() => undefined);
  return result;
}

/** What an engine that holds nothing says of a file, or "refused". @param {(probe: any) => any} work */
async function looked(work) {
  const probe = new glue.Engine();
  try {
    return await work(probe);
  } catch (error) {
    if (isTrap(error)) throw error;
    return "refused";
  } finally {
    probe.free();
  }
}

/** @param {Blob} file */
const bytesOf = async (file) => new Uint8Array(await file.arrayBuffer());

function cpu() {
  if (!engine) throw failure("engine_not_ready", "The CPU engine is not loaded yet. Wait for the badge, then try again.");
  return engine;
}

/** Every buffer inside a result, so that large arrays move instead of being copied.
 * @param {unknown} value @param {Set<ArrayBuffer>} found */
function buffersOf(value, found = new Set()) {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer && !(glue?.memory && value.buffer === glue.memory.buffer)) found.add(value.buffer);
  } else if (value && typeof value === "object" && !Array.isArray(value)) {
    for (const inner of Object.values(value)) buffersOf(inner, found);
  }
  return found;
}

/** @param {Uint8Array} bytes */
function setCheckpoint(bytes) {
  lastCheckpoint = bytes;
  if (keeper.run) keeper.port?.postMessage({ run: keeper.run, bytes });
}

/** Give the engine the map of gene ids, once. */
function nameGenes() {
  if (!geneMap || !engine || mapped === engine) return;
  engine.setGeneMap?.(geneMap);
  mapped = engine;
}

/** The containers' module, instantiated anew: the build takes out of its glue what would keep the first instance. */
async function freshContainers() {
  const code = await containersCode;
  if (!code) return null;
  const made = await import(code.glue);
  await made.default({ module_or_path: code.module });
  return made;
}

/** Calls that need more than the engine and their arguments; every other goes to the engine as it is.
 * @type {Record<string, (args: any[], context: CallContext) => unknown>} */
const CALLS = {
  /** Become one engine: `kind`, the glue's address, the compiled module and, for the CPU, the gene map. */
  async become([kind, url, module, map = null]) {
    if (kind === "gpu") rememberDevice((message) => scope.postMessage({ event: "deviceLost", message }));
    geneMap = map;
    glue = await import(url);
    await glue.default({ module_or_path: module });
    if (kind !== "cpu") return;
    engine = new glue.Engine();
    // Not waited for: whoever opens a file later finds it read, or is told why it cannot be.
    setTimeout(() => {
      try {
        nameGenes();
      } catch { /* said where a file is opened */ }
    });
  },

  connect([port]) { peer.connect(port); },

  /** Forget the cohort and the model: a new engine in the same worker. */
  reset() {
    engine?.free?.();
    engine = new glue.Engine();
    lastCheckpoint = null;
  },

  /** Read one file, be it a table or a container of them. */
  async openFile([file], { onProgress }) {
    nameGenes();
    const own = { cancelled: false };
    opening = own;
    return readFile(file, { engine: cpu, containers: freshContainers, cancelled: () => own.cancelled, onProgress });
  },

  /**
   * What a file seems to be by its beginning, without opening it: a report's kind, "container", "refused", or "" where
   * only reading tells.
   */
  async kindOf([file]) {
    if (/\.twinpurify$/i.test(file.name)) return looked(async (probe) => probe.openSession(await bytesOf(file)) && "session");
    const whole = await file.slice(0, BEGINNING).arrayBuffer();
    const { container } = cpu().tellFile(new Uint8Array(whole), file.size, undefined);
    if (container) return "container";
    if (new Uint8Array(whole)[0] === 0x1f || file.size > BEGINNING) return "";
    return looked((probe) => {
      const handle = probe.beginFile(file.name);
      probe.pushChunk(handle, new Uint8Array(whole));
      return probe.endFile(handle).kind;
    });
  },

  /** Stop reading the file that is being read; nothing that was open is lost. */
  cancelOpening() {
    if (opening) opening.cancelled = true;
  },

  /** The containers' module, once it is fetched; null where it was not found. */
  giveContainers([code]) { containersArrived(code); },

  // --- training on this worker's engine ---

  /** @returns {Promise<{stopped: boolean, verdict: import("./engine").Verdict}>} */
  async train([config, { fromCheckpoint = false, wish: first = "run" } = {}], { onProgress }) {
    wish = first;
    const plan = await exclusive(() => fromCheckpoint && lastCheckpoint
      ? cpu().resumeTraining(config, lastCheckpoint)
      : cpu().beginTraining(config));
    onProgress?.({ plan });
    const stopped = await trainingLoop({
      step: (count) => exclusive(() => cpu().step(count)),
      wish: () => wish,
      onProgress: (progress) => onProgress?.({ ...progress, engine: "cpu" }),
      snapshot: () => exclusive(() => tellMap(cpu().liveMap())),
      checkpoint: async () => setCheckpoint(await exclusive(() => cpu().checkpoint())),
    });
    setCheckpoint(await exclusive(() => cpu().checkpoint()));
    return { stopped, verdict: await exclusive(() => cpu().finishTraining()) };
  },

  /** The GPU's half of a run: train on what the CPU worker lent, give snapshots and checkpoints back to it. */
  async trainLent([{ wish: first = "run" } = {}], { onProgress }) {
    wish = first;
    const data = await peer.lent();
    trainer?.free?.();
    trainer = /** @type {GpuTrainer} */ (await glue.GpuTrainer.create(data, data.checkpoint));
    const held = trainer;
    scope.postMessage({ event: "products", sentence: held.products });
    const stopped = await trainingLoop({
      step: (count) => exclusive(() => held.step(count)),
      wish: () => wish,
      onProgress: (progress) => onProgress?.({ ...progress, engine: "webgpu" }),
      snapshot: async () => peer.give({ embedding: await exclusive(() => held.embedding()) }),
      checkpoint: async () => peer.give({ checkpoint: await exclusive(() => held.checkpoint()) }),
    });
    // The CPU worker answers on the same port, in order: once it has said so, the final checkpoint is there.
    await peer.give({ checkpoint: await exclusive(() => held.checkpoint()) }, true);
    return { stopped };
  },

  /** Give the training data, and where the run goes on from, to the GPU worker; the main thread never sees them. */
  lend([config, { fromCheckpoint = false } = {}]) {
    if (!fromCheckpoint) lastCheckpoint = null;
    const data = { ...cpu().trainingData(config), checkpoint: lastCheckpoint?.slice() };
    peer.give({ data });
  },

  /** The run came home: rebuild the model from its last checkpoint and judge it. */
  comeHome([config, engine]) {
    if (!lastCheckpoint) throw failure("no_checkpoint", "The run left no checkpoint. Train again.");
    cpu().resumeTraining(config, lastCheckpoint);
    cpu().trainedOn(engine);
    return cpu().finishTraining();
  },

  hasCheckpoint: () => lastCheckpoint !== null,
  lastCheckpoint: () => lastCheckpoint?.slice() ?? null,

  // A file is read here, where its bytes are wanted: the page holds no copy.
  openSession: async ([file]) => cpu().openSession(await bytesOf(file)),
  openModel: async ([file, align]) => cpu().openModel(await bytesOf(file), align),

  /** Go on from a checkpoint of another day. */
  takeCheckpoint([bytes]) { lastCheckpoint = bytes; },

  /** Send every checkpoint there from now on. */
  keepTo([port]) { keeper.port = port; },

  /** The run whose checkpoints come next; none while it is "". */
  keepRun([run]) { keeper.run = run; },

  // --- evidence ---

  /** Compare representations, piece by piece, until the table is full or the person has seen enough. */
  async compare([request], { onProgress }) {
    if (comparing) comparing.cancelled = true;
    const own = { cancelled: false };
    comparing = own;
    try {
      return await comparisonLoop({
        begin: () => exclusive(() => cpu().beginComparison(request)),
        advance: (budget) => exclusive(() => cpu().advanceComparison(budget)),
        table: () => exclusive(() => cpu().comparisonTable()),
        cancelled: () => own.cancelled,
        onProgress: (progress) => onProgress?.(progress),
      });
    } finally {
      if (comparing === own) comparing = null;
    }
  },

  /** The cohort for a helper, straight to it. */
  giveParcel([port, columns]) {
    const parcel = cpu().comparisonParcel(columns);
    port.postMessage(parcel, [parcel.buffer]);
    port.close();
  },

  /** Be a helper: compare on another engine's cohort. */
  async takeParcel([port, request]) {
    /** @type {Uint8Array} */
    const parcel = await new Promise((resolve) => { port.onmessage = (/** @type {MessageEvent} */ { data }) => resolve(data); });
    port.close();
    nameGenes();
    cpu().openParcel(parcel);
    cpu().beginComparison(request);
  },

  /** Make one share of the table. */
  async makeShare([share], { onProgress }) {
    cpu().beginShare(share);
    await comparisonLoop({
      begin: async () => cpu().advanceComparison(0),
      advance: async (budget) => cpu().advanceComparison(budget),
      cancelled: () => false,
      onProgress: (progress) => onProgress?.(progress),
    });
    return cpu().doneShare(share);
  },

  cancelComparison() {
    if (comparing) comparing.cancelled = true;
  },

  // --- files too large for one call ---

  /** The purified expression as a Blob, or null where it was cancelled. */
  async expressionFile([request], { onProgress }) {
    if (writing) writing.cancelled = true;
    const own = { cancelled: false };
    writing = own;
    const onPart = (/** @type {number} */ done, /** @type {string} */ doing) => onProgress?.({ done, doing });
    try {
      return await expressionFile(request, { exclusive, engine: cpu, containers: freshContainers, cancelled: () => own.cancelled, onProgress: onPart });
    } finally {
      if (writing === own) writing = null;
    }
  },

  /** A table as a Blob of CSV: what is long is text in the engine a piece at a time. */
  tableFile([options]) {
    /** @type {Blob[]} */
    const parts = [];
    for (let at = 0; ; at++) {
      const bytes = cpu().tablePiece(options, at);
      if (!bytes) return new Blob(parts, { type: "text/csv" });
      parts.push(new Blob([/** @type {any} */ (bytes)]));
    }
  },

  cancelExpression() {
    if (writing) writing.cancelled = true;
  },

  // --- the GPU itself ---

  adapter: () => adapter(),

  selfTest([software]) {
    if (software) glue.adapterIsEmulated();
    return glue.selfTest();
  },

  loseDevice: () => loseDevice(),
};

/** @param {{values: Float32Array}} map */
function tellMap(map) {
  scope.postMessage({ event: "liveMap", values: map.values }, [map.values.buffer]);
}

const peer = new Peer(buffersOf, ({ checkpoint, embedding }) => {
  if (checkpoint) setCheckpoint(checkpoint);
  if (embedding) exclusive(() => tellMap(cpu().liveMap(embedding))).catch(() => undefined);
});

const AT_ONCE = new Set(["connect", "keepTo", "keepRun", "giveContainers", "cancelOpening", "loseDevice", "hasCheckpoint", "train", "trainLent", "compare", "cancelComparison", "expressionFile", "cancelExpression"]);

/** The engine's own calls need nothing from here. @param {string} call @param {any[]} args */
function plainly(call, args) {
  const method = /** @type {any} */ (cpu())[call];
  if (typeof method !== "function") throw failure("no_such_call", `The engine has no call "${call}".`);
  return method.apply(cpu(), args);
}

/** @param {{id: number, call: string, args: any[]}} message */
async function answer({ id, call, args }) {
  if (call === "pause" || call === "resume" || call === "stop") {
    wish = call === "resume" ? "run" : call;
    scope.postMessage({ id, ok: null });
    return;
  }
  const context = { onProgress: (/** @type {object} */ progress) => scope.postMessage({ id, progress }) };
  try {
    const work = () => (Object.hasOwn(CALLS, call) ? CALLS[call](args, context) : plainly(call, args));
    const ok = await (AT_ONCE.has(call) ? work() : exclusive(work));
    scope.postMessage({ id, ok }, [...buffersOf(ok)]);
  } catch (error) {
    scope.postMessage({ id, error: described(error) });
  }
}

scope.onmessage = (/** @type {MessageEvent} */ { data }) => { answer(data); };

// A panic inside a wasm promise rejects nobody's promise: it surfaces here, and the call it belonged to never ends.
const crashed = (/** @type {any} */ reason) => scope.postMessage({ event: "crashed", error: described(reason ?? new Error("unknown")) });
scope.addEventListener("unhandledrejection", (/** @type {any} */ event) => { if (isTrap(event.reason)) crashed(event.reason); });
scope.addEventListener("error", (/** @type {any} */ event) => { if (isTrap(event.error)) crashed(event.error); });

scope.addEventListener("securitypolicyviolation", (/** @type {any} */ event) => {
  scope.postMessage({ event: "stopped", address: event.blockedURI });
});

// A worker's requests are not in the page's own list: count them here.
if (typeof PerformanceObserver !== "undefined") {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) scope.postMessage({ event: "request", address: entry.name, at: performance.timeOrigin + entry.startTime });
  }).observe({ type: "resource", buffered: true });
}
