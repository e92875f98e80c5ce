// Work that outlives its tab: a reload or a crash in the middle of a run, resumed, ends in the same bits as a run that
// nobody disturbed; two tabs do not overwrite each other; what is damaged says so; what is forgotten is gone.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { engineReady, missing, openPage, saved, setParameters, tinyCohort, verdict } from "./harness.js";

const RUN = { hidden: "32", dim: "16", epochs: "1500" };

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page @param {Record<string, string>} parameters */
async function begin(page, parameters = RUN) {
  await engineReady(page);
  await page.setInputFiles("#file-input", tinyCohort());
  await page.waitForSelector("#figures dd");
  await setParameters(page, parameters);
  await page.click("#train-begin");
}

/** Pause in the middle, and wait until that moment is kept. @param {Page} page */
async function pauseAndKeep(page) {
  await page.waitForSelector("#running progress[value]", { timeout: 60_000 });
  await page.click("#train-pause");
  await page.waitForFunction(() => {
    const kept = document.getElementById("kept-line")?.dataset.step;
    return document.getElementById("train-status")?.textContent === "Paused." && kept && kept !== "undefined";
  }, undefined, { timeout: 30_000 });
  const share = Number(await page.getAttribute("#running progress", "value"));
  assert.ok(share > 0 && share < 1, `paused in the middle: ${share}`);
}

/** What a run leaves, as hashes of files: not the losses, which are read now and then, by the clock. @param {Page} page */
async function results(page) {
  const all = [await verdict(page, 120_000)];
  for (const name of ["embedding.csv", "model.safetensors"]) {
    all.push(`${name} ${createHash("sha256").update(await saved(page, `[data-download="${name}"]`)).digest("hex")}`);
  }
  return all;
}

/** What is in the page's private file system. @param {Page} page @returns {Promise<string[]>} */
const stored = (page) => page.evaluate(async () => {
  /** @param {any} folder @param {string} path @returns {Promise<string[]>} */
  const list = async (folder, path) => {
    const names = [];
    for await (const [name, handle] of folder.entries()) names.push(...handle.kind === "directory" ? [`${path}${name}/`, ...await list(handle, `${path}${name}/`)] : [`${path}${name}`]);
    return names;
  };
  return list(await navigator.storage.getDirectory(), "");
});

/** Replace kept records. @param {Page} page @param {string} stem @param {object | null} work a work record instead, or rubbish */
const spoil = (page, stem, work) => page.evaluate(async ([stem, work]) => {
  const root = await navigator.storage.getDirectory();
  const all = /** @type {any} */ (await root.getDirectoryHandle("twinpurify"));
  const text = (/** @type {any} */ value) => new TextEncoder().encode(JSON.stringify(value));
  for await (const folder of all.values()) for (const slot of ["a", "b"]) {
    let bytes = text("rubbish");
    if (work) {
      const payload = text(work);
      const sha256 = Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", payload)), (byte) => byte.toString(16).padStart(2, "0")).join("");
      const header = text({ sequence: 99, length: payload.length, sha256 });
      bytes = new Uint8Array([...new TextEncoder().encode("TWINKEEP"), ...new Uint8Array(new Uint32Array([header.length]).buffer), ...header, ...payload]);
    }
    const handle = await folder.getFileHandle(`${stem}-${slot}`, { create: true });
    const writable = await handle.createWritable();
    await writable.write(bytes);
    await writable.close();
  }
}, /** @type {[string, object | null]} */ ([stem, work]));

