// axe in both themes and at both widths, and the whole journey without a mouse.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { engineReady, missing, openPage, setParameters, tinyCohort, verdict } from "./harness.js";

const SMALL = { hidden: "32", epochs: "20" };

/** @param {import("playwright-core").Page} page @param {string} where */
async function noViolations(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`), []);
}

for (const [theme, width] of /** @type {["light" | "dark", number][]} */ ([["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]])) {
  test(`axe finds nothing, ${theme}, ${width} px`, { skip: missing, timeout: 240_000 }, async () => {
    const view = await openPage({ query: "?device=cpu", theme, width, height: 844 });
    const { page } = view;
    try {
      await engineReady(page);
      await noViolations(page, "first screen");
      // The sections stand in one row below a narrow page, each name whole; 320 px is what a page has at 400 % of 1,280.
      for (const narrow of width < 1000 ? [width, 320] : []) {
        await page.setViewportSize({ width: narrow, height: 844 });
        const links = await page.$$eval(".rail a", (all) => all.map((link) => ({ ...link.getBoundingClientRect().toJSON(), whole: link.scrollWidth <= link.clientWidth })));
        assert.equal(links.length, 7);
        assert.deepEqual(links.filter(({ top, right, whole }) => top !== links[0].top || right > narrow || !whole), [], `at ${narrow} px`);
      }
      await page.setViewportSize({ width, height: 844 });
      await page.setInputFiles("#file-input", tinyCohort());
      await page.waitForSelector("#figures dd");
      await page.evaluate(() => { for (const fold of document.querySelectorAll("details")) fold.open = true; });
      await page.waitForSelector("#samples tbody tr");
      await noViolations(page, "cohort");
      await setParameters(page, SMALL);
      await page.click("#train-begin");
      await verdict(page, 120_000);
      await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
      await noViolations(page, "everything");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
    } finally {
      await view.close();
    }
  });
}

test("a keyboard alone: open, train, colour, sort, save", { skip: missing, timeout: 300_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  page.on("filechooser", () => {}); // interception is on from here: it is switched on asynchronously
  try {
    await engineReady(page);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
    await page.keyboard.press("?");
    assert.ok(await page.isVisible("#shortcuts"));
    await page.keyboard.press("Escape");
    assert.ok(await page.isHidden("#shortcuts"));

    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.keyboard.press("o")]);
    await chooser.setFiles(tinyCohort());
    await page.waitForSelector("#figures dd");

    await tabTo(page, "#parameters > summary");
    await page.keyboard.press("Enter");
    await tabTo(page, "#parameter-epochs");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("20");
    await page.keyboard.press("Tab");
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    await page.keyboard.press("t");
    await page.waitForFunction(() => document.activeElement?.id === "train-begin");
    await page.keyboard.press("Enter");
    await verdict(page, 120_000);

    await page.keyboard.press("/");
    await page.keyboard.type("subtype");
    await page.keyboard.press("Enter");
    await tabTo(page, "#explore .legend button");
    await page.keyboard.press("Enter");
    assert.equal(await page.getAttribute("#explore .legend button", "aria-pressed"), "true");

    await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
    await tabTo(page, '#pathways th[data-key="set"] button');
    await page.keyboard.press("Enter");
    assert.equal(await page.getAttribute('#pathways th[data-key="set"]', "aria-sort"), "ascending");

    await tabTo(page, '[data-download="embedding.csv"]');
    const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
    assert.match(download.suggestedFilename(), /embedding_strength\d\.csv$/);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

/** Press Tab until this has the focus, and see that the focus is visible. @param {import("playwright-core").Page} page @param {string} selector */
async function tabTo(page, selector) {
  for (let presses = 0; presses < 400; presses++) {
    await page.keyboard.press("Tab");
    const here = await page.evaluate((wanted) => document.activeElement === document.querySelector(wanted), selector);
    if (here) {
      assert.notEqual(await page.evaluate(() => getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle), "none", `${selector} shows its focus`);
      return;
    }
  }
  assert.fail(`Tab never reached ${selector}`);
}
