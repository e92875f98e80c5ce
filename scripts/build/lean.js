// Make a copied page small: `node scripts/build/lean.js PATH…`, each a file or a folder of them, written in place. Comments and layout
// go and names within a module become short; what modules call each other by stays. The sources stay readable in the repository, and
// the versions that package-lock.json fixes make the same bytes of them everywhere.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "lightningcss";
import { minify } from "terser";

/** @param {string} source */
async function script(source) {
  // Lines end where statements do: www/supplies.js finds a module's imports at the beginnings of lines.
  const { code } = await minify(source, { module: true, ecma: 2020, compress: { passes: 2 }, format: { comments: false, semicolons: false } });
  return code ?? "";
}

/** @param {string} source @param {string} filename */
const sheet = (source, filename) => transform({ filename, code: Buffer.from(source), minify: true }).code.toString();

/** @param {string} path @returns {string[]} */
const files = (path) => (statSync(path).isDirectory() ? readdirSync(path).flatMap((name) => files(join(path, name))) : [path]);

for (const path of process.argv.slice(2).flatMap(files)) {
  const make = path.endsWith(".js") ? script : path.endsWith(".css") ? sheet : null;
  if (!make) continue;
  try {
    writeFileSync(path, `${await make(readFileSync(path, "utf8"), path)}\n`);
  } catch (error) {
    const { message, line, col, loc } = /** @type {any} */ (error);
    console.error(`lean.js: ${path}:${line ?? loc?.line ?? "?"}:${col ?? loc?.column ?? "?"}: ${message}`);
    process.exit(1);
  }
}
