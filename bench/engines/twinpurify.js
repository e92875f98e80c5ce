// The step in our own engines: the class that `src/web` exports for this bench.

/** @param {"cpu" | "gpu"} engine */
export async function create(engine, { n, g, h, o }, seed) {
  const module = await import(`/dist/engine/${engine}/twinpurify.js`);
  await module.default();
  const bench = await module.StepBench.create(n, g, h, o, seed);
  return { step: (k) => bench.step(k) };
}
