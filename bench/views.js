// The data and the first weights that the JavaScript contestants share, so that their first losses must agree.

/** A small seeded generator (mulberry32): numbers in [0, 1). @param {number} seed */
function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** @param {() => number} random @param {number} length @param {number} scale */
function normals(random, length, scale) {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    values[i] = scale * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  }
  return values;
}

/**
 * Two views (n × g, row-major) of the same samples, and weights of the two layers by He's rule.
 * @param {{n: number, g: number, h: number, o: number}} shape
 * @param {number} seed
 */
export function makeProblem({ n, g, h, o }, seed) {
  const random = uniform(seed);
  const tumours = normals(random, n * g, 1);
  const view = () => normals(random, n * g, 0.3).map((noise, i) => noise + tumours[i]);
  return {
    views: [view(), view()],
    weights: [normals(random, g * h, Math.sqrt(2 / g)), normals(random, h * o, Math.sqrt(1 / h))],
  };
}

export const LAMBDA = 0.0051;
export const ADAM = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** Inside the square root that standardises an output over the batch. */
export const VARIANCE_FLOOR = 1e-5;
