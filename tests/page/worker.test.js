// What the page cannot be made to do by hand: an engine that crashes. A stand-in replaces the engine's glue.
import assert from "node:assert/strict";
import { writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { engineReady, missing, openPage } from "./harness.js";

const GLUE = `
export class Engine {
  names = [];
  beginFile(name) { this.names.push(name); return 0; } pushChunk() {} endFile() { return { name: this.names.at(-1), kind: "expression_matrix", detail: "" }; }
  summary() { return { tumours: this.names.length, normals: 0, other: 0, genes: 0, patients: 0, scale: { value: "log2", because: "" }, geneIds: { value: "symbol", because: "" }, roles: { because: "" }, columns: [], files: [], warnings: [] }; }
  tellFile() { return { container: false, estimate: null }; } linesRead() { return 0; } abortFile() {} geneNames() { return this.names; }
  sampleTable() { throw new WebAssembly.RuntimeError("unreachable"); }
  correct() { return this.summary(); } presets() { return []; } parameters() { return []; }
}
export default async function init() {}
`;

test("an engine that traps is replaced, its files are opened again, and nothing is fetched for it", { skip: missing, timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "twinpurify-"));
  writeFileSync(join(folder, "glue.js"), GLUE);
  writeFileSync(join(folder, "empty.wasm"), Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
  const view = await openPage({ query: "?device=cpu", instead: { "/engine/cpu/twinpurify.js": join(folder, "glue.js"), "/engine/cpu/twinpurify_bg.wasm": join(folder, "empty.wasm") } });
  try {
    // The page fetches for itself until its own engines are settled, and this is about what comes after.
    await engineReady(view.page);
    const result = await view.page.evaluate(async () => {
      const { TwinPurify } = await import(new URL("www/twinpurify.js", location.href).href);
      const tp = await TwinPurify.create({ device: "cpu" });
      const cohort = await tp.loadCohort([new File(["a"], "one.tsv"), new File(["b"], "two.tsv")]);
      const restored = new Promise((resolve) => { tp.onRestored = () => resolve(null); });
      const before = performance.now();
      const crash = await cohort.sampleTable().then(() => "no crash", (/** @type {any} */ error) => error.code);
      await restored;
      return { crash, names: await cohort.geneNames(), tumours: cohort.summary.tumours, fetched: performance.getEntriesByType("resource").filter(({ startTime }) => startTime >= before).map(({ name }) => name) };
    });
    assert.deepEqual(result, { crash: "engine_crashed", names: ["one.tsv", "two.tsv"], tumours: 2, fetched: [] });
  } finally {
    await view.close();
  }
});
