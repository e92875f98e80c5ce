// What a release hands out, made of dist/ as it stands: the zip unpacked and served takes the journey, the npm package works
// in a page of its own, and every crate that is compiled in is listed with a licence.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { DIST, engineReady, missing, tinyCohort, trainTiny } from "./harness.js";
import { serve } from "./serve.js";

const VERSION = /^version = "(.+)"$/m.exec(readFileSync("Cargo.toml", "utf8"))?.[1] ?? "";
const run = (/** @type {string} */ program, /** @type {string[]} */ words, cwd = ".") => execFileSync(program, words, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 26 });
let folder = "", release = "";

before(() => {
  if (missing) return;
  folder = mkdtempSync(join(tmpdir(), "release-"));
  release = join(folder, "release");
  run("python3", ["scripts/build/release.py", DIST, release]);
});
after(() => folder && rmSync(folder, { recursive: true }));

/** A page of a folder in a fresh browser. @param {string} root @param {string} path @param {(page: import("playwright-core").Page, complaints: string[]) => Promise<void>} work */
async function inBrowser(root, path, work) {
  const server = await serve(root);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--headless=new"] });
  try {
    const page = await browser.newPage();
    /** @type {string[]} */
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(server.address + path);
    await work(page, complaints);
  } finally {
    await browser.close();
    server.close();
  }
}

test("the zip holds what dist/ holds, with sums that are true; unpacked and served it takes the journey", { skip: missing, timeout: 240_000 }, async () => {
  const unpacked = join(folder, "unpacked");
  run("python3", ["-m", "zipfile", "-e", join(release, `twinpurify-page-${VERSION}.zip`), unpacked]);
  const root = join(unpacked, `twinpurify-${VERSION}`);
  assert.equal(readFileSync(join(root, "VERSION"), "utf8"), `${VERSION}\n`);
  const files = (/** @type {string} */ of) => readdirSync(of, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(of.length + 1)).sort();
  const sums = new Map(readFileSync(join(root, "SHA256SUMS"), "utf8").trim().split("\n").map((line) => [line.slice(66), line.slice(0, 64)]));
  assert.deepEqual(files(root), [...sums.keys(), "SHA256SUMS"].sort());
  assert.deepEqual(files(root).filter((name) => !["VERSION", "LICENCES.txt", "SHA256SUMS"].includes(name)), files(DIST));
  for (const [name, sum] of sums) assert.equal(createHash("sha256").update(readFileSync(join(root, name))).digest("hex"), sum, name);

  await inBrowser(unpacked, `twinpurify-${VERSION}/?device=cpu`, async (page, complaints) => {
    await engineReady(page);
    await page.waitForFunction((version) => document.getElementById("version")?.textContent?.startsWith(`Version ${version}`), VERSION);
    assert.match(await trainTiny(page, { epochs: "3" }) ?? "", /\d+ of 40 tumours/);
    await page.waitForFunction(() => [...document.querySelectorAll("#explore canvas")].filter((canvas) => canvas.getAttribute("aria-label")).length >= 2, undefined, { timeout: 60_000 });
    await page.waitForSelector("#privacy-badge[data-locked=yes]");
    assert.deepEqual(complaints, []);
  });
});

