// Groups of tumours as every readout takes them: the person's named groups, else the selection against the others.

/** @typedef {import("../../engine").Grouping} Grouping */

/**
 * The named groups as codes by the embedding's order. A tumour in several groups belongs to the first; one in none has
 * −1. Without groups the selection stands against the others; null when there is neither, or no embedding yet.
 * @param {import("../shell/state.js").State} state
 * @returns {Grouping | null}
 */
export function grouping(state) {
  const n = state.tumours.length;
  if (n === 0) return null;
  if (state.groups.length > 0) {
    return { label: "my groups", names: state.groups.map(({ name }) => name), codes: codesOf(state.groups.map(({ members }) => members), n) };
  }
  return selectionGrouping(state);
}

/** The selection against the others; null where nothing is selected. @param {import("../shell/state.js").State} state @returns {Grouping | null} */
export function selectionGrouping(state) {
  const n = state.tumours.length;
  if (n === 0 || state.selection.length === 0) return null;
  return { label: "selection", names: ["selected", "others"], codes: codesOf([state.selection], n).map((code) => code === 0 ? 0 : 1) };
}

/** @param {number[][]} groups members by group @param {number} n tumours @returns {number[]} */
export function codesOf(groups, n) {
  /** @type {number[]} */
  const codes = new Array(n).fill(-1);
  // The last first, so that the first group has the last word.
  for (let group = groups.length - 1; group >= 0; group--) {
    for (const member of groups[group]) if (member >= 0 && member < n) codes[member] = group;
  }
  return codes;
}
