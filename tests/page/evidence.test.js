// The Evidence panel on real cohorts: columns proposed, the comparison with its progress, cancel, table and figures.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { COHORTS, engineReady, missing, openPage, recordMainThread, saved, setParameters, verdict } from "./harness.js";

/** Small enough for two busy cores; long enough that something is learnt. */
const SMALL = { genes: "300", hidden: "32", dim: "12", epochs: "40" };
const ROWS = ["raw", "pca", "contrastive_pca", "auto_encoder", "mixing_auto_encoder", "twinpurify", "twinpurify_without_mixing"];

/** @param {string} name */
const absent = (name) => missing || (!existsSync(join(COHORTS, name)) && `SKIPPED: ${join(COHORTS, name)} is absent`);

/** Open a cohort's two files and train. @param {import("playwright-core").Page} page @param {string} name */
async function trained(page, name) {
  await engineReady(page);
  const opened = Date.now();
  await page.setInputFiles("#file-input", ["expression.tsv.gz", "samples.tsv"].map((file) => join(COHORTS, name, file)));
  await page.waitForSelector("#figures dd", { timeout: 120_000 });
  await setParameters(page, SMALL);
  await page.click("#train-begin");
  await verdict(page, 240_000);
  await page.waitForFunction(() => document.querySelectorAll("#compare-subtype option").length > 1);
  return opened;
}

/** @param {import("playwright-core").Page} page */
const chosen = (page) => page.evaluate(() => Object.fromEntries(["subtype", "grade", "time", "event", "purity"].map((key) => [key, /** @type {HTMLSelectElement} */ (document.getElementById(`compare-${key}`)).value])));

/** @param {import("playwright-core").Page} page @param {string} row @param {string} column */
const number = async (page, row, column) => Number.parseFloat((await page.textContent(`.compare-table tr[data-row="${row}"] td[data-column="${column}"]`) ?? "").replace("−", "-"));

