// The explorer on the real page: one selection made by lasso, click, keys, search, table and heat map; groups; and how
// long 10,000 points take.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { engineReady, missing, openPage, saved, recordMainThread, tinyCohort, trainTiny, verdict } from "./harness.js";

/** @typedef {import("playwright-core").Page} Page */

/** The tiny cohort with the closed form fitted, maps drawn. @param {object} [options] */
async function explored(options = {}) {
  const view = await openPage({ query: "?device=cpu", ...options });
  const { page } = view;
  await engineReady(page);
  await page.setInputFiles("#file-input", tinyCohort());
  await page.waitForSelector("#figures dd");
  await page.locator("#train").getByText("Instant", { exact: true }).click();
  await page.waitForFunction(() => !(/** @type {HTMLButtonElement} */ (document.getElementById("train-begin"))).disabled);
  await page.click("#train-begin");
  await verdict(page, 60_000);
  await page.waitForFunction(() => [...document.querySelectorAll("#explore .one-at-a-time canvas")].filter((canvas) => canvas.getAttribute("aria-label")).length >= (innerWidth < 700 ? 1 : 2));
  await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
  return view;
}

/** @param {Page} page @param {string} selector */
async function savedRows(page, selector) {
  return (await saved(page, selector)).toString().trim().split("\n").map((line) => line.split(","));
}

/** Names and rule of the selected samples, as the table saves them. @param {Page} page */
async function selected(page) {
  await page.evaluate(() => { /** @type {HTMLDetailsElement} */ (document.getElementById("explore-table")).open = true; });
  const [head, ...rows] = await savedRows(page, '#explore-table button:text-is("CSV")');
  return { names: rows.map((row) => row[0]), rules: [...new Set(rows.map((row) => row[head.indexOf("selected_by")]))] };
}

/** @param {Page} page @param {RegExp} wanted */
const words = (page, wanted) => page.waitForFunction((source) => new RegExp(source).test(document.getElementById("selected-words")?.textContent ?? ""), wanted.source);

/** A map's canvas and the middle of its plot, in pixels of the page. @param {Page} page @param {"raw" | "purified" | "between"} name */
async function map(page, name) {
  const canvas = page.locator(`[data-plot="map_${name}"] canvas`);
  await canvas.scrollIntoViewIfNeeded();
  await page.evaluate((selector) => document.querySelector(selector)?.scrollIntoView({ block: "center", behavior: "instant" }), `[data-plot="map_${name}"] canvas`);
  const { x, y, width, height } = /** @type {{x: number, y: number, width: number, height: number}} */ (await canvas.boundingBox());
  // The figure's margins (src/figure/map.rs): 30 left, 10 right, 34 above, 30 below; the data's middle is the plot's.
  const plot = { left: x + 30, right: x + Math.floor(width) - 10, top: y + 34, bottom: y + Math.floor(height) - 30 };
  return { canvas, ...plot, middleX: (plot.left + plot.right) / 2, middleY: (plot.top + plot.bottom) / 2 };
}

/** Draw round a box. @param {Page} page @param {number} left @param {number} top @param {number} right @param {number} bottom */
async function lasso(page, left, top, right, bottom) {
  await page.mouse.move(left, top);
  await page.mouse.down();
  for (const [x, y] of [[right, top], [right, bottom], [left, bottom], [left, top + 2]]) await page.mouse.move(x, y, { steps: 4 });
  await page.mouse.up();
}

