// The loop that advances a trainer: short calls, so that pause, stop and every other message get their turn between them.

const SLICE_MS = 80;        // one call lasts about this long: answers stay quick, the overhead of a call stays small
const PROGRESS_MS = 100;
const MAP_MS = 500;
const CHECKPOINT_MS = 10_000;
const FIRST_CHECKPOINT_MS = 2_000;

const { port1, port2 } = new MessageChannel();
/** @type {((value: unknown) => void)[]} */
const breathing = [];
port1.onmessage = () => breathing.shift()?.(null);

/** Let the messages that wait be heard: a microtask would not, and a timer would take 4 ms each time. */
export const breathe = () => new Promise((resolve) => {
  breathing.push(resolve);
  port2.postMessage(null);
});

/**
 * Advance until finished or told to stop.
 *
 * @param {object} trainer
 * @param {(count: number) => Promise<import("./engine").StepProgress>} trainer.step
 * @param {() => "run" | "pause" | "stop"} trainer.wish what the person wants now
 * @param {(progress: object) => void} trainer.onProgress
 * @param {() => Promise<unknown>} trainer.snapshot send a picture of the embedding
 * @param {() => Promise<unknown>} trainer.checkpoint keep the state: now and then, and when the run is paused
 * @returns {Promise<boolean>} whether it was stopped before the last step
 */
export async function trainingLoop({ step, wish, onProgress, snapshot, checkpoint }) {
  let count = 1, speed = 0, first = true;
  let told = 0, drawn = performance.now(), kept = performance.now() - CHECKPOINT_MS + FIRST_CHECKPOINT_MS;
  let keptStep = 0;
  /** @type {import("./engine").StepProgress | null} */
  let last = null;
  for (;;) {
    if (wish() === "stop" && last) return true;
    if (wish() === "pause") {
      if (last && last.step !== keptStep) {
        await checkpoint();
        keptStep = last.step;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    const began = performance.now();
    const before = last?.step ?? 0;
    last = await step(count);
    const ms = Math.max(performance.now() - began, 0.1);
    if (![last.loss, last.onDiagonal, last.offDiagonal].every(Number.isFinite)) {
      throw Object.assign(new Error(`The loss stopped being a number at step ${last.step}. Lower the learning rate or choose another preset.`), { code: "not_finite" });
    }
    // The first call carries warm-up (shader compilation on a GPU): it says nothing about the speed to come.
    if (!first) {
      const now = (before ? last.step - before : count) / ms * 1000;
      speed = speed ? 0.8 * speed + 0.2 * now : now;
      const wanted = Math.round(count * SLICE_MS / ms);
      count = Math.min(Math.max(wanted, 1), count * 2, 64);
    }
    first = false;
    const time = performance.now();
    if (time - told > PROGRESS_MS || last.finished) {
      told = time;
      onProgress({ ...last, stepsPerSecond: speed, etaSeconds: speed ? (last.steps - last.step) / speed : NaN });
    }
    if (last.finished) return false;
    if (time - drawn > MAP_MS) {
      await snapshot();
      // A picture may cost more than it is worth on a large cohort: never spend over a fifth of the time on it.
      const cost = performance.now() - time;
      drawn = performance.now() + Math.max(0, 4 * cost - MAP_MS);
    }
    if (performance.now() - kept > CHECKPOINT_MS) {
      await checkpoint();
      kept = performance.now();
      keptStep = last.step;
    }
    await breathe();
  }
}
