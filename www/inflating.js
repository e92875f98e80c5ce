// A large gzip inflated by the browser's own code, in a worker of its own: several times the engine's speed, and beside
// the reading of what came before.

import { trusting } from "./trusted.js";

/** Compressed bytes from which it pays to start a worker. */
const LARGE = 1 << 20;
/** Bytes of one piece, and pieces that may wait to be read. */
const PIECE = 1 << 18, AHEAD = 16;
/** Mirrors src/cohort/text/limits.rs: what grows more is looked at by the engine. */
const MAX_INFLATION = 200, FREE_INFLATION = 16 << 20;

/** @type {any} */
let trust = null;

/** That the browser cannot inflate this file: the engine, which reads what can be read, will say why. */
export const NOT_BY_BROWSER = Object.assign(new Error("the browser could not inflate it"), { code: "not_by_browser" });

/**
 * The whole of the worker; nothing from outside of it is in its reach. First comes {file, size, ahead}, then one message
 * for every further piece that may be sent.
 */
function inflater() {
  const scope = /** @type {any} */ (self);
  scope.onmessage = async (/** @type {MessageEvent} */ { data: { file, size, ahead } }) => {
    let taken = 0, may = ahead, go = () => {};
    scope.onmessage = () => {
      may++;
      go();
    };
    const counted = new TransformStream({
      transform(chunk, out) {
        taken += chunk.byteLength;
        out.enqueue(chunk);
      },
    });
    let piece = new Uint8Array(size), filled = 0;
    const send = async () => {
      while (may === 0) await new Promise((resolve) => { go = () => resolve(null); });
      may--;
      const full = filled === size ? piece : piece.slice(0, filled);
      scope.postMessage({ piece: full, taken }, [full.buffer]);
      piece = new Uint8Array(size);
      filled = 0;
    };
    try {
      const reader = file.stream().pipeThrough(counted).pipeThrough(new DecompressionStream("gzip")).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        for (let at = 0; at < value.length;) {
          const part = value.subarray(at, at + size - filled);
          piece.set(part, filled);
          filled += part.length;
          at += part.length;
          if (filled === size) await send();
        }
      }
      if (filled > 0) await send();
      scope.postMessage({ done: true });
    } catch {
      scope.postMessage({ failed: true });
    }
  };
}

/** @typedef {{read: () => Promise<{done: boolean, value?: Uint8Array}>, cancel: () => Promise<void>, taken: () => number}} Inflated */

/**
 * The contents of a gzip, piece by piece; null where it is small or the browser has no such code. Reading fails with
 * NOT_BY_BROWSER where the file is damaged, holds more than one member, or grows without end.
 * @param {File} file @param {number | undefined} stated its inflated size by the gzip's last four bytes; none: no gzip
 * @returns {Inflated | null}
 */
export function inflatedByBrowser(file, stated) {
  if (stated === undefined || file.size < LARGE || typeof DecompressionStream !== "function") return null;
  const address = URL.createObjectURL(new Blob([`(${inflater})()`], { type: "text/javascript" }));
  /** @type {Worker} */
  let worker;
  try {
    trust ??= trusting(globalThis);
    worker = new Worker(trust.createScriptURL(address), { name: "inflater" });
  } catch {
    URL.revokeObjectURL(address);
    return null;
  }
  let taken = 0, given = 0;
  /** @type {MessageEvent["data"][]} what came and was not asked for yet */
  const waiting = [];
  /** @type {((data: any) => void) | null} */
  let asked = null;
  const hear = (/** @type {any} */ data) => {
    if (!asked) return void waiting.push(data);
    asked(data);
    asked = null;
  };
  worker.onmessage = ({ data }) => hear(data);
  worker.onerror = (event) => {
    event.preventDefault?.();
    hear({ failed: true });
  };
  worker.postMessage({ file, size: PIECE, ahead: AHEAD });
  const end = async () => {
    worker.terminate();
    URL.revokeObjectURL(address);
  };
  return {
    async read() {
      const data = waiting.shift() ?? await new Promise((resolve) => { asked = resolve; });
      if (data.piece) {
        worker.postMessage("more");
        taken = data.taken;
        given += data.piece.length;
        if (given <= FREE_INFLATION || given <= MAX_INFLATION * taken) return { done: false, value: data.piece };
      }
      await end();
      // Some browsers stop after the first member and say nothing.
      if (data.done && given % 2 ** 32 === stated) return { done: true };
      throw NOT_BY_BROWSER;
    },
    cancel: end,
    taken: () => taken,
  };
}
