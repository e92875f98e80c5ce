// Genes between two groups, markers, what an axis means, clusters as groups: on the page, in tables and files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { engineReady, missing, openPage, recordMainThread, saved, setParameters, tinyCohort, verdict } from "./harness.js";

const SMALL = { hidden: "16", dim: "8", epochs: "4" };
const FORMULA = "=HYPERLINK(0)";

/** The tiny cohort with a gene that is a formula, and purities that follow the subtype in part. */
function cohort() {
  const [expression, sheet] = tinyCohort();
  const lines = expression.buffer.toString().trimEnd().split("\n");
  lines.push(lines[1].replace(/^[^\t]+/, FORMULA));
  const rows = sheet.buffer.toString().trimEnd().split("\n").map((line, at) => at === 0 ? `${line}\tpurity` : `${line}\t${(0.4 + 0.1 * (at % 2) + 0.4 * ((at * 7919) % 31) / 31).toFixed(3)}`);
  return [{ ...expression, buffer: Buffer.from(`${lines.join("\n")}\n`) }, { ...sheet, buffer: Buffer.from(`${rows.join("\n")}\n`) }];
}

/** @param {import("playwright-core").Page} page */
async function compared(page) {
  await page.waitForFunction(() => /below an FDR of 5 %.*purified(?!.* follow)/.test(document.getElementById("genes-status")?.textContent ?? "") && document.querySelectorAll("#genes tbody tr[data-gene]").length > 0, undefined, { timeout: 60_000 });
  return await page.textContent("#genes-status") ?? "";
}

/** @param {import("playwright-core").Page} page */
const genes = (page) => page.$$eval("#genes tbody tr[data-gene]", (rows) => rows.map((row) => /** @type {HTMLElement} */ (row).dataset.gene ?? ""));

