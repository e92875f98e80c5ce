// Reading files in the worker: tables go to the engine as they come; archives, workbooks, AnnData and Parquet go through
// the containers' module, a fresh instance for each, so that its memory is given back and its crash costs one file.

import { NOT_BY_BROWSER, inflatedByBrowser } from "./inflating.js";
import { breathe } from "./training-loop.js";

/** @typedef {import("./engine").Engine} Engine */
/** @typedef {import("./engine").FileReport} FileReport */
/** @typedef {{name: string, because: string}} LeftOut a file of an archive that is not opened, and why */
/** @typedef {{file: string, bytes: number, total: number, lines: number, estimate: string}} Reading how far a file is read */
/** @typedef {{reports: FileReport[], refused: {name: string, code: string, message: string}[], leftOut: LeftOut[]}} Read */
/** @typedef {{engine: () => Engine, containers: () => Promise<any>, cancelled: () => boolean, onProgress?: (reading: Reading) => void}} Context */

/** Bytes from which a file is told. */
const HEAD = 256 << 10;
/** Milliseconds between two progress messages, and between two looks at the person's wishes. */
const TELL = 100, BREATHE = 50;

/** @param {string} code @param {string} message */
const failure = (code, message) => Object.assign(new Error(message), { code });

/** A call's error that is the engine's own, not the file's. @param {unknown} error */
const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;

/**
 * Between two pieces of a file: let messages in (a wish to cancel is one), stop where the person cancelled, tell how far it is, each in its time.
 * @param {File} file @param {Context} context @param {() => {bytes: number, lines: number, estimate: string}} far
 */
function pacer(file, { cancelled, onProgress }, far) {
  let heard = performance.now(), said = 0;
  return async () => {
    const now = performance.now();
    if (now - heard > BREATHE) {
      heard = now;
      await breathe();
    }
    if (cancelled()) throw stopped(file);
    if (now - said > TELL) {
      said = now;
      onProgress?.({ file: file.name, total: file.size, ...far() });
    }
  };
}

/**
 * Read one file to its end. What was open before stays open, whatever becomes of this one.
 * @param {File} file @param {Context} context @returns {Promise<Read>}
 */
export async function readFile(file, context) {
  const { container, estimate, stated } = await told(file, context.engine());
  if (estimate && !estimate.fits) {
    throw failure("too_large_here", `This file is too large for the browser: ${estimate.sentence}. ${estimate.remedy} (file ${file.name})`);
  }
  return container ? readContainer(file, context) : { reports: [await readTable(file, { estimate: estimate?.sentence ?? "", stated }, context)], refused: [], leftOut: [] };
}

/** What a file is, from its first bytes and, of a gzip, its last four. @param {File} file @param {Engine} engine */
async function told(file, engine) {
  const bytes = (/** @type {Blob} */ part) => part.arrayBuffer().catch(() => { throw unreadable(file); });
  const head = new Uint8Array(await bytes(file.slice(0, HEAD)));
  const gzip = head[0] === 0x1f && head[1] === 0x8b && file.size > 18;
  const stated = gzip ? new DataView(await bytes(file.slice(-4))).getUint32(0, true) : undefined;
  return { ...engine.tellFile(head, file.size, stated), stated };
}

/** @param {File} file */
const unreadable = (file) => failure("file_unreadable", `The file stopped being readable. Open it again; if it moved, choose it anew. ${file.name}`);
/** @param {File} file */
const stopped = (file) => failure("cancelled", `Opening was cancelled; what was open before is still open. (file ${file.name})`);

/** What is known of a table before it is read; `stated`: the inflated size by a gzip's last four bytes. @typedef {{estimate: string, stated: number | undefined}} Told */

/**
 * A table to its end. A large gzip is inflated by the browser; where it finds fault, or more or less than the file states
 * (several members, damage, growth without end), the file is read again from its start by the engine, which reads what
 * can be read and says what is wrong.
 * @param {File} file @param {Told} told @param {Context} context
 */
async function readTable(file, told, context) {
  const contents = inflatedByBrowser(file, told.stated);
  const report = contents && await readBytes(file, told, context, contents);
  return report ?? /** @type {FileReport} */ (await readBytes(file, told, context, null));
}

