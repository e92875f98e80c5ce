// One contestant: made once, then asked for steps. The clock is here, so that messages cost nobody anything.
let contestant;

const requests = {
  async create({ engine, backend, shape, seed }) {
    const { create } = await import(`./engines/${engine}.js`);
    contestant = await create(backend, shape, seed);
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
