// A real cohort from disk to pathways on the CPU engine, as a person would go.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { COHORTS, engineReady, missing, openPage, saved, setParameters, recordMainThread, tinyCohort, verdict } from "./harness.js";

const PAIRED = join(COHORTS, "tcga_brca_paired");
const absent = missing || (!existsSync(PAIRED) && `SKIPPED: ${PAIRED} is absent`);
const SMALL = { genes: "400", hidden: "64", dim: "16", epochs: "400" };

test("a real cohort, from disk to pathways, on the CPU", { skip: absent, timeout: 600_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints, requestsSince } = view;
  let opened = 0;
  const mainThread = await recordMainThread(page);
  // One step rests on the one before: after a failure the rest would only time out.
  let broken = false;
  /** @param {string} name @param {() => Promise<void> | void} work */
  const step = (name, work) => t.test(name, { skip: broken && "an earlier step failed" }, async () => {
    broken = true;
    await work();
    broken = false;
  });
  try {
    await step("the first screen is painted before an engine is asked for", async () => {
      const [paint, engine] = await page.evaluate(async () => {
        await new Promise((resolve) => setTimeout(resolve, 1500));
        const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
        const asked = performance.getEntriesByType("resource").find(({ name }) => name.includes("/engine/"))?.startTime;
        return [painted, asked];
      });
      assert.ok(engine === undefined || engine >= paint - 20, `engine asked for at ${engine} ms, painted at ${paint} ms`);
    });

    await step("roles are detected 113 / 113", async () => {
      await engineReady(page);
      opened = Date.now();
      await page.setInputFiles("#file-input", [join(PAIRED, "expression.tsv.gz"), join(PAIRED, "samples.tsv")]);
      await page.waitForSelector("#figures dd", { timeout: 60_000 });
      const figures = await page.locator("#figures > div").evaluateAll((all) => all.map((one) => [one.querySelector("dt")?.textContent, one.querySelector("dd")?.textContent]));
      assert.deepEqual(figures.slice(0, 3), [["tumours", "113"], ["adjacent normals", "113"], ["genes", "3,799"]]);
      assert.equal(await page.locator("#files .mark.good").count(), 2);
    });

    await step("the sample table opens on demand", async () => {
      await page.click("#samples > summary");
      await page.waitForSelector("#samples tbody tr");
      assert.equal(await page.locator("#samples tbody tr").count(), 50);
      for (let turn = 0; turn < 4; turn++) await page.click("#samples .pages button:last-child");
      assert.equal(await page.locator("#samples tbody tr").count(), 26);
    });

    await step("pause, resume and the verdict; the loss falls", async () => {
      await setParameters(page, SMALL);
      await page.click("#train-begin");
      await page.waitForSelector("#running progress[value]", { timeout: 120_000 });
      await page.click("#train-pause");
      await page.waitForFunction(() => document.getElementById("train-status")?.textContent === "Paused.");
      await page.waitForTimeout(400);
      const stood = await page.getAttribute("#running progress", "value");
      await page.waitForTimeout(800);
      assert.equal(await page.getAttribute("#running progress", "value"), stood, "a paused run stands still");
      await page.click("#train-pause");
      const sentence = await verdict(page, 240_000);
      assert.match(sentence ?? "", /\d+ of \d+ tumours/);
      const losses = await downloaded(page, '[data-plot="loss"] button:text-is("CSV")');
      const [head, ...rows] = losses.trim().split("\n").map((line) => line.split(","));
      const total = rows.map((row) => Number(row[head.indexOf("total")]));
      const mean = (/** @type {number[]} */ part) => part.reduce((a, b) => a + b, 0) / part.length;
      const tenth = Math.max(1, Math.floor(total.length / 10));
      assert.ok(mean(total.slice(-tenth)) < mean(total.slice(0, tenth)), "the loss falls");
    });

    await step("both maps are drawn and share colours, legend and isolation", async () => {
      await page.waitForFunction(() => document.querySelectorAll("#explore canvas").length >= 2);
      assert.ok(await page.locator("#explore .legend button").count() >= 2);
      await page.locator("#explore .legend button").first().click();
      assert.equal(await page.locator("#explore .legend button[aria-pressed=true]").count(), 1);
      await page.keyboard.press("Escape");
      assert.equal(await page.locator("#explore .legend button[aria-pressed=true]").count(), 0);
    });

    await step("a sample stepped to in one map is marked in the other, and named", async () => {
      const picture = () => page.locator("#explore canvas").nth(1).evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
      const before = await picture();
      await page.locator("#explore canvas").first().focus();
      await page.keyboard.press("ArrowRight");
      await page.waitForFunction(() => /^TCGA-/.test(document.querySelector("#explore .hovered strong")?.textContent ?? ""));
      await page.waitForTimeout(100);
      assert.notEqual(await picture(), before);
    });

    await step("a gene colours the maps", async () => {
      await page.fill("#colour-search", "ESR1");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("#explore .legend")?.textContent?.includes("ESR1"));
    });

    await step("UMAP answers", async () => {
      await page.locator("#explore").getByText("UMAP", { exact: true }).click();
      const map = await downloaded(page, '[data-plot="map_purified"] button:text-is("CSV")');
      const rows = map.trim().split("\n");
      assert.equal(rows.length, 114);
      assert.ok(rows.slice(1).every((row) => row.split(",").slice(1, 3).every((cell) => cell !== "" && Number.isFinite(Number(cell)))));
    });

    await step("pathways: the sets with enough genes, a table that sorts, a strip plot", async () => {
      await page.waitForSelector("#pathways .changes tbody tr", { timeout: 120_000 });
      const left = Number(/^(\d+) of 50 sets/.exec(await page.textContent("#pathways .status") ?? "")?.[1] ?? 0);
      assert.equal(await page.locator("#pathways .changes tbody tr").count(), 50 - left);
      assert.ok(left < 40, `${left} sets left out`);
      await page.click('#pathways th[data-key="set"] button');
      assert.equal(await page.getAttribute('#pathways th[data-key="set"]', "aria-sort"), "ascending");
    });

    // One step each, so that a failure says which file.
    for (const name of ["embedding.csv", "pathways_raw.csv", "pathways_purified.csv"]) {
      await step(`the download parses: ${name}`, async () => {
        const rows = (await downloaded(page, `[data-download="${name}"]`)).trim().split("\n").map((line) => line.split(","));
        assert.equal(rows.length, 114);
        assert.ok(rows.every((row) => row.length === rows[0].length));
      });
    }

    await step("the download parses: model.safetensors", async () => {
      const model = await saved(page, '[data-download="model.safetensors"]');
      const header = JSON.parse(model.subarray(8, 8 + Number(model.readBigUInt64LE(0))).toString());
      assert.ok(header.__metadata__, "the model carries its config and genes");
    });

    for (const name of ["map_raw", "map_purified", "loss", "heat_map", "strip"]) {
      await step(`the download parses: ${name}.svg`, async () => {
        const svg = await downloaded(page, `[data-plot="${name}"] button:text-is("SVG")`);
        assert.match(svg, /^<svg[^]*<title>[^]*<\/svg>\s*$/);
      });
    }

    await step("the download parses: map_purified.png", async () => {
      const png = await saved(page, '[data-plot="map_purified"] button:text-is("PNG")');
      assert.equal(png.subarray(1, 4).toString(), "PNG");
    });

    await step("no request left after the file was opened, and the badge says so", async () => {
      assert.deepEqual(requestsSince(opened), []);
      assert.equal(await page.getAttribute("#privacy-badge", "data-count"), "0");
    });

    await step("the main thread was never blocked over 50 ms", async () => {
      const tasks = await mainThread.stop();
      assert.ok(tasks.length > 1000, `the trace holds the main thread's tasks: ${tasks.length}`);
      const [worst] = tasks.toSorted((a, b) => b.cpu - a.cpu);
      t.diagnostic(`longest main-thread task: ${worst.cpu.toFixed(0)} ms of CPU, ${Math.max(...tasks.map(({ wall }) => wall)).toFixed(0)} ms by the clock`);
      // By CPU time, not by the clock: on two cores, with the engine's worker and other jobs, the clock counts the time
      // that the main thread waited for a core, which no page can shorten (measured: 21 ms of CPU and 46 ms by the
      // clock; beside four busy loops 22 and 113). The clock's wide bound is for waiting that costs no CPU.
      assert.ok(worst.cpu <= 50, `a task of ${worst.cpu} ms of CPU`);
      assert.ok(tasks.filter(({ wall }) => wall > 300).length === 0, `tasks by the clock: ${tasks.filter(({ wall }) => wall > 50).map(({ wall }) => Math.round(wall))} ms`);
    });

    await step("nothing complained", () => assert.deepEqual(complaints, []));
  } finally {
    await view.close();
  }
});

