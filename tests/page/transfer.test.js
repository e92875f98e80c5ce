// A saved model opened on another cohort: chosen or dropped with the files, fitting, too small, damaged.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineReady, missing, openPage, saved, tinyCohort, trainTiny, verdict } from "./harness.js";

const SMALL = { hidden: "16", dim: "8", epochs: "4" };

/** The tiny cohort on another platform: every value changed, and some genes not measured. @param {(gene: number) => boolean} measured */
function elsewhere(measured) {
  const [matrix, sheet] = tinyCohort();
  const [head, ...rows] = matrix.buffer.toString().trim().split("\n");
  const changed = rows.filter((_, gene) => measured(gene)).map((row, gene) => {
    const [name, ...values] = row.split("\t");
    return [name, ...values.map((value) => (Number(value) * 0.7 + 3 + (gene % 4)).toFixed(3))].join("\t");
  });
  return [{ ...matrix, buffer: Buffer.from([head, ...changed].join("\n")) }, sheet];
}

/** @param {import("playwright-core").Page} page @param {RegExp} words */
async function says(page, words) {
  await page.waitForFunction(([source]) => new RegExp(source).test(document.getElementById("model-status")?.textContent ?? ""), [words.source], { timeout: 60_000 });
}

test("a model goes from one cohort to another", { skip: missing, timeout: 300_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints, requestsSince } = view;
  try {
    await engineReady(page);
    const opened = Date.now();
    await trainTiny(page, SMALL);
    const model = { name: "model.safetensors", mimeType: "application/octet-stream", buffer: await saved(page, '[data-download="model.safetensors"]') };

    // Whether to replace the model is asked each time (state.test.js); here the answer is yes.
    await page.evaluate(() => {
      setInterval(() => [...document.querySelectorAll("#ask[open] button")].find((button) => button.textContent === "Replace")?.dispatchEvent(new MouseEvent("click", { bubbles: true })), 100);
    });

    // On its own cohort, by the button under Train.
    await page.evaluate(() => { /** @type {HTMLDetailsElement} */ (document.getElementById("open-model")).open = true; });
    await page.setInputFiles("#model-input", model);
    await says(page, /58 of the model's 58 genes.*as they stand/);
    assert.match(await page.textContent("#verdict .verdict") ?? "", /normal tissue of this cohort/);

    // A damaged file says so and leaves the model that is open.
    await page.setInputFiles("#model-input", { ...model, buffer: model.buffer.subarray(0, 400) });
    await page.waitForSelector("#model-status.bad");
    assert.match(await page.textContent("#model-status") ?? "", /cannot be used/);
    assert.ok(await page.isVisible("#explore .plots"));

    // Another platform with four of five genes, the model among the files.
    const eighty = elsewhere((gene) => gene % 5 !== 0);
    await page.setInputFiles("#file-input", [...eighty, model]);
    await says(page, /46 of the model's 58 genes.*stand in for those of training/);
    assert.match(await page.textContent("#open-model") ?? "", /12 not measured here/);
    await page.waitForSelector('#explore [data-plot="map_purified"] canvas');
    await page.waitForFunction(() => /Below an FDR/.test(document.getElementById("groups-status")?.textContent ?? ""), undefined, { timeout: 60_000 });
    await page.selectOption("#model-align", "samples");
    await says(page, /quantiles of the model's mean profile/);
    if (process.env.SHOTS) for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(800);
      await page.locator("#train").screenshot({ path: `${process.env.SHOTS}/transfer-${width}.png` });
    }

    // Half of the genes are too few, and the reason is said.
    await page.setInputFiles("#file-input", [...elsewhere((gene) => gene % 2 === 0), model]);
    await says(page, /Only 29 of the model's 58 genes.*60 %/);
    assert.ok(await page.isHidden("#explore .plots"));
    assert.deepEqual(requestsSince(opened), []);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});
