// The step in TensorFlow.js, from its ready-made bundles; they are classic scripts, which a module worker cannot import.
import { ADAM, LAMBDA, VARIANCE_FLOOR, makeProblem } from "../views.js";

async function runClassicScript(url) {
  const source = await (await fetch(url)).text();
  (0, eval)(source);
}

async function load(backend) {
  await runClassicScript("/peers/@tensorflow/tfjs/dist/tf.min.js");
  const folder = `/peers/@tensorflow/tfjs-backend-${backend}/dist/`;
  await runClassicScript(`${folder}tf-backend-${backend}.min.js`);
  const tf = globalThis.tf;
  if (backend === "wasm") tf.wasm.setWasmPaths(folder);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no ${backend} here`);
  await tf.ready();
  return tf;
}

/** @param {"wasm" | "webgpu"} backend */
export async function create(backend, shape, seed) {
  const tf = await load(backend);
  const { n, g, h, o } = shape;
  const { views, weights } = makeProblem(shape, seed);
  const [x1, x2] = views.map((view) => tf.tensor2d(view, [n, g]));
  const w1 = tf.variable(tf.tensor2d(weights[0], [g, h]));
  const b1 = tf.variable(tf.zeros([h]));
  const w2 = tf.variable(tf.tensor2d(weights[1], [h, o]));
  const b2 = tf.variable(tf.zeros([o]));
  const identity = tf.eye(o);
  const weight = tf.add(tf.mul(identity, 1 - LAMBDA), LAMBDA);
  const optimiser = tf.train.adam(ADAM.rate, ADAM.beta1, ADAM.beta2, ADAM.epsilon);

  const encode = (x) => tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(x, w1), b1)), w2), b2);
  const standardise = (z) => {
    const centred = tf.sub(z, tf.mean(z, 0, true));
    return tf.div(centred, tf.sqrt(tf.add(tf.mean(tf.square(centred), 0, true), VARIANCE_FLOOR)));
  };
  const barlowTwins = () => {
    const c = tf.div(tf.matMul(standardise(encode(x1)), standardise(encode(x2)), true, false), n);
    return tf.sum(tf.mul(tf.square(tf.sub(c, identity)), weight));
  };

  return {
    /** Takes k steps; the loss of the last. */
    async step(k) {
      let loss = NaN;
      for (let i = 0; i < k; i++) {
        const last = i === k - 1;
        const value = optimiser.minimize(barlowTwins, last);
        if (last) {
          loss = (await value.data())[0];
          value.dispose();
        }
      }
      // The loss is read before the last update ends on a GPU: wait for a weight as well.
      await tf.tidy(() => tf.sum(w1)).data();
      return loss;
    },
  };
}
