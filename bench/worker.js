// One contestant: made once, then asked for steps. The clock is here, so that messages cost nobody anything.
let contestant;

/** WebGPU calls that cost something, counted from before the contestant is made. @type {Record<string, number>} */
const counts = {};
for (const [of, name, key] of [
  ["GPUComputePassEncoder", "dispatchWorkgroups", "dispatches"], ["GPUCommandEncoder", "beginComputePass", "passes"],
  ["GPUQueue", "submit", "submits"], ["GPUQueue", "writeBuffer", "writes"], ["GPUDevice", "createBuffer", "buffers"],
]) {
  const prototype = globalThis[of]?.prototype;
  if (!prototype) continue;
  counts[key] = counts["bytes written"] = 0;
  const original = prototype[name];
  prototype[name] = function (...args) {
    counts[key] += 1;
    if (key === "writes") counts["bytes written"] += args[4] ?? args[2].byteLength;
    return original.apply(this, args);
  };
}

const requests = {
  async create({ engine, backend, shape, seed }) {
    const { create } = await import(`./engines/${engine}.js`);
    contestant = await create(backend, shape, seed);
  },
  /** Calls of one step in the middle of many: those of nine less those of one, by eight. */
  async count() {
    const of = async (k) => {
      const before = { ...counts };
      await contestant.step(k);
      return Object.fromEntries(Object.keys(counts).map((key) => [key, counts[key] - before[key]]));
    };
    // A pool of buffers grows when nine steps are first asked for at once, and then has what they take.
    for (let turn = 0; turn < 4; turn++) { await contestant.step(9); await contestant.step(1); }
    const [one, nine] = [await of(1), await of(9)];
    return Object.fromEntries(Object.keys(one).map((key) => [key, (nine[key] - one[key]) / 8]));
  },
  async step({ k }) {
    const start = performance.now();
    const loss = await contestant.step(k);
    return { loss, seconds: (performance.now() - start) / 1000 };
  },
};

self.onmessage = async ({ data: { id, call, args } }) => {
  try {
    postMessage({ id, value: await requests[call](args) });
  } catch (error) {
    postMessage({ id, error: String(error?.stack ?? error) });
  }
};
