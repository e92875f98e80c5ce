// The link's codec: what goes in comes out, and whatever else comes in is refused with its reason. No browser is needed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflate, fromBase64Url, inflate, pack, rangeOf, toBase64Url, unpack } from "../../www/share/bits.js";
import { keyOf } from "../../www/share/colours.js";
import { LIMITS, LINK_VERSION, LinkError, readDemoLink, readLink, writeDemoLink, writeLink } from "../../www/share/link.js";
import { example, generator } from "./link_example.js";

/** A link of any bytes, well packed. @param {Uint8Array<ArrayBuffer>} bytes */
async function linkOf(bytes) {
  const payload = toBase64Url(await deflate(bytes));
  return `#link=${LINK_VERSION}.${payload.length}.${payload}`;
}

/** A link with this header and body, its check sum right. @param {string} header @param {Uint8Array} [body] */
async function linkWith(header, body = new Uint8Array()) {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(text.length + body.length + 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length);
  bytes.set(text, 4);
  bytes.set(body, 4 + text.length);
  view.setUint32(bytes.length - 4, crc32(bytes.subarray(0, bytes.length - 4)));
  return linkOf(bytes);
}

/** @param {string} link @param {string} code @param {RegExp} [says] */
async function refused(link, code, says = /./) {
  await assert.rejects(readLink(link), (error) => {
    assert.ok(error instanceof LinkError, `${error}`);
    assert.equal(error.code, code);
    assert.match(error.message, says);
    return true;
  });
}

