// Compare in the built page, with one worker and with as many as there are cores: `node compare.js FOLDER_OF_NODE_MODULES DIST`.
// Prints a table; the two must be one table to the last digit.
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import path from "node:path";
import { serve } from "../tests/page/serve.js";

const ROUNDS = Number(process.env.ROUNDS ?? 2);
const EPOCHS = "60";

const { chromium } = createRequire(path.join(path.resolve(process.argv[2]), "index.js"))("playwright-core");
const server = await serve(path.resolve(process.argv[3] ?? "dist"), {});
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "chromium", args: ["--no-sandbox"] });
const page = await (await browser.newContext({ acceptDownloads: true })).newPage();

/** Seconds, and the table as it is saved. @param {number} workers */
async function compare(workers) {
  await page.selectOption("#compare-workers", String(workers));
  const began = performance.now();
  await page.click("#compare-begin");
  await page.waitForSelector("#comparing:not([hidden])");
  await page.waitForSelector("#comparing", { state: "hidden", timeout: 1_800_000 });
  const seconds = (performance.now() - began) / 1000;
  const [download] = await Promise.all([page.waitForEvent("download"), page.click('[data-plot="comparison"] button:text-is("CSV")')]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { seconds, table: Buffer.concat(chunks).toString() };
}

const median = (/** @type {number[]} */ values) => [...values].sort((a, b) => a - b)[values.length >> 1];

try {
  await page.goto(`${server.address}?device=cpu`);
  await page.waitForSelector("#engine-badge[data-state=good]", { timeout: 60_000 });
  await page.click("#demo-real");
  await page.waitForSelector("#figures dd", { timeout: 60_000 });
  await page.waitForSelector("#parameters", { state: "attached" });
  await page.evaluate(() => { /** @type {any} */ (document.getElementById("parameters")).open = true; });
  await page.fill("#parameter-epochs", EPOCHS);
  await page.dispatchEvent("#parameter-epochs", "change");
  await page.click("#train-begin");
  await page.waitForSelector("#verdict:not([hidden])", { timeout: 600_000 });
  await page.waitForSelector("#compare-workers option", { state: "attached" });
  const all = Math.max(2, availableParallelism());
  /** @type {Map<number, {seconds: number, table: string}[]>} */
  const results = new Map([[1, []], [all, []]]);
  for (let round = 0; round < ROUNDS; round++) for (const [workers, turns] of results) turns.push(await compare(workers));
  const one = median(results.get(1)?.map(({ seconds }) => seconds) ?? []);
  console.log(`\nCompare in the page, the demo cohort, three seeds, ${EPOCHS} epochs, ${availableParallelism()} cores\n${"".padEnd(26)}${"seconds".padStart(10)}${"speed-up".padStart(11)}`);
  for (const [workers, turns] of results) {
    const seconds = median(turns.map((turn) => turn.seconds));
    console.log(`${`${workers} worker${workers > 1 ? "s" : ""}`.padEnd(26)}${seconds.toFixed(1).padStart(10)}${`${(one / seconds).toFixed(2)} ×`.padStart(11)}`);
  }
  const tables = new Set([...results.values()].flat().map(({ table }) => table));
  console.log(`one table: ${tables.size === 1 ? "yes" : "NO"}`);
  process.exitCode = tables.size === 1 ? 0 : 1;
} finally {
  await browser.close();
  server.close();
}
