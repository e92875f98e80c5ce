// Take the reference screenshots of the demo, docs/reference/*.png: `node scripts/take_reference.js` after ./build.sh dist.
// The simulated demo, seed 5, Instant: the same picture every time, to hold a later page against.
import { mkdirSync } from "node:fs";
import { engineReady, openPage } from "../tests/page/harness.js";

mkdirSync("docs/reference", { recursive: true });
for (const [theme, width] of /** @type {["light" | "dark", number][]} */ ([["light", 1280], ["dark", 390]])) {
  const view = await openPage({ query: "?device=cpu#demo=simulated&seed=5&preset=instant", theme, width, height: 844 });
  const { page } = view;
  try {
    await engineReady(page);
    await page.click("#demo-reproduce");
    await page.waitForSelector("#pathways .changes tbody tr", { timeout: 120_000 });
    // What sticks to the window would lie across a picture taller than it.
    await page.evaluate(() => { for (const bar of document.querySelectorAll("header.top, .rail")) /** @type {HTMLElement} */ (bar).style.position = "static"; });
    for (const id of ["cohort", "explore", "pathways", "evidence", "share"]) {
      await page.locator(`#${id}`).scrollIntoViewIfNeeded();
      await page.waitForTimeout(1500);
      await page.locator(`#${id}`).screenshot({ path: `docs/reference/${theme}_${width}_${id}.png` });
    }
  } finally {
    await view.close();
  }
}