test("CRC-32 is the one of zip and PNG", () => {
  assert.equal(crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

test("numbers in 3 to 20 bits come back to half a step; missing stays missing", () => {
  const draw = generator(3);
  for (const bits of [3, 8, 12, 14, 16, 20]) {
    const values = Float32Array.from({ length: 257 }, (_, at) => at % 9 ? 30 * (draw() - 0.5) : NaN);
    const range = rangeOf(values);
    const back = unpack(pack(values, range, bits), values.length, range, bits);
    const step = (range.to - range.from) / (2 ** bits - 2);
    values.forEach((value, at) => Number.isNaN(value) ? assert.ok(Number.isNaN(back[at])) : assert.ok(Math.abs(back[at] - value) <= step * 0.5001 + 1e-5, `${bits}: ${value} ${back[at]}`));
  }
  assert.deepEqual(rangeOf(new Float32Array([NaN, 4, 4])), { from: 4, to: 5 });
  assert.deepEqual(rangeOf(new Float32Array([NaN])), { from: 0, to: 1 });
});

test("a link holds 800 samples and three columns in under 16 kB, and gives them back", async () => {
  const shared = example(800);
  const link = await writeLink(shared);
  console.log(`800 samples, two maps, three columns: ${link.length} characters`);
  assert.ok(link.length < 16_000, `${link.length}`);
  const back = await readLink(link);
  assert.deepEqual({ ...back, result: undefined }, { ...shared, result: undefined });
  const { result } = back;
  assert.ok(result && shared.result);
  assert.equal(result.names, undefined, "names only if asked for");
  assert.deepEqual(result.columns[0], shared.result.columns[0]);
  result.maps.forEach((map, at) => map.points.forEach((value, i) => assert.ok(Math.abs(value - /** @type {any} */ (shared.result).maps[at].points[i]) < 0.002)));
});

test("names, numbers of two sides and markup go through as they are", async () => {
  const shared = example(3);
  assert.ok(shared.result);
  shared.result.names = ["<img src=x onerror=alert(1)>", "=1+1", "Ωμ\u2028"];
  shared.result.columns.push({ kind: "number", label: "both", centred: true, values: new Float32Array([-1, 0, 1]), right: new Float32Array([2, NaN, 4]) });
  const back = await readLink(await writeLink(shared));
  assert.deepEqual(back.result?.names, shared.result.names);
  const both = back.result?.columns[3];
  assert.ok(both?.kind === "number" && both.right && Number.isNaN(both.right[1]) && both.right[2] === 4);
});

test("cut, changed, lengthened, newer, too long: each says so", async () => {
  const link = await writeLink(example(50));
  for (const cut of [1, 10, link.length - 20]) await refused(link.slice(0, link.length - cut), "link_truncated", /cut off: [\d,]+ of [\d,]+ characters/);
  await refused(`${link}A`, "link_damaged", /added/);
  await refused(link.replace(/.$/, "!"), "link_damaged", /characters that no link has/);
  await refused(link.replace("#link=1.", "#link=2."), "link_newer", /newer version of the page \(format 2; this page reads 1\)/);
  await refused(link.replace("#link=1.", "#link=0."), "link_damaged", /never was/);
  await refused("#link=", "link_damaged", /beginning/);
  await refused("#link=1.5", "link_damaged", /beginning/);
  await refused(`#link=1.${LIMITS.characters + 9}.${"A".repeat(LIMITS.characters + 100)}`, "link_too_long", /longer than any/);
  await refused("#link=1.0.", "link_damaged", /unpacked/);
  const middle = Math.floor(link.length / 2);
  await refused(link.slice(0, middle) + (link[middle] === "A" ? "B" : "A") + link.slice(middle + 1), "link_damaged");
});

test("what unpacks to gigabytes is not unpacked", async () => {
  const bomb = await linkOf(new Uint8Array(40_000_000));
  assert.ok(bomb.length < LIMITS.characters);
  await refused(bomb, "link_too_large", /unpacks to more/);
  assert.equal(await inflate(await deflate(new Uint8Array(11)), 10), "too large");
});

test("too deep is told before it is parsed", async () => {
  await refused(await linkWith("[".repeat(100_000) + "]".repeat(100_000)), "link_too_deep", /nested deeper/);
  await refused(await linkWith(`{"a":${"[".repeat(7)}${"]".repeat(7)}}`), "link_too_deep");
  await refused(await linkWith('{"made":"[[[[[[[[[["}'), "link_damaged");
});

test("fields of the wrong kind, size or number are refused; a prototype is nobody's field", async () => {
  const good = JSON.parse(JSON.stringify({ made: "x", cohort: "y", config: { seed: 1 }, colour: {}, view: { kind: "pca", right: "purified" } }));
  const withIt = (/** @type {object} */ change) => linkWith(JSON.stringify({ ...good, ...change }));
  assert.equal((await readLink(await withIt({}))).result, undefined);
  const result = { count: 1, sentence: "", maps: [], columns: [] };
  /** @type {[object, RegExp][]} */
  const bad = [
    [{ made: 3 }, /who made it/], [{ made: "x".repeat(201) }, /up to 200/], [{ view: { kind: "tsne", right: "purified" } }, /map is unknown/],
    [{ view: { kind: "pca", right: "purified", zoom: { k: 0, tx: 0, ty: 0, width: 1 } } }, /zoom/], [{ view: [] }, /unknown/],
    [{ colour: { column: { toString: 1 } } }, /coloured by/],
    [{ config: { seed: { $gt: 1 } } }, /parameter/], [{ config: { "a b": 1 } }, /parameter's name/], [{ config: { constructor: 1 } }, /parameter's name/],
    [{ config: { hidden: Array(17).fill(1) } }, /value/], [{ config: Object.fromEntries(Array.from({ length: 61 }, (_, at) => [`p${at}`, 1])) }, /more parameters/],
    [{ result: { ...result, count: 20_001 } }, /number of samples/], [{ result: { ...result, count: 1.5 } }, /number of samples/], [{ result: { ...result, count: -1 } }, /number of samples/],
    [{ result: { ...result, names: [] } }, /not as many/], [{ result: { ...result, names: ["x".repeat(101)] } }, /up to 100/],
    [{ result: { ...result, maps: Array(7).fill({}) } }, /list of up to 6/],
    [{ result: { ...result, maps: [{ kind: "pca", of: "raw", axes: ["a", "b"], range: [0, 1, 0, 1] }] } }, /ends before/],
    [{ result: { ...result, maps: [{ kind: "pca", of: "raw", axes: ["a", "b"], range: [1, 1, 0, 1] }] } }, /range is empty/],
    [{ result: { ...result, maps: [{ kind: "pca", of: "raw", axes: ["a", "b"], range: [0, 1e300, 0, 1] }] } }, /range/],
    [{ result: { ...result, columns: [{ kind: "category", label: "x", categories: Array(255).fill("a") }] } }, /list of up to 254/],
    [{ result: { ...result, columns: [{ kind: "text", label: "x" }] } }, /column is unknown/],
  ];
  for (const [change, says] of bad) await refused(await withIt(change), "link_damaged", says);
  await refused(await linkWith(JSON.stringify({ ...good, result: { ...result, columns: [{ kind: "category", label: "x", categories: ["a"] }] } }), Uint8Array.of(1)), "link_damaged", /no name/);
  await refused(await linkWith(JSON.stringify(good), Uint8Array.of(1)), "link_damaged", /nothing names/);
  await refused(await linkWith(JSON.stringify({ ...good, result }), Uint8Array.of(1)), "link_damaged", /more numbers/);
  for (const header of ["null", "3", "[]", "{", '"x"', ""]) await refused(await linkWith(header), "link_damaged");
  await refused(await linkWith('{"__proto__":{"made":"x","cohort":"y"}}'), "link_damaged", /who made it/);
  const polluting = await linkWith(JSON.stringify(good).replace('"seed":1', '"seed":1,"__proto__":{"polluted":true}'));
  await refused(polluting, "link_damaged", /parameter's name/);
  assert.equal(/** @type {any} */ ({}).polluted, undefined);
});

test("fuzz: 3,000 links spoilt at random are read whole or refused with a reason, and quickly", async () => {
  const draw = generator(20261124);
  const pick = (/** @type {number} */ n) => Math.floor(draw() * n);
  const packed = [await writeLink(example(40)), await writeLink({ ...example(0), result: undefined }), await writeLink(example(1, 3))];
  const codes = new Map();
  const began = performance.now();
  for (let round = 0; round < 3000; round++) {
    const link = packed[pick(packed.length)];
    const [, , , payload] = /** @type {string[]} */ (/^#link=(\d+)\.(\d+)\.(.*)$/.exec(link));
    let spoilt;
    if (round % 3 === 0) {
      // The text itself.
      const signs = [...link];
      for (let times = 1 + pick(4); times > 0; times--) signs[pick(signs.length)] = "AZaz09-_.=#%<\u0000\ud800"[pick(14)];
      spoilt = signs.join("").slice(0, pick(8) ? undefined : pick(link.length));
    } else {
      const inner = /** @type {Uint8Array<ArrayBuffer>} */ (await inflate(/** @type {Uint8Array<ArrayBuffer>} */ (fromBase64Url(payload)), LIMITS.bytes));
      const bytes = pick(6) ? inner : new Uint8Array(inner.buffer, 0, pick(inner.length));
      // What is unpacked, its check sum made right again: the readers behind it must hold.
      for (let times = 1 + pick(6); times > 0; times--) bytes[pick(bytes.length)] = pick(256);
      if (bytes.length > 8) new DataView(bytes.buffer, bytes.byteOffset, bytes.length).setUint32(bytes.length - 4, crc32(bytes.subarray(0, bytes.length - 4)));
      spoilt = await linkOf(bytes.slice());
    }
    try {
      const { result } = await readLink(spoilt);
      if (result) for (const column of result.columns) if (column.kind === "category") keyOf(column, "dark");
      codes.set("read", (codes.get("read") ?? 0) + 1);
    } catch (error) {
      assert.ok(error instanceof LinkError, `round ${round}: ${error instanceof Error ? error.stack : error}`);
      codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
    }
  }
  console.log(`fuzz: ${JSON.stringify(Object.fromEntries(codes))} in ${Math.round(performance.now() - began)} ms`);
  assert.ok((codes.get("link_damaged") ?? 0) > 500 && (codes.get("read") ?? 0) > 50);
});

test("demo links say which run to make again; others are not understood", () => {
  const link = /** @type {const} */ ({ demo: "ucec", seed: 11, preset: "strict", kind: "umap" });
  assert.deepEqual(readDemoLink(writeDemoLink(link)), link);
  assert.deepEqual(readDemoLink("#demo=simulated"), { demo: "simulated", seed: 7, preset: "", kind: "pca" });
  assert.equal(readDemoLink("#cohort"), null);
  for (const bad of ["#demo=", "#demo=brca", "#demo=ucec&seed=-1", "#demo=ucec&seed=1e9", "#demo=ucec&preset=%3Cb%3E", "#demo=ucec&map=tsne"]) {
    assert.throws(() => readDemoLink(bad), (error) => error instanceof LinkError && error.code === "link_demo");
  }
});
