// Every file a researcher already has: whole folders, paste, damage, names with a meaning to JavaScript; roles by
// selection, the cohort sheet, quality and its figures.
import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { AxeBuilder } from "@axe-core/playwright";
import { engineReady, missing, openPage, saved, tinyCohort } from "./harness.js";

const FILES = join(import.meta.dirname, "../files");

/** Every file of a folder. @param {string} folder @returns {string[]} */
const below = (folder) => readdirSync(folder).sort().flatMap((name) => statSync(join(folder, name)).isDirectory() ? below(join(folder, name)) : [join(folder, name)]);

/** @param {import("playwright-core").Page} page @param {string} name @param {string} value */
const figureIs = (page, name, value) => page.waitForFunction(([wanted, number]) =>
  [...document.querySelectorAll("#figures > div")].some((one) => one.querySelector("dt")?.textContent === wanted && one.querySelector("dd")?.textContent === number), [name, value]);

/** @param {import("playwright-core").Page} page */
const lines = (page) => page.locator("#files li").evaluateAll((all) => Object.fromEntries(all.map((one) => [one.querySelector(".name")?.textContent, one.textContent])));

test("a cBioPortal study folder opens as it was downloaded; a bad file beside it loses nothing", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", below(join(FILES, "cbioportal_study")));
    await figureIs(page, "tumours", "4");
    await figureIs(page, "adjacent normals", "4");
    const said = await lines(page);
    assert.match(said["data_mutations.txt"] ?? "", /not used.*MAF/);
    assert.match(said["data_clinical_patient.txt"] ?? "", /sample sheet/);
    for (const name of ["xena_truncated.tsv.gz", "page.txt", "xena_ragged.tsv"]) await page.setInputFiles("#file-input", join(FILES, "damaged", name));
    await page.waitForFunction(() => document.querySelectorAll("#files .mark.bad").length === 3);
    await figureIs(page, "tumours", "4");
    assert.match((await lines(page))["xena_ragged.tsv"] ?? "", /line 5, column 9/);

    await page.click("#samples > summary");
    await page.waitForSelector("#samples tbody tr");
    const sheet = await page.locator("#samples .scroll table tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
    assert.deepEqual(sheet[0].slice(1, 6), ["sample", "role", "because", "patient", "values from"]);
    assert.deepEqual(sheet[5].slice(1, 6), ["ZZP-00-A", "adjacent normal", "its file is called normal", "–", "data_mrna_seq_v2_rsem_normal_samples.txt"]);
    assert.match(await page.textContent("#samples details.join") ?? "", /4 samples of the matrix have no row/);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a gzip is whole however it was made: one member by the browser, several by the engine, damage by name", { skip: missing, timeout: 90_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    // Over a megabyte, from which on the browser inflates; noise, so that it stays so.
    const [{ buffer }] = tinyCohort();
    const noise = Array.from({ length: 6000 }, (_, gene) => [`LOC${100000 + gene}`, ...Array.from({ length: 52 }, (_, at) => (10 * Math.abs(Math.sin(gene * 52 + at) * 9973 % 1)).toFixed(5))].join("\t"));
    const text = Buffer.concat([buffer, Buffer.from(`${noise.join("\n")}\n`)]), half = text.indexOf("\n", text.length / 2) + 1;
    const one = gzipSync(text), members = Buffer.concat([gzipSync(text.subarray(0, half)), gzipSync(text.subarray(half)), gzipSync("")]);
    assert.ok(one.length > 1.1e6, `${one.length}`);
    const flipped = Buffer.from(one);
    flipped[flipped.length - 8] ^= 1;
    const bomb = Buffer.concat([text, Buffer.alloc(300 << 20, "\n")]);
    const open = async (/** @type {string} */ name, /** @type {Buffer} */ buffer) => {
      await page.setInputFiles("#file-input", [{ name, mimeType: "application/gzip", buffer }]);
      await page.waitForFunction((wanted) => [...document.querySelectorAll("#files li")].some((one) => one.querySelector(".name")?.textContent === wanted && one.querySelector(".mark.good, .mark.bad")), name);
      return (await lines(page))[name] ?? "";
    };
    // What the engine's worker does: workers it starts, files it reads as they lie.
    const engine = /** @type {import("playwright-core").Worker} */ ((await Promise.all(page.workers().map(async (worker) => await worker.evaluate(() => self.name) === "engine" ? worker : null))).find(Boolean));
    await engine.evaluate(() => {
      const scope = /** @type {any} */ (self), stream = Blob.prototype.stream, Started = scope.Worker;
      scope.seen = { workers: 0, streams: 0 };
      scope.Worker = class extends Started { constructor(/** @type {any[]} */ ...given) { super(...given); scope.seen.workers++; } };
      Blob.prototype.stream = function () { scope.seen.streams++; return stream.call(this); };
    });
    const seen = () => engine.evaluate(() => ({ .../** @type {any} */ (self).seen }));
    for (const [name, buffer, workers, streams] of /** @type {[string, Buffer, number, number][]} */ ([["one.tsv.gz", one, 1, 0], ["members.tsv.gz", members, 2, 1]])) {
      assert.match(await open(name, buffer), /6,058 genes in rows × 52 samples.*UTF-8, gzip\./, name);
      await figureIs(page, "genes", "6,058");
      assert.deepEqual(await seen(), { workers, streams }, name);
      await page.click("#files li button");
    }
    for (const [name, buffer, why] of /** @type {[string, Buffer, RegExp][]} */ ([
      ["cut.tsv.gz", one.subarray(0, one.length / 2), /ends too early/],
      ["flipped.tsv.gz", flipped, /do not match its checksum/],
      ["junk.tsv.gz", Buffer.concat([one, Buffer.from("not gzip at all")]), /bytes that are not gzip/],
      ["bomb.tsv.gz", gzipSync(bomb), /grows more than 200-fold/],
    ])) assert.match(await open(name, buffer), why, name);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a GDC folder of one-sample files and its sample sheet are one cohort", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", below(join(FILES, "gdc_star")));
    await figureIs(page, "tumours", "4");
    await figureIs(page, "adjacent normals", "4");
    await figureIs(page, "genes", "12");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a folder of many files: the list keeps its place, says how many, and shows first what was not taken", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    const sample = (/** @type {number} */ at) => ({ name: `GSM92${String(at).padStart(5, "0")}_P${at >> 1}-${at % 2 ? "normal" : "tumor"}.counts.txt`, mimeType: "text/plain",
      buffer: Buffer.from(Array.from({ length: 30 }, (_, gene) => `ENSG000001${String(gene).padStart(5, "0")}.1\t${(gene * 37 + at * 11) % 900}`).join("\n")) });
    const files = [...Array.from({ length: 30 }, (_, at) => sample(at)), { name: "notes.html", mimeType: "text/html", buffer: Buffer.from("<html><body>no table</body></html>") }];
    await page.setInputFiles("#file-input", files);
    await page.waitForFunction(() => document.getElementById("files-count")?.textContent === "31 files, 1 not taken, which stands first.");
    assert.match(await page.locator("#files li").first().textContent() ?? "", /notes\.html/);
    assert.ok(await page.evaluate(() => { const list = /** @type {HTMLElement} */ (document.getElementById("files")); return list.scrollHeight > 2 * list.clientHeight && list.tabIndex === 0; }));
    const { violations } = await new AxeBuilder({ page }).include("#cohort").analyze();
    assert.deepEqual(violations.map(({ id }) => id), []);
    await page.click("#files li button");
    await page.waitForFunction(() => document.getElementById("files-count")?.textContent === "30 files, all read.");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a table pasted from a spreadsheet is a cohort", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.evaluate((text) => navigator.clipboard.writeText(text), tinyCohort()[0].buffer.toString());
    await page.keyboard.press("Control+V");
    await figureIs(page, "tumours", "40");
    await figureIs(page, "adjacent normals", "12");
    assert.match(Object.keys(await lines(page))[0], /^pasted-1\.tsv$/);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("names that mean something to JavaScript are names; formulas stay text", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", ["prototype_matrix.tsv", "formula_and_prototype.tsv"].map((name) => join(FILES, "damaged", name)));
    await figureIs(page, "tumours", "2");
    await figureIs(page, "adjacent normal", "1");
    await page.click("#samples > summary");
    await page.waitForSelector("#samples tbody tr");
    const cells = await page.locator("#samples tbody td").allTextContents();
    for (const text of ["__proto__", "constructor", "=cmd|' /C calc'!A0", "toString"]) assert.ok(cells.includes(text), text);
    assert.equal(await page.evaluate(() => Object.keys(Object.prototype).length + Number(/** @type {any} */ ({}).tissue !== undefined)), 0);
    // Such a sample can be chosen and given a role like any other.
    await page.check('#samples input[aria-label="Choose __proto__"]');
    await page.click("#make-normal");
    await figureIs(page, "adjacent normals", "2");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("roles by selection, kept when a file is added; quality with its figures and files", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    const [matrix, sheet] = tinyCohort();
    await page.setInputFiles("#file-input", [matrix]);
    await figureIs(page, "adjacent normals", "12");
    await page.click("#samples > summary");
    await page.waitForSelector("#samples tbody tr");
    for (const name of ["TCGA-AA-0000-01A", "TCGA-AA-0001-01A"]) await page.check(`#samples input[aria-label="Choose ${name}"]`);
    await page.click("#make-other");
    await figureIs(page, "tumours", "38");
    await page.waitForSelector("#samples[open] tbody tr");
    assert.equal(await page.evaluate(() => document.querySelector("#samples tbody tr")?.children[3].textContent), "chosen by hand");
    await page.setInputFiles("#file-input", [sheet]);
    await page.waitForFunction(() => document.querySelectorAll("#files .mark.good").length === 2);
    await figureIs(page, "tumours", "38");
    await page.evaluate(() => { /** @type {HTMLDetailsElement} */ (document.getElementById("roles")).open = true; });
    await page.click("#roles-reset");
    await figureIs(page, "tumours", "40");

    await page.waitForFunction(() => !document.querySelector("#quality > summary")?.textContent?.includes("being looked at"));
    await page.click("#quality > summary");
    await page.waitForFunction(() => document.querySelectorAll("#quality canvas").length === 4 && [...document.querySelectorAll("#quality canvas")].every((canvas) => /** @type {HTMLCanvasElement} */ (canvas).width > 300));
    const table = (await saved(page, '[data-plot="quality_distance"] button:text-is("CSV")')).toString().trim().split("\n");
    assert.equal(table[0], "sample,role,level,genes_detected,distance,side,findings");
    assert.equal(table.length, 53);
    assert.equal((await saved(page, '[data-plot="quality_side"] button:text-is("SVG")')).toString().split("<circle").length - 1, 52);
    if (process.env.SHOTS) {
      await page.locator("#quality").scrollIntoViewIfNeeded();
      for (const [width, theme] of /** @type {const} */ ([[1280, "light"], [390, "dark"]])) {
        await page.setViewportSize({ width, height: 1100 });
        await page.selectOption("#theme", theme);
        await page.waitForTimeout(600);
        await page.locator("#quality").screenshot({ path: join(process.env.SHOTS, `quality-${width}.png`) });
        await page.locator("#samples").screenshot({ path: join(process.env.SHOTS, `samples-${width}.png`) });
      }
    }
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("files on two scales are refused, and joined where the person says so", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page } = view;
  try {
    await engineReady(page);
    const genes = ["TP53", "MYC", "EGFR", "ESR1", "BRCA1", "PTEN"];
    const text = (/** @type {string} */ sample, /** @type {number} */ by) => [`gene\t${sample}1\t${sample}2`, ...genes.map((gene, at) => `${gene}\t${(at + 1.25) * by}\t${(at + 2.5) * by}`)].join("\n") + "\n";
    const file = (/** @type {string} */ name, /** @type {string} */ body) => ({ name, mimeType: "text/plain", buffer: Buffer.from(body) });
    await page.setInputFiles("#file-input", [file("tumor.tsv", text("tumor", 1)), file("normal.tsv", text("normal", 300.1))]);
    await page.waitForSelector("#one-scale");
    assert.match(await page.textContent("#cohort-status") ?? "", /different scales/);
    await page.click("#one-scale");
    await figureIs(page, "tumours", "2");
    await figureIs(page, "adjacent normals", "2");
    assert.match(await page.textContent("#warnings") ?? "", /brought to log2\(x \+ 1\), as you chose/);
  } finally {
    await view.close();
  }
});

test("the logarithm's base and offset are shown, corrected by a person, and corrected back", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    const genes = ["TP53", "MYC", "EGFR", "ESR1", "BRCA1", "PTEN"];
    const row = (/** @type {string} */ gene, /** @type {number} */ at) => `${gene}\t${[1, 2, 3, 4].map((sample) => (4 + at * 1.31 + sample * 0.217).toFixed(3)).join("\t")}`;
    const body = `gene\ttumor1\ttumor2\tnormal1\tnormal2\n${genes.map(row).join("\n")}\n`;
    await page.setInputFiles("#file-input", [{ name: "m.tsv", mimeType: "text/plain", buffer: Buffer.from(body) }]);
    await figureIs(page, "value scale", "log2 x");
    await page.click("#logarithm > summary");
    assert.match(await page.textContent("#logarithm") ?? "", /in part assumed.*2, the usual one, is assumed/s);
    await page.selectOption("#log-base", "e");
    await page.fill("#log-offset", "1");
    await page.click("#log-apply");
    await figureIs(page, "value scale", "ln(x + 1)");
    assert.match(await page.textContent("#logarithm") ?? "", /as you chose/);
    await page.click("#log-reset");
    await figureIs(page, "value scale", "log2 x");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});