test("a run that a reload interrupts is resumed to the same bits", { skip: missing, timeout: 240_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await begin(page);
    const undisturbed = await results(page);

    await t.test("reloaded in the middle", async () => {
      await page.reload();
      await begin(page);
      await pauseAndKeep(page);
      assert.match(await page.textContent("#kept-line") ?? "", /kept on this computer/);
      await page.reload();
      await engineReady(page);
      await page.waitForSelector("#resume-begin");
      const offer = await page.textContent("#resume") ?? "";
      assert.match(offer, /A run at step [\d,]+ of [\d,]+/);
      assert.match(offer, /expression\.tsv, samples\.tsv/);
      const asked = Date.now();
      await page.click("#resume-begin");
      assert.deepEqual(await results(page), undisturbed);
      assert.equal(await page.inputValue("#parameter-epochs"), RUN.epochs, "the form shows the run's parameters");
      assert.equal(await page.getAttribute("#privacy-badge", "data-locked"), "yes");
      assert.deepEqual(view.requestsSince(asked), []);
    });

    await t.test("reloaded after its end", async () => {
      await page.reload();
      await engineReady(page);
      await page.waitForSelector("#resume-begin");
      assert.match(await page.textContent("#resume") ?? "", /A finished run/);
      await page.click("#resume-begin");
      assert.deepEqual(await results(page), undisturbed);
    });

    await t.test("its engine crashed in the middle", async () => {
      await page.reload();
      await begin(page);
      await pauseAndKeep(page);
      for (const worker of page.workers()) {
        await worker.evaluate(() => { if (self.name === "engine") setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable, planted by a test"); }); });
      }
      await page.waitForSelector("#resume-begin", { timeout: 30_000 });
      assert.match(await page.textContent("#resume") ?? "", /stopped working .*your run can go on/);
      await page.click("#resume-begin");
      assert.deepEqual(await results(page), undisturbed);
    });
    assert.deepEqual(complaints.filter((words) => !words.includes("planted by a test")), []);
  } finally {
    await view.close();
  }
});

test("two tabs, damage, forgetting, and a browser without storage", { skip: missing, timeout: 240_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, context } = view;
  try {
    await t.test("a second tab keeps nothing and harms nothing", async () => {
      await begin(page, { hidden: "16", epochs: "4" });
      await verdict(page, 60_000);
      const second = await context.newPage();
      await second.goto(page.url());
      await engineReady(second);
      await second.setInputFiles("#file-input", tinyCohort()[0]);
      await second.waitForFunction(() => /Another tab/.test(document.getElementById("kept-line")?.textContent ?? ""));
      assert.ok(await second.isHidden("#resume"), "the first tab's work is not offered while it is open");
      await second.close();
      await page.reload();
      await page.waitForSelector("#resume-begin");
      assert.match(await page.textContent("#resume") ?? "", /A finished run, .*expression\.tsv, samples\.tsv/);
    });

    await t.test("a damaged checkpoint says so; the files open", async () => {
      await engineReady(page);
      await spoil(page, "run", null);
      await page.click("#resume-begin");
      await page.waitForFunction(() => /kept state is damaged/.test(document.getElementById("resume")?.textContent ?? ""));
      assert.equal(await page.textContent("#figures dd"), "40");
    });

    await t.test("a damaged record, and one of another version, say so", async () => {
      await page.reload();
      await page.waitForSelector("#resume-begin"); // from here on nothing is written
      await spoil(page, "work", null);
      await page.reload();
      await page.waitForFunction(() => /cannot be used: it is damaged/.test(document.getElementById("resume")?.textContent ?? ""));
      await spoil(page, "work", { format: 99 });
      await page.reload();
      await page.waitForFunction(() => /another version of this page \(format 99/.test(document.getElementById("resume")?.textContent ?? ""));
    });

    await t.test("Forget everything leaves nothing", async () => {
      await engineReady(page);
      await page.selectOption("#theme", "dark");
      assert.ok((await stored(page)).length > 1);
      await page.click("#resume button");
      await page.waitForFunction(() => /Everything is forgotten/.test(document.getElementById("resume")?.textContent ?? ""));
      assert.deepEqual(await stored(page), []);
      assert.deepEqual(await page.evaluate(() => [{ ...localStorage }, sessionStorage.length]), [{ keep: "off" }, 0], "that nothing is to be kept, and nothing else");
      assert.deepEqual(await page.evaluate(async () => (await indexedDB.databases()).length), 0);
    });

    await t.test("the switch forgets, and is remembered", async () => {
      await page.addInitScript(() => { navigator.storage.persist = async () => { /** @type {any} */ (globalThis).persistAsked = true; return false; }; });
      await page.reload();
      await engineReady(page);
      await page.setInputFiles("#file-input", tinyCohort());
      await page.waitForSelector("#keep-work:not(:checked)"); // Forget everything did not switch it on again
      assert.deepEqual(await stored(page), []);
      assert.ok(!await page.evaluate(() => /** @type {any} */ (globalThis).persistAsked));
      await page.check("#keep-work");
      await page.waitForFunction(() => /** @type {any} */ (globalThis).persistAsked);
      await page.waitForFunction(async () => (await Array.fromAsync(/** @type {any} */ (await navigator.storage.getDirectory()).keys())).length > 0);
      await page.uncheck("#keep-work");
      await page.waitForFunction(async () => (await Array.fromAsync(/** @type {any} */ (await navigator.storage.getDirectory()).keys())).length === 0);
      await page.reload();
      await engineReady(page);
      await page.setInputFiles("#file-input", tinyCohort());
      await page.waitForSelector("#keep-work:not(:checked)");
      assert.deepEqual(await stored(page), []);
    });

    await t.test("without storage everything works, and says what it does not keep", async () => {
      const bare = await context.newPage();
      await bare.addInitScript(() => { Object.defineProperty(StorageManager.prototype, "getDirectory", { value: undefined }); });
      await bare.goto(page.url());
      await begin(bare, { hidden: "16", epochs: "4" });
      assert.match(await verdict(bare, 60_000) ?? "", /of 40 tumours/);
      assert.match(await bare.textContent("#kept-line") ?? "", /offers no storage/);
    });
  } finally {
    await view.close();
  }
});
