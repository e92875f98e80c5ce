// Pathways between two groups, and what is estimated of purity: on the page, in its tables and files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { engineReady, missing, openPage, saved, trainTiny } from "./harness.js";

const SMALL = { hidden: "16", dim: "8", epochs: "4" };

/** @param {import("playwright-core").Page} page */
async function compared(page) {
  await page.waitForFunction(() => /Below an FDR/.test(document.getElementById("groups-status")?.textContent ?? ""), undefined, { timeout: 60_000 });
  return page.textContent("#groups-status");
}

test("two subtypes differ as they were made to", { skip: missing, timeout: 300_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints, requestsSince } = view;
  try {
    await engineReady(page);
    const opened = Date.now();
    await trainTiny(page, SMALL);

    assert.match(await compared(page) ?? "", /^20 against 20 tumours/);
    assert.equal(await page.inputValue("#groups-by"), "column:subtype");
    const row = page.locator('#groups tbody tr[data-set="HALLMARK_HYPOXIA"]');
    const cells = await row.locator("td").allTextContents();
    assert.equal(cells.length, 8);
    assert.ok(cells.every((cell) => cell.trim() !== "" && cell !== "–"), `${cells}`);

    // The other way round every sign turns.
    const sign = async () => ((await row.locator("td").nth(1).textContent()) ?? "").startsWith("−");
    const before = await sign();
    await page.selectOption("#groups-first", "1");
    await page.selectOption("#groups-second", "0");
    await page.waitForFunction((was) => (document.querySelector('#groups tr[data-set="HALLMARK_HYPOXIA"]')?.children[2]?.textContent ?? "").startsWith("−") !== was, before);

    await page.locator("#groups .segments").getByText("Mann–Whitney").click();
    await page.waitForFunction(() => [...document.querySelectorAll("#groups tbody td:nth-child(3)")].every((cell) => Math.abs(Number.parseFloat((cell.textContent ?? "").replace("−", "-"))) <= 1));
    await page.click('#groups th[data-key="raw-p"] button');
    assert.equal(await page.getAttribute('#groups th[data-key="raw-p"]', "aria-sort"), "ascending");

    // The same group twice is a message, not a number; nothing stays on screen that belongs to neither.
    await page.selectOption("#groups-second", "1");
    await page.waitForSelector("#groups-status.bad");
    assert.match(await page.textContent("#groups-status") ?? "", /two different groups/);
    await page.selectOption("#groups-second", "");
    await compared(page);

    const csv = (await saved(page, '[data-plot="differences"] button:text-is("CSV")')).toString().trim().split("\n");
    assert.match(csv[0], /^column,first,first_n,second,second_n,test,effect,set,found,size,raw_difference,/);
    assert.match(csv[1], /^subtype,B,20,all others,20,Mann-Whitney,Cliff's delta,/);
    assert.match((await saved(page, '[data-plot="differences"] button:text-is("SVG")')).toString(), /<title>subtype: B \(20\) against all others \(20\)<\/title>/);
    assert.equal((await saved(page, '[data-plot="differences_strip"] button:text-is("PNG")')).subarray(1, 4).toString(), "PNG");

    // Estimates: offered to colour by, in the sample table, as a file.
    await page.fill("#colour-search", "position between");
    await page.click('#colour-search-options li:has-text("purest tumours (estimated)")');
    await page.waitForFunction(() => /no diagnosis/.test(document.querySelector("#explore .legend")?.textContent ?? ""));
    await page.click("#samples summary");
    await page.waitForSelector("#samples .about-estimates");
    // Of 58 genes too few are markers: nothing stands for purity, and no column pretends to.
    const estimated = (await page.locator("#samples th").allTextContents()).filter((name) => name.endsWith("(estimated)"));
    assert.ok(estimated.includes("position between adjacent normal and the purest tumours (estimated)"), `${estimated}`);
    assert.ok(!estimated.some((name) => /stand-in|score/.test(name)), `${estimated}`);
    assert.match(await page.textContent("#pathways") ?? "", /Taken for purity: none, for the sample sheet has no purity column\. Nothing stands for purity here/);
    const purity = (await saved(page, '[data-download="purity.csv"]')).toString().trim().split("\n");
    assert.equal(purity[0], "sample,purity_stand_in,stromal_score_z,immune_score_z,position_normal_to_purest");
    assert.equal(purity.length, 41);
    assert.ok(purity.slice(1).every((line) => line.split(",")[1] === "" && Number.isFinite(Number(line.split(",")[4])) && line.split(",")[4] !== ""));

    const { violations } = await new AxeBuilder({ page }).include("#groups").analyze();
    assert.deepEqual(violations.map(({ id, nodes }) => `${id} ${nodes.map(({ target }) => target)}`), []);
    if (process.env.SHOTS) for (const [width, theme] of /** @type {[number, "light" | "dark"][]} */ ([[1280, "light"], [1280, "dark"], [390, "light"], [390, "dark"]])) {
      await page.emulateMedia({ colorScheme: theme });
      await page.setViewportSize({ width, height: 900 });
      await page.waitForTimeout(1200);
      await page.locator("#groups").screenshot({ path: `${process.env.SHOTS}/groups-${width}-${theme}.png` });
    }
    await page.setViewportSize({ width: 390, height: 844 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
    assert.deepEqual(requestsSince(opened), []);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});
