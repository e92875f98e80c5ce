// The loop that advances a comparison: short calls, so that every other message gets its turn between them.
import { breathe } from "./training-loop.js";

const SLICE_MS = 80;
const PROGRESS_MS = 100;
/** Between two looks at whether the others are done. */
const WAIT_MS = 50;

/**
 * Advance until the table is full or it was cancelled.
 *
 * @param {object} comparison
 * @param {() => Promise<import("./engine").ComparisonProgress>} comparison.begin
 * @param {(budget: number) => Promise<import("./engine").ComparisonProgress>} comparison.advance
 * @param {() => Promise<import("./engine").ComparisonTable>} [comparison.table] as far as it is filled
 * @param {() => boolean} comparison.cancelled
 * @param {(progress: import("./engine").ComparisonProgress & {table?: import("./engine").ComparisonTable}) => void} comparison.onProgress
 * @returns {Promise<{cancelled: boolean, table?: import("./engine").ComparisonTable}>}
 */
export async function comparisonLoop({ begin, advance, table, cancelled, onProgress }) {
  let progress = await begin();
  let told = 0, trials = 0;
  for (;;) {
    const now = performance.now();
    if (progress.trials > trials) {
      trials = progress.trials;
      told = now;
      onProgress({ ...progress, table: await table?.() });
    } else if (now - told > PROGRESS_MS) {
      told = now;
      onProgress(progress);
    }
    if (progress.finished || cancelled()) return { cancelled: !progress.finished, table: await table?.() };
    await (progress.waiting ? new Promise((resolve) => setTimeout(resolve, WAIT_MS)) : breathe());
    progress = await advance(SLICE_MS);
  }
}
