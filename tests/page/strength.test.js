// Strength on the real page: moved by mouse and keyboard, back to the same map to the digit; sessions and links keep it;
// one direction can stay; the verdict says where it stands; the comparison shows its price.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { readLink, writeLink } from "../../www/share/link.js";
import { strengthInWords, strengthName } from "../../www/page/explore/strength.js";
import { engineReady, missing, openPage, saved, setParameters, tinyCohort, trainTiny, verdict } from "./harness.js";
import { example } from "./link_example.js";

/** @typedef {import("playwright-core").Page} Page */

const SMALL = { hidden: "16", epochs: "6" };

/** @param {Page} page @param {string} where */
async function noViolations(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`), []);
}

/** The tiny cohort, trained, everything drawn. @param {object} [options] */
async function trained(options = {}) {
  const view = await openPage({ query: "?device=cpu", ...options });
  const { page } = view;
  await engineReady(page);
  await trainTiny(page, SMALL);
  await ready(page);
  return view;
}

/** @param {Page} page */
async function ready(page) {
  await page.waitForFunction(() => !(/** @type {HTMLInputElement} */ (document.getElementById("strength-slider"))).disabled, undefined, { timeout: 60_000 });
  await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
}

/** Wait until it stands there, and all that follows has followed. @param {Page} page @param {number} strength @param {RegExp} [words] */
async function stands(page, strength, words = new RegExp(`^Strength ${strength}: `)) {
  await page.waitForFunction(([value, source]) => {
    const said = document.querySelector("#evidence .at-strength")?.textContent ?? "";
    return document.getElementById("strength-value")?.textContent?.startsWith(`${value} of `) && document.getElementById("strength-status")?.textContent === "" && new RegExp(source).test(said);
  }, /** @type {const} */ ([String(strength), words.source]), { timeout: 60_000 });
}

/** @param {Page} page @param {"raw" | "purified"} side */
const places = async (page, side) => (await saved(page, `[data-plot="map_${side}"] button:text-is("CSV")`)).toString();

/** @param {Page} page */
const pathways = (page) => page.locator("#pathways .changes tbody").innerText();

/** The default that is marked. @param {Page} page */
const marked = async (page) => parseInt(await page.textContent("#strength .strength-scale .default") ?? "", 10);

test("strength in words, and in the names of files", () => {
  const of = (/** @type {import("../../www/engine").Config} */ config) => [strengthInWords({ config }), strengthName({ config })];
  assert.deepEqual(of({}), ["Strength 0: nothing is taken out.", "_strength0"]);
  assert.deepEqual(of({ strength: 1, kept: [] }), ["Strength 1: 1 contamination direction taken out.", "_strength1"]);
  assert.deepEqual(of({ strength: 3, kept: [1, 5] }), ["Strength 3: 2 contamination directions taken out, direction 1 kept.", "_strength3_kept1_5"]);
  assert.deepEqual(of({ strength: 1, kept: [1] })[0], "Strength 1, all of it kept: nothing is taken out.");
  assert.equal(strengthName(null), "");
});

test("by keyboard and mouse: the map changes and changes back to the digit; the rest follows; nothing is lost", { skip: missing, timeout: 240_000 }, async () => {
  const view = await trained();
  const { page, complaints } = view;
  try {
    const standard = await marked(page);
    assert.ok(standard > 0, "this cohort has a default above nothing");
    assert.match(await page.textContent("#train-strength") ?? "", new RegExp(`default for 40 tumours is ${standard}: `));
    assert.match(await page.textContent("#strength-note") ?? "", new RegExp(`default for 40 tumours is ${standard}: `));
    await stands(page, standard);
    assert.match(await page.textContent("#verdict .at-strength") ?? "", new RegExp(`^Strength ${standard}: `));
    await page.fill("#select-search", "subtype = A");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.getElementById("selected-words")?.textContent?.startsWith("20 of 40"));
    const [raw, before, scored] = [await places(page, "raw"), await places(page, "purified"), await pathways(page)];

    await page.focus("#strength-slider");
    await page.keyboard.press("Home");
    await stands(page, 0, /^Strength 0: nothing is taken out/);
    assert.equal(await page.getAttribute("#strength-slider", "aria-valuetext"), `0 of ${await page.getAttribute("#strength-slider", "max")}: nothing is taken out`);
    const none = await places(page, "purified");
    assert.notEqual(none, before);
    assert.equal(await places(page, "raw"), raw, "the raw map does not move");
    await page.waitForFunction((was) => /** @type {HTMLElement} */ (document.querySelector("#pathways .changes tbody")).innerText !== was, scored);
    assert.match(await page.textContent("#selected-words") ?? "", /^20 of 40/, "the selection stays");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click('[data-plot="map_purified"] button:text-is("SVG")')]);
    assert.match(download.suggestedFilename(), /^twinpurify_map_purified_pca_by_subtype_strength0\.svg$/);

    await page.focus("#strength-slider");
    for (let k = 0; k < standard; k++) await page.keyboard.press("ArrowRight");
    await stands(page, standard);
    assert.equal(await places(page, "purified"), before, "back to the digit");
    await page.waitForFunction((was) => /** @type {HTMLElement} */ (document.querySelector("#pathways .changes tbody")).innerText === was, scored);

    // The mouse: to the far end, then back by the button.
    const box = /** @type {{x: number, y: number, width: number, height: number}} */ (await page.locator("#strength-slider").boundingBox());
    await page.locator("#strength-slider").click({ position: { x: box.width - 3, y: box.height / 2 } });
    const most = Number(await page.getAttribute("#strength-slider", "max"));
    await stands(page, most);
    assert.notEqual(await places(page, "purified"), before);
    await page.click("#strength-default");
    await stands(page, standard);
    assert.equal(await page.isVisible("#strength-default"), false);
    assert.equal(await places(page, "purified"), before);

    // Faster than the engine: the newest wins.
    await page.evaluate(() => {
      const slider = /** @type {HTMLInputElement} */ (document.getElementById("strength-slider"));
      for (const value of ["1", "2", "0", "1", "0"]) {
        slider.value = value;
        slider.dispatchEvent(new Event("input"));
      }
    });
    await stands(page, 0, /^Strength 0: nothing/);
    assert.equal(await places(page, "purified"), none, "0 is the same map again");
    await noViolations(page, "strength");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("one direction is kept, coloured by, and drawn with its genes", { skip: missing, timeout: 240_000 }, async () => {
  const view = await trained();
  const { page, complaints } = view;
  try {
    const standard = await marked(page);
    const before = await places(page, "purified");
    await page.click("#taken-out > summary");
    await page.waitForSelector("#taken-out tbody tr", { timeout: 60_000 });
    const ticked = await page.locator("#taken-out tbody input").evaluateAll((boxes) => boxes.map((box) => /** @type {HTMLInputElement} */ (box).checked));
    assert.deepEqual(ticked, ticked.map((_, at) => at < standard), "what is taken out is ticked");
    await page.uncheck("#take-out-1");
    await stands(page, standard, /, direction 1 kept\.$/);
    assert.equal(await page.evaluate(() => document.activeElement?.id), "take-out-1", "the box keeps the focus");
    const kept = await places(page, "purified");
    assert.notEqual(kept, before);
    await page.check("#take-out-1");
    await stands(page, standard);
    assert.equal(await places(page, "purified"), before);

    await page.waitForFunction(() => document.querySelector('[data-plot="direction"] canvas')?.getAttribute("aria-label"));
    await page.click("#direction-genes-2");
    await page.waitForFunction(() => /direction 2/.test(document.querySelector('[data-plot="direction"] canvas')?.getAttribute("aria-label") ?? ""));
    const rows = (await saved(page, '[data-plot="direction"] button:text-is("CSV")')).toString().trim().split("\n");
    assert.match(rows[0], /^direction,sense,gene,weight/);
    assert.ok(rows.length > 58);
    await page.click("#direction-colour-1");
    await page.waitForFunction(() => /direction 1/.test(document.querySelector("#explore .legend")?.textContent ?? ""));
    await noViolations(page, "what is taken out");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("sessions and links keep the strength; links of before have none", { skip: missing, timeout: 240_000 }, async () => {
  let session, at1, hash;
  const view = await trained();
  const { page, complaints } = view;
  try {
    await page.focus("#strength-slider");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await stands(page, 1);
    at1 = await places(page, "purified");
    session = await saved(page, "#session-save");
    await page.click("#share-open");
    await page.check("#share-result");
    await page.waitForFunction(() => document.getElementById("share-contents")?.textContent?.includes("2 maps of 40 tumours"));
    await page.waitForFunction(() => !/** @type {HTMLButtonElement} */ (document.getElementById("share-copy")).disabled);
    hash = new URL(await page.inputValue("#share-link")).hash;
    const shared = await readLink(hash);
    assert.equal(shared.config.strength, 1);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }

  const again = await openPage({ query: "?device=cpu" });
  try {
    const { page } = again;
    await engineReady(page);
    await page.setInputFiles("#file-input", { name: "a.twinpurify", mimeType: "application/octet-stream", buffer: session });
    await page.waitForFunction(() => document.getElementById("strength-note")?.textContent?.includes("drawn at strength 1"), undefined, { timeout: 60_000 });
    assert.equal(await page.isDisabled("#strength-slider"), true);
    assert.equal((await places(page, "purified")).split("\n").map((line) => line.split(",").slice(0, 3).join()).join("\n"), at1.split("\n").map((line) => line.split(",").slice(0, 3).join()).join("\n"));
    await page.setInputFiles("#file-input", tinyCohort());
    await ready(page);
    await stands(page, 1);
    assert.equal(await places(page, "purified"), at1, "alive again, it stands where it stood");
    await page.click("#strength-default");
    await page.waitForFunction(() => !document.getElementById("strength-value")?.textContent?.startsWith("1 of"));
  } finally {
    await again.close();
  }

  const before = example(40);
  for (const [fragment, words] of /** @type {const} */ ([[hash, "Strength 1: 1 contamination direction taken out."], [await writeLink(before), "Strength 0: nothing is taken out."]])) {
    const link = await openPage({ query: fragment });
    try {
      await link.page.waitForSelector("#shared-strength");
      assert.match(await link.page.textContent("#shared-strength") ?? "", new RegExp(words.replace(".", "\\.")));
      assert.deepEqual(link.complaints, []);
    } finally {
      await link.close();
    }
  }
});

test("a model that was saved before there were directions says so, and is read as it was", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", { name: "old.twinpurify", mimeType: "application/octet-stream", buffer: readFileSync("tests/files/session_1.twinpurify") });
    await page.waitForFunction(() => document.getElementById("strength-note")?.textContent?.includes("drawn at strength 0"), undefined, { timeout: 60_000 });
    assert.equal(await page.isDisabled("#strength-slider"), true);
    assert.match(await page.textContent("#evidence .at-strength") ?? "", /^Strength 0: nothing is taken out/);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("the comparison shows the price of every strength, apart from its table", { skip: missing, timeout: 400_000 }, async () => {
  const view = await trained();
  const { page, complaints } = view;
  try {
    await page.selectOption("#compare-seeds", "2");
    await page.click("#compare-begin");
    await page.waitForFunction(() => (/** @type {HTMLElement} */ (document.getElementById("comparing"))).hidden && document.querySelector('[data-plot="price"] canvas')?.getAttribute("aria-label"), undefined, { timeout: 360_000 });
    assert.match(await page.getAttribute('[data-plot="price"] canvas', "aria-label") ?? "", /price of strength/i);
    const rows = await page.locator(".comparison [data-row]").evaluateAll((all) => all.map((row) => row.getAttribute("data-row")));
    assert.ok(rows.includes("twinpurify") && rows.every((key) => !key?.includes(".strength.")), `${rows}`);
    const strengths = await page.locator("#price-table [data-strength]").evaluateAll((all) => all.map((row) => row.getAttribute("data-strength")));
    assert.deepEqual(strengths, ["0", "1", "2", "3", "4", "5", "", "", ""]);
    assert.match(await page.textContent("#price-words") ?? "", /On this cohort .*strength|without a label/);
    const csv = (await saved(page, '[data-plot="price"] button:text-is("CSV")')).toString();
    assert.match(csv, /^representation,strength,measure,mean,sd,seeds\n/);
    assert.match(csv, /^TwinPurify,5,identity\.any,/m);
    await page.click("#price-table > summary");
    await noViolations(page, "price");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("Explore and Evidence at strength 0 and at the default, wide and narrow, light and dark", { skip: missing, timeout: 400_000 }, async () => {
  for (const [width, theme] of /** @type {[number, "light" | "dark"][]} */ ([[1280, "light"], [390, "dark"], [1280, "dark"], [390, "light"]])) {
    const view = await openPage({ query: "?device=cpu", width, theme });
    const { page } = view;
    try {
      await engineReady(page);
      await page.setInputFiles("#file-input", tinyCohort());
      await page.waitForSelector("#figures dd");
      await setParameters(page, SMALL);
      await page.click("#train-begin");
      await verdict(page, 120_000);
      await ready(page);
      const standard = await marked(page);
      for (const strength of [standard, 0]) {
        if (strength === 0) {
          await page.focus("#strength-slider");
          await page.keyboard.press("Home");
          await stands(page, 0, /^Strength 0/);
        }
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
        if (process.env.SHOTS) {
          for (const section of ["explore", "evidence"]) await page.locator(`#${section}`).screenshot({ path: `${process.env.SHOTS}/strength_${section}_${width}_${theme}_${strength}.png` });
        }
      }
      await noViolations(page, `${width} ${theme}`);
    } finally {
      await view.close();
    }
  }
});