test("genes of two subtypes: volcano, table, one gene, files", { skip: missing, timeout: 300_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints, requestsSince } = view;
  try {
    await engineReady(page);
    const opened = Date.now();
    await page.setInputFiles("#file-input", cohort());
    await page.waitForSelector("#figures dd");
    await setParameters(page, SMALL);
    await page.click("#train-begin");
    await verdict(page, 120_000);

    // Nothing is computed before someone asks.
    assert.match(await page.textContent("#genes-status") ?? "", /All measured genes between two groups/);
    await page.click("#genes-compare");
    const said = await compared(page);
    assert.match(said, /\(20\) against . \(20\): of 59 genes that vary, below an FDR of 5 %: \d+ raw, \d+ adjusted for purity, \d+ purified\./);
    assert.match(await page.textContent("#genes-note") ?? "", /their p-values order genes and are no test\. The adjusted model is the test: the values as measured, with purity held\./);
    assert.equal((await genes(page)).length, 59);
    // The adjusted model is shown first, least p first.
    assert.equal(await page.getAttribute('#genes th[data-key="adjusted-p"]', "aria-sort"), "ascending");
    const csv = (await saved(page, '[data-plot="genes"] button:text-is("CSV")')).toString().trimEnd().split("\n");
    assert.match(csv[0], /^column,first,first_n,second,second_n,gene,raw_difference,raw_effect,raw_low,raw_high,raw_t,raw_p,raw_fdr,adjusted_difference,/);
    assert.equal(csv.length, 60);
    const cells = csv.slice(1).map((line) => line.split(","));
    assert.ok(cells.some((row) => row[5] === `'${FORMULA}`) && !cells.some((row) => row[5].startsWith("=")), "a formula is text");
    const byAdjusted = cells.toSorted((a, b) => Number(a[18]) - Number(b[18])).map((row) => row[5].replace(/^'/, ""));
    assert.deepEqual((await genes(page)).slice(0, 5).toSorted(), byAdjusted.slice(0, 5).toSorted());

    // Sorted by another number, found by a part of its name.
    await page.click('#genes th[data-key="raw-difference"] button');
    await page.waitForSelector('#genes th[data-key="raw-difference"][aria-sort="descending"]');
    const most = cells.toSorted((a, b) => Number(b[6]) - Number(a[6]))[0][5];
    assert.equal((await genes(page))[0], most.replace(/^'/, ""));
    await page.fill("#genes-search", "cdk");
    await page.waitForFunction(() => { const rows = document.querySelectorAll("#genes tbody tr[data-gene]"); return rows.length > 0 && rows.length < 20; });
    assert.ok((await genes(page)).every((gene) => gene.includes("CDK")));

    // One gene: by group, and on the maps.
    await page.click('#genes tr[data-gene="CDK1"] button');
    await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.getElementById("colour-search")).value === "CDK1");
    await page.waitForSelector('[data-plot="gene_strip"] canvas:not([hidden])');
    assert.equal(await page.textContent('[data-plot="gene_strip"] h3'), "CDK1 by group");
    assert.match((await saved(page, '[data-plot="gene_strip"] button:text-is("SVG")')).toString(), /<title>CDK1<\/title>\n<desc>Median expression \(log2\(1 \+ x\)\) by subtype/);
    // The formula, from the volcano's own table of names, by keyboard.
    await page.fill("#genes-search", "=HYPER");
    await page.waitForFunction((name) => document.querySelectorAll("#genes tbody tr[data-gene]").length === 1 && document.querySelector("#genes tbody tr[data-gene]")?.getAttribute("data-gene") === name, FORMULA);
    await page.fill("#genes-search", "");
    await page.locator('[data-plot="genes"] canvas').focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => !["CDK1", ""].includes(document.querySelector("#genes tr.chosen")?.getAttribute("data-gene") ?? ""));

    const ranked = (await saved(page, "#genes-rnk")).toString().trimEnd().split("\n").map((line) => line.split("\t"));
    assert.equal(ranked.length, 59);
    assert.ok(ranked.every(([, t], at) => Number.isFinite(Number(t)) && (at === 0 || Number(t) <= Number(ranked[at - 1][1]))));
    assert.ok(ranked.some(([gene]) => gene === `'${FORMULA}`));
    assert.match((await saved(page, '[data-plot="genes"] button:text-is("SVG")')).toString(), /<desc>59 genes\. difference, log2 across/);

    // The other way round every sign turns; the same group twice is a message.
    await page.selectOption("#genes-second", "0");
    await page.waitForSelector("#genes-status.bad");
    assert.match(await page.textContent("#genes-status") ?? "", /two different groups/);
    await page.selectOption("#genes-first", "1");
    await compared(page);
    await page.waitForFunction((gene) => { const row = document.querySelector(`#genes tr[data-gene="${gene}"] td`); return !row || (row.textContent ?? "").startsWith("−"); }, most);

    await page.click("#genes-markers summary");
    await page.waitForSelector("#genes-markers tbody tr");
    assert.equal(await page.locator("#genes-markers tbody tr").count(), 20);
    assert.match(await page.textContent("#genes-markers") ?? "", /purity held/);
    const markers = (await saved(page, '[data-plot="markers"] button:text-is("CSV")')).toString().trimEnd().split("\n");
    assert.match(markers[0], /^column,group,gene,adjusted_for_purity,difference,/);
    assert.ok(new Set(markers.slice(1).map((line) => line.split(",")[1])).size === 2);

    const main = await recordMainThread(page);
    await page.fill("#genes-search", "a");
    await page.waitForTimeout(600);
    const slow = (await main.stop()).filter(({ cpu }) => cpu > 50);
    assert.deepEqual(slow, [], "no task of the main thread is long");

    const { violations } = await new AxeBuilder({ page }).include("#genes").analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target)}`), []);
    if (process.env.SHOTS) for (const [width, theme] of /** @type {[number, "light" | "dark"][]} */ ([[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]])) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(1200);
      await page.locator("#genes").screenshot({ path: `${process.env.SHOTS}/genes-${width}-${theme}.png` });
    }
    await page.setViewportSize({ width: 390, height: 844 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
    assert.deepEqual(requestsSince(opened), []);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("what an axis means, and clusters as groups", { skip: missing, timeout: 300_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", cohort());
    await page.waitForSelector("#figures dd");
    await setParameters(page, SMALL);
    await page.click("#train-begin");
    await verdict(page, 120_000);

    await page.click("#explore-axes summary");
    await page.waitForFunction(() => document.querySelectorAll("#explore-axes .plot:not([hidden]) canvas:not([hidden])").length === 2);
    assert.match(await page.textContent('[data-plot="axis_1"] h3') ?? "", /^PC1 \(\d+ % of variance\)$/);
    const csv = (await saved(page, '[data-plot="axis_1"] button:text-is("CSV")')).toString().trimEnd().split("\n");
    assert.equal(csv[0], "axis,gene,r");
    assert.ok(csv.slice(1).every((line) => Math.abs(Number(line.split(",").at(-1))) <= 1));

    // The largest cluster first; saved as groups, coloured by them, offered wherever groups are.
    await page.click("#explore-groups summary");
    await page.fill("#cluster-number", "2");
    await page.click("#clusters-make");
    await page.waitForFunction(() => document.querySelectorAll("#explore-groups table.groups tbody tr").length === 2);
    const sizes = await page.$$eval("#explore-groups table.groups tbody td.number", (cells) => cells.map((cell) => Number(cell.textContent)));
    assert.ok(sizes[0] >= sizes[1] && sizes[0] + sizes[1] === 40, `${sizes}`);
    await page.waitForFunction(() => /purified cluster 1/.test(document.querySelector("#explore .legend")?.textContent ?? ""));
    assert.ok((await page.locator("#genes-by option").allTextContents()).includes("my groups"));
    // Again, with another number: those before give way.
    await page.fill("#cluster-number", "3");
    await page.click("#clusters-make");
    await page.waitForFunction(() => document.querySelectorAll("#explore-groups table.groups tbody tr").length === 3);
    await page.fill("#cluster-number", "99");
    await page.click("#clusters-make");
    await page.waitForFunction(() => /from 2 to 8 can be done/.test(document.getElementById("explore-groups")?.textContent ?? ""));

    // A selection against the rest: the first cluster.
    await page.click('[data-key="select-0"]');
    await page.locator("#explore-axes").getByText("The selection against the rest").click();
    await page.waitForFunction(() => document.querySelector('[data-plot="axis_1"] h3')?.textContent === "the selection against the rest");
    assert.ok(await page.locator('[data-plot="axis_2"]').isHidden());

    for (const part of ["#explore-axes", "#explore-groups"]) {
      const { violations } = await new AxeBuilder({ page }).include(part).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target)}`), []);
    }
    if (process.env.SHOTS) for (const [width, theme] of /** @type {[number, "light" | "dark"][]} */ ([[1280, "light"], [390, "dark"]])) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(1200);
      for (const part of ["explore-axes", "explore-groups"]) await page.locator(`#${part}`).screenshot({ path: `${process.env.SHOTS}/${part}-${width}-${theme}.png` });
    }
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("20,000 genes: moving the volcano plot paints the genes that come into view, and no others", { skip: missing, timeout: 60_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    const counts = await page.evaluate(async () => {
      const from = (/** @type {string} */ file) => import(new URL(`www/figure/${file}`, location.href).href);
      const [{ MapView }, { Discs }] = [await from("canvas.js"), await from("discs.js")];
      const n = 20_000, [width, height] = [600, 480], plot = [58, 58, 530, 376];
      let state = 7;
      const draw = () => (state = (state * 48271) % 2147483647) / 2147483647;
      const circles = new Float32Array(3 * n);
      for (let i = 0; i < n; i += 1) {
        const x = (draw() + draw() + draw() + draw() - 2) / 2, y = Math.min(1, 2 * x * x - 0.05 * Math.log(draw()));
        circles.set([plot[0] + plot[2] * (x + 1) / 2, plot[1] + plot[3] * (1 - y), 1.6], 3 * i);
      }
      const scene = {
        width, height, title: "20,000 genes", description: "", ink: "#1f2328", paper: "#ffffff", font: "sans-serif", texts: [],
        runs: Uint32Array.from([0, 0, 1, 1, 0, n]), styles: Float32Array.from([0, 114, 178, 0.7, 0, 160, 160, 160, 0.7, 0, 255, 255, 255, 1, 0]),
        rects: Float32Array.from([0, 0, width, height]), rectStyles: Uint16Array.from([2]),
        circles, circleStyles: Uint16Array.from({ length: n }, (_, at) => at % 2),
        points: { plot, window: [-1, 1, 0, 1], samples: Uint32Array.from({ length: n }, (_, at) => at), codes: new Uint16Array(n), classes: [] },
      };
      const canvas = document.createElement("canvas");
      document.body.replaceChildren(canvas);
      let painted = 0;
      const paint = Discs.prototype.paint;
      Discs.prototype.paint = function (/** @type {any[]} */ ...args) {
        painted += 1;
        return paint.apply(this, args);
      };
      const map = new MapView(canvas, scene);
      const frame = () => {
        painted = 0;
        const began = performance.now();
        map.drawNow();
        return { painted, ms: performance.now() - began };
      };
      const pixels = () => [.../** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height).data].join();
      map.zoom(2, 323, 430);
      const whole = frame();
      const moves = Array.from({ length: 60 }, (_, turn) => {
        map.pan(9 * Math.cos(turn / 5), 5 * Math.sin(turn / 4));
        return frame();
      });
      const moved = pixels();
      map.setSelection([]);
      const anew = frame();
      return { whole, moves, anew, same: moved === pixels() };
    });
    const { whole, moves, anew, same } = counts;
    const most = Math.max(...moves.map(({ painted }) => painted));
    assert.ok(same, "what was moved is what is drawn anew");
    assert.ok(whole.painted > 10_000 && anew.painted > 10_000 && most > 0 && most < whole.painted / 5, `${most} of ${whole.painted}`);
    const ms = moves.map((move) => move.ms).toSorted((a, b) => a - b);
    t.diagnostic(`20,000 genes: a frame of a move paints ${most} of them at the most, median ${ms[30].toFixed(1)} ms, longest ${ms[59].toFixed(1)} ms; drawn anew ${anew.ms.toFixed(1)} ms (reported, not asserted)`);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});
