// Keeps the work of one tab in this browser's private file system (OPFS): the open files, what was chosen, the run's
// last checkpoint. A worker of its own, so that an engine that crashes takes nothing with it and the page never waits
// for the disk. Messages: {id, call, args} → {id, ok | error}; checkpoints come on a port from the engine's worker.
import { readRecord, writeFile, writeRecord } from "./keep-records.js";

/** Raised when a work record changes its meaning. */
const FORMAT = 1;
const TOO_OLD_MS = 30 * 24 * 3600 * 1000;
/** After a reload the tab before may hold the lock for another moment. */
const LOCK_PATIENCE_MS = 3000;

/**
 * @typedef {{name: string, size: number, type: string, lastModified: number, stored: string}} KeptFile
 * @typedef {{id: string, config: object, preset: string, changes: object, done: boolean, stopped: boolean}} KeptRun
 * @typedef {{format: number, savedAt: number, files: KeptFile[], simulated: number | null, choice: any, run: KeptRun | null,
 *   groups: {name: string, members: number[]}[], colour: object, note: string}} Work
 */

const scope = /** @type {any} */ (self);
let place = "";
/** @type {FileSystemDirectoryHandle | null} */
let folder = null;
/** @type {Work | null} */
let work = null;
/** The checkpoint that waits to be written: only the newest counts. @type {{run: string, bytes: Uint8Array} | null} */
let waiting = null;
/** What went wrong with keeping, once. @type {string | null} */
let failed = null;

/** One thing after another. @type {Promise<unknown>} */
let queue = Promise.resolve();
/** @template T @param {() => Promise<T>} task @returns {Promise<T>} */
function inTurn(task) {
  const result = queue.then(task);
  queue = result.catch(() => undefined);
  return result;
}

async function home(create = false) {
  const root = await navigator.storage.getDirectory();
  return (await root.getDirectoryHandle("twinpurify", { create })).getDirectoryHandle(place, { create });
}

const missing = (/** @type {any} */ error) => error?.name === "NotFoundError";

/** The page that keeps holds the lock until its tab is closed; another tab keeps nothing. @returns {Promise<boolean>} */
function lock() {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    navigator.locks.request(`twinpurify keep ${place}`, { signal: AbortSignal.timeout(LOCK_PATIENCE_MS) }, () => {
      resolve(true);
      return new Promise(() => undefined);
    }).catch(() => resolve(false));
  });
}

/** @type {Record<string, (...args: any[]) => Promise<unknown>>} */
const CALLS = {
  /** Whether this tab may keep its work, and what an earlier one left. */
  async open(/** @type {string} */ path) {
    place = encodeURIComponent(path).replaceAll("*", "%2A") || "page";
    try {
      await navigator.storage.getDirectory();
      if (typeof FileSystemFileHandle !== "function" || !("createSyncAccessHandle" in FileSystemFileHandle.prototype)) throw new Error("no synchronous handles");
    } catch {
      return { state: "unavailable", work: null, damage: null };
    }
    if (!await lock()) return { state: "elsewhere", work: null, damage: null };
    try {
      folder = await home();
    } catch (error) {
      if (missing(error)) return { state: "ready", work: null, damage: null };
      throw error;
    }
    const damage = await load();
    if (work && Date.now() - work.savedAt > TOO_OLD_MS) {
      await forget();
      return { state: "ready", work: null, damage: null, expired: true };
    }
    return { state: "ready", work, damage };
  },

  /** Keep these files as new work; what was kept before is replaced. Files that are kept already are not copied again. */
  async begin(/** @type {Omit<Work, "format" | "savedAt" | "files">} */ about, /** @type {File[]} */ files) {
    const into = folder ??= await home(true);
    failed = null;
    waiting = null;
    const before = work?.files ?? [];
    /** @type {KeptFile[]} */
    const kept = [];
    for (const file of files) {
      const { name, size, type, lastModified } = file;
      const same = before.find((one) => one.name === name && one.size === size && one.lastModified === lastModified);
      const stored = same?.stored ?? `file-${crypto.randomUUID()}`;
      if (!same) await writeFile(into, stored, chunksOf(file));
      kept.push({ name, size, type, lastModified, stored });
    }
    work = { format: FORMAT, savedAt: Date.now(), ...about, files: kept };
    await write(into, work);
    await sweep(into, new Set(kept.map(({ stored }) => stored)));
    return { bytes: kept.reduce((sum, { size }) => sum + size, 0) };
  },

  /** Something changed: roles, run, groups. */
  async note(/** @type {Partial<Work>} */ change) {
    if (!work || !folder) return;
    work = { ...work, ...change, savedAt: Date.now() };
    await write(folder, work);
  },

  /** The kept files, under their own names. */
  async files() {
    if (!work || !folder) return [];
    return Promise.all(work.files.map(async ({ name, size, type, lastModified, stored }) => {
      const file = await (await /** @type {FileSystemDirectoryHandle} */ (folder).getFileHandle(stored)).getFile().catch(() => null);
      if (!file || file.size !== size) throw new Error(`A kept file is damaged. Open your files again. ${name}`);
      return new File([file], name, { type, lastModified });
    }));
  },

  /** The kept run's last checkpoint. */
  async checkpoint() {
    if (!work?.run || !folder) return { bytes: null, damaged: false };
    const record = await readRecord(folder, "run");
    if (record === "damaged") return { bytes: null, damaged: true };
    if (record === "missing" || record.header.run !== work.run.id) return { bytes: null, damaged: false };
    return { bytes: record.payload.slice(), damaged: false };
  },

  /** The CPU engine's worker sends its checkpoints here. */
  async listen(/** @type {MessagePort} */ port) {
    port.onmessage = ({ data }) => {
      waiting = data;
      inTurn(writeCheckpoint).catch(fail);
    };
  },

  forget,
};

