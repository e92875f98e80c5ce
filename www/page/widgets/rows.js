// Rows of samples: what a filter's words mean, and in which order rows stand. Nothing here knows the page.

/** @typedef {{test: (value: string | null) => boolean, words: string}} Filter */

const NUMBER = String.raw`[-−+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?`;
const BETWEEN = new RegExp(`^(${NUMBER})\\s*(?:\\.\\.|…|–|to)\\s*(${NUMBER})$`, "i");
const BOUND = new RegExp(`^(<=|>=|≤|≥|<|>)\\s*(${NUMBER})$`, "i");

/** @param {string} text */
const toNumber = (text) => Number(text.replace("−", "-"));
/** Missing is no number. @param {string | null} value */
const valueOf = (value) => value === null || value.trim() === "" ? NaN : Number(value);

/**
 * What a person typed beside a column: `> 2`, `1..3`, `= Basal`, `missing`, else words that the value contains.
 * @param {string} typed
 * @returns {Filter | null} null for nothing
 */
export function filterOf(typed) {
  const text = typed.trim();
  if (!text) return null;
  const between = BETWEEN.exec(text);
  if (between) {
    const [from, to] = [toNumber(between[1]), toNumber(between[2])];
    return { test: (value) => valueOf(value) >= from && valueOf(value) <= to, words: `from ${from} to ${to}` };
  }
  const bound = BOUND.exec(text);
  if (bound) {
    const limit = toNumber(bound[2]);
    const sign = bound[1].replace("≤", "<=").replace("≥", ">=");
    const tests = { "<": (/** @type {number} */ v) => v < limit, ">": (/** @type {number} */ v) => v > limit, "<=": (/** @type {number} */ v) => v <= limit, ">=": (/** @type {number} */ v) => v >= limit };
    return { test: (value) => tests[/** @type {keyof tests} */ (sign)](valueOf(value)), words: `${sign} ${limit}` };
  }
  if (/^missing$/i.test(text)) return { test: (value) => value === null || value === "", words: "missing" };
  if (text.startsWith("=")) {
    const exact = text.slice(1).trim();
    return { test: (value) => value === exact || (value !== null && exact !== "" && valueOf(value) === toNumber(exact)), words: `= ${exact}` };
  }
  const words = text.toLowerCase();
  return { test: (value) => value !== null && value.toLowerCase().includes(words), words: `contains “${text}”` };
}

/**
 * The order of values: numbers by size where all are numbers, else words; missing ones last either way.
 * @param {(string | null)[]} values
 * @returns {Float64Array} a rank per value, equal for equal ones; NaN for missing
 */
export function ranks(values) {
  const distinct = [...new Set(values)].filter((value) => value !== null && value !== "");
  const numeric = distinct.length > 0 && distinct.every((value) => Number.isFinite(Number(value)));
  // Plain order of characters: a locale's would hold the main thread at 10,000 names.
  distinct.sort(numeric ? (a, b) => Number(a) - Number(b) : undefined);
  const rank = new Map(distinct.map((value, at) => [value, at]));
  return Float64Array.from(values, (value) => rank.get(value) ?? NaN);
}

/** Rows in an order; equal ones as they stood. @param {number[]} rows @param {Float64Array} rank @param {boolean} descending */
export function sorted(rows, rank, descending) {
  return rows.toSorted((a, b) => {
    const [x, y] = [rank[a], rank[b]];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return descending ? y - x : x - y;
  });
}

/**
 * One cell of a CSV: quoted where needed; what a spreadsheet would run as a formula is made text.
 * @param {string | number | null} value
 */
function csvCell(value) {
  if (value === null) return "";
  const text = String(value);
  const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** @param {(string | number | null)[][]} rows */
export const csvOf = (rows) => rows.map((row) => row.map(csvCell).join(",")).join("\n") + "\n";