/**
 * Chunk by chunk: the file is never in memory whole.
 * @param {File} file @param {Told} told @param {Context} context
 * @param {import("./inflating.js").Inflated | null} contents of a gzip; null: the bytes as they lie
 * @returns {Promise<FileReport | null>} null where the browser could not inflate it
 */
async function readBytes(file, { estimate }, context, contents) {
  const { engine } = context;
  const handle = contents ? engine().beginInflated(file.name) : engine().beginFile(file.name);
  const reader = contents ?? file.stream().getReader();
  try {
    let bytes = 0;
    const pace = pacer(file, context, () => ({ bytes: contents?.taken() ?? bytes, lines: engine().linesRead(handle), estimate }));
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !value) break;
      engine().pushChunk(handle, value);
      bytes += value.byteLength;
      await pace();
    }
  } catch (error) {
    if (!isTrap(error)) engine().abortFile(handle);
    reader.cancel().catch(() => undefined);
    if (error === NOT_BY_BROWSER) return null;
    throw /** @type {any} */ (error)?.code || isTrap(error) ? error : unreadable(file);
  }
  return engine().endFile(handle);
}

/** Table by table; one that cannot be read does not stop the others. @param {File} file @param {Context} context @returns {Promise<Read>} */
async function readContainer(file, context) {
  const { engine, containers } = context;
  const glue = await containers();
  if (!glue) throw failure("containers_unavailable", `The part of this page that reads archives, workbooks, AnnData and Parquet was not found where the page is hosted. Tell whoever hosts it, or open the tables themselves. (file ${file.name})`);
  const sync = new /** @type {any} */ (globalThis).FileReaderSync();
  const read = (/** @type {number} */ offset, /** @type {number} */ length) => new Uint8Array(sync.readAsArrayBuffer(file.slice(offset, offset + length)));
  /** @type {Read} */
  const result = { reports: [], refused: [], leftOut: [] };
  /** @type {{name: string, handle: number} | null} the table under way */
  let open = null;
  const drop = () => {
    if (open) engine().abortFile(open.handle);
    open = null;
  };
  /** A crash of this module is this file's fault, and nobody else's loss. @template T @param {() => T} work @returns {T} */
  const guarded = (work) => {
    try {
      return work();
    } catch (error) {
      throw isTrap(error) ? failure("container_crashed", `The file made its reader stop; nothing that was open is lost. Save it anew, or open its tables as text. Technical reason: ${/** @type {Error} */ (error).message} (file ${file.name})`) : error;
    }
  };
  const refuse = (/** @type {string} */ name, /** @type {any} */ error) => {
    if (isTrap(error)) throw error;
    result.refused.push({ name, code: error?.code ?? "engine_failed", message: error?.message ?? String(error) });
    drop();
  };
  /** @type {any} */
  let container = null;
  try {
    container = guarded(() => new glue.ContainerReader(file.name, file.size, read));
    const pace = pacer(file, context, () => ({ bytes: guarded(() => container.done()), lines: open ? engine().linesRead(open.handle) : 0, estimate: "" }));
    for (;;) {
      const piece = guarded(() => container.nextPiece());
      if (piece === undefined) break;
      if (piece.begin) open = { name: piece.begin.name, handle: engine().beginPart(piece.begin.name, piece.begin) };
      else if (piece instanceof Uint8Array) {
        try {
          if (open) engine().pushChunk(open.handle, piece);
        } catch (error) { refuse(open?.name ?? file.name, error); }
      } else if (piece.end && open) {
        const { name, handle } = open;
        open = null;
        try {
          result.reports.push(engine().endFile(handle));
        } catch (error) { refuse(name, error); }
      } else if (piece.refused) refuse(open?.name ?? piece.refused.file ?? file.name, piece.refused);
      else if (piece.leftOut) result.leftOut.push(...piece.leftOut);
      await pace();
    }
  } catch (error) {
    if (isTrap(error)) throw error;
    drop();
    // Tables that were read before stay; why the rest is missing stands beside them.
    if (result.reports.length === 0 || /** @type {any} */ (error)?.code === "cancelled") {
      for (const { name } of result.reports) engine().removeFile(name);
      throw error;
    }
    refuse(file.name, error);
  }
  return result;
}
