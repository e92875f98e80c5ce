// The scripts that are served are the sources without comments and indentation: both parse to
// the same tree of the same tokens.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";

const ROOT = new URL("../..", import.meta.url).pathname;

/** `folder` after lean.py. @param {string} folder */
const lean = (folder) => execFileSync("python3", [join(ROOT, "scripts/build/lean.py"), folder], { stdio: "pipe" });

/** Every token to the letter, in the tree that it makes: what the source says without its layout. @param {string} source */
function program(source) {
  const file = ts.createSourceFile("module.js", source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  assert.deepEqual(/** @type {any} */ (file).parseDiagnostics.map((/** @type {ts.Diagnostic} */ each) => each.messageText), []);
  /** @type {string[]} */
  const out = [];
  const walk = (/** @type {ts.Node} */ node) => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const children = node.getChildren(file);
    out.push(`${node.kind}${children.length === 0 ? node.getText(file) : ""}`);
    children.forEach(walk);
  };
  walk(file);
  return out.join("\n");
}

const scratch = (/** @type {string} */ name) => mkdtempSync(join(tmpdir(), `twinpurify-${name}-`));

test("every served script is the same program as its source, and smaller", () => {
  const folder = scratch("lean");
  try {
    cpSync(join(ROOT, "www"), join(folder, "www"), { recursive: true });
    lean(join(folder, "www"));
    const names = readdirSync(join(ROOT, "www"), { recursive: true }).map(String).filter((name) => name.endsWith(".js"));
    assert.ok(names.length > 50, `${names.length} scripts`);
    for (const name of names) {
      const source = readFileSync(join(ROOT, "www", name), "utf8");
      const served = readFileSync(join(folder, "www", name), "utf8");
      assert.equal(program(served), program(source), name);
      assert.equal(served.split("\n")[0], `// Readable source: www/${name}`);
      assert.ok(!/\n\n|\n[ \t]/.test(served.replace(/`[^`]*`/g, "")), `${name} has an indented or blank line`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("strings, templates and regular expressions keep every sign; comments go wherever they stand", () => {
  const folder = scratch("lean-signs");
  try {
    const source = [
      "/** @type {string} */ const a = `first", "    // no comment", "", "  ${ [1, 2].map((n) => `  ${n} /* kept */ ${/* gone */ n}`).join(\"  \") }", "  /* kept */`;",
      "const b = \"// kept\", c = 'it\\'s /* kept */'; // gone", "const d = /[/\"`]\\/\\/ {2}/g.test(a) || a.length / 2 / 3;",
      "const e = (/** @type {any} */ (a)).length + +d - -1;", "export default () => /* gone", " */ [a, b, c, d, e];",
    ].join("\n");
    writeFileSync(join(folder, "signs.js"), source);
    writeFileSync(join(folder, "signs.css"), "/* gone */\n.a > .b :hover,\n.c {\n  content: \"/* kept */  ;\"; margin: 0 -1px calc(1px + 2px);\n}\n");
    lean(folder);
    const served = readFileSync(join(folder, "signs.js"), "utf8");
    assert.equal(program(served), program(source));
    for (const kept of ["    // no comment\n\n", "/* kept */`;", "\"// kept\"", "'it\\'s /* kept */'", "`  ${n} /* kept */ ${n}`", "/[/\"`]\\/\\/ {2}/g"]) assert.ok(served.includes(kept), kept);
    assert.ok(!served.includes("gone") && !served.includes("@type"), served);
    assert.equal(readFileSync(join(folder, "signs.css"), "utf8").split("\n").slice(1).join("\n"),
      ".a > .b :hover,\n.c{\ncontent: \"/* kept */  ;\";margin: 0 -1px calc(1px + 2px);\n}\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
