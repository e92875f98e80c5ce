// The GPU engine step by step, on the emulated adapter: how many calls a step costs (counts are exact and repeat, times are
// not), that constructors run once, and that losses are the CPU engine's for every preset.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { WEBGPU, missing, openPage, tinyCohort } from "./harness.js";

/** @typedef {import("playwright-core").Page} Page */

const SLOW = 900_000; // shaders are compiled on the CPU here
const STEP = { n: 64, g: 256, h: 64, o: 32 };
/** What a step may cost at most. */
const DISPATCHES = { step: 50, profile: 80 };

/** A page of the same server with both engines in it and WebGPU's calls counted. */
async function bothEngines() {
  const view = await openPage({ query: "blank.html", flags: WEBGPU, instead: { "/blank.html": fileURLToPath(new URL("blank.html", import.meta.url)) } });
  await view.page.evaluate(async () => {
    const scope = /** @type {any} */ (globalThis);
    scope.counts = {};
    for (const [of, name] of [["GPUComputePassEncoder", "dispatchWorkgroups"], ["GPUQueue", "submit"], ["GPUDevice", "createBuffer"], ["GPUBuffer", "mapAsync"]]) {
      const prototype = scope[of].prototype, original = prototype[name];
      scope.counts[name] = 0;
      prototype[name] = function (/** @type {any[]} */ ...args) {
        scope.counts[name] += 1;
        return original.apply(this, args);
      };
    }
    for (const engine of ["cpu", "gpu"]) {
      scope[engine] = await import(`/engine/${engine}/twinpurify.js`);
      await scope[engine].default();
    }
  });
  return view;
}

/** Calls of one step in the middle of a run: those of `many` steps less those of one, divided. */
const COUNT = `async (step) => {
  const of = async (k) => { const before = { ...counts }; await step(k); return Object.fromEntries(Object.keys(counts).map((key) => [key, counts[key] - before[key]])); };
  // Fusion looks at a sequence some times before it has a kernel for all of it.
  for (let turn = 0; turn < 4; turn++) { await step(9); await step(1); }
  const [one, nine] = [await of(1), await of(9)];
  return Object.fromEntries(Object.keys(one).map((key) => [key, (nine[key] - one[key]) / 8]));
}`;

test("a step on the GPU engine", { skip: missing, timeout: SLOW }, async (t) => {
  const view = await bothEngines();
  const { page } = view;
  try {
    await t.test("the bench's step takes few dispatches, learns as the CPU does, and runs no constructor again", async () => {
      const found = await page.evaluate(async ([{ n, g, h, o }, count]) => {
        const { cpu, gpu } = /** @type {any} */ (globalThis);
        const [ours, expected] = [await gpu.StepBench.create(n, g, h, o, 7), await cpu.StepBench.create(n, g, h, o, 7)];
        const losses = [];
        for (let step = 0; step < 100; step++) losses.push([await ours.step(1), await expected.step(1)]);
        const perStep = await (0, eval)(count)((/** @type {number} */ k) => ours.step(k));
        return { losses, perStep, runs: gpu.constructorRuns() };
      }, /** @type {[typeof STEP, string]} */ ([STEP, COUNT]));
      t.diagnostic(JSON.stringify(found.perStep));
      assert.equal(found.runs, 1, "constructors run once, not in every exported call");
      for (const [step, [ours, expected]] of found.losses.entries()) {
        assert.ok(Math.abs(ours - expected) <= 1e-3 * Math.abs(expected), `step ${step}: ${ours} on the GPU, ${expected} on the CPU`);
      }
      assert.ok(found.losses[99][0] < 0.5 * found.losses[0][0], "it learns");
      assert.ok(found.perStep.dispatchWorkgroups > 10 && found.perStep.dispatchWorkgroups <= DISPATCHES.step, `${found.perStep.dispatchWorkgroups} dispatches`);
      assert.equal(found.perStep.mapAsync, 0, "nothing is read back between two reports");
      assert.equal(found.perStep.createBuffer, 0, "no buffer is made in a step in the middle of a run");
    });

    await t.test("matrices are multiplied rightly by every way there is", async () => {
      const found = await page.evaluate(async () => {
        const { gpu } = /** @type {any} */ (globalThis);
        const all = await gpu.selfTest();
        gpu.adapterIsEmulated();
        return { all, tiles: await gpu.selfTest() };
      });
      for (const test of [found.all, found.tiles]) assert.ok(test.passed, test.message);
    });

    await t.test("every preset's losses are the CPU engine's", async () => {
      const [matrix, sheet] = tinyCohort().map(({ name, buffer }) => ({ name, text: buffer.toString() }));
      const found = await page.evaluate(async ([matrix, sheet, count]) => {
        const { cpu, gpu } = /** @type {any} */ (globalThis);
        const engine = new cpu.Engine();
        for (const { name, text } of [matrix, sheet]) {
          const handle = engine.beginFile(name);
          engine.pushChunk(handle, new TextEncoder().encode(text));
          engine.endFile(handle);
        }
        /** @type {Record<string, any>} */
        const all = {};
        for (const preset of ["profile", "balanced", "strict", "linear", "classic"]) {
          const hidden = preset === "balanced" || preset === "classic" ? { hidden: [16] } : {};
          const { config } = engine.resolveConfig({ preset, epochs: 40, batch: 16, ...hidden });
          const trainer = await gpu.GpuTrainer.create(engine.trainingData(config), undefined);
          engine.beginTraining(config);
          const losses = [];
          for (let step = 0; step < 24; step++) losses.push([(await trainer.step(1)).loss, engine.step(1).loss]);
          all[preset] = { losses, products: trainer.products, perStep: preset === "profile" ? await (0, eval)(count)((/** @type {number} */ k) => trainer.step(k)) : null };
          trainer.free();
        }
        return all;
      }, /** @type {[any, any, string]} */ ([matrix, sheet, COUNT]));
      for (const [preset, { losses, products, perStep }] of Object.entries(found)) {
        for (const [step, [ours, expected]] of losses.entries()) {
          assert.ok(Math.abs(ours - expected) <= 2e-3 * Math.abs(expected), `${preset}, step ${step}: ${ours} on the GPU, ${expected} on the CPU`);
        }
        const [, chosen, times] = /^Matrix products by (.*?): (.*)\.$/.exec(products) ?? [];
        const fastest = times?.split(", ").map((each) => each.split(/ (?=[\d.]+ ms)/)).sort((a, b) => parseFloat(a[1]) - parseFloat(b[1]));
        assert.ok(fastest?.length === 2 && fastest.some(([way, time]) => way === chosen && time === fastest[0][1]), products);
        if (!perStep) continue;
        t.diagnostic(`${preset}: ${JSON.stringify(perStep)}`);
        assert.ok(perStep.dispatchWorkgroups > 10 && perStep.dispatchWorkgroups <= DISPATCHES.profile, `${preset}: ${perStep.dispatchWorkgroups} dispatches`);
      }
    });
    assert.deepEqual(view.complaints, []);
  } finally {
    await view.close();
  }
});
