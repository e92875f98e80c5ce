// Two groups of tumours side by side, column by column. Nothing here knows the page.

/**
 * @typedef {{name: string, values: (string | null)[]}} CategoryColumn
 * @typedef {{name: string, numbers: ArrayLike<number>}} NumberColumn
 * @typedef {{mean: number, deviation: number, n: number}} Spread
 * @typedef {{column: string, kind: "number", a: Spread, b: Spread, difference: number, size: number}} NumberDifference
 *   `size` is the difference in pooled standard deviations
 * @typedef {{value: string, a: number, b: number, difference: number}} Share counts, and the difference in points of percent
 * @typedef {{column: string, kind: "category", a: number, b: number, shares: Share[], size: number}} CategoryDifference
 *   `a` and `b` are how many have a value; `size` is half the sum of the shares' differences, 0…1
 */

/** @param {ArrayLike<number>} numbers @param {number[]} members @returns {Spread} */
function spread(numbers, members) {
  const known = members.map((at) => numbers[at]).filter(Number.isFinite);
  const n = known.length;
  const mean = known.reduce((sum, value) => sum + value, 0) / n;
  const deviation = n > 1 ? Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)) : NaN;
  return { mean, deviation, n };
}

/** @param {NumberColumn} column @param {number[]} first @param {number[]} second @returns {NumberDifference} */
export function numberDifference({ name, numbers }, first, second) {
  const [a, b] = [spread(numbers, first), spread(numbers, second)];
  const difference = a.mean - b.mean;
  const pooled = Math.sqrt(((a.n - 1) * a.deviation ** 2 + (b.n - 1) * b.deviation ** 2) / (a.n + b.n - 2));
  return { column: name, kind: "number", a, b, difference, size: Math.abs(difference) / pooled };
}

/** @param {CategoryColumn} column @param {number[]} first @param {number[]} second @returns {CategoryDifference} */
export function categoryDifference({ name, values }, first, second) {
  const tally = (/** @type {number[]} */ members) => {
    /** @type {Map<string, number>} */
    const counts = new Map();
    for (const at of members) {
      const value = values[at];
      if (value !== null && value !== undefined && value !== "") counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return counts;
  };
  const [left, right] = [tally(first), tally(second)];
  const [a, b] = [left, right].map((counts) => [...counts.values()].reduce((sum, n) => sum + n, 0));
  const shares = [...new Set([...left.keys(), ...right.keys()])].sort().map((value) => {
    const [x, y] = [left.get(value) ?? 0, right.get(value) ?? 0];
    return { value, a: x, b: y, difference: 100 * (x / a - y / b) };
  });
  return { column: name, kind: "category", a, b, shares, size: shares.reduce((sum, { difference }) => sum + Math.abs(difference), 0) / 200 };
}
