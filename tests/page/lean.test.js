// What is served is small, and says what its source says: modules call each other by the same names, nothing in a text
// changes, and the page still finds a module's imports in it (www/supplies.js makes workers of modules in memory).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";

const ROOT = new URL("../..", import.meta.url).pathname;

/** @param {string} path a file or a folder, made small in place */
const lean = (path) => execFileSync("node", [join(ROOT, "scripts/build/lean.js"), path], { stdio: "pipe", cwd: ROOT });

/** What a module asks of others and offers them. @param {string} source */
function interfaceOf(source) {
  const file = ts.createSourceFile("module.js", source, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS);
  assert.deepEqual(/** @type {any} */ (file).parseDiagnostics.map((/** @type {ts.Diagnostic} */ each) => each.messageText), []);
  /** @type {string[]} */
  const imports = [];
  /** @type {string[]} */
  const exports = [];
  /** @type {string[]} */
  const modules = [];
  const names = (/** @type {ts.BindingName} */ name) => { if (ts.isIdentifier(name)) exports.push(name.text); else name.elements.forEach((each) => { if (ts.isBindingElement(each)) names(each.name); }); };
  for (const statement of file.statements) {
    if ((ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) && statement.moduleSpecifier) modules.push(/** @type {ts.StringLiteral} */ (statement.moduleSpecifier).text);
    if (ts.isImportDeclaration(statement)) {
      const { importClause: clause } = statement;
      if (clause?.name) imports.push("default");
      if (clause?.namedBindings && ts.isNamedImports(clause.namedBindings)) imports.push(...clause.namedBindings.elements.map(({ propertyName, name }) => (propertyName ?? name).text));
    } else if (ts.isExportDeclaration(statement)) {
      if (statement.exportClause && ts.isNamedExports(statement.exportClause)) exports.push(...statement.exportClause.elements.map(({ name }) => name.text));
      else exports.push("*");
    } else if (ts.isExportAssignment(statement)) exports.push("default");
    else if (ts.canHaveModifiers(statement) && ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) {
      if (ts.isVariableStatement(statement)) statement.declarationList.declarations.forEach(({ name }) => names(name));
      else if (ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) exports.push("default");
      else exports.push(/** @type {any} */ (statement).name.text);
    }
  }
  return { modules: modules.sort(), imports: imports.sort(), exports: exports.sort() };
}

/** The expression by which www/supplies.js finds a module's imports. */
const IMPORTS = (() => {
  const [, body, flags] = /const IMPORTS = \/(.+)\/([a-z]+);/.exec(readFileSync(join(ROOT, "www/supplies.js"), "utf8")) ?? [];
  return new RegExp(body, flags);
})();

const scratch = (/** @type {string} */ name) => mkdtempSync(join(tmpdir(), `twinpurify-${name}-`));

test("every served script asks for and offers what its source does, says so where it is looked for, and is smaller", () => {
  const folder = scratch("lean");
  try {
    cpSync(join(ROOT, "www"), folder, { recursive: true });
    lean(folder);
    const names = readdirSync(join(ROOT, "www"), { recursive: true }).map(String).filter((name) => name.endsWith(".js"));
    assert.ok(names.length > 50, `${names.length} scripts`);
    let [before, after] = [0, 0];
    for (const name of names) {
      const source = readFileSync(join(ROOT, "www", name), "utf8");
      const served = readFileSync(join(folder, name), "utf8");
      assert.deepEqual(interfaceOf(served), interfaceOf(source), name);
      assert.deepEqual(Array.from(served.matchAll(IMPORTS), ([, , , module]) => module).sort(), interfaceOf(source).modules, name);
      before += source.length;
      after += served.length;
    }
    assert.ok(after < 0.6 * before, `${after} of ${before} characters`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("strings, templates and regular expressions keep every sign; comments go wherever they stand", async () => {
  const folder = scratch("lean-signs");
  try {
    const source = [
      "/** @type {string} */ const a = `first", "    // no comment", "", "  ${ [1, 2].map((n) => `  ${n} /* kept */ ${/* gone */ n}`).join(\"  \") }", "  /* kept */`;",
      "const b = \"// kept\", c = 'it\\'s /* kept */ \\u00e4'; // gone", "const d = /[/\"`]\\/\\/ {2}/g.test(a) || a.length / 2 / 3;",
      "const e = (/** @type {any} */ (a)).length + +d - -1;", "class Held { #value = 7; get value() { return this.#value; } }", "export default () => /* gone", " */ [a, b, c, d, e, new Held().value];",
    ].join("\n");
    writeFileSync(join(folder, "signs.mjs"), source);
    writeFileSync(join(folder, "signs.js"), source);
    writeFileSync(join(folder, "signs.css"), "/* gone */\n.a > .b :hover,\n.c {\n  content: \"/* kept */  ;\"; margin: 0 -1px calc(1px + 2em);\n}\n");
    lean(folder);
    const served = readFileSync(join(folder, "signs.js"), "utf8");
    writeFileSync(join(folder, "served.mjs"), served);
    const [was, is] = await Promise.all(["signs.mjs", "served.mjs"].map(async (name) => (await import(join(folder, name))).default()));
    assert.deepEqual(is, was);
    assert.ok(!served.includes("gone") && !served.includes("@type"), served);
    const sheet = readFileSync(join(folder, "signs.css"), "utf8");
    assert.equal(sheet, ".a>.b :hover,.c{content:\"/* kept */  ;\";margin:0 -1px calc(1px + 2em)}\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what cannot be read is named with its place, and the build stops", () => {
  const folder = scratch("lean-broken");
  try {
    for (const [name, source] of [["broken.js", "const a = 1;\nconst b = ;\n"], ["broken.css", ".a { color: red; }\n}{ .b\n"]]) {
      writeFileSync(join(folder, name), source);
      assert.throws(() => lean(join(folder, name)), (/** @type {any} */ error) => error.status === 1 && String(error.stderr).includes(`${name}:2:`));
      assert.equal(readFileSync(join(folder, name), "utf8"), source);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
