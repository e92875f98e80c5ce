// Purified expression as a file, written in the worker piece by piece: the page holds a Blob, which the browser may keep on
// disk, and the worker one block of genes, or of Parquet and AnnData, which are written sample by sample, one of tumours.
import { breathe } from "./training-loop.js";

/** @typedef {import("./engine").Engine} Engine */
/** @typedef {{of: "purified" | "instant", format: import("./engine").ExpressionFormat, scale: "log2" | "linear"}} Request */
/**
 * @typedef {object} Context
 * @property {<T>(work: () => T | Promise<T>) => Promise<T>} exclusive
 * @property {() => Engine} engine
 * @property {() => Promise<any>} containers
 * @property {() => boolean} cancelled
 * @property {(done: number, doing: string) => void} onProgress
 */

const TYPES = { tsv: "text/tab-separated-values", gct: "text/plain", h5ad: "application/x-hdf5", parquet: "application/vnd.apache.parquet" };
/** Pieces that are made one, so that the list of them stays short. */
const TOGETHER = 16;

/** @param {string} code @param {string} message */
const failure = (code, message) => Object.assign(new Error(message), { code });

/** The file, or null where it was cancelled. @param {Request} request @param {Context} context @returns {Promise<{blob: Blob, sentence: string} | null>} */
export async function expressionFile({ of, format, scale }, { exclusive, engine, containers, cancelled, onProgress }) {
  for (let done = 0; done < 1;) {
    done = await exclusive(() => engine().extendExpression({ of }));
    // What is asked meanwhile, and that it was cancelled, is heard here.
    await breathe();
    if (cancelled()) return null;
    onProgress(0.5 * done, "Fitting the genes outside the training set");
  }
  const { about, sentence } = await exclusive(() => engine().beginExpression({ of, scale }));
  const text = format === "tsv" || format === "gct" ? format : null;
  const matrices = format === "h5ad" ? "raw_and_purified" : "purified";
  const writer = text ? null : await writerOf(format, about, containers);
  /** @type {Blob[]} */
  let parts = [];
  const keep = (/** @type {Uint8Array} */ bytes) => {
    if (bytes.length) parts.push(new Blob([/** @type {any} */ (bytes)]));
    if (parts.length >= TOGETHER) parts = [new Blob(parts)];
  };
  try {
    if (format === "h5ad") {
      for (const [name, width, values] of await exclusive(() => engine().expressionBeside({ of }))) writer.beside(name, width, values);
    }
    for (;;) {
      const piece = await exclusive(() => (text ? engine().nextExpression(text) : engine().nextExpressionTumours(matrices)));
      await breathe();
      if (cancelled()) return null;
      if (!piece) break;
      if ("text" in piece) keep(piece.text);
      else {
        writer.pushSamples(piece.tumours);
        keep(writer.take());
      }
      onProgress(0.5 + 0.5 * piece.done, "Writing");
    }
    if (writer) {
      writer.finish();
      keep(writer.take());
    }
  } finally {
    writer?.free();
  }
  return { blob: new Blob(parts, { type: TYPES[format] }), sentence };
}

/** @param {string} format @param {string} about @param {() => Promise<any>} containers */
async function writerOf(format, about, containers) {
  const glue = await containers();
  if (!glue) throw failure("containers_unavailable", "The part of this page that writes AnnData and Parquet was not found where the page is hosted. Save TSV or GCT, or tell whoever hosts it.");
  return new glue.ExpressionWriter(format, about);
}
