// WebGPU through SwiftShader, on shapes small enough for it: a whole run, and a device that is lost in the middle of one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WEBGPU, engineReady, missing, openPage, setParameters, tinyCohort, verdict } from "./harness.js";

const TINY = { hidden: "16", dim: "8", projector: "16", batch: "16" };
const SLOW = 900_000; // shaders are compiled on the CPU here

/** @param {string} epochs */
async function prepared(epochs) {
  const view = await openPage({ query: "?device=webgpu", flags: WEBGPU });
  const { page } = view;
  await engineReady(page, SLOW);
  assert.equal(await page.getAttribute("#engine-badge", "data-kind"), "webgpu", await page.textContent("#engine-badge") ?? "");
  await page.setInputFiles("#file-input", tinyCohort());
  await page.waitForSelector("#figures dd");
  await setParameters(page, { ...TINY, epochs });
  await page.click("#train-begin");
  await page.waitForSelector("#running progress[value]", { timeout: SLOW });
  return view;
}

test("a run on WebGPU ends with a model that the CPU engine reads", { skip: missing, timeout: SLOW }, async () => {
  const view = await prepared("4");
  try {
    assert.match(await view.page.textContent("#running") ?? "", /GPU/);
    // Which way of multiplying matrices was the quickest here, and what each took.
    assert.match(await view.page.getAttribute("#engine-badge", "title") ?? "", /Matrix products by tiles of \d × \d: .*ms/);
    assert.match(await verdict(view.page, SLOW) ?? "", /of 40 tumours/);
    await view.page.waitForSelector("#pathways .body:not([hidden])");
    assert.deepEqual(view.complaints, []);
  } finally {
    await view.close();
  }
});

test("a GPU lost in the middle of a run: it ends on the CPU with a result", { skip: missing, timeout: SLOW }, async () => {
  const view = await prepared("200");
  const { page } = view;
  try {
    assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).twinpurify.loseDevice()), true);
    await page.waitForSelector('#engine-badge[data-kind="cpu"]', { timeout: 120_000 });
    assert.match(await page.textContent("#engine-badge") ?? "", /GPU was lost|GPU engine failed/);
    assert.match(await verdict(page, SLOW) ?? "", /of 40 tumours/);
  } finally {
    await view.close();
  }
});

test("an emulated adapter is not chosen unasked, and the badge says why", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ flags: WEBGPU });
  try {
    await engineReady(view.page);
    assert.equal(await view.page.getAttribute("#engine-badge", "data-kind"), "cpu");
    assert.match(await view.page.textContent("#engine-badge") ?? "", /emulated in software/);
    assert.deepEqual(view.requests.filter(({ address }) => address.includes("/engine/gpu/")), [], "the GPU engine was not fetched");
  } finally {
    await view.close();
  }
});
