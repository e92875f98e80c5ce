// Compare on several workers: the same table to the last digit for any number of them, a crash repeats a trial and loses
// none, cancel stops all at once, and every worker is locked like the first.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineReady, missing, openPage, saved, trainTiny } from "./harness.js";
import { EngineWorker } from "../../www/engine-client.js";
import { tryEverything } from "./planted.js";

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {number} workers */
async function begin(page, workers) {
  await page.selectOption("#compare-workers", String(workers));
  await page.click("#compare-begin");
}

/** @param {Page} page */
const over = (page) => page.waitForFunction(() => /** @type {HTMLElement} */ (document.getElementById("comparing")).hidden, undefined, { timeout: 300_000 });

/** The finished table, as it is saved. @param {Page} page */
async function table(page) {
  await over(page);
  assert.equal(await page.textContent("#compare .status"), "");
  return (await saved(page, '[data-plot="comparison"] button:text-is("CSV")')).toString();
}

/** So many workers are at work. @param {Page} page @param {number} count */
async function atWork(page, count) {
  await page.waitForFunction((count) => (document.querySelector("#comparing .progress-line span:last-child")?.textContent ?? "").split("; ").length === count, count, { timeout: 120_000, polling: 20 });
}

test("a worker that was ended answers no call, and says so at once", async () => {
  const deaf = /** @type {any} */ ({ postMessage() {}, terminate() {} });
  const worker = new EngineWorker(deaf);
  const underWay = worker.call("makeShare", []);
  worker.end({ code: "engine_crashed", message: "It crashed." });
  await assert.rejects(underWay, { code: "engine_crashed" });
  // A share that was handed out meanwhile would be waited for for ever.
  await assert.rejects(worker.call("makeShare", []), { code: "engine_crashed" });
});

test("a comparison on several workers", { skip: missing, timeout: 600_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    // As a machine with six cores says it.
    await page.evaluate(() => Object.defineProperty(navigator, "hardwareConcurrency", { value: 6 }));
    await engineReady(page);
    await trainTiny(page, { hidden: "32", epochs: "400" });
    await page.waitForFunction(() => document.querySelectorAll("#compare-workers option").length === 6);
    assert.equal(await page.inputValue("#compare-workers"), "5", "one less than there are cores");
    const alone = page.workers().length;

    await begin(page, 1);
    await page.waitForSelector("#comparing progress[value]");
    assert.equal(page.workers().length, alone, "one worker is the engine that is there");
    const one = await table(page);
    assert.match(one, /TwinPurify/);

    await t.test("two and five make the same table, and are gone after it", async () => {
      for (const workers of [2, 5]) {
        await begin(page, workers);
        await atWork(page, workers);
        assert.equal(await table(page), one, `${workers} workers`);
        await page.waitForTimeout(200);
        assert.equal(page.workers().length, alone);
      }
    });

    await t.test("a worker that crashes loses no trial", async () => {
      await begin(page, 3);
      await atWork(page, 3);
      const helper = /** @type {import("playwright-core").Worker} */ (page.workers().at(-1));
      const gone = helper.waitForEvent("close", { timeout: 10_000 });
      await helper.evaluate(() => { setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable, planted by a test"); }); });
      await gone;
      assert.ok(await page.isVisible("#comparing"), "it crashed in the middle");
      assert.equal(await table(page), one);
    });

    await t.test("every worker is locked", async () => {
      await begin(page, 3);
      await atWork(page, 3);
      const { origin } = new URL(page.url());
      assert.ok(page.workers().length >= alone + 2);
      for (const worker of page.workers()) {
        const said = await worker.evaluate(tryEverything, `${origin}/`);
        for (const [how, word] of Object.entries(said)) assert.match(word, /^(refused|nothing happened)/, `${how}: ${word}`);
      }
      assert.deepEqual(view.served.filter((path) => path.includes("planted")), []);
    });

    await t.test("cancel stops all within a second", async () => {
      const asked = Date.now();
      await page.click("#compare-cancel");
      await over(page);
      while (page.workers().length > alone && Date.now() - asked < 5_000) await page.waitForTimeout(20);
      t.diagnostic(`stopped in ${Date.now() - asked} ms`);
      assert.equal(page.workers().length, alone);
      assert.match(await page.textContent("#compare .status") ?? "", /Cancelled/);
      // And the engine is free for the next.
      await begin(page, 2);
      assert.equal(await table(page), one);
    });
    assert.deepEqual(complaints.filter((words) => !/planted|violates/.test(words)), []);
  } finally {
    await view.close();
  }
});
