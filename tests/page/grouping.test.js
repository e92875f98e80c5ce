// Groups as the readouts take them: pure functions of the page's state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { grouping } from "../../www/page/explore/grouping.js";

/** @param {object} parts @returns {any} */
const state = (parts) => ({ tumours: ["a", "b", "c", "d"], selection: [], groups: [], ...parts });

test("a tumour in several groups belongs to the first, one in none has −1", () => {
  const groups = [{ name: "left", members: [0, 1] }, { name: "top", members: [1, 2] }];
  assert.deepEqual(grouping(state({ groups, selection: [3] })), { label: "my groups", names: ["left", "top"], codes: [0, 0, 1, -1] });
});

test("without groups the selection stands against the others", () => {
  assert.deepEqual(grouping(state({ selection: [2] })), { label: "selection", names: ["selected", "others"], codes: [1, 1, 0, 1] });
});

test("nothing selected, or nothing embedded, is no grouping; places beyond the embedding are left out", () => {
  assert.equal(grouping(state({})), null);
  assert.equal(grouping(state({ tumours: [], selection: [1] })), null);
  assert.deepEqual(grouping(state({ groups: [{ name: "g", members: [3, 9, -1] }] }))?.codes, [-1, -1, -1, 0]);
});
