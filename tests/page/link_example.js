// A shared result made of numbers alone, for the tests of links.

/** Park and Miller's generator: the same numbers every time. @param {number} seed */
export const generator = (seed) => () => (seed = (seed * 48271) % 2147483647) / 2147483647;

/** @param {number} count @param {number} [seed] @returns {import("../../www/share/link.js").Shared} */
export function example(count, seed = 7) {
  const draw = generator(seed);
  const numbers = (/** @type {number} */ n, scale = 1) => Float32Array.from({ length: n }, () => scale * (draw() - 0.5));
  const map = (/** @type {"raw" | "purified"} */ of) => ({ kind: /** @type {const} */ ("pca"), of, axes: /** @type {[string, string]} */ (["PC1 (21 % of variance)", "PC2 (9 % of variance)"]), points: numbers(2 * count, 40) });
  return {
    made: "TwinPurify, 24 November 2026", cohort: `${count} tumours, 14 adjacent normals, 5,000 genes`,
    config: { preset: "balanced", seed: 7, hidden: [512], skip: true, heldOut: 0.25, name: null }, colour: { column: "subtype" },
    view: { kind: "pca", right: "purified", zoom: { k: 2, tx: -30.5, ty: -12, width: 540 } },
    result: {
      count, sentence: "93 of 101 tumours find themselves again.", maps: [map("raw"), map("purified")],
      columns: [
        { kind: "category", label: "subtype", categories: ["Basal", "Her2", "LumA", "LumB", "Normal"], codes: Int32Array.from({ length: count }, () => Math.floor(6 * draw()) - 1) },
        { kind: "number", label: "purity", centred: false, values: numbers(count) },
        { kind: "number", label: "HYPOXIA (z)", centred: true, values: numbers(count, 4) },
      ],
    },
  };
}
