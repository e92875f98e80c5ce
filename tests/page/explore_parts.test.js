// The pure parts of the explorer: geometry, history, selections, filters, comparison.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Discs } from "../../www/figure/discs.js";
import { enclosed, inside, procrustes } from "../../www/figure/geometry.js";
import { History } from "../../www/page/shell/history.js";
import { categoryDifference, numberDifference } from "../../www/page/explore/differences.js";
import { csvOf, filterOf, ranks, sorted } from "../../www/page/widgets/rows.js";
import { combined, told } from "../../www/page/explore/selection.js";

test("a point is in a polygon by the even–odd rule, concave and crossed ones too", () => {
  const square = [0, 0, 10, 0, 10, 10, 0, 10];
  assert.ok(inside(5, 5, square) && !inside(11, 5, square) && !inside(5, -1, square));
  const horseshoe = [0, 0, 9, 0, 9, 9, 6, 9, 6, 3, 3, 3, 3, 9, 0, 9];
  assert.ok(inside(1, 8, horseshoe) && inside(8, 8, horseshoe) && !inside(4.5, 8, horseshoe));
  const bowTie = [0, 0, 10, 10, 10, 0, 0, 10];
  assert.ok(inside(1, 5, bowTie) && inside(9, 5, bowTie) && !inside(5, 1, bowTie));
});

test("a lasso encloses the circles whose centre it goes round", () => {
  const circles = Float32Array.from([5, 5, 3, 11, 5, 3, 1, 9, 1, NaN, NaN, 2]);
  assert.deepEqual(enclosed(circles, [0, 0, 10, 0, 10, 10, 0, 10]), [0, 2]);
  assert.deepEqual(enclosed(circles, [0, 0, 0, 0]), []);
});

test("discs that are moved are the same as discs painted anew, over what lies under them", () => {
  const [width, height, n] = [90, 70, 400];
  let state = 7;
  const draw = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const places = Array.from({ length: n }, () => [160 * draw() - 30, 130 * draw() - 30, 1 + 4 * draw(), 255 * draw() | 0, draw() < 0.2 ? 1 : 0.7]);
  const under = new Uint8ClampedArray(4 * width * height).map((_, at) => at % 4 === 3 ? 255 : (at * 37) % 256);
  const shown = (/** @type {Discs} */ discs, /** @type {number} */ x, /** @type {number} */ y) => {
    let painted = 0;
    for (const area of discs.move(2, x, y)) {
      for (const [cx, cy, radius, colour, opacity] of places) {
        const reach = Discs.reach(radius);
        if (cx + x < area[0] - reach || cx + x > area[2] + reach || cy + y < area[1] - reach || cy + y > area[3] + reach) continue;
        discs.paint(cx + x, cy + y, radius, colour, 255 - colour, 40, opacity, area);
        painted += 1;
      }
    }
    const onto = { width, height, data: new Uint8ClampedArray(under.length) };
    discs.over(under, /** @type {ImageData} */ (onto));
    return { data: onto.data, painted };
  };
  const discs = new Discs(width, height);
  assert.ok(shown(discs, 0, 0).painted > n / 4);
  for (const [x, y] of [[1, 0], [1, -3], [9, -3], [4, 11], [-20, 2], [-20, 2], [-21, -40], [60, 30], [300, 0]]) {
    const { data, painted } = shown(discs, x, y);
    const anew = shown(new Discs(width, height), x, y);
    assert.deepEqual(data, anew.data, `${x}, ${y}`);
    assert.ok(x < -20 || x > 9 || painted < anew.painted, `${painted} of ${anew.painted}`);
  }
  discs.forget();
  assert.equal(shown(discs, 300, 0).painted, shown(new Discs(width, height), 300, 0).painted);
  // A disc of full strength is its colour, nothing at all is what lies under it.
  const one = new Discs(width, height);
  one.move(1, 0, 0);
  one.paint(40.5, 30.5, 3, 10, 200, 77, 1, [0, 0, width, height]);
  const onto = new Uint8ClampedArray(under.length);
  one.over(under, /** @type {ImageData} */ ({ width, height, data: onto }));
  const at = (/** @type {Uint8ClampedArray} */ data, /** @type {number} */ x, /** @type {number} */ y) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
  assert.deepEqual(at(onto, 40, 30), [10, 200, 77, 255]);
  assert.deepEqual(at(onto, 50, 30), at(under, 50, 30));
});