test("a cohort with subtype, survival and purity", { skip: absent("tcga_brca_paired"), timeout: 600_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints, requestsSince } = view;
  try {
    const opened = await trained(page, "tcga_brca_paired");
    const columns = await chosen(page);
    assert.equal(columns.subtype, "subtype");
    assert.match(columns.time, /_days$/);
    assert.equal(columns.event, columns.time.replace("_days", "_event"));
    assert.equal(columns.purity, "purity_cpe");

    await page.selectOption("#compare-seeds", "2");
    const mainThread = await recordMainThread(page);
    const began = Date.now();
    await page.click("#compare-begin");
    await page.waitForSelector("#comparing progress[value]", { timeout: 60_000 });
    assert.match(await page.textContent("#comparing .progress-line") ?? "", /\d+ (s|min) left/);
    await page.waitForFunction(() => /** @type {HTMLElement} */ (document.getElementById("comparing")).hidden, undefined, { timeout: 400_000 });
    t.diagnostic(`compared in ${Math.round((Date.now() - began) / 1000)} s`);
    const tasks = await mainThread.stop();
    const worst = Math.max(...tasks.map(({ cpu }) => cpu).filter(Number.isFinite));
    assert.ok(worst <= 50, `a main-thread task of ${worst} ms of CPU`);

    assert.deepEqual(await page.locator(".compare-table tbody tr").evaluateAll((rows) => rows.map((row) => /** @type {HTMLElement} */ (row).dataset.row)), ROWS);
    for (const row of ROWS) {
      for (const column of ["subtype.clean.balanced_accuracy", "subtype.diluted.balanced_accuracy", "subtype.high_to_low.balanced_accuracy", "subtype.neighbours.clean.balanced_accuracy", "survival.c", "purity.ridge", "identity.any", "rank"]) {
        assert.ok(Number.isFinite(await number(page, row, column)), `${row} ${column}`);
      }
    }
    // What the method's study found on this cohort holds at any length of training: mixing finds tumours again.
    assert.ok(await number(page, "twinpurify", "identity.any") > await number(page, "raw", "identity.any"));
    const words = await page.textContent(".verdict-words") ?? "";
    assert.match(words, /without their labels/);
    assert.match(await page.textContent(".comparison .limits") ?? "", /grade/i);

    await page.locator(".comparison .segments").getByText("macro-F1").click();
    assert.ok(await number(page, "raw", "subtype.clean.macro_f1") > 0.6);
    await page.locator(".comparison .segments").getByText("AUROC").click();
    assert.ok(await number(page, "raw", "subtype.clean.auroc") > 0.8);

    const csv = (await saved(page, '[data-plot="comparison"] button:text-is("CSV")')).toString().trim().split("\n");
    assert.equal(csv[0], "cohort,representation,measure,mean,sd,seeds,best,missing");
    assert.ok(csv.length > 7 * 10);
    assert.match((await saved(page, '[data-plot="comparison"] button:text-is("SVG")')).toString(), /^<svg[^]*<title>Representations compared/);
    assert.equal((await saved(page, '[data-plot="comparison"] button:text-is("PNG")')).subarray(1, 4).toString(), "PNG");

    // Outcomes: survival by subtype and by clusters, hazard ratios, confusion, purity.
    for (const [plot, head, drawn] of /** @type {[string, RegExp, RegExp]} */ ([
      ["survival", /^group,time,at_risk,events,censored,survival,lower,upper\n/, /at risk[^]*log-rank p/],
      ["forest", /^covariate,hazard_ratio,lower,upper,p\n/, /hazard ratio, log scale/],
      ["confusion", /^representation,truth,predicted,tumours,share\nraw,/, /predicted/],
      ["purity", /^sample,purity,raw_PC1,/, /Spearman ρ/],
    ])) {
      assert.match((await saved(page, `[data-plot="${plot}"] button:text-is("CSV")`)).toString(), head);
      assert.match((await saved(page, `[data-plot="${plot}"] button:text-is("SVG")`)).toString(), drawn);
      assert.equal((await saved(page, `[data-plot="${plot}"] button:text-is("PNG")`)).subarray(1, 4).toString(), "PNG");
      assert.ok(await page.locator(`[data-plot="${plot}"] canvas[aria-label]`).getAttribute("aria-label"));
    }
    await page.selectOption("#survival-groups", "clusters");
    await page.selectOption("#survival-clusters", "4");
    assert.equal(new Set((await saved(page, '[data-plot="survival"] button:text-is("CSV")')).toString().trim().split("\n").slice(1).map((line) => line.split(",")[0])).size, 4);

    const { violations } = await new AxeBuilder({ page }).include("#evidence").analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target)}`), []);
    await page.setViewportSize({ width: 390, height: 844 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
    const first = await page.locator(".compare-table tbody th").first().evaluate((cell) => {
      const region = /** @type {HTMLElement} */ (cell.closest(".sideways"));
      region.scrollLeft = 200;
      return cell.getBoundingClientRect().left - region.getBoundingClientRect().left;
    });
    assert.ok(Math.abs(first) < 2, "the names stay while the numbers scroll");
    assert.deepEqual(requestsSince(opened), []);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a cohort without survival says so, and a comparison can be cancelled", { skip: absent("cptac_ucec"), timeout: 600_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await trained(page, "cptac_ucec");
    const columns = await chosen(page);
    assert.deepEqual([columns.subtype, columns.grade, columns.time, columns.event], ["subtype", "grade", "", ""]);
    assert.ok(await page.isVisible("#outcomes-needed"), "without survival there are no curves, and that is said");
    await page.selectOption("#compare-seeds", "1");
    await page.check("#compare-out-of-fold");
    await page.click("#compare-begin");
    await page.waitForFunction(() => /[1-9] of 12/.test(document.querySelector("#comparing .progress-line")?.textContent ?? ""), undefined, { timeout: 240_000 });
    await page.click("#compare-cancel");
    await page.waitForFunction(() => /** @type {HTMLElement} */ (document.getElementById("comparing")).hidden, undefined, { timeout: 60_000 });
    assert.match(await page.textContent("#compare .status") ?? "", /Cancelled/);
    assert.ok(Number.isFinite(await number(page, "raw", "identity.any")));
    assert.match(await page.textContent(".compare-table thead") ?? "", /clean out-of-fold/);
    assert.match(await page.textContent(".comparison .limits") ?? "", /Survival[^]*No column was chosen/);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});
