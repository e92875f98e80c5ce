// The page without a network: after one visit, with the server gone, a whole journey; and a new version that is offered,
// never forced. On a copy of dist/ whose service worker names exactly its files, under a sub path.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { DIST, engineReady, missing, setParameters, tinyCohort, verdict } from "./harness.js";
import { serve } from "./serve.js";

const name = (/** @type {string} */ dist) => execFileSync("python3", ["scripts/build/offline.py", dist]);

test("offline after the first visit, installable, updated only when asked", { skip: missing, timeout: 240_000 }, async (t) => {
  const root = mkdtempSync(join(tmpdir(), "offline-"));
  const dist = join(root, "lab");
  cpSync(DIST, dist, { recursive: true, dereference: true });
  name(dist);
  const server = await serve(root);
  const address = `${server.address}lab/?device=cpu`;
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--headless=new"] });
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on("console", (message) => { if (message.type() === "error" && !/www\/icon\.svg.*violates/s.test(message.text())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  const version = () => page.evaluate(async () => (await import(new URL("www/version.js", location.href).href)).VERSION);
  try {
    await t.test("one visit keeps the page; nothing is requested once a file is opened", async () => {
      await page.goto(address);
      await engineReady(page);
      assert.notEqual(await version(), "");
      await page.click("#privacy-badge");
      assert.match(await page.textContent("#privacy-panel") ?? "", /opens without a network from now on/);
      await page.keyboard.press("Escape");
      const before = server.served.length;
      await page.setInputFiles("#file-input", tinyCohort());
      await page.waitForSelector("#figures dd");
      await page.waitForTimeout(500);
      assert.deepEqual(server.served.slice(before), [], "neither by the page nor by the service worker");
      assert.ok(server.served.every((path) => path.startsWith("/lab/") || path === "/favicon.ico"));
      assert.deepEqual(server.served.filter((path) => path.includes("/demo/")), [], "the demo is kept only when it is used");
    });

    await t.test("for a page with a file open the worker fetches nothing", async () => {
      const before = server.served.length;
      const said = await page.evaluate(async () => {
        const { controller } = navigator.serviceWorker;
        const { port1, port2 } = new MessageChannel();
        const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
        controller?.postMessage({ keep: ["demo/cptac_ucec/samples.tsv.gz"] }, [port2]);
        return controller ? answer : "no worker controls this page";
      });
      assert.equal(said, "kept", "it answers");
      await page.waitForTimeout(300);
      assert.deepEqual(server.served.slice(before), [], "and kept nothing");
    });

    await t.test("it can be installed", async () => {
      const session = await context.newCDPSession(page);
      await page.reload();
      await engineReady(page);
      const manifest = await session.send("Page.getAppManifest");
      assert.deepEqual(manifest.errors, []);
      const { icons, start_url: start } = JSON.parse(manifest.data ?? "{}");
      assert.equal(new URL(start, manifest.url).href, `${server.address}lab/`);
      for (const { src } of icons) assert.ok(await page.evaluate(async (icon) => (await fetch(icon)).ok, new URL(src, manifest.url).href));
    });

    await t.test("a new version waits for the run to end, and for the person", async () => {
      const old = await version();
      appendFileSync(join(dist, "www/page/shell/rail.js"), "// another version\n");
      name(dist);
      await page.reload();
      await engineReady(page);
      await page.waitForSelector("#update:not([hidden])", { timeout: 30_000 });
      assert.equal(await version(), old, "unasked, the version stays what it was");
      await page.setInputFiles("#file-input", tinyCohort());
      await page.waitForSelector("#figures dd");
      await setParameters(page, { hidden: "64", epochs: "5000" });
      await page.click("#train-begin");
      await page.waitForSelector("#running progress[value]", { timeout: 60_000 });
      assert.ok(await page.isDisabled("#update button"), "not in the middle of a run");
      await page.click("#train-stop");
      await verdict(page, 60_000);
      await Promise.all([page.waitForEvent("load"), page.click("#update button")]);
      await engineReady(page);
      assert.notEqual(await version(), old);
      assert.ok(await page.isHidden("#update"));
      await page.waitForSelector("#resume-begin"); // the work survives the update
    });

    await t.test("the whole journey with the server gone and the network cut", async () => {
      await page.close();
      server.close();
      await context.setOffline(true);
      const alone = await context.newPage();
      alone.on("pageerror", (error) => complaints.push(String(error)));
      await alone.goto(address);
      await engineReady(alone);
      await alone.setInputFiles("#file-input", tinyCohort());
      await alone.waitForSelector("#figures dd");
      await setParameters(alone, { hidden: "16", epochs: "4" });
      await alone.click("#train-begin");
      assert.match(await verdict(alone, 60_000) ?? "", /of 40 tumours/);
      await alone.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
      assert.match(await alone.textContent("#privacy-badge") ?? "", /Locked · 0 requests/);
      const [download] = await Promise.all([alone.waitForEvent("download"), alone.click('[data-download="embedding.csv"]')]);
      assert.equal(await download.failure(), null);
    });
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
    server.close();
    rmSync(root, { recursive: true });
  }
});
