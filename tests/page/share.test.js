// Links in the real page: a shared result opens without data and without an engine, and a spoilt link says what is wrong.
import assert from "node:assert/strict";
import { test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { readLink, writeLink } from "../../www/share/link.js";
import { missing, openPage } from "./harness.js";
import { example } from "./link_example.js";

/** @param {import("playwright-core").Page} page @param {string} where */
async function noViolations(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${where}: ${id} ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join(" | ")}`), []);
}

/** Milliseconds from navigation until every shared map on screen is drawn. @param {import("playwright-core").Page} page */
async function drawn(page) {
  await page.waitForFunction(() => performance.getEntriesByName("shared map drawn").length === (innerWidth < 700 ? 1 : 2));
  return page.evaluate(() => performance.getEntriesByName("shared map drawn").at(-1)?.startTime ?? NaN);
}

/** Pixels of the visible map that are neither grey, black nor white. @param {import("playwright-core").Page} page */
const coloured = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
  const canvas = [...document.querySelectorAll("#shared canvas")].find((one) => one.getBoundingClientRect().width > 0);
  if (!(canvas instanceof HTMLCanvasElement)) return done(0);
  const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(0, 0, canvas.width, canvas.height);
  let found = 0;
  for (let at = 0; at < data.length; at += 4) if (Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 60) found++;
  done(found);
}))));

const engineOf = (/** @type {{address: string}[]} */ requests) => requests.filter(({ address }) => /\/engine\/|engine-worker|gene_map|\/demo\//.test(address));

for (const [theme, width] of /** @type {["light" | "dark", number][]} */ ([["light", 1280], ["dark", 1280], ["light", 390], ["dark", 390]])) {
  test(`a link opens in a fresh browser with no data and no engine, ${theme}, ${width} px`, { skip: missing, timeout: 60_000 }, async () => {
    const shared = example(800);
    assert.ok(shared.result);
    shared.result.names = Array.from({ length: 800 }, (_, at) => at ? `S${at}` : "<b>first</b>");
    const view = await openPage({ query: await writeLink(shared), theme, width, height: 844 });
    const { page, complaints } = view;
    try {
      const took = await drawn(page);
      console.log(`a link of 800 samples: drawn ${took.toFixed(0)} ms after navigation (${theme}, ${width} px)`);
      assert.ok(took < 10_000);
      assert.equal(await page.textContent("#shared h1"), "Shared result: 800 tumours, raw and purified");
      assert.match(await page.textContent("#shared .senders") ?? "", /nothing here was checked[^]*93 of 101/);
      assert.deepEqual(await page.locator("#shared .legend button").evaluateAll((all) => all.map((one) => one.firstChild?.nextSibling?.textContent)), ["Basal", "Her2", "LumA", "LumB", "Normal", "missing"]);
      await page.click("#shared .legend button >> nth=1");
      assert.equal(await page.getAttribute("#shared .legend button >> nth=1", "aria-pressed"), "true");
      await page.focus("#shared .plot.shown canvas, #shared .plot canvas:visible");
      await page.keyboard.press("ArrowRight");
      assert.match(await page.textContent("#shared .hovered") ?? "", /subtype: Her2/);
      await page.selectOption("#shared-colour", "1");
      await page.waitForSelector("#shared .legend .bar");
      for (const fold of await page.locator("#shared .fold summary").all()) await fold.click();
      assert.match(await page.textContent("#shared .contents") ?? "", /Expression values.*never/s);
      await noViolations(page, "shared view");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the page does not scroll sideways");
      assert.deepEqual(engineOf(view.requests), [], "no engine, worker, map of genes or cohort was asked for");
      await page.selectOption("#shared-colour", "0");
      await page.evaluate(() => scrollTo(0, 0));
      assert.ok(await coloured(page) > 2_000, "the points are on the canvas");
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/shared_${theme}_${width}.png`, fullPage: true });
      assert.equal(await page.locator("#shared b").count(), 0, "a name is text");
      assert.deepEqual(complaints, []);
    } finally {
      await view.close();
    }
  });
}

test("a damaged, cut, newer or too long link says so, and the page can still be used", { skip: missing, timeout: 60_000 }, async () => {
  const link = await writeLink(example(30));
  const view = await openPage({ query: link.slice(0, -9) });
  const { page } = view;
  try {
    /** @type {[string, string, RegExp][]} */
    const spoilt = [
      [link.slice(0, -9), "link_truncated", /cut off/], [`${link}AA`, "link_damaged", /damaged/], [link.replace("=1.", "=9."), "link_newer", /newer version/],
      [`#link=1.70000.${"A".repeat(70_000)}`, "link_too_long", /longer than any/],
    ];
    const address = page.url().split("#")[0];
    for (const [fragment, code, says] of spoilt) {
      await page.goto("about:blank");
      await page.goto(address + fragment);
      await page.waitForSelector(`#shared-error[data-code=${code}]`);
      assert.match(await page.textContent("#shared-error") ?? "", says);
    }
    assert.deepEqual(engineOf(view.requests), []);
    await page.click("#shared-leave");
    await page.waitForSelector("#drop", { state: "visible" });
    assert.ok(await page.isHidden("#shared"));
    assert.equal(new URL(page.url()).hash, "");
  } finally {
    await view.close();
  }
});

test("a demo link makes the same run again with one button; one that asks for nonsense says so", { skip: missing, timeout: 300_000 }, async () => {
  /** @param {string} query */
  const run = async (query) => {
    const view = await openPage({ query });
    try {
      const { page } = view;
      await page.click("#demo-reproduce");
      await page.waitForFunction(() => document.querySelector("#shared .status")?.textContent?.startsWith("Made again"), undefined, { timeout: 120_000 });
      await page.waitForFunction(() => document.querySelector("#explore [data-plot=map_purified] canvas")?.getAttribute("aria-label"), undefined, { timeout: 60_000 });
      await page.click("#share-open");
      await page.check("#share-result");
      await page.waitForFunction(() => document.getElementById("share-contents")?.textContent?.includes("maps of 300 tumours"), undefined, { timeout: 60_000 });
      await page.waitForFunction(() => !/** @type {HTMLButtonElement} */ (document.getElementById("share-copy")).disabled);
      assert.match(await page.getAttribute("#share-demo a", "href") ?? "", /#demo=simulated&seed=5&preset=instant&map=pca$/);
      return (await readLink(new URL(await page.inputValue("#share-link")).hash)).result;
    } finally {
      await view.close();
    }
  };
  const query = "?device=cpu#demo=simulated&seed=5&preset=instant";
  const [first, second] = [await run(query), await run(query)];
  assert.ok(first && second && first.count === 300);
  assert.deepEqual(first.maps, second.maps, "the same map, to the last step");

  const view = await openPage({ query: "?device=cpu#demo=nothing" });
  try {
    await view.page.waitForSelector("#shared-error");
    assert.match(await view.page.textContent("#shared-error") ?? "", /not understood/);
    assert.ok(await view.page.isVisible("#drop"), "the first screen stands all the same");
  } finally {
    await view.close();
  }
});
