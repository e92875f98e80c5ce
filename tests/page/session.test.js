// A session saved, reopened alone and beside its cohort; the link and the report of the same run; names with markup all the way.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { readLink } from "../../www/share/link.js";
import { DIST, engineReady, missing, openPage, saved, setParameters, tinyCohort, verdict } from "./harness.js";

const SMALL = { hidden: "16", epochs: "6" };
const FIXTURE = "tests/files/session_1.twinpurify";

/** @param {import("playwright-core").Page} page @param {string} where */
async function noViolations(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`), []);
}

/** Wait until both maps stand. @param {import("playwright-core").Page} page */
const maps = (page) => page.waitForFunction(() => [...document.querySelectorAll("#explore canvas")].filter((canvas) => canvas.getAttribute("aria-label")).length >= 2, undefined, { timeout: 60_000 });

/** The tiny cohort with names that are markup and formulas. */
function hostileCohort() {
  const [expression, sheet] = tinyCohort().map(({ buffer }) => buffer.toString());
  const rename = (/** @type {string} */ text) => text.replaceAll("TCGA-AA-0000-01A", "<img src=x onerror=hit()>").replaceAll("TCGA-AA-0001-01A", "=HYPERLINK(1)").replaceAll("TCGA-AA-0002-01A", "@SUM").replace(/TCGA-AA-(\d+)-01A/g, "T$1").replace(/TCGA-AA-(\d+)-11A/g, "N$1");
  const roles = (/** @type {string} */ line, /** @type {number} */ at) => at === 0 ? `${line}\t<b>bold</b>\ttissue` : `${line}\t${at % 2 ? "<script>hit()</script>" : "-cmd|' /C calc'"}\ttumour`;
  const normals = Array.from({ length: 12 }, (_, at) => `N${String(at).padStart(4, "0")}\t\t\tnormal`);
  const lines = [...rename(sheet).trim().split("\n").map(roles), ...normals];
  const file = (/** @type {string} */ name, /** @type {string} */ text) => ({ name, mimeType: "text/tab-separated-values", buffer: Buffer.from(text) });
  return [file("<i>expression</i>.tsv", rename(expression)), file("samples.tsv", `${lines.join("\n")}\n`)];
}

/** @param {import("playwright-core").Page} page @param {object[]} files */
async function train(page, files) {
  await engineReady(page);
  await page.setInputFiles("#file-input", /** @type {any} */ (files));
  await page.waitForSelector("#figures dd");
  if (await page.isVisible("#role-column")) {
    await page.selectOption("#role-column", "tissue");
    await page.check('#roles input[aria-label="normal: adjacent normal"]');
    await page.check('#roles input[aria-label="tumour: tumour"]');
    await page.click("#roles-apply");
  }
  await page.waitForSelector("#train-begin", { state: "visible" });
  await setParameters(page, SMALL);
  await page.click("#train-begin");
  const said = await verdict(page, 120_000);
  await maps(page);
  await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
  return said;
}

/** The purified PCA as the engine draws it. @param {import("playwright-core").Page} page */
const scene = (page) => page.evaluate(async () => {
  const embedded = document.querySelector("#explore [data-plot=map_purified] canvas");
  return embedded?.getAttribute("aria-label") ?? "";
});

test("a session saved is the same maps, pathways and verdict when reopened, and lives again beside its cohort; a link and a report of it", { skip: missing, timeout: 240_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  let session, before, said;
  try {
    said = await train(page, tinyCohort());
    before = await scene(page);
    assert.match(before, /40 samples/);
    session = await saved(page, "#session-save");
    assert.match(await page.textContent("#share-status") ?? "", /cohort\.twinpurify, [\d.]+ [kM]B/);

    // The link, with the result ticked.
    await page.click("#share-open");
    await page.waitForFunction(() => /** @type {HTMLTextAreaElement} */ (document.getElementById("share-link")).value !== "");
    const bare = await readLink(new URL(await page.inputValue("#share-link")).hash);
    assert.equal(bare.result, undefined, "the result is left out until it is ticked");
    assert.equal(bare.config.epochs, 6);
    await page.check("#share-result");
    await page.waitForFunction(() => document.getElementById("share-contents")?.textContent?.includes("2 maps of 40 tumours"));
    await page.waitForFunction(() => !/** @type {HTMLButtonElement} */ (document.getElementById("share-copy")).disabled);
    assert.match(await page.textContent("#share-contents") ?? "", /subtype: A, B.*Sample namesleft out.*Expression valuesnever/s);
    await noViolations(page, "dialog");
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/dialog.png` });
    const link = await page.inputValue("#share-link");
    assert.equal(await page.textContent("#share-length"), `${link.length.toLocaleString("en-GB")} characters`);
    const shared = await readLink(new URL(link).hash);
    assert.ok(shared.result && !shared.result.names && shared.result.sentence.startsWith(String(said)) && shared.result.sentence.includes("On the tumours as they are"));
    await page.check("#share-names");
    await page.waitForFunction(() => document.getElementById("share-contents")?.textContent?.includes("40 names"));
    await page.keyboard.press("Escape");
    assert.ok(await page.isHidden("#share-dialog"), "Escape closes the dialog");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "share-open", "the focus goes back to where it was");

    const report = (await saved(page, "#report-save")).toString();
    assert.ok(report.includes(String(said).replace(/'/g, "&#39;").slice(0, 20)) && /SHA-256 of the embedding[^:]*: [0-9a-f]{64}/.test(report), "verdict and hash are in the report");
    assert.ok((report.match(/<svg /g) ?? []).length >= 6, "six figures at least");
    if (process.env.SHOTS) {
      writeFileSync(`${process.env.SHOTS}/report.html`, report);
      await page.screenshot({ path: `${process.env.SHOTS}/share.png`, fullPage: true });
    }
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }

  const again = await openPage({ query: "?device=cpu" });
  try {
    const { page } = again;
    await engineReady(page);
    await page.setInputFiles("#file-input", { name: "cohort.twinpurify", mimeType: "application/octet-stream", buffer: session });
    await maps(page);
    assert.equal(await scene(page), before, "the same map without the cohort");
    await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
    assert.equal(await page.textContent("#evidence .verdict"), said);
    assert.match(await page.textContent("#train .waits") ?? "", /session’s cohort/);
    assert.ok(await page.isHidden("#train-begin"));
    await page.evaluate(() => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
    await noViolations(page, "session alone");
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/session.png`, fullPage: true });

    await page.setInputFiles("#file-input", tinyCohort());
    await page.waitForSelector("#train-begin", { state: "visible", timeout: 60_000 });
    await maps(page);
    assert.match(await page.textContent("#cohort-note") ?? "", /now reads the cohort that is open/);
    await page.waitForFunction((wanted) => document.querySelector("#explore [data-plot=map_purified] canvas")?.getAttribute("aria-label") === wanted, before, { timeout: 60_000 });
    assert.equal(await page.textContent("#evidence .verdict"), said, "judged anew, the verdict is the same");

    // What is no session changes nothing.
    await page.setInputFiles("#file-input", { name: "spoilt.twinpurify", mimeType: "application/octet-stream", buffer: session.subarray(0, session.length - 40) });
    await page.waitForFunction(() => document.getElementById("cohort-status")?.textContent?.includes("damaged"));
    assert.ok(await page.isVisible("#train-begin"), "what was open stays open");
    assert.deepEqual(again.complaints, []);
  } finally {
    await again.close();
  }
});

test("the page draws a map as the engine does: places, sizes, colours, legend, in both themes", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "#link=" });
  try {
    const worst = await view.page.evaluate(async (files) => {
      const [{ TwinPurify }, { mapScene }, { readScene }] = await Promise.all(["./www/twinpurify.js", "./www/share/map_scene.js", "./www/figure/scene.js"].map((path) => import(new URL(path, location.href).href)));
      const tp = await TwinPurify.create({ device: "cpu" });
      const cohort = await tp.loadCohort(files.map(({ name, text }) => new File([text], name)));
      const model = await tp.instant({ seed: 7 });
      const differences = [];
      for (const theme of ["light", "dark"]) {
        for (const [colour, centred] of [[{ column: "subtype" }, false], [{ column: "age" }, false], [{ pathway: "HALLMARK_HYPOXIA", source: "purified" }, true]]) {
          if (colour.pathway) await model.pathways();
          const [map, colouring] = await Promise.all([model.map({ kind: "pca" }), cohort.colourBy(colour)]);
          const look = { width: 500, height: 430, theme };
          const theirs = readScene(await model.figure({ figure: "map", kind: "pca", of: "instant", colour, legend: false, ...look }));
          const column = colouring.kind === "category" ? { ...colouring } : { kind: "number", label: colouring.label, centred, values: colouring.values };
          const ours = mapScene({ kind: "pca", of: "instant", axes: [map.xLabel, map.yLabel], points: map.values }, column, look);
          const what = `${theme} ${JSON.stringify(colour)}`;
          if (ours.circles.length !== theirs.circles.length || ours.circles.length < 100) differences.push(`${what}: ${ours.circles.length} of ${theirs.circles.length} circles`);
          const far = Math.max(...ours.circles.map((value, at) => Math.abs(value - theirs.circles[at])));
          if (!(far < 0.25)) differences.push(`${what}: ${far} px apart`);
          for (let i = 0; i < ours.circleStyles.length; i++) {
            const [mine, engines] = [ours, theirs].map(({ styles, circleStyles }) => [...styles.subarray(5 * circleStyles[i], 5 * circleStyles[i] + 4)]);
            if (mine.some((part, at) => Math.abs(part - engines[at]) > 1.01)) differences.push(`${what}: ${mine} for ${engines}`);
          }
          if (JSON.stringify(ours.points.classes) !== JSON.stringify(theirs.points.classes)) differences.push(`${what}: ${JSON.stringify(ours.points.classes)}`);
          if (ours.title !== theirs.title || ours.ink !== theirs.ink || ours.paper !== theirs.paper || ours.font !== theirs.font) differences.push(`${what}: ${theirs.title} ${theirs.ink} ${theirs.paper} ${theirs.font}`);
        }
      }
      return differences.slice(0, 10);
    }, withAge().map(({ name, buffer }) => ({ name, text: buffer.toString() })));
    assert.deepEqual(worst, []);
  } finally {
    await view.close();
  }
});

/** The tiny cohort with a number, missing for one in seven. */
function withAge() {
  const [expression, sheet] = tinyCohort();
  const lines = sheet.buffer.toString().trim().split("\n").map((line, at) => `${line}\t${at === 0 ? "age" : at % 7 === 0 ? "" : 40 + (at * 37) % 45}`);
  return [expression, { ...sheet, buffer: Buffer.from(`${lines.join("\n")}\n`) }];
}

test("?session= opens a session beside the page, and nothing elsewhere", { skip: missing, timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "session-"));
  for (const name of readdirSync(DIST)) symlinkSync(join(DIST, name), join(folder, name));
  writeFileSync(join(folder, "shown.twinpurify"), readFileSync(FIXTURE));
  const view = await openPage({ query: "?device=cpu&session=shown.twinpurify", instead: { "/shown.twinpurify": join(folder, "shown.twinpurify") } });
  const { page } = view;
  try {
    await engineReady(page);
    await maps(page);
    assert.match(await page.textContent("#explore [data-plot=map_purified] canvas", { timeout: 1 }).catch(() => scene(page)) || await scene(page), /40 samples/);
    const address = page.url().split("?")[0];
    for (const elsewhere of ["//example.org/x.twinpurify", "https://example.org/x.twinpurify", "../x.twinpurify", "/x.twinpurify", "a/../../x", "javascript:1", "%2e%2e/x", "\\\\x"]) {
      await page.goto(`${address}?device=cpu&session=${encodeURIComponent(elsewhere)}`);
      await page.waitForFunction(() => document.getElementById("cohort-status")?.textContent?.includes("not beside this page"));
    }
    assert.ok(view.requestsSince(0).every(({ address: asked }) => new URL(asked).hostname === "localhost"));
  } finally {
    await view.close();
    rmSync(folder, { recursive: true });
  }
});

test("names that are markup or formulas are text everywhere: page, link, report, session, CSV", { skip: missing, timeout: 240_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page } = view;
  await page.evaluate(() => { /** @type {any} */ (globalThis).hit = () => { /** @type {any} */ (globalThis).hits = 1; }; });
  try {
    await train(page, hostileCohort());
    await page.evaluate(() => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
    await page.waitForSelector("#samples tbody tr");
    await page.focus("#explore canvas");
    for (let steps = 0; steps < 5; steps++) await page.keyboard.press("ArrowRight");
    const table = (await saved(page, '[data-plot=map_purified] .files-out button:has-text("CSV")')).toString();
    for (const cell of ["'=HYPERLINK(1)", "'@SUM", "'-cmd|' /C calc'"]) assert.ok(table.includes(cell), `${cell} in\n${table.slice(0, 600)}`);
    assert.ok(!/(^|,)"?[=@]/m.test(table), "no cell begins as a formula");
    assert.match(table, /,-\d+\.\d+/, "negative numbers stay numbers");
    const svg = (await saved(page, '[data-plot=map_purified] .files-out button:has-text("SVG")')).toString();
    assert.ok(!svg.includes("<script") && !svg.includes("<b>"));
    const report = (await saved(page, "#report-save")).toString();
    const session = await saved(page, "#session-save");
    assert.ok(!/<script|<img|<i>|<b>/.test(report), "the report holds no markup of a name");
    assert.ok(report.includes("&#60;i&#62;expression"), "and shows it as text");

    await page.click("#share-open");
    await page.check("#share-result");
    await page.check("#share-names");
    for (const box of await page.locator(".share-columns input").all()) await box.check();
    await page.waitForFunction(() => document.getElementById("share-contents")?.textContent?.includes("40 names"));
    await page.waitForFunction(() => !/** @type {HTMLButtonElement} */ (document.getElementById("share-copy")).disabled);
    const link = await page.inputValue("#share-link");
    const injected = () => page.evaluate(() => document.querySelectorAll("main b, main i, main img, dialog b, dialog i, dialog img, main script, dialog script").length + (/** @type {any} */ (globalThis).hits ?? 0));
    assert.equal(await injected(), 0);

    await page.goto("about:blank");
    await page.goto(link);
    await page.waitForSelector("#shared .legend button");
    await page.focus("#shared canvas");
    await page.keyboard.press("ArrowRight");
    assert.equal(await injected(), 0);
    assert.match(await page.textContent("#shared .contents") ?? "", /<b>bold<\/b>/);

    await page.goto("about:blank");
    await page.setContent(report);
    assert.equal(await injected() + await page.evaluate(() => document.querySelectorAll("b, i, img, script").length), 0);

    await page.goto(link.split("#")[0] + "?device=cpu");
    await engineReady(page);
    await page.setInputFiles("#file-input", { name: "cohort.twinpurify", mimeType: "application/octet-stream", buffer: session });
    await maps(page);
    await page.waitForSelector("#samples tbody tr", { state: "attached" }).catch(() => undefined);
    assert.equal(await injected(), 0);
  } finally {
    await view.close();
  }
});
