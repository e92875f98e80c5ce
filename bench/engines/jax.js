// The step in jax-js: one jitted function, as its documentation advises. Every use of an array but the last takes `.ref`.
import * as jax from "/peers/@jax-js/jax/dist/index.js";
import { ADAM, LAMBDA, VARIANCE_FLOOR, makeProblem } from "../views.js";

const np = jax.numpy;

function encode([w1, b1, w2, b2], x) {
  return np.add(np.matmul(jax.nn.relu(np.add(np.matmul(x, w1), b1)), w2), b2);
}

function standardise(z) {
  const centred = np.subtract(z.ref, np.mean(z, 0, { keepdims: true }));
  const variance = np.mean(np.square(centred.ref), 0, { keepdims: true });
  return np.divide(centred, np.sqrt(np.add(variance, VARIANCE_FLOOR)));
}

function barlowTwins(parameters, x1, x2) {
  const n = x1.shape[0];
  const z1 = standardise(encode(jax.tree.ref(parameters), x1));
  const z2 = standardise(encode(parameters, x2));
  const c = np.divide(np.matmul(np.transpose(z1), z2), n);
  const identity = np.eye(c.shape[0]);
  const weight = np.add(np.multiply(identity.ref, 1 - LAMBDA), LAMBDA);
  return np.sum(np.multiply(np.square(np.subtract(c, identity)), weight));
}

const trainStep = jax.jit((parameters, first, second, correction1, correction2, x1, x2) => {
  const [loss, gradients] = jax.valueAndGrad(barlowTwins)(jax.tree.ref(parameters), x1, x2);
  const next = { parameters: [], first: [], second: [] };
  parameters.forEach((parameter, i) => {
    const m = np.add(np.multiply(first[i], ADAM.beta1), np.multiply(gradients[i].ref, 1 - ADAM.beta1));
    const v = np.add(np.multiply(second[i], ADAM.beta2), np.multiply(np.square(gradients[i]), 1 - ADAM.beta2));
    const step = np.divide(
      np.multiply(m.ref, correction1.ref),
      np.add(np.sqrt(np.multiply(v.ref, correction2.ref)), ADAM.epsilon),
    );
    next.parameters.push(np.subtract(parameter, np.multiply(step, ADAM.rate)));
    next.first.push(m);
    next.second.push(v);
  });
  correction1.dispose();
  correction2.dispose();
  return [next, loss];
});

/** @param {"wasm" | "webgpu"} backend */
export async function create(backend, shape, seed) {
  const started = await jax.init(backend);
  if (!started.includes(backend)) throw new Error(`jax-js has no ${backend} here`);
  jax.defaultDevice(backend);
  const { n, g, h, o } = shape;
  const { views, weights } = makeProblem(shape, seed);
  const [x1, x2] = views.map((view) => np.array(view).reshape([n, g]));
  const zeros = () => [np.zeros([g, h]), np.zeros([h]), np.zeros([h, o]), np.zeros([o])];
  let state = {
    parameters: [np.array(weights[0]).reshape([g, h]), np.zeros([h]), np.array(weights[1]).reshape([h, o]), np.zeros([o])],
    first: zeros(),
    second: zeros(),
  };
  let taken = 0;
  return {
    /** Takes k steps; the loss of the last. */
    async step(k) {
      let loss = NaN;
      for (let i = 0; i < k; i++) {
        taken += 1;
        const [next, value] = trainStep(
          state.parameters, state.first, state.second,
          np.array(1 / (1 - ADAM.beta1 ** taken)), np.array(1 / (1 - ADAM.beta2 ** taken)),
          x1.ref, x2.ref,
        );
        state = next;
        if (i === k - 1) loss = (await value.data())[0];
        else value.dispose();
      }
      await jax.blockUntilReady(state);
      return loss;
    },
  };
}
