// Archives, workbooks, AnnData and Parquet in the real page: one of each opens; the damaged say why and cost nothing;
// a large stream can be cancelled.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { engineReady, missing, openPage } from "./harness.js";

const FILES = new URL("../files/containers/", import.meta.url);
const file = (/** @type {string} */ name) => ({ name, mimeType: "", buffer: readFileSync(new URL(name, FILES)) });

describe("containers in the page", { skip: missing, timeout: 180_000 }, () => {
  /** @type {Awaited<ReturnType<typeof openPage>>} */
  let view;
  before(async () => {
    view = await openPage({ query: "?device=cpu" });
    await engineReady(view.page);
  });
  after(() => view?.close());

  const idle = () => view.page.waitForFunction(() => !document.querySelector("#files .cancel-opening"), undefined, { timeout: 60_000 });
  const open = async (/** @type {{name: string, mimeType: string, buffer: Buffer}[]} */ files) => {
    await view.page.setInputFiles("#file-input", files);
    await view.page.waitForFunction((name) => [...document.querySelectorAll("#files .name")].some((at) => at.textContent?.startsWith(name)), files[files.length - 1].name);
    await idle();
  };
  const lines = () => view.page.$$eval("#files li", (items) => items.map((item) => item.textContent ?? ""));
  const line = async (/** @type {string} */ name) => (await lines()).find((text) => text.includes(name)) ?? `no line ${name} among ${(await lines()).join(" | ")}`;
  const clear = async () => {
    for (let left = await view.page.locator("#files button").count(); left > 0; left = await view.page.locator("#files button").count()) {
      await view.page.locator("#files button").first().click();
      await view.page.waitForFunction((before) => document.querySelectorAll("#files button").length < before, left);
    }
  };
  const figures = () => view.page.$$eval("#figures dd", (all) => all.filter((at) => !at.classList.contains("why")).map((at) => at.textContent));

  for (const [name, tables] of /** @type {[string, string[]][]} */ ([
    ["cohort.zip", ["cohort.zip/cohort/expression.tsv.gz", "cohort.zip/cohort/samples.tsv"]],
    ["study.tar.gz", ["study.tar.gz/brca_zz/data_clinical_sample.txt", "study.tar.gz/brca_zz/data_mrna_seq_v2_rsem.txt"]],
    ["cohort.xlsx", ["cohort.xlsx/Expression", "cohort.xlsx/Samples"]],
    ["csr.h5ad", ["csr.h5ad/X", "csr.h5ad/obs"]],
    ["expression.parquet", ["expression.parquet"]],
  ])) {
    test(`${name} opens`, async () => {
      await open([file(name)]);
      for (const table of tables) assert.match(await line(table), /^✓/, table);
      await view.page.waitForFunction(() => document.querySelectorAll("#figures dd").length > 0);
      assert.deepEqual((await figures()).slice(0, 3), ["8", "8", "40"], name);
      if (name === "cohort.xlsx") {
        assert.match(await view.page.textContent("#warnings") ?? "", /2 gene names had been turned into dates.*cell A41 was SEPTIN2/);
        assert.match(await line("Hidden: a hidden sheet"), /2 of its files were not opened/);
      }
      await clear();
    });
  }

  test("the damaged say why, and what was open stays", async () => {
    await open([file("expression.parquet")]);
    await open(["truncated.tar.gz", "encrypted.zip", "bomb.zip", "absurd.h5ad", "unclear_date.xlsx", "old.xls", "zstd.parquet"].map(file));
    assert.match(await line("truncated.tar.gz"), /✗.*ends too early/);
    assert.match(await line("encrypted.zip"), /✗.*The archive is encrypted\. Unpack it/);
    assert.match(await line("bomb.zip"), /✗.*200-fold/);
    assert.match(await line("absurd.h5ad"), /✗/);
    assert.match(await line("unclear_date.xlsx"), /✗.*cell A41/);
    assert.match(await line("old.xls"), /✗.*save it as \.xlsx/);
    assert.match(await line("zstd.parquet"), /✗.*snappy/);
    assert.deepEqual((await figures()).slice(0, 3), ["8", "8", "40"]);
    await clear();
  });

  test("reading is estimated, shows how far it is, and is cancelled without loss", async () => {
    await open([file("expression.parquet")]);
    // Made in the page, from a few rows: 160 MB need not travel there.
    await view.page.evaluate(() => {
      const columns = Array.from({ length: 2000 }, (_, at) => at);
      const rows = Array.from({ length: 16 }, (_, seed) => `\t${columns.map((at) => (((at + 7) * (seed + 3) * 7919) % 10_000 / 617).toFixed(4)).join("\t")}\n`);
      const parts = [`gene\t${columns.map((at) => `S${at}`).join("\t")}\n`, ...Array.from({ length: 11_000 }, (_, at) => [`G${at}`, rows[at % 16]]).flat()];
      const transfer = new DataTransfer();
      transfer.items.add(new File(parts, "large.tsv"));
      const input = /** @type {HTMLInputElement} */ (document.getElementById("file-input"));
      input.files = transfer.files;
      input.dispatchEvent(new Event("change"));
    });
    await view.page.waitForFunction(() => /about 11,000 × 2,001: 0\.3 GB of 4\.3 GB/.test(document.getElementById("files")?.textContent ?? ""), undefined, { timeout: 30_000 });
    assert.match(await line("large.tsv"), /\d+ % · [\d,]+ lines · about/);
    // The button is the same while the line goes on, so that a slow press is a click, by mouse or by keyboard.
    const button = await view.page.$(".cancel-opening");
    const said = await line("large.tsv");
    await view.page.waitForFunction((before) => !document.getElementById("files")?.textContent?.includes(before), /\d+ % · [\d,]+ lines/.exec(said)?.[0] ?? said);
    assert.ok(await button?.evaluate((element) => element.isConnected), "it is still there");
    await button?.focus();
    await view.page.keyboard.press("Enter");
    await idle();
    assert.match(await line("large.tsv"), /✗.*Opening was cancelled; what was open before is still open/);
    assert.deepEqual((await figures()).slice(0, 3), ["8", "8", "40"]);
    assert.deepEqual(view.complaints, []);
    await clear();
  });
});

test("a crash of the containers' module costs that file only", { skip: missing, timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "twinpurify-"));
  const glue = join(folder, "glue.js");
  writeFileSync(glue, `export default async () => {};
    export class ContainerReader { nextPiece() { throw new WebAssembly.RuntimeError("unreachable"); } done() { return 0; } }`);
  const view = await openPage({ query: "?device=cpu", instead: { "/engine/containers/twinpurify.js": glue } });
  try {
    await engineReady(view.page);
    const opened = await view.page.evaluate(async (text) => {
      const tp = /** @type {any} */ (globalThis).twinpurify;
      const cohort = await tp.newCohort();
      const files = [new File([text], "expression.tsv"), new File([new Uint8Array([0x50, 0x4b, 3, 4])], "crash.zip")];
      const all = await cohort.addFiles(files);
      const { genes } = await cohort.compose();
      return { codes: all.map((/** @type {any} */ { error }) => error?.code ?? "read"), genes };
    }, `gene\tTCGA-AA-0001-01A\tTCGA-AA-0001-11A\nTP53\t1\t2\nEGFR\t3\t4\nMYC\t5\t6\n`);
    assert.deepEqual(opened, { codes: ["read", "container_crashed"], genes: 3 });
  } finally {
    await view.close();
  }
});