test("a run that is stopped keeps what it learnt", { skip: missing, timeout: 240_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  try {
    await engineReady(view.page);
    await view.page.setInputFiles("#file-input", tinyCohort());
    await view.page.waitForSelector("#figures dd");
    await setParameters(view.page, { epochs: "5000", hidden: "64" });
    await view.page.click("#train-begin");
    await view.page.waitForSelector("#running progress[value]", { timeout: 60_000 });
    await view.page.click("#train-stop");
    assert.match(await verdict(view.page, 60_000) ?? "", /of 40 tumours/);
    assert.match(await view.page.textContent("#train-status") ?? "", /Stopped/);
    assert.deepEqual(view.complaints, []);
  } finally {
    await view.close();
  }
});

test("a file that cannot be read says why and loses nothing", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", tinyCohort());
    await page.waitForSelector("#figures dd");
    const ragged = ["gene\ta\tb", ...Array.from({ length: 20 }, (_, at) => at === 5 ? "GENE5\t1.5" : `GENE${at}\t1.5\t2.5`)].join("\n");
    await page.setInputFiles("#file-input", [{ name: "ragged.tsv", mimeType: "text/plain", buffer: Buffer.from(ragged) }]);
    await page.waitForSelector("#files .mark.bad");
    const reason = await page.textContent("#files li:has(.mark.bad) .detail");
    assert.match(reason ?? "", /line 7/i);
    assert.equal(await page.locator("#files .mark.good").count(), 2);
    assert.equal(await page.locator("#figures dd").first().textContent(), "40");
    await page.click("#files li:has(.mark.bad) button");
    assert.equal(await page.locator("#files li").count(), 2);
  } finally {
    await view.close();
  }
});

/** @param {import("playwright-core").Page} page @param {string} selector */
const downloaded = async (page, selector) => (await saved(page, selector)).toString();
