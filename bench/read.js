// Reading one file in the browser's CPU engine: `node read.js FOLDER_OF_NODE_MODULES DIST FILE` prints one JSON object:
// the estimate the page shows and the seconds until it does,
// seconds to read it and to make the cohort, and the peak memory of the browser's renderer (Linux; else null).
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { serve } from "../tests/page/serve.js";

const [modules, dist, file] = process.argv.slice(2);
const { chromium } = createRequire(path.join(path.resolve(modules), "index.js"))("playwright-core");

/** The largest peak of any renderer of this browser, by the kernel's count. @param {number} since process ids from here */
function peak(since) {
  try {
    const renderers = readdirSync("/proc").filter((id) => Number(id) >= since).flatMap((id) => {
      try {
        return readFileSync(`/proc/${id}/cmdline`, "utf8").includes("--type=renderer") ? [readFileSync(`/proc/${id}/status`, "utf8")] : [];
      } catch {
        return [];
      }
    });
    return 1024 * Math.max(...renderers.map((status) => Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0)));
  } catch {
    return null;
  }
}

const server = await serve(dist);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "chromium", args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  await page.goto(`${server.address}?device=cpu`);
  await page.waitForSelector("#engine-badge[data-state=good]", { timeout: 60_000 });
  await page.evaluate(() => document.body.append(Object.assign(document.createElement("input"), { type: "file", id: "bench" })));
  await page.setInputFiles("#bench", file);
  const result = await page.evaluate(async () => {
    const tp = globalThis.twinpurify;
    const cohort = await tp.newCohort();
    const start = performance.now();
    /** @type {{estimate: string, estimate_seconds: number} | undefined} */
    let told;
    const onFile = (/** @type {{estimate: string}} */ { estimate }) => { told ??= { estimate, estimate_seconds: (performance.now() - start) / 1000 }; };
    const [opened] = await cohort.addFiles(document.getElementById("bench").files, { onFile });
    if (opened.error) throw opened.error;
    const read = performance.now();
    const { genes, tumors, other, normals } = await cohort.compose();
    const end = performance.now();
    return { seconds: (end - start) / 1000, read_seconds: (read - start) / 1000, genes, samples: tumors + normals + other, ...told };
  });
  console.log(JSON.stringify({ ...result, peak_bytes: peak(process.pid) }));
} finally {
  await browser.close();
  server.close();
}
