// Purified expression on the real page: every format is saved at the strength on screen, cancelled, and read for what it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { engineReady, missing, openPage, saved, trainTiny } from "./harness.js";

test("purified expression is saved in every format and scale, named by its strength, and can be cancelled", { skip: missing, timeout: 240_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await trainTiny(page, { hidden: "16", epochs: "6" });
    await page.waitForSelector("#expression-save");
    /** @type {Record<string, Buffer>} */
    const files = {};
    for (const format of ["tsv", "gct", "h5ad", "parquet"]) {
      await page.selectOption("#expression-format", format);
      const waiting = page.waitForEvent("download");
      await page.click("#expression-save");
      const download = await waiting;
      assert.match(download.suggestedFilename(), new RegExp(`^twinpurify_expression_log2_strength\\d+\\.${format}$`));
      /** @type {Buffer[]} */
      const parts = [];
      for await (const part of await download.createReadStream()) parts.push(part);
      files[format] = Buffer.concat(parts);
      assert.match(await page.textContent("#expression-status") ?? "", /is saved\. Purified by TwinPurify, log2\(1 \+ x\): \d+ genes from the purified profile/);
    }
    const rows = files.tsv.toString().trimEnd().split("\n").map((line) => line.split("\t"));
    assert.equal(rows[0][0], "gene");
    assert.equal(new Set(rows.map((row) => row.length)).size, 1);
    assert.equal(rows[0].length - 1, 40, "one column a tumour");
    assert.equal(files.gct.toString().split("\n")[0], "#1.3");
    assert.equal(files.h5ad.subarray(1, 4).toString(), "HDF");
    assert.equal(files.parquet.subarray(0, 4).toString(), "PAR1");
    assert.equal(files.parquet.subarray(-4).toString(), "PAR1");

    await page.selectOption("#expression-format", "tsv");
    await page.check('.expression input[value="linear"]');
    const linear = page.waitForEvent("download");
    await page.click("#expression-save");
    assert.match((await linear).suggestedFilename(), /^twinpurify_expression_linear_/);
    const genes = (await saved(page, '[data-download="expression_genes.csv"]')).toString().trimEnd().split("\n");
    assert.equal(genes[0], "gene,source,r2");
    assert.equal(genes.length, rows.length);

    // Pressed at once: nothing is saved, and the next one is whole.
    await page.evaluate(() => {
      /** @type {HTMLElement} */ (document.getElementById("expression-save")).click();
      /** @type {HTMLElement} */ (document.getElementById("expression-cancel")).click();
    });
    await page.waitForFunction(() => document.getElementById("expression-status")?.textContent === "Cancelled: nothing was saved.");

    const { violations } = await new AxeBuilder({ page }).include("#share").analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target)}`), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
    // A page reads what a page wrote: every gene, and every tumour a column.
    const read = { parquet: /^✓.*58 genes in rows × 40 samples in columns.*Parquet/s, h5ad: /^✓.*40 samples in rows × 58 genes in columns.*AnnData/s };
    for (const [format, said] of Object.entries(read)) {
      const other = await openPage({ query: "?device=cpu" });
      try {
        await engineReady(other.page);
        await other.page.setInputFiles("#file-input", { name: `purified.${format}`, mimeType: "", buffer: files[format] });
        await other.page.waitForSelector(`#files li .name:text('purified.${format}')`);
        await other.page.waitForFunction(() => !document.querySelector("#files .cancel-opening"));
        assert.match(await other.page.textContent("#files li") ?? "", said);
      } finally {
        await other.close();
      }
    }
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});
