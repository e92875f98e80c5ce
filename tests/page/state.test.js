// Nothing lost by a person's own small actions: what changes the cohort asks before it costs a model, what does not
// leaves it alone, and no link, shortcut or crash takes work away unasked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineReady, missing, openPage, setParameters, tinyCohort, trainTiny, verdict } from "./harness.js";
import { writeLink } from "../../www/share/link.js";
import { example } from "./link_example.js";

const SHORT = { hidden: "16", epochs: "4" };
const LONG = { hidden: "64", epochs: "20000" };
const file = (/** @type {string} */ name, /** @type {string} */ text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

/** @typedef {import("playwright-core").Page} Page */

/** The verdict that stands, or "" where there is no model. @param {Page} page */
const standing = (page) => page.evaluate(() => /** @type {HTMLElement} */ (document.getElementById("verdict")).hidden ? "" : document.querySelector("#verdict .verdict")?.textContent ?? "");
/** @param {Page} page @param {string} name */
const lineOf = (page, name) => page.waitForFunction((wanted) => [...document.querySelectorAll("#files li")].some((line) => line.querySelector(".name")?.textContent === wanted && !line.querySelector("progress")), name);
/** @param {Page} page @param {string} text */
const paste = (page, text) => page.evaluate((said) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", said);
  document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}, text);
/** Nothing long is under way. @param {Page} page */
const idle = (page) => page.waitForFunction(() => !document.querySelector("#files progress") && !document.body.dataset.job);

