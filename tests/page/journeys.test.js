// The ways into the page beside a person's own two files: roles put right by hand, both demo buttons, own gene sets.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineReady, missing, openPage, tinyCohort, trainTiny, verdict } from "./harness.js";

/** Figures of the cohort by their names. @param {import("playwright-core").Page} page @returns {Promise<Record<string, string>>} */
const figures = (page) => page.locator("#figures > div").evaluateAll((all) =>
  Object.fromEntries(all.map((one) => [one.querySelector("dt")?.textContent ?? "", one.querySelector("dd")?.textContent ?? ""])));

/** @param {import("playwright-core").Page} page @param {string} name @param {string} value */
const figureIs = (page, name, value) => page.waitForFunction(([wanted, number]) =>
  [...document.querySelectorAll("#figures > div")].some((one) => one.querySelector("dt")?.textContent === wanted && one.querySelector("dd")?.textContent === number), [name, value]);

test("roles that names do not tell are picked by column and value, and taken back", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", anonymous());
    await page.waitForSelector("#figures dd");
    const detected = await figures(page);
    assert.notEqual(detected["adjacent normals"], "12", "the names alone do not tell the normals");

    assert.ok(await page.isVisible("#role-column"), "without normals the picker stands open");
    await page.selectOption("#role-column", "site");
    await page.check('#roles input[aria-label="margin: adjacent normal"]');
    await page.check('#roles input[aria-label="mass: tumour"]');
    await page.click("#roles-apply");
    await figureIs(page, "adjacent normals", "12");
    assert.equal((await figures(page)).tumours, "40");
    assert.ok(await page.isVisible("#roles .inside"), "the picker stays open, to look again");
    assert.equal(await page.inputValue("#role-column"), "site");
    assert.ok(await page.isVisible("#train-begin"), "with tumours and normals there is something to train");

    await page.check('#roles input[aria-label="margin: tumour"]');
    await page.check('#roles input[aria-label="mass: adjacent normal"]');
    await page.click("#roles-apply");
    await figureIs(page, "adjacent normals", "40");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "roles-apply", "the focus stays where it was");

    await page.click("#roles-reset");
    await page.waitForFunction((before) => [...document.querySelectorAll("#figures dd:not(.why)")].map((one) => one.textContent).join() === before,
      Object.values(detected).join());
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("the demo cohort opens with one button", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.click("#demo-real");
    await figureIs(page, "tumours", "101");
    await figureIs(page, "adjacent normals", "14");
    assert.match(await page.textContent("#cohort-note") ?? "", /Dou et al\. 2020/);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("the simulated cohort says that it is simulated; Instant gives a verdict and maps", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.click("#demo-simulated");
    await figureIs(page, "tumours", "300");
    await figureIs(page, "adjacent normals", "40");
    assert.match(await page.textContent("#cohort-note") ?? "", /simulated/i);
    await page.waitForSelector("#train-begin");
    await page.locator("#train").getByText("Instant", { exact: true }).click();
    await page.waitForFunction(() => !(/** @type {HTMLButtonElement} */ (document.getElementById("train-begin"))).disabled);
    await page.click("#train-begin");
    assert.match(await verdict(page, 60_000) ?? "", /\d+ of 300 tumours/);
    await page.waitForFunction(() => [...document.querySelectorAll("#explore canvas")].filter((canvas) => canvas.getAttribute("aria-label")).length === 2);
    await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("own gene sets are scored beside Hallmark", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await trainTiny(page, { hidden: "16", epochs: "4" });
    await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
    const gmt = ["FIRST_OF_MINE\thttps://example.org\tAK2\tANP32E\tASF1A\tASF1B\tATAD2\tAURKA\tAURKB\tBARD1\tBIRC5\tBRCA1\tBRCA2\tBRMS1L",
      "SECOND_OF_MINE\t\tADM\tADORA2B\tAK4\tAKAP12\tALDOA\tALDOB\tALDOC\tAMPD3\tANGPTL4\tANKZF1\tANXA2\tATF3"].join("\n");
    await page.setInputFiles("#own-sets", { name: "mine.gmt", mimeType: "text/plain", buffer: Buffer.from(`${gmt}\n`) });
    await page.waitForFunction(() => document.querySelectorAll("#pathways .changes tbody tr").length === 2);
    assert.match(await page.textContent("#pathways .changes tbody") ?? "", /FIRST OF MINE/);
    assert.match(await page.textContent("#pathways .controls") ?? "", /mine(\.gmt)? \(2\)/);

    await page.setInputFiles("#own-sets", { name: "broken.gmt", mimeType: "text/plain", buffer: Buffer.from("only one field\n") });
    await page.waitForSelector("#pathways .status.bad");
    assert.match(await page.textContent("#pathways .status") ?? "", /line 1/i);
    assert.equal(await page.locator("#pathways .changes tbody tr").count(), 2, "what stood there stays");
    await page.locator("#pathways").getByText("Hallmark", { exact: true }).click();
    await page.waitForFunction(() => document.querySelectorAll("#pathways .changes tbody tr").length > 0 && !document.querySelector("#pathways .changes tbody")?.textContent?.includes("OF MINE"));
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

/** The tiny cohort under names that tell nothing, and a sheet whose column `site` tells in words of its own. */
function anonymous() {
  const [expression] = tinyCohort();
  const [head, ...rows] = expression.buffer.toString().trim().split("\n");
  const names = head.split("\t").slice(1).map((_, at) => `S${String(at + 1).padStart(3, "0")}`);
  const sheet = ["sample_id\tsite\tbatch", ...names.map((name, at) => `${name}\t${at < 40 ? "mass" : "margin"}\t${at % 3 ? "one" : "two"}`)];
  const file = (/** @type {string} */ name, /** @type {string[]} */ lines) => ({ name, mimeType: "text/tab-separated-values", buffer: Buffer.from(`${lines.join("\n")}\n`) });
  return [file("expression.tsv", [["gene", ...names].join("\t"), ...rows]), file("samples.tsv", sheet)];
}