test("the packed npm package trains in a page that has an import map and nothing else", { skip: missing, timeout: 240_000 }, async () => {
  const root = join(folder, "plain"), modules = join(root, "node_modules");
  mkdirSync(modules, { recursive: true });
  run("tar", ["-xzf", join(release, `twinpurify-${VERSION}.tgz`), "-C", modules]);
  run("mv", [join(modules, "package"), join(modules, "twinpurify")]);
  const packed = join(modules, "twinpurify");
  const about = JSON.parse(readFileSync(join(packed, "package.json"), "utf8"));
  assert.deepEqual([about.name, about.version], ["twinpurify", VERSION]);
  for (const name of ["README.md", "LICENCES.txt", "LICENSE-MIT", "CHANGELOG.md", "engine/gpu/twinpurify_bg.wasm"]) assert.ok(existsSync(join(packed, name)), name);
  assert.ok(!existsSync(join(packed, "www/page")), "the page itself is no part of it");

  // Its types are those of a caller.
  writeFileSync(join(root, "caller.ts"), `
    import { TwinPurify } from "twinpurify";
    const tp = await TwinPurify.create({ device: "cpu" });
    const cohort = await tp.loadCohort([new File(["a"], "a.tsv")]);
    const tumours: number = cohort.summary.tumors;
    const model = await tp.train({ seed: 7 }, { onProgress: ({ step }) => step.toFixed() });
    const { samples, values }: { samples: string[], values: Float32Array } = await model.embed();
    // @ts-expect-error there is no such device
    await TwinPurify.create({ device: "quantum" });
    export { tumours, samples, values };
  `);
  run("node", [resolve("node_modules/typescript/bin/tsc"), "--noEmit", "--strict", "--target", "ES2022", "--module", "ESNext", "--moduleResolution", "bundler", "--lib", "ES2023,DOM,DOM.Iterable", "caller.ts"], root);

  writeFileSync(join(root, "index.html"), `<!doctype html><title>A plain page</title>
    <script type="importmap">{ "imports": { "twinpurify": "./node_modules/twinpurify/www/twinpurify.js" } }</script>
    <script type="module">
      import { TwinPurify } from "twinpurify";
      window.trained = async (texts) => {
        const tp = await TwinPurify.create({ device: "cpu" });
        const cohort = await tp.loadCohort(texts.map(([name, text]) => new File([text], name)));
        const model = await tp.train({ seed: 7, epochs: 2, preset: "linear" });
        const { samples, dim, values } = await model.embed();
        return { version: await tp.version(), tumours: cohort.summary.tumors, samples: samples.length, dim, finite: values.every(Number.isFinite), length: values.length };
      };
    </script>`);
  await inBrowser(root, "", async (page, complaints) => {
    await page.waitForFunction(() => "trained" in window);
    const texts = tinyCohort().map(({ name, buffer }) => [name, buffer.toString()]);
    const { dim, ...made } = await page.evaluate((given) => /** @type {any} */ (window).trained(given), texts);
    assert.deepEqual(made, { version: VERSION, tumours: 40, samples: 40, finite: true, length: 40 * dim });
    assert.deepEqual(complaints, []);
  });
});

test("every crate of the engines and of the program is listed with its licence's text", { skip: missing }, () => {
  const listed = (/** @type {string} */ text) => new Map(text.split("\n").flatMap((line) => {
    const [, name, version, texts] = /^(\S+) (\S+): .+; texts ([\d, ]+)/.exec(line) ?? [];
    return name ? [[`${name} ${version}`, texts]] : [];
  }));
  const program = join(folder, "LICENCES-native.txt");
  run("python3", ["scripts/build/licences.py", "native", program]);
  const trees = [["LICENCES-page.txt", ["cpu", "gpu", "containers"].map((engine) => ["--target", "wasm32-unknown-unknown", "--features", engine])], [program, [["--features", "cpu,cli,containers"]]]];
  for (const [name, asked] of /** @type {[string, string[][]][]} */ (trees)) {
    const text = readFileSync(name === program ? name : join(release, name), "utf8"), found = listed(text);
    const wanted = new Set(asked.flatMap((words) => run("cargo", ["tree", "--locked", "--no-default-features", "--edges", "normal", "--prefix", "none", "--format", "{p}", ...words]).split("\n").filter(Boolean).map((line) => line.replace(/^(\S+) v(\S+).*$/, "$1 $2"))));
    assert.ok(wanted.size > 100, `${name}: ${wanted.size} crates`);
    assert.deepEqual([...wanted].filter((one) => !found.has(one)), [], name);
    assert.match(text, /^Rust standard library \S+: .*; texts \d/m);
    for (const number of new Set([...found.values()].flatMap((texts) => texts.trim().split(", ")))) {
      assert.ok(text.includes(`\nText ${number}\n`), `${name}: text ${number} is missing`);
    }
  }
});
