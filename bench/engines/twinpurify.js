// The step in our own engines: the class that `src/web` exports for this bench.

/** @param {"cpu" | "gpu"} engine */
export async function create(engine, { n, g, h, o }, seed) {
  const module = await import(`/dist/engine/${engine}/twinpurify.js`);
  await module.default();
  if (engine === "gpu" && (await emulated())) module.adapterIsEmulated();
  const bench = await module.StepBench.create(n, g, h, o, seed);
  return { step: (k) => bench.step(k) };
}

/** As the page's worker asks (www/engine-worker.js). */
async function emulated() {
  const adapter = await navigator.gpu?.requestAdapter();
  const info = adapter?.info ?? {};
  return Boolean(info.isFallbackAdapter) || /swiftshader|llvmpipe|lavapipe|software/i.test(`${info.description} ${info.device} ${info.vendor} ${info.architecture}`);
}
