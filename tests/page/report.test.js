// The report's text and what a session file may say of itself: whatever a stranger wrote is text, or nothing. No browser.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageOf, sessionAddress, summaryOf, verdictOf } from "../../www/session.js";
import { escape, isDrawing, reportHtml } from "../../www/share/report.js";

const HOSTILE = `</style><script>alert("1")</script><img src=x onerror='a'>&amp;\u0000`;
const SVG = '<svg width="1" height="1" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg" role="img">\n<title>on it = so</title>\n<desc>a &lt;b&gt; ongoing=x</desc><rect x="1" width="2"/><text x="1">a</text></svg>';

test("every text of a report is escaped", () => {
  const html = reportHtml({
    made: HOSTILE, cohort: [[HOSTILE, HOSTILE]], verdict: HOSTILE, cautions: [HOSTILE], figures: [{ title: "map", svg: SVG }],
    tables: [{ title: HOSTILE, note: HOSTILE, head: [HOSTILE], rows: [[HOSTILE]] }], methods: [HOSTILE], config: HOSTILE, command: HOSTILE, sources: [HOSTILE],
  });
  assert.equal((html.match(/<script|<img|onerror='/g) ?? []).length, 0);
  assert.equal((html.match(/<\/style>/g) ?? []).length, 1);
  assert.equal(html.split(escape(HOSTILE)).length - 1, 13, "and each is there to read");
  assert.match(html, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline';/);
  assert.match(html, /@media print/);
  assert.ok(!html.includes("\u0000"));
});

test("a figure that can act does not go into a report", () => {
  assert.ok(isDrawing(SVG));
  const bad = ["<script>", '<rect onload="x"/>', "<foreignObject>", '<a href="x">', '<image href="x"/>', '<rect fill="url(x)"/>', "<!ENTITY", "<?xml", "<SCRIPT>", "<text", '<use href="#a"/>', "<style>"];
  for (const inner of bad) assert.ok(!isDrawing(SVG.replace("</svg>", `${inner}</svg>`)), inner);
  assert.ok(!isDrawing("<p>"));
  assert.throws(() => reportHtml({ made: "", cohort: [], verdict: "", cautions: [], figures: [{ title: "x", svg: "<svg ><script></svg>" }], tables: [], methods: [], config: "", command: "", sources: [] }), /more than a drawing/);
});

test("what a session says of itself is taken by kind, and missing parts are empty", () => {
  for (const nothing of [null, undefined, 3, "x", [], {}, { purified: null, guards: [null, 3], columns: [1], groups: [{}] }]) {
    assert.equal(verdictOf(nothing).identity.tested, 0);
    assert.equal(summaryOf(nothing).tumors, 0);
    assert.equal(pageOf(nothing).view.kind, "pca");
  }
  const verdict = verdictOf({ purified: { tested: 9, found: 8 }, raw: { found: 3 }, pca: { found: "4" }, ownPurified: {}, heldOut: true, guards: [{ code: "a", message: {} }], sentence: ["x"], effectiveRank: NaN });
  assert.deepEqual(verdict.identity, { tested: 9, purified: 8, raw: 3, pca: 0, ownTested: 0, ownPurified: 0, ownRaw: 0, heldOut: true });
  assert.deepEqual([verdict.guards, verdict.sentence, verdict.effectiveRank], [[{ code: "a", message: "" }], "", 0]);
  const page = pageOf({ groups: [{ name: "g".repeat(300), members: [1, -1, 2.5, "3", 4] }], colour: { gene: "TP53" }, view: { kind: "umap", right: 3 }, roles: { column: "t", normal: ["n", 3] } });
  assert.deepEqual([page.groups[0].name.length, page.groups[0].members], [200, [1, 4]]);
  assert.deepEqual([page.colour, page.view, page.roles], [{ gene: "TP53" }, { kind: "umap", right: "purified" }, { column: "t", normal: ["n"] }]);
});

test("?session= stays beside the page", () => {
  const page = "https://lab.example/tools/purify/index.html?session=x";
  assert.equal(sessionAddress("demo.twinpurify", page)?.href, "https://lab.example/tools/purify/demo.twinpurify");
  assert.equal(sessionAddress("sub/demo 1.twinpurify", page)?.href, "https://lab.example/tools/purify/sub/demo%201.twinpurify");
  for (const path of ["", "/x", "//other.example/x", "https://other.example/x", "../x", "a/../../x", "a\\..\\x", "%2e%2e/x", "javascript:1", "x?y", "x#y", "x\n", "é", "x".repeat(301)]) {
    assert.equal(sessionAddress(path, page), null, path);
  }
});
