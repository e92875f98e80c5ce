// The bench's step on this machine's graphics card, one process: `node run.mjs ENGINE N G H O SECONDS`. Prints one JSON object:
// steps a second, seconds to the first step, the adapter. With ENGINE `curves`: losses of 100 steps on the GPU engine beside
// the CPU engine's, and the largest relative difference. Folders: DIST, PEERS, DAWN (dawn.node).
import path from "node:path";
import { install } from "./host.mjs";

const bench = path.join(import.meta.dirname, "..");
const { DIST = path.join(bench, "../dist"), PEERS = path.join(bench, "node_modules"), DAWN = "dawn.node" } = process.env;
install({ dist: path.resolve(DIST), peers: path.resolve(PEERS), bench, dawn: DAWN });
const [engine, ...numbers] = process.argv.slice(2);
const [n, g, h, o, seconds] = numbers.map(Number);
const SEED = 7;

/** @param {string} which @param {string} backend */
const contestant = async (which, backend) => (await import(`/bench/engines/${which}.js`)).create(backend, { n, g, h, o }, SEED);
const adapter = await navigator.gpu.requestAdapter();
if (!adapter) throw new Error("WebGPU found no adapter");
const name = `${adapter.info.vendor} ${adapter.info.architecture} ${adapter.info.description}`.trim();

if (engine === "curves") {
  const [gpu, cpu] = [await contestant("twinpurify", "gpu"), await contestant("twinpurify", "cpu")];
  let worst = 0, first = 0, last = 0;
  for (let step = 0; step < 100; step++) {
    const [found, expected] = [await gpu.step(1), await cpu.step(1)];
    worst = Math.max(worst, Math.abs(found - expected) / Math.abs(expected));
    if (step === 0) first = found;
    last = found;
  }
  console.log(JSON.stringify({ engine, shape: [n, g, h, o], adapter: name, worst, first, last }));
} else {
  const made = performance.now();
  const runner = await contestant(engine, engine === "twinpurify" ? "gpu" : "webgpu");
  const first = await runner.step(1);
  const firstSeconds = (performance.now() - made) / 1000;
  await runner.step(16);
  let taken = 0, many = 1, last = first;
  const began = performance.now();
  const elapsed = () => (performance.now() - began) / 1000;
  while (elapsed() < seconds) {
    last = await runner.step(many);
    taken += many;
    // Few reads: what a run of the page does between two reports.
    if (elapsed() < seconds / 4) many = Math.min(64, many * 2);
  }
  if (!(last < first)) throw new Error(`${engine} does not learn: loss ${first} → ${last}`);
  console.log(JSON.stringify({ engine, shape: [n, g, h, o], adapter: name, stepsPerSecond: taken / elapsed(), firstSeconds, first, last }));
}
process.exit(0);
