// Steps per second of every contestant in one headless Chromium: `node run.js FOLDER_OF_NODE_MODULES [--peers-only]`.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const SMALL = { n: 256, g: 2000, h: 256, o: 64 };
const LARGE = { n: 512, g: 5000, h: 512, o: 128 };
const TINY = { n: 64, g: 256, h: 64, o: 32 };
const ROUNDS = 5;
const SECONDS_PER_TURN = 1.5;
const SEED = 7;

const CPU = [
  { name: "TwinPurify, CPU engine", engine: "twinpurify", backend: "cpu" },
  { name: "jax-js, wasm", engine: "jax", backend: "wasm" },
  { name: "TensorFlow.js, wasm", engine: "tfjs", backend: "wasm" },
];
const GPU = [
  { name: "TwinPurify, GPU engine", engine: "twinpurify", backend: "gpu" },
  { name: "jax-js, webgpu", engine: "jax", backend: "webgpu" },
  { name: "TensorFlow.js, webgpu", engine: "tfjs", backend: "webgpu" },
];

const here = path.dirname(fileURLToPath(import.meta.url));
const peers = path.resolve(process.argv[2]);
const contestants = (all) => (process.argv.includes("--peers-only") ? all.filter((c) => c.engine !== "twinpurify") : all);
const { chromium } = createRequire(path.join(peers, "index.js"))("playwright-core");

const TYPES = { ".js": "text/javascript", ".html": "text/html", ".wasm": "application/wasm" };

/** /bench, /dist and /peers on one origin, without cross-origin isolation: what a plain static host gives. */
function serve() {
  const roots = { bench: here, dist: path.join(here, "../dist"), peers };
  const server = createServer(async (request, response) => {
    const [, root, ...rest] = decodeURIComponent(new URL(request.url, "http://bench").pathname).split("/");
    const file = roots[root] && path.join(roots[root], ...rest);
    if (!file?.startsWith(roots[root]) || !(await stat(file).catch(() => null))?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": TYPES[path.extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** A browser with a real adapter where there is one, else with WebGPU emulated on the CPU. */
async function openBrowser(address) {
  const flags = ["--no-sandbox", "--enable-unsafe-webgpu", "--enable-features=Vulkan", "--ignore-gpu-blocklist"];
  for (const emulation of [[], ["--use-webgpu-adapter=swiftshader"]]) {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "chromium", args: [...flags, ...emulation] });
    const page = await browser.newPage();
    await page.goto(`${address}/bench/page.html`);
    const adapter = await page.evaluate(async () => {
      const found = await navigator.gpu?.requestAdapter();
      return found ? `${found.info.vendor} ${found.info.architecture} ${found.info.description}`.trim() : null;
    });
    if (adapter || emulation.length) return { browser, page, adapter, emulated: emulation.length > 0 || /swiftshader/i.test(adapter) };
    await browser.close();
  }
}

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Everyone warms up, then everyone takes a turn per round. */
async function race(page, runners, shape) {
  const results = [];
  for (const runner of runners) {
    await page.evaluate((name) => contestant(name), runner.name);
    const ask = (call, args) => page.evaluate(([name, c, a]) => ask(name, c, a), [runner.name, call, args]);
    await ask("create", { engine: runner.engine, backend: runner.backend, shape, seed: SEED });
    const first = await ask("step", { k: 1 });
    const warm = await ask("step", { k: 2 });
    const k = Math.max(1, Math.round(SECONDS_PER_TURN / (warm.seconds / 2)));
    results.push({ ...runner, ask, k, firstSeconds: first.seconds, firstLoss: first.loss, rates: [] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const result of results) {
      const { seconds, loss } = await result.ask("step", { k: result.k });
      result.rates.push(result.k / seconds);
      result.lastLoss = loss;
    }
  }
  for (const result of results) {
    if (result.backend.endsWith("gpu")) result.counts = await result.ask("count", {});
    await page.evaluate((name) => retire(name), result.name);
    if (!(result.lastLoss < result.firstLoss)) {
      throw new Error(`${result.name} does not learn: loss ${result.firstLoss} → ${result.lastLoss}`);
    }
  }
  return results;
}

function print(title, results) {
  console.log(`\n${title}`);
  console.log(`${"".padEnd(26)}${"steps/s".padStart(10)}${"min–max".padStart(16)}${"ours/peer".padStart(11)}${"first step s".padStart(14)}${"loss".padStart(20)}`);
  const ours = results.find((result) => result.engine === "twinpurify");
  for (const result of results) {
    const rate = median(result.rates);
    const ratio = ours && result !== ours ? `${(median(ours.rates) / rate).toFixed(2)} ×` : "";
    const range = `${Math.min(...result.rates).toFixed(2)}–${Math.max(...result.rates).toFixed(2)}`;
    const loss = `${result.firstLoss.toFixed(3)} → ${result.lastLoss.toFixed(3)}`;
    console.log(`${result.name.padEnd(26)}${rate.toFixed(2).padStart(10)}${range.padStart(16)}${ratio.padStart(11)}${result.firstSeconds.toFixed(2).padStart(14)}${loss.padStart(20)}`);
  }
  const counted = results.filter((result) => result.counts);
  if (!counted.length) return;
  const kinds = Object.keys(counted[0].counts);
  console.log(`\n${"calls a step, exact".padEnd(26)}${kinds.map((kind) => kind.padStart(15)).join("")}`);
  for (const { name, counts } of counted) console.log(`${name.padEnd(26)}${kinds.map((kind) => String(Math.round(counts[kind] * 10) / 10).padStart(15)).join("")}`);
}

const label = ({ n, g, h, o }) => `${n} × ${g} → ${h} → ${o}`;

const server = await serve();
const { browser, page, adapter, emulated } = await openBrowser(`http://127.0.0.1:${server.address().port}`);
try {
  console.log(`Chromium ${browser.version()}, one thread each, median of ${ROUNDS} rounds in turn`);
  for (const shape of [SMALL, LARGE]) print(`CPU, ${label(shape)}`, await race(page, contestants(CPU), shape));
  if (adapter) {
    for (const shape of emulated ? [TINY] : [SMALL, LARGE]) {
      const note = emulated ? "EMULATED on the CPU: that the loss falls means something, the speed does not" : adapter;
      print(`GPU, ${label(shape)} (${note})`, await race(page, contestants(GPU), shape));
    }
  } else {
    console.log("\nGPU: this browser has no WebGPU adapter, real or emulated; nothing measured");
  }
} finally {
  await browser.close();
  server.close();
}