async function forget() {
  work = null;
  waiting = null;
  folder = null;
  try {
    const root = await navigator.storage.getDirectory();
    const all = await root.getDirectoryHandle("twinpurify");
    await all.removeEntry(place, { recursive: true }).catch((error) => { if (!missing(error)) throw error; });
    for await (const _ of /** @type {any} */ (all).keys()) return;
    await root.removeEntry("twinpurify");
  } catch (error) {
    if (!missing(error)) throw error;
  }
}

/** Read what an earlier tab left. @returns {Promise<string | null>} why it cannot be used */
async function load() {
  const record = await readRecord(/** @type {FileSystemDirectoryHandle} */ (folder), "work");
  if (record === "missing") return null;
  if (record === "damaged") return "it is damaged";
  try {
    const found = JSON.parse(new TextDecoder().decode(record.payload));
    if (found?.format !== FORMAT) return `it was written by another version of this page (format ${Number(found?.format)}, this one reads ${FORMAT})`;
    if (!Array.isArray(found.files)) return "it is damaged";
    work = found;
    return null;
  } catch {
    return "it is damaged";
  }
}

async function writeCheckpoint() {
  if (!waiting || !folder || work?.run?.id !== waiting.run) return;
  const { run, bytes } = waiting;
  waiting = null;
  await writeRecord(folder, "run", { run }, bytes);
  scope.postMessage({ event: "checkpoint", run });
}

/** @param {FileSystemDirectoryHandle} into @param {Work} what */
const write = (into, what) => writeRecord(into, "work", {}, new TextEncoder().encode(JSON.stringify(what)));

/** Remove files that no work names. @param {FileSystemDirectoryHandle} from @param {Set<string>} named */
async function sweep(from, named) {
  /** @type {string[]} */
  const names = [];
  for await (const name of /** @type {any} */ (from).keys()) names.push(name);
  for (const name of names) {
    if (name.startsWith("file-") && !named.has(name)) await from.removeEntry(name);
    if (name.startsWith("run-") && !work?.run) await from.removeEntry(name);
  }
}

/** @param {File} file */
async function* chunksOf(file) {
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** Keeping failed; the work itself goes on. @param {any} error */
function fail(error) {
  if (failed) return;
  failed = error?.name === "QuotaExceededError" ? "this browser's storage for the page is full" : error?.message ?? String(error);
  scope.postMessage({ event: "failed", because: failed });
}

scope.onmessage = async (/** @type {MessageEvent} */ { data: { id, call, args } }) => {
  try {
    scope.postMessage({ id, ok: await inTurn(() => CALLS[call](...args)) });
  } catch (error) {
    const { name, message } = /** @type {Error} */ (error);
    const because = name === "QuotaExceededError" ? "This browser's storage for the page is full." : message;
    scope.postMessage({ id, error: { code: "not_kept", message: because } });
  }
};