test("lasso, keys held, click, Escape, undo and redo: one selection on both maps", { skip: missing, timeout: 120_000 }, async () => {
  const view = await explored();
  const { page, complaints } = view;
  try {
    const rows = (await savedRows(page, '[data-plot="map_raw"] button:text-is("CSV")')).slice(1).map(([name, x, y]) => ({ name, x: Number(x), y: Number(y) }));
    assert.equal(rows.length, 40);
    const middle = (/** @type {"x" | "y"} */ axis) => (Math.min(...rows.map((row) => row[axis])) + Math.max(...rows.map((row) => row[axis]))) / 2;
    const [midX, midY] = [middle("x"), middle("y")];
    const named = (/** @type {(row: {x: number, y: number}) => boolean} */ keep) => rows.filter(keep).map(({ name }) => name).sort();
    const picture = (/** @type {string} */ name) => page.locator(`[data-plot="map_${name}"] canvas`).evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());

    let at = await map(page, "raw");
    const before = await picture("purified");
    await lasso(page, at.left - 6, at.top - 6, at.middleX, at.bottom + 6);
    const left = named(({ x }) => x < midX);
    await words(page, /tumours selected: lasso on raw PCA/);
    let now = await selected(page);
    assert.deepEqual(now.names.sort(), left);
    assert.deepEqual(now.rules, ["lasso on raw PCA"]);
    assert.notEqual(await picture("purified"), before, "the other map marks them too");
    assert.match(await page.textContent("#selected-words") ?? "", new RegExp(`^${left.length} of 40 tumours selected`));

    at = await map(page, "raw");
    await page.keyboard.down("Shift");
    await lasso(page, at.left - 6, at.top - 6, at.right + 6, at.middleY);
    await page.keyboard.up("Shift");
    const union = named(({ x, y }) => x < midX || y > midY);
    await words(page, new RegExp(`^${union.length} of 40`));
    assert.deepEqual((await selected(page)).names.sort(), union);

    at = await map(page, "raw");
    await page.keyboard.down("Alt");
    await lasso(page, at.left - 6, at.middleY, at.right + 6, at.bottom + 6);
    await page.keyboard.up("Alt");
    const upper = named(({ y }) => y > midY);
    await words(page, new RegExp(`^${upper.length} of 40.*without lasso`));
    assert.deepEqual((await selected(page)).names.sort(), upper);

    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    await page.keyboard.press("Control+z");
    await words(page, new RegExp(`^${union.length} of 40`));
    await page.keyboard.press("Control+z");
    await words(page, new RegExp(`^${left.length} of 40`));
    await page.keyboard.press("Control+Shift+z");
    await words(page, new RegExp(`^${union.length} of 40`));
    await page.keyboard.press("Escape");
    await words(page, /^No tumour is selected/);
    await page.click("#selection-undo");
    await words(page, new RegExp(`^${union.length} of 40`));

    // A point is found by moving over the map; the click takes what the hover named.
    at = await map(page, "purified");
    const hovered = await overAPoint(page, at);
    await page.mouse.down();
    await page.mouse.up();
    await words(page, /^1 of 40 tumours selected: click on instant PCA/);
    assert.deepEqual((await selected(page)).names, [hovered]);
    at = await map(page, "purified");
    await page.mouse.click(at.right - 1, at.top + 1);
    await words(page, /^No tumour is selected/);

    // Space and a drag move the map and select nothing.
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    at = await map(page, "purified");
    await page.mouse.move(at.middleX, at.middleY);
    await page.mouse.wheel(0, -400);
    await page.waitForTimeout(100);
    const zoomed = await picture("purified");
    await page.keyboard.down(" ");
    await page.mouse.down();
    await page.mouse.move(at.middleX + 60, at.middleY + 20, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.up(" ");
    await page.waitForTimeout(100);
    assert.notEqual(await picture("purified"), zoomed);
    await words(page, /^No tumour is selected/);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

/** The ten nearest by the cosine at the cohort's mean. @param {{name: string, values: number[]}[]} rows @param {string} name */
function nearest(rows, name) {
  const mean = rows[0].values.map((_, at) => rows.reduce((sum, { values }) => sum + values[at], 0) / rows.length);
  const unit = rows.map(({ values }) => {
    const centred = values.map((value, at) => value - mean[at]);
    const length = Math.hypot(...centred);
    return centred.map((value) => value / length);
  });
  const own = unit[rows.findIndex((row) => row.name === name)];
  const near = rows.map((row, at) => ({ name: row.name, cosine: unit[at].reduce((sum, value, place) => sum + value * own[place], 0) }));
  return near.filter((row) => row.name !== name).sort((a, b) => b.cosine - a.cosine).slice(0, 10).map((row) => row.name);
}

/** Move over the map until a sample is named. @param {Page} page @param {Awaited<ReturnType<typeof map>>} at */
async function overAPoint(page, at) {
  for (let y = at.top + 8; y < at.bottom; y += 12) {
    for (let x = at.left + 8; x < at.right; x += 12) {
      await page.mouse.move(x, y);
      const name = await page.evaluate(() => document.querySelector("#explore .hovered strong")?.textContent ?? "");
      if (name.startsWith("TCGA-")) return name;
    }
  }
  throw new Error("no sample under the pointer anywhere");
}

test("search, groups, comparison, table, neighbours, the map between, heat map", { skip: missing, timeout: 120_000 }, async () => {
  const view = await explored();
  const { page, complaints } = view;
  try {
    const search = async (/** @type {string} */ typed) => {
      await page.fill("#select-search", typed);
      await page.keyboard.press("Enter");
    };
    await search("subtype = A");
    await words(page, /^20 of 40 tumours selected: subtype = A/);
    await page.click("#selection-group");
    await page.keyboard.type("first");
    await page.keyboard.press("Enter");
    await page.waitForSelector('#explore-groups input[aria-label="Name of first"]');
    await page.click("#selection-invert");
    await words(page, /^20 of 40 tumours selected: not \(subtype = A\)/);
    await page.fill("#group-name", "first");
    await page.click("#group-make");
    await page.waitForSelector('#explore-groups input[aria-label="Name of first 2"]');
    await page.fill('#explore-groups input[aria-label="Name of first 2"]', "rest");
    await page.keyboard.press("Tab");
    await page.waitForSelector('#explore-groups input[aria-label="Name of rest"]');

    await page.selectOption("#compare-first", { label: "first" });
    await page.selectOption("#compare-second", { label: "rest" });
    const compared = await page.locator(".compare-groups").innerText();
    assert.match(compared, /A\s+20 \(100 %\)\s+0 \(0 %\)\s+\+100 points/);
    assert.match(compared, /B\s+0 \(0 %\)\s+20 \(100 %\)\s+−100 points/);

    await page.click("#groups-colour");
    await page.waitForFunction(() => [...document.querySelectorAll("#explore .legend button")].map((button) => button.textContent).join("|") === "first20|rest20");
    await page.click('#explore-groups button[aria-label="Delete: rest"]');
    await page.waitForFunction(() => [...document.querySelectorAll("#explore .legend button")].map((button) => button.textContent).join("|") === "first20|missing20");
    await page.click("#selection-undo");
    await page.waitForSelector('#explore-groups input[aria-label="Name of rest"]');
    const svg = await savedRows(page, '[data-plot="map_purified"] button:text-is("SVG")');
    assert.match(svg.join("\n"), /my groups[^]*first[^]*rest/, "the file says the groups too");

    await page.click("#explore-table > summary");
    await page.waitForSelector("#explore-table tbody tr");
    assert.equal(await page.locator("#explore-table tbody tr").count(), 50, "fifty rows of 52 samples");
    assert.equal(await page.locator("#explore-table tbody input:disabled").count(), 10, "normals are on no map");
    await page.fill('#explore-table input[aria-label="Filter subtype"]', "= B");
    await page.waitForFunction(() => document.querySelectorAll("#explore-table tbody tr").length === 20);
    await page.click('#explore-table th[data-column="sample"] button');
    await page.click('#explore-table th[data-column="sample"] button');
    const column = await page.locator("#explore-table tbody tr td:nth-child(2)").allTextContents();
    assert.deepEqual(column, column.toSorted().reverse());
    assert.equal(await page.getAttribute('#explore-table th[data-column="sample"]', "aria-sort"), "descending");
    await page.click('#explore-table button:text-is("Select these")');
    await words(page, /^20 of 40 tumours selected: subtype = B/);
    await page.locator("#explore-table tbody input").first().uncheck();
    await words(page, /^19 of 40 tumours selected: subtype = B, without the table/);
    assert.deepEqual((await selected(page)).names.length, 19);
    assert.match(await page.locator("#explore-table tbody tr td:last-child").first().innerText(), /rest/);
    await page.fill("#table-filter", "0007");
    await page.waitForFunction(() => document.querySelectorAll("#explore-table tbody tr").length === 0);
    await page.fill('#explore-table input[aria-label="Filter subtype"]', "");
    await page.waitForFunction(() => document.querySelectorAll("#explore-table tbody tr").length === 2);

    await page.click("#explore-neighbours > summary");
    await search("TCGA-AA-0004-01A");
    await page.waitForFunction(() => document.querySelectorAll("#explore-neighbours tbody tr").length === 20);
    const distances = (await page.locator("#explore-neighbours table").first().locator("td:last-child").allTextContents()).map(Number);
    assert.ok(distances.length === 10 && distances.every((value, at) => value >= (distances[at - 1] ?? 0)), distances.join());
    await page.fill("#colour-search", "subtype");
    await page.keyboard.press("Enter");
    // Two subtypes far apart in the raw profile: whoever is near is of the same one.
    await page.waitForFunction(() => document.querySelector("#explore-neighbours h3")?.textContent === "Raw · 10 of 10 share subtype B");
    const listed = await page.locator("#explore-neighbours table").nth(1).locator("tbody button").allTextContents();
    const embedded = (await savedRows(page, '[data-download="embedding_instant.csv"]')).slice(1).map(([name, ...values]) => ({ name, values: values.map(Number) }));
    assert.deepEqual(listed, nearest(embedded, "TCGA-AA-0004-01A"));

    await page.click("#explore-between > summary");
    await page.waitForFunction(() => document.querySelector('[data-plot="map_between"] canvas')?.getAttribute("aria-label"));
    const between = () => page.locator('[data-plot="map_between"] canvas').evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
    await page.waitForTimeout(100);
    const purified = await between();
    await page.click('#explore-between button:text-is("Raw")');
    await page.waitForTimeout(100);
    assert.notEqual(await between(), purified);
    assert.match(await page.textContent("#explore-between") ?? "", /explains \d+ % of the purified map/);
    await page.click('#explore-between button:text-is("Purified")');
    await page.waitForTimeout(100);
    assert.equal(await between(), purified, "there and back is where it was");

    const heat = page.locator('[data-plot="heat_map"] canvas');
    await heat.evaluate((canvas) => canvas.scrollIntoView({ block: "center", behavior: "instant" }));
    const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await heat.boundingBox());
    await page.mouse.click(box.x + 40, box.y + 100);
    await words(page, /^1 of 40 tumours selected: a column of the heat map/);
    await page.mouse.move(box.x + 40, box.y + 100);
    assert.match(await page.textContent("#pathways .hovered") ?? "", /^TCGA-.* raw .* purified .*\(z\)$/);
    await page.waitForTimeout(400);
    await page.mouse.move(box.x + box.width - 60, box.y + 100);
    const pathway = await page.textContent("#pathways .hovered strong");
    await page.mouse.click(box.x + box.width - 60, box.y + 100);
    await page.waitForFunction((name) => name && (/** @type {HTMLInputElement} */ (document.getElementById("colour-search"))).value === name, pathway);
    await page.selectOption("#strip-1", { label: "subtype" });
    await page.waitForTimeout(500);
    const drawn = (await savedRows(page, '[data-plot="heat_map"] button:text-is("SVG")')).join("\n");
    assert.match(drawn, />\s*subtype\s*</);
    assert.match(drawn, />\s*my groups\s*</);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a keyboard alone: step, select on the way, undo, name a group, filter the table", { skip: missing, timeout: 120_000 }, async () => {
  const view = await explored();
  const { page, complaints } = view;
  try {
    const tabTo = async (/** @type {string} */ selector) => {
      for (let presses = 0; presses < 200; presses++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate((wanted) => document.activeElement === document.querySelector(wanted), selector)) return;
      }
      assert.fail(`Tab never reached ${selector}`);
    };
    await page.locator("#colour-search").focus();
    await tabTo('[data-plot="map_raw"] canvas');
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press(" ");
    await words(page, /^1 of 40 tumours selected: keyboard on raw PCA/);
    assert.match(await page.locator("#explore [aria-live=polite].unseen").textContent() ?? "", /TCGA-/);
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("Shift+ArrowLeft");
    await words(page, /^3 of 40/);
    await page.keyboard.press(" ");
    await words(page, /^2 of 40/);
    await page.keyboard.press("Control+z");
    await words(page, /^3 of 40/);
    await tabTo("#explore-groups > summary");
    await page.keyboard.press("Enter");
    await tabTo("#group-name");
    await page.keyboard.type("by hand");
    await page.keyboard.press("Enter");
    await page.waitForSelector('#explore-groups input[aria-label="Name of by hand"]');
    await tabTo("#explore-table > summary");
    await page.keyboard.press("Enter");
    await tabTo('#explore-table input[aria-label="Filter subtype"]');
    await page.keyboard.type("A");
    await page.waitForFunction(() => document.querySelectorAll("#explore-table tbody tr").length === 20);
    await tabTo("#explore-table tbody input");
    await page.keyboard.press(" ");
    await tabTo('[data-plot="heat_map"] canvas');
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => (/** @type {HTMLInputElement} */ (document.getElementById("colour-search"))).value !== "subtype");
    await page.keyboard.press("Escape");
    await words(page, /^No tumour is selected/);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a swipe scrolls the page, a finger held draws a lasso, two fingers zoom and select nothing", { skip: missing, timeout: 120_000 }, async () => {
  const view = await explored({ width: 390, height: 844 });
  const { page, complaints } = view;
  try {
    const session = await page.context().newCDPSession(page);
    await session.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 2 });
    const touch = (/** @type {string} */ type, /** @type {number[][]} */ ...points) => session.send("Input.dispatchTouchEvent", {
      type: /** @type {any} */ (type), touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
    const at = await map(page, "purified");
    // A swipe over the map: the page moves, and nothing is selected.
    const scrolled = await page.evaluate(() => scrollY);
    await touch("touchStart", [at.middleX, at.bottom]);
    for (let y = at.bottom; y > at.bottom - 200; y -= 20) await touch("touchMove", [at.middleX, y]);
    await touch("touchEnd");
    await page.waitForFunction((before) => scrollY > before + 50, scrolled);
    assert.match(await page.textContent("#selected-words") ?? "", /^No tumour is selected/);
    await page.evaluate((before) => scrollTo(0, before), scrolled);
    await page.waitForTimeout(300);
    await touch("touchStart", [at.left - 6, at.top - 6]);
    await page.waitForTimeout(450);
    for (const point of [[at.middleX, at.top - 6], [at.middleX, at.bottom + 6], [at.left - 6, at.bottom + 6], [at.left - 6, at.top]]) await touch("touchMove", point);
    await touch("touchEnd");
    await words(page, /^\d+ of 40 tumours selected: lasso on instant PCA/);
    const said = await page.textContent("#selected-words");
    const picture = () => page.locator('[data-plot="map_purified"] canvas').evaluate((canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());
    await page.waitForTimeout(100);
    const before = await picture();
    await touch("touchStart", [at.middleX - 30, at.middleY], [at.middleX + 30, at.middleY]);
    for (let wide = 40; wide <= 100; wide += 20) await touch("touchMove", [at.middleX - wide, at.middleY], [at.middleX + wide, at.middleY]);
    await touch("touchEnd");
    await page.waitForTimeout(100);
    assert.notEqual(await picture(), before, "the map is closer");
    assert.equal(await page.textContent("#selected-words"), said);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

for (const [theme, width] of /** @type {["light" | "dark", number][]} */ ([["light", 1280], ["dark", 390]])) {
  test(`axe finds nothing with everything open and something selected, ${theme}, ${width} px`, { skip: missing, timeout: 120_000 }, async () => {
    const view = await explored({ theme, width, height: 844 });
    const { page } = view;
    try {
      await page.fill("#select-search", "subtype = B");
      await page.keyboard.press("Enter");
      await page.evaluate(() => { for (const fold of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("#explore .folds > details"))) fold.open = true; });
      await page.fill("#group-name", "B");
      await page.click("#group-make");
      await page.fill("#select-search", "TCGA-AA-0004-01A");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelectorAll("#explore-neighbours tbody tr").length === 20);
      await page.waitForFunction(() => document.querySelector('[data-plot="map_between"] canvas')?.getAttribute("aria-label"));
      const { violations } = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/explore_${theme}_${width}.png`, fullPage: true });
    } finally {
      await view.close();
    }
  });
}

test("10,000 points: what a frame of hover and lasso costs (reported, not asserted)", { skip: missing, timeout: 60_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.evaluate(async () => {
      const { MapView } = await import(new URL("www/figure/canvas.js", location.href).href);
      const n = 10_000, [width, height] = [640, 550];
      let state = 7;
      const draw = () => (state = (state * 48271) % 2147483647) / 2147483647;
      const scene = {
        width, height, title: "10,000 points", description: "", ink: "#1f2328", paper: "#ffffff", font: "sans-serif",
        runs: Uint32Array.from([1, 0, n]), styles: Float32Array.from([0, 114, 178, 0.6, 0, 213, 94, 0, 0.6, 0, 0, 158, 115, 0.6, 0]),
        circles: Float32Array.from({ length: 3 * n }, (_, at) => at % 3 === 2 ? 1.6 : (at % 3 ? 34 : 30) + (at % 3 ? 486 : 600) * (draw() + draw() + draw()) / 3),
        circleStyles: Uint16Array.from({ length: n }, (_, at) => at % 3), texts: [],
        points: { plot: [30, 34, 600, 486], window: [0, 1, 0, 1], samples: Uint32Array.from({ length: n }, (_, at) => at), codes: new Uint16Array(n), classes: [] },
      };
      const canvas = document.createElement("canvas");
      document.body.replaceChildren(canvas);
      const map = new MapView(canvas, scene);
      /** @type {Record<string, number[]>} */
      const times = { frame: [], enclosed: [], locate: [], moving: [] };
      const timed = (/** @type {string} */ method, /** @type {string} */ name) => {
        const work = map[method].bind(map);
        map[method] = (/** @type {any[]} */ ...args) => {
          const began = performance.now();
          const result = work(...args);
          times[name].push(performance.now() - began);
          return result;
        };
      };
      timed("drawNow", "frame");
      timed("enclosedBy", "enclosed");
      timed("locate", "locate");
      let chosen = 0;
      map.addEventListener("select", (/** @type {any} */ event) => {
        chosen = event.detail.samples.length;
        map.setSelection(event.detail.samples);
      });
      const closer = () => {
        times.frame = times.moving;
        map.drag = "move";
        map.zoom(1.3);
      };
      const hovering = times.frame;
      Object.assign(globalThis, { closer, measured: () => ({ times: { ...times, frame: hovering }, chosen }) });
    });
    const mainThread = await recordMainThread(page);
    for (let turn = 0; turn < 40; turn++) await page.mouse.move(60 + 12 * turn, 260 + 60 * Math.sin(turn), { steps: 2 });
    await page.mouse.move(200, 150);
    await page.mouse.down();
    // A lasso of 300 corners: as finely as a hand draws.
    for (let turn = 0; turn <= 300; turn++) await page.mouse.move(330 + 170 * Math.cos(turn / 48), 277 + 150 * Math.sin(turn / 48));
    await page.mouse.up();
    await page.waitForTimeout(300);
    // A frame of a move paints what comes into view, the selected with their rims.
    await page.evaluate(() => /** @type {any} */ (globalThis).closer());
    await page.mouse.move(330, 277);
    await page.mouse.down();
    for (let turn = 0; turn < 40; turn++) await page.mouse.move(330 + 100 * Math.sin(turn / 6), 277 + 60 * Math.sin(turn / 4));
    await page.mouse.up();
    const tasks = await mainThread.stop();
    const { times, chosen } = await page.evaluate(() => /** @type {any} */ (globalThis).measured());
    assert.ok(chosen > 1000 && chosen < 10_000, `${chosen} enclosed`);
    assert.ok(times.frame.length > 100, `${times.frame.length} frames`);
    const at = (/** @type {number[]} */ all, /** @type {number} */ share) => all.toSorted((a, b) => a - b)[Math.min(all.length - 1, Math.floor(share * all.length))].toFixed(1);
    t.diagnostic(`10,000 points, ${times.frame.length} frames of hover and lasso: median ${at(times.frame, 0.5)} ms, 95th percentile ${at(times.frame, 0.95)} ms, longest ${at(times.frame, 1)} ms; `
      + `to find what is under the pointer ${at(times.locate, 0.5)} ms (first ${times.locate[0].toFixed(1)}); to find the ${chosen} that a lasso of 300 corners encloses ${at(times.enclosed, 1)} ms; `
      + `a frame while the map is moved, ${times.moving.length} of them: median ${at(times.moving, 0.5)} ms, 95th percentile ${at(times.moving, 0.95)} ms; `
      + `longest task of the main thread ${Math.max(...tasks.map(({ cpu }) => cpu)).toFixed(0)} ms of CPU`);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("10,000 samples: what the table costs the main thread (reported, not asserted)", { skip: missing, timeout: 60_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    const prepare = async () => {
      const from = (/** @type {string} */ file) => import(new URL(`www/page/${file}`, location.href).href);
      const [{ State }, { SampleTable }] = [await from("shell/state.js"), await from("explore/explore_table.js")];
      const n = 10_000;
      const samples = Array.from({ length: n }, (_, at) => `TCGA-${String(at * 7919 % 10_007).padStart(5, "0")}-01A`);
      const columns = Array.from({ length: 20 }, (_, column) => ({
        name: `column ${column}`, kind: column % 2 ? "number" : "category",
        values: samples.map((_, at) => at % 31 === 0 ? null : column % 2 ? String((at * 31 + column) % 997 / 10) : `class ${(at + column) % 7}`),
      }));
      const state = new State(new Promise(() => {}));
      state.tumours = samples;
      const table = new SampleTable(state);
      document.body.replaceChildren(table.element);
      table.fill({ samples, roles: samples.map(() => "tumour"), patients: samples.map(() => null), columns });
      Object.assign(globalThis, { state });
    };
    await page.evaluate(prepare);
    const mainThread = await recordMainThread(page);
    await page.click("#explore-table > summary");
    await page.waitForFunction(() => document.querySelectorAll("#explore-table tbody tr").length === 50);
    await page.click('#explore-table th[data-column="sample"] button');
    await page.click('#explore-table th[data-column="column 1"] button');
    await page.fill('#explore-table input[aria-label="Filter column 1"]', "> 50");
    await page.waitForFunction(() => /of 10,000 samples/.test(document.querySelector("#explore-table [role=status]")?.textContent ?? ""));
    await page.fill("#table-filter", "00");
    await page.waitForFunction(() => /any column/.test(document.querySelector("#explore-table [role=status]")?.textContent ?? ""));
    await page.click('#explore-table button:text-is("Select these")');
    await page.click('#explore-table button:text-is("Next")');
    const tasks = await mainThread.stop();
    const selection = await page.evaluate(() => /** @type {any} */ (globalThis).state.selection.length);
    assert.ok(selection > 100 && selection < 10_000, `${selection} selected`);
    t.diagnostic(`10,000 samples × 20 columns: open, sort by name and by number, filter, search, select ${selection}, turn the page: longest task of the main thread ${Math.max(...tasks.map(({ cpu }) => cpu)).toFixed(0)} ms of CPU`);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a selection asks the engine nothing for panels off screen; they follow when they are seen", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.evaluate(async () => {
      const address = new URL("www/engine-client.js", location.href).href;
      const { EngineWorker } = await import(address);
      const asked = /** @type {any} */ (globalThis).asked = /** @type {string[]} */ ([]);
      const call = EngineWorker.prototype.call;
      EngineWorker.prototype.call = function (/** @type {string} */ name, /** @type {any[]} */ args, /** @type {any} */ ...rest) {
        asked.push(name === "figure" ? args[0].figure : name);
        return call.call(this, name, args, ...rest);
      };
    });
    await trainTiny(page, { hidden: "16", dim: "8", epochs: "4" });
    await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
    await page.waitForFunction(() => /Below an FDR/.test(document.getElementById("groups-status")?.textContent ?? ""), undefined, { timeout: 60_000 });
    await page.locator("#explore h2").scrollIntoViewIfNeeded();
    await page.evaluate(() => scrollTo(0, /** @type {HTMLElement} */ (document.getElementById("explore")).offsetTop));
    await page.waitForTimeout(1500);
    const asked = () => page.evaluate(() => /** @type {any} */ (globalThis).asked.splice(0).filter((/** @type {string} */ name) => name !== "note"));
    await asked();
    await page.click('#explore button:text-is("Invert")');
    await page.waitForFunction(() => /40 tumours/.test(document.querySelector("#explore .selection, #selection-status")?.textContent ?? document.getElementById("explore")?.textContent ?? ""));
    await page.waitForTimeout(1500);
    assert.deepEqual(await asked(), []);
    await page.locator("#pathways").scrollIntoViewIfNeeded();
    await page.locator('[data-plot="heat_map"]').scrollIntoViewIfNeeded();
    await page.waitForTimeout(1500);
    assert.ok((await asked()).includes("heat_map"));
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});