test("what leaves the matrix alone leaves the model; what changes it asks", { skip: missing, timeout: 180_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    const learnt = await trainTiny(page, SHORT) ?? "";

    await t.test("a refused file, a GMT, pasted prose", async () => {
      await page.setInputFiles("#file-input", file("broken.tsv", "gene\tA\tB\nTP53\t1\n\n\"unclosed\t2"));
      await lineOf(page, "broken.tsv");
      await page.setInputFiles("#file-input", file("own.gmt", "MINE\tabout\tCDK1\tCDC20\tAURKA\nOTHER\tabout\tBCL2\tBGN\tCAV1\n"));
      await lineOf(page, "own.gmt");
      await paste(page, "Dear all,\nplease find the table attached,\nwith best wishes.");
      await page.waitForFunction(() => document.querySelectorAll("#files li").length === 5);
      await idle(page);
      assert.equal(await page.locator("#ask").count(), 0, "nothing was asked");
      assert.equal(await standing(page), learnt);
      assert.ok(await page.isVisible('[data-download="embedding.csv"]'), "the model's files are offered");
      const rows = await page.evaluate(async () => (await /** @type {any} */ (globalThis).twinpurify.checkpoint())?.length > 0);
      assert.ok(rows, "the engine holds it too");
    });

    await t.test("removing what is not used asks nothing", async () => {
      await page.click('#files button[aria-label="Remove broken.tsv"]');
      await page.waitForFunction(() => document.querySelectorAll("#files li").length === 4);
      await page.click('#files button[aria-label="Remove own.gmt"]');
      await page.waitForFunction(() => document.querySelectorAll("#files li").length === 3);
      assert.equal(await standing(page), learnt);
    });

    await t.test("a sample sheet or matrix asks, and no means no; the session can be saved first", async () => {
      await page.setInputFiles("#file-input", tinyCohort()[0]);
      await page.waitForSelector("#ask[open]");
      assert.match(await page.textContent("#ask") ?? "", /Replace the trained model\?.*expression\.tsv.*in no file yet/s);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#ask-save")]);
      assert.match(download.suggestedFilename(), /\.twinpurify$/);
      await page.keyboard.press("Escape");
      await page.waitForSelector("#ask", { state: "detached" });
      assert.equal(await standing(page), learnt);
      await page.click('#files button[aria-label="Remove samples.tsv"]');
      await page.click("#ask-no");
      assert.equal(await page.locator("#files li").count(), 3);
      assert.equal(await standing(page), learnt);
    });

    await t.test("roles ask; yes changes them", async () => {
      await page.evaluate(() => { /** @type {HTMLDetailsElement} */ (document.getElementById("roles")).open = true; });
      await page.click("#roles-reset");
      await page.click("#ask-no");
      assert.equal(await standing(page), learnt);
      await page.click("#roles-reset");
      await page.click("#ask-yes");
      await page.waitForFunction(() => /** @type {HTMLElement} */ (document.getElementById("verdict")).hidden);
    });
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("single keys start nothing and drop nothing, mind dialogs and words, and can be switched off", { skip: missing, timeout: 180_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  const section = () => page.evaluate(() => document.activeElement?.id);
  const nothing = () => page.waitForTimeout(900);
  try {
    await engineReady(page);
    const learnt = await trainTiny(page, SHORT);
    await page.evaluate(() => { /** @type {HTMLElement} */ (document.activeElement).blur(); scrollTo(0, 0); });
    let choosers = 0;
    page.on("filechooser", () => { choosers++; });
    await page.keyboard.type("tp53");
    await page.keyboard.type("foxo1", { delay: 80 });
    await nothing();
    assert.deepEqual([await section(), await page.evaluate(() => scrollY), choosers], ["", 0, 0], "a word does nothing");
    await page.keyboard.press("t");
    await page.waitForFunction(() => document.activeElement?.id === "train-begin");
    assert.ok(await page.isHidden("#running"), "it starts no run");
    assert.equal(await standing(page), learnt);
    // A dialog is open.
    await page.click("#share-open");
    await page.evaluate(() => { /** @type {HTMLElement} */ (document.activeElement).blur(); });
    for (const key of ["?", "o", "2"]) {
      await page.keyboard.press(key);
      await nothing();
    }
    assert.deepEqual([choosers, await page.isVisible("#shortcuts"), await page.locator("dialog[open]").count()], [0, false, 1]);
    await page.click("#share-close");
    // Off.
    await page.click("#shortcuts-open");
    await page.uncheck("#shortcuts-on");
    await page.evaluate(() => { /** @type {HTMLElement} */ (document.activeElement).blur(); });
    for (const key of ["?", "o", "3"]) {
      await page.keyboard.press(key);
      await nothing();
    }
    assert.deepEqual([choosers, await page.isVisible("#shortcuts"), await section()], [0, true, ""]);
    await page.keyboard.press("Escape");
    assert.ok(await page.isHidden("#shortcuts"), "Escape still closes the list");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("one long job at a time, each with its way out; Stop during Instant says stopped", { skip: missing, timeout: 180_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", tinyCohort());
    await page.waitForSelector("#figures dd");
    await setParameters(page, LONG);
    // A file that takes its time, and the button pressed meanwhile.
    await page.evaluate(() => {
      const rows = Array.from({ length: 200_000 }, (_, at) => `TCGA-AA-${at}\t${at % 7}\t${at % 5}\t${"x".repeat(40)}`);
      const transfer = new DataTransfer();
      transfer.items.add(new File([["id\tone\ttwo\tthree", ...rows].join("\n")], "long.tsv"));
      const input = /** @type {HTMLInputElement} */ (document.getElementById("file-input"));
      input.files = transfer.files;
      input.dispatchEvent(new Event("change"));
      setTimeout(() => document.getElementById("train-begin")?.click());
    });
    await page.waitForFunction(() => document.getElementById("train-status")?.textContent?.startsWith("Files are being read. Wait for them, or cancel them, before training."));
    await lineOf(page, "long.tsv");
    await idle(page);
    // Begin, and stop at once: Instant is computed, and no step was made.
    await page.evaluate(() => {
      document.getElementById("train-begin")?.click();
      document.getElementById("train-stop")?.click();
    });
    assert.match(await verdict(page, 60_000) ?? "", /of 40 tumours/);
    assert.match(await page.textContent("#train-status") ?? "", /^Stopped before the first step/);
    // While a run is under way no file is read.
    await page.click("#train-begin");
    await page.waitForSelector("#running progress[value]", { timeout: 60_000 });
    await page.setInputFiles("#file-input", file("late.gmt", "MINE\tabout\tCDK1\n"));
    await page.waitForFunction(() => document.getElementById("cohort-status")?.textContent === "A run is under way. Stop it before opening other files.");
    await page.click("#demo-simulated");
    await page.waitForFunction(() => document.getElementById("cohort-status")?.textContent === "A run is under way. Stop it before opening another cohort.");
    assert.equal(await page.locator("#files").getByText("late.gmt").count(), 0);
    await page.click("#train-stop");
    await verdict(page, 60_000);
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("a demo link replaces neither kept work nor files, and never trains another cohort", { skip: missing, timeout: 240_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  const home = page.url();
  try {
    await engineReady(page);
    await trainTiny(page, SHORT);
    await page.waitForTimeout(500); // the keeper writes
    await t.test("?demo= beside kept work", async () => {
      await page.goto(`${home}&demo=simulated`);
      await page.waitForFunction(() => /Your kept work comes first/.test(document.getElementById("cohort-status")?.textContent ?? ""), undefined, { timeout: 60_000 });
      assert.ok(await page.isVisible("#resume-begin"));
      assert.equal(await page.locator("#files li").count(), 0);
    });
    await t.test("#demo= beside kept work asks", async () => {
      await page.goto("about:blank");
      await page.goto(`${home}#demo=simulated&seed=3`);
      await engineReady(page);
      await page.click("#demo-reproduce");
      await page.click("#ask-no");
      await page.waitForFunction(() => /Your kept work comes first/.test(document.querySelector("#shared .status")?.textContent ?? ""));
      assert.ok(await page.isVisible("#resume-begin"));
    });
    await t.test("over files that are open it says so, and trains nothing", async () => {
      await page.setInputFiles("#file-input", tinyCohort());
      await page.waitForSelector("#figures dd");
      await page.evaluate(() => { /** @type {HTMLElement} */ (document.getElementById("shared")).hidden = false; });
      await page.click("#demo-reproduce");
      await page.waitForFunction(() => /A cohort is open here already/.test(document.querySelector("#shared .status")?.textContent ?? ""));
      assert.equal(await page.textContent("#figures dd"), "40");
      assert.equal(await standing(page), "");
    });
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("an engine that crashes after a run gives the model back", { skip: missing, timeout: 180_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page } = view;
  try {
    await engineReady(page);
    const learnt = await trainTiny(page, SHORT);
    for (const worker of page.workers()) {
      await worker.evaluate(() => { if (self.name === "engine") setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable, planted by a test"); }); });
    }
    await page.waitForFunction(() => document.getElementById("train-status")?.textContent?.includes("your model is back"), undefined, { timeout: 60_000 });
    assert.equal(await standing(page), learnt);
    const [download] = await Promise.all([page.waitForEvent("download"), page.click('[data-download="embedding.csv"]')]);
    assert.equal(await download.failure(), null);
  } finally {
    await view.close();
  }
});

test("leaving asks where something would be lost, and only there", { skip: missing, timeout: 180_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page } = view;
  let asked = 0;
  page.on("dialog", async (dialog) => {
    asked += dialog.type() === "beforeunload" ? 1 : 0;
    await dialog.accept();
  });
  try {
    await engineReady(page);
    await trainTiny(page, SHORT);
    await page.reload();
    assert.equal(asked, 0, "the work is kept");
    await engineReady(page);
    await trainTiny(page, SHORT);
    await page.uncheck("#keep-work");
    await page.reload();
    assert.equal(asked, 1, "the model is in no file and not kept");
    await engineReady(page);
    await trainTiny(page, SHORT);
    await Promise.all([page.waitForEvent("download"), page.click("#session-save")]);
    await page.waitForFunction(() => /is saved/.test(document.getElementById("share-status")?.textContent ?? ""));
    await page.reload();
    assert.equal(asked, 1, "the session is saved");
  } finally {
    await view.close();
  }
});

test("a file opened on a shared view leaves the view; what no panel caught is shown", { skip: missing, timeout: 120_000 }, async () => {
  const link = await writeLink(example(12));
  const view = await openPage({ query: `?device=cpu${link}` });
  const { page } = view;
  try {
    await page.waitForSelector("#shared canvas");
    await paste(page, tinyCohort()[0].buffer.toString());
    await page.waitForSelector("#figures dd", { timeout: 60_000 });
    assert.ok(await page.isHidden("#shared"));
    assert.ok(await page.isVisible("#cohort"));
    assert.ok(await page.isHidden("#unexpected"));
    await page.evaluate(() => { Promise.reject(new Error("planted by a test")); });
    await page.waitForSelector("#unexpected:not([hidden])");
    assert.match(await page.textContent("#unexpected") ?? "", /planted by a test/);
  } finally {
    await view.close();
  }
});

test("a browser without SIMD gets a sentence", { skip: missing, timeout: 60_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page } = view;
  try {
    await page.addInitScript(() => {
      WebAssembly.validate = () => false;
      WebAssembly.compileStreaming = WebAssembly.compile = async () => { throw new WebAssembly.CompileError("Wasm SIMD unsupported"); };
    });
    await page.reload();
    await page.waitForSelector("#engine-badge[data-state=bad]");
    assert.match(await page.textContent("#engine-badge") ?? "", /has no SIMD.*Chromium 91/);
    await page.setInputFiles("#file-input", tinyCohort());
    await page.waitForFunction(() => /has no SIMD/.test(document.getElementById("cohort-status")?.textContent ?? ""));
  } finally {
    await view.close();
  }
});

test("Esc closes one thing and clears nothing else; a first colour varies; saved maps name their kind and colour", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    // All tumours have one type; the subtype varies.
    const [matrix, sheet] = tinyCohort();
    const rows = sheet.buffer.toString().trim().split("\n").map((line, at) => at ? line.replace("\t", "\tPrimary\t") : line.replace("\t", "\ttype\t"));
    await page.setInputFiles("#file-input", [matrix, file("samples.tsv", `${rows.join("\n")}\n`)]);
    await page.waitForSelector("#figures dd");
    await setParameters(page, SHORT);
    await page.click("#train-begin");
    await verdict(page, 60_000);
    await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.getElementById("colour-search")).value !== "");
    assert.equal(await page.inputValue("#colour-search"), "subtype");
    assert.ok(await page.isVisible('#verdict a[href="#explore"]'), "a link leads to the maps");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click('[data-plot="map_purified"] button:text-is("SVG")')]);
    assert.match(download.suggestedFilename(), /^twinpurify_map_purified_pca_by_subtype_strength\d\.svg$/);
    // A category alone, the list of shortcuts, the privacy panel, a dialog: one Esc each.
    await page.click("#explore .legend button");
    const alone = () => page.getAttribute("#explore .legend button", "aria-pressed");
    await page.click("#shortcuts-open");
    await page.keyboard.press("Escape");
    assert.deepEqual([await page.isVisible("#shortcuts"), await alone()], [false, "true"]);
    await page.click("#privacy-badge");
    await page.keyboard.press("Escape");
    assert.deepEqual([await page.isVisible("#privacy-panel"), await alone()], [false, "true"]);
    await page.click("#share-open");
    await page.keyboard.press("Escape");
    assert.deepEqual([await page.locator("dialog[open]").count(), await alone()], [0, "true"]);
    await page.evaluate(() => { /** @type {HTMLElement} */ (document.activeElement).blur(); });
    await page.keyboard.press("Escape");
    assert.equal(await alone(), "false");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});
