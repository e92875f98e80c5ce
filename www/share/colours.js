// @ts-check
// The figures' colours without an engine: as src/figure/{palette,theme,colour}.rs have them, which a test compares.

/** @typedef {[number, number, number]} Rgb */
/** @typedef {"light" | "dark"} ThemeName */
/** @typedef {{name: string, colour: string, count: number}} Class */

/** @type {Record<ThemeName, {background: Rgb, text: Rgb, quiet: Rgb, axis: Rgb, missing: Rgb, viridis: [number, number]}>} */
export const THEMES = {
  light: { background: [255, 255, 255], text: [31, 35, 40], quiet: [87, 96, 106], axis: [140, 149, 159], missing: [175, 181, 188], viridis: [0, 0.95] },
  dark: { background: [17, 21, 27], text: [230, 237, 243], quiet: [158, 168, 178], axis: [99, 108, 118], missing: [92, 100, 110], viridis: [0.22, 1] },
};

/** @type {Rgb[]} */
export const OKABE_ITO = [[0x00, 0x72, 0xb2], [0xd5, 0x5e, 0x00], [0x00, 0x9e, 0x73], [0xcc, 0x79, 0xa7], [0xe6, 0x9f, 0x00], [0x56, 0xb4, 0xe9], [0xf0, 0xe4, 0x42]];
const MOST_CATEGORIES = 8;

/** @type {Rgb[]} */
const VIRIDIS = [
  [68, 1, 84], [72, 24, 106], [71, 45, 123], [66, 64, 134], [59, 82, 139], [51, 99, 141], [44, 114, 142], [38, 130, 142], [33, 145, 140],
  [31, 160, 136], [40, 174, 128], [63, 188, 115], [94, 201, 98], [132, 212, 75], [173, 220, 48], [216, 226, 25], [253, 231, 37],
];
/** @type {Rgb[]} */
const BLUE_WHITE_RED = [
  [5, 48, 97], [33, 102, 172], [67, 147, 195], [146, 197, 222], [209, 229, 240], [247, 247, 247], [253, 219, 199], [244, 165, 130], [214, 96, 77],
  [178, 24, 43], [103, 0, 31],
];

/** @param {Rgb} colour */
export const css = (colour) => `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;

/** @param {Rgb[]} steps @param {number} at 0…1 @returns {Rgb} */
function between(steps, at) {
  const place = Math.min(1, Math.max(0, at)) * (steps.length - 1);
  const below = Math.floor(place), share = place - below;
  const to = steps[Math.min(below + 1, steps.length - 1)];
  return /** @type {Rgb} */ (steps[below].map((from, part) => Math.round(from * (1 - share) + to[part] * share)));
}

/**
 * Categories as drawn: the eight largest keep a colour, the rest share grey, then those without one.
 * @param {import("./link.js").CategoryColumn} column @param {ThemeName} theme
 * @returns {{classes: Class[], colours: Rgb[], classOf: (code: number) => number}}
 */
export function keyOf({ categories, codes }, theme) {
  const { text, axis, missing } = THEMES[theme];
  const counts = categories.map(() => 0);
  let without = 0;
  for (const code of codes) {
    if (code < 0) without++;
    else counts[code]++;
  }
  let present = categories.map((_, at) => at).filter((at) => counts[at] > 0);
  /** @type {number[]} */
  let tail = [];
  if (present.length > MOST_CATEGORIES) {
    tail = present.toSorted((a, b) => counts[b] - counts[a]).slice(MOST_CATEGORIES);
    present = present.filter((at) => !tail.includes(at));
  }
  /** @type {Class[]} */
  const classes = [];
  /** @type {Rgb[]} */
  const colours = [];
  const push = (/** @type {string} */ name, /** @type {Rgb} */ colour, /** @type {number} */ count) => {
    classes.push({ name, colour: css(colour), count });
    colours.push(colour);
    return classes.length - 1;
  };
  const classOf = new Map(present.map((at, index) => [at, push(categories[at], OKABE_ITO[index] ?? (index + 1 === MOST_CATEGORIES ? text : axis), counts[at])]));
  if (tail.length) {
    const other = push(`other (${tail.length})`, axis, tail.reduce((sum, at) => sum + counts[at], 0));
    for (const at of tail) classOf.set(at, other);
  }
  const none = without ? push("missing", missing, without) : 65_535;
  return { classes, colours, classOf: (code) => classOf.get(code) ?? none };
}

/** @typedef {{from: number, to: number, missing: number, colour: (value: number) => Rgb}} NumberScale */

/**
 * From the 1st to the 99th percentile, so that one outlier does not take the colours of all; symmetric when centred.
 * @param {Float32Array} values @param {boolean} centred @param {ThemeName} theme @returns {NumberScale}
 */
export function scaleOf(values, centred, theme) {
  const finite = values.filter(Number.isFinite).sort();
  const at = (/** @type {number} */ share) => finite[Math.round(share * Math.max(finite.length - 1, 0))];
  let [from, to] = finite.length ? [at(0.01), at(0.99)] : [0, 1];
  if (centred) {
    to = Math.max(Math.abs(from), Math.abs(to));
    from = -to;
  }
  if (to - from <= Number.EPSILON * Math.max(Math.abs(from), 1)) [from, to] = [from - 0.5, to + 0.5];
  const { missing, viridis: [least, most] } = THEMES[theme];
  const colour = (/** @type {number} */ value) => {
    if (!Number.isFinite(value)) return missing;
    const share = Math.round(100 * Math.min(1, Math.max(0, (value - from) / (to - from)))) / 100;
    if (!centred) return between(VIRIDIS, least + share * (most - least));
    const middle = 2 * share - 1;
    const painted = (/** @type {number} */ where) => between(BLUE_WHITE_RED, (where + 1) / 2);
    // On light, a point in the middle would vanish; on dark, one at the dark ends.
    return theme === "light" ? /** @type {Rgb} */ (painted(middle).map((part) => Math.round(part * (0.78 + 0.22 * Math.abs(middle))))) : painted(middle * 0.72);
  };
  return { from, to, missing: values.length - finite.length, colour };
}