test("Procrustes finds turn, mirror, scale and move again, and says how well maps agree", () => {
  const from = Float32Array.from([0, 0, 4, 0, 4, 2, 1, 3, -2, 1]);
  for (const mirror of [1, -1]) {
    const [angle, scale] = [2.1, 3];
    const onto = from.map((_, at) => {
      const [x, y] = [from[at - at % 2], mirror * from[at - at % 2 + 1]];
      return at % 2 ? scale * (Math.sin(angle) * x + Math.cos(angle) * y) - 7 : scale * (Math.cos(angle) * x - Math.sin(angle) * y) + 5;
    });
    const { positions, agreement } = procrustes(from, onto);
    assert.ok(positions.every((value, at) => Math.abs(value - onto[at]) < 1e-4));
    assert.ok(Math.abs(agreement - 1) < 1e-6);
  }
  const { positions, agreement } = procrustes(from, Float32Array.from([1, 0, NaN, 0, 0, 1, 5, 5, 0, 0]));
  assert.ok(agreement >= 0 && agreement < 1);
  assert.ok(Number.isNaN(positions[2]) && Number.isFinite(positions[0]), "a point without a place in one map is left out");
  assert.equal(procrustes(new Float32Array(4), new Float32Array(4)).agreement, 0);
});

test("history: undo, redo, and a new step forgets what was undone", () => {
  const history = new History("a", 3);
  assert.equal(history.undo(), null);
  history.push("b");
  history.push("c");
  assert.deepEqual([history.undo(), history.undo(), history.undo()], ["b", "a", null]);
  assert.equal(history.redo(), "b");
  history.push("d");
  assert.equal(history.redo(), null);
  history.push("e");
  assert.deepEqual([history.undo(), history.undo(), history.canUndo], ["d", "b", false], "only the last three are kept");
});

test("a selection is replaced, added to, taken from and turned over; its rule says how", () => {
  assert.deepEqual(combined([1, 4], [3, 2, 3], "replace"), [2, 3]);
  assert.deepEqual(combined([1, 4], [3, 1], "add"), [1, 3, 4]);
  assert.deepEqual(combined([1, 4], [4, 9], "remove"), [1]);
  assert.deepEqual(combined([1, 4], [4, 9], "toggle"), [1, 9]);
  assert.equal(told("subtype = A", "lasso on raw PCA", "add"), "subtype = A, and lasso on raw PCA");
  assert.equal(told("subtype = A", "lasso on raw PCA", "replace"), "lasso on raw PCA");
  assert.match(told("x".repeat(200), "click", "remove"), /^several steps, the last: without click$/);
});

test("a filter's words: bounds, ranges, exact, missing, contained", () => {
  const passes = (/** @type {string} */ typed, /** @type {(string | null)[]} */ values) => values.filter((value) => filterOf(typed)?.test(value));
  const numbers = ["1", "2.5", "-3", null, "", "x"];
  assert.deepEqual(passes("> 1", numbers), ["2.5"]);
  assert.deepEqual(passes("<=1", numbers), ["1", "-3"]);
  assert.deepEqual(passes("−3..1", numbers), ["1", "-3"]);
  assert.deepEqual(passes("missing", numbers), [null, ""]);
  assert.deepEqual(passes("= 2.50", numbers), ["2.5"]);
  assert.deepEqual(passes("= Basal", ["Basal", "Basal-like"]), ["Basal"]);
  assert.deepEqual(passes("LUM", ["LumA", "Her2", null]), ["LumA"]);
  assert.equal(filterOf("  "), null);
  assert.equal(filterOf(".*")?.test("abc"), false, "words are no pattern");
});

test("rows sort as numbers where all are numbers; missing ones come last both ways; equal ones keep their order", () => {
  const rank = ranks(["10", "9", null, "-1", "9"]);
  assert.deepEqual(sorted([0, 1, 2, 3, 4], rank, false), [3, 1, 4, 0, 2]);
  assert.deepEqual(sorted([0, 1, 2, 3, 4], rank, true), [0, 1, 4, 3, 2]);
  assert.deepEqual(sorted([0, 1, 2], ranks(["b", "a10", "a9"]), false), [1, 2, 0]);
});

test("CSV: quotes where needed, and no cell that a spreadsheet would run", () => {
  assert.equal(csvOf([["a,b", 'say "x"', null, -1.5], ["=1+1", "@x", "-2", "+cmd"]]), "\"a,b\",\"say \"\"x\"\"\",,-1.5\n'=1+1,'@x,-2,'+cmd\n");
});

test("differences of numbers and of shares, missing values left out", () => {
  const number = numberDifference({ name: "age", numbers: [50, 60, NaN, 40, 44] }, [0, 1, 2], [3, 4]);
  assert.deepEqual([number.a.mean, number.a.n, number.b.mean, number.difference], [55, 2, 42, 13]);
  assert.ok(Math.abs(number.size - 13 / Math.sqrt((50 + 8) / 2)) < 1e-12);
  const shares = categoryDifference({ name: "s", values: ["x", "x", "y", null, "y"] }, [0, 1, 2, 3], [4]);
  assert.deepEqual([shares.a, shares.b], [3, 1]);
  assert.deepEqual(shares.shares.map(({ value, a, b }) => [value, a, b]), [["x", 2, 0], ["y", 1, 1]]);
  assert.ok(Math.abs(shares.size - 2 / 3) < 1e-12);
});
