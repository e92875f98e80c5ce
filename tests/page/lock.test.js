// The door lock: once a person's file is opened neither the page nor any of its workers can request anything, and what
// was loaded lazily before still works. A planted request must fail by the policy, and must not reach the server.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DIST, engineReady, missing, openPage, saved, setParameters, tinyCohort, verdict } from "./harness.js";
import { tryEverything } from "./planted.js";

test("after a file is opened no planted request leaves the page or a worker", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, requests } = view;
  try {
    await engineReady(page);
    const origin = new URL(page.url()).origin + "/";
    assert.equal(await page.getAttribute("#privacy-badge", "data-locked"), "no", "the page may fetch its demo until a file is opened");
    // The workers are locked from the start, before any file.
    for (const worker of page.workers()) {
      const early = await worker.evaluate(tryEverything, origin);
      for (const [how, said] of Object.entries(early)) assert.notEqual(said, "went through", `${how} in a worker before any file`);
    }
    await page.setInputFiles("#file-input", tinyCohort());
    await page.waitForSelector("#figures dd");
    assert.equal(await page.getAttribute("#privacy-badge", "data-locked"), "yes");
    assert.match(await page.textContent("#privacy-badge") ?? "", /Locked · 0 requests · 0 bytes sent/);
    assert.ok(page.workers().length >= 1, "the engine's worker is there");
    for (const [where, place] of /** @type {[string, any][]} */ ([["page", page], ...page.workers().map((worker) => ["worker", worker])])) {
      const said = await place.evaluate(tryEverything, origin);
      for (const [how, word] of Object.entries(said)) assert.match(word, /^(refused|nothing happened)/, `${how} in a ${where}: ${word}`);
    }
    const reached = requests.filter(({ address }) => address.includes("planted"));
    assert.deepEqual(reached.filter(({ address }) => view.served.includes(address.replace(origin, "/"))), []);
    assert.deepEqual(view.served.filter((path) => path.includes("planted")), [], "nothing planted reached the server");

    // What was stopped is told, and is no request.
    assert.equal(await page.getAttribute("#privacy-badge", "data-count"), "0");
    await page.click("#privacy-badge");
    assert.match(await page.textContent("#privacy-panel") ?? "", /Stopped\s*[\d,]+ attempts/);
    assert.match(await page.textContent("#privacy-panel") ?? "", /WebRTC/);
    await page.keyboard.press("Escape");
    assert.ok(await page.isHidden("#privacy-panel"));
    assert.equal(await page.evaluate(() => document.activeElement?.id), "privacy-badge");
    // And the page still works.
    await setParameters(page, { hidden: "16", epochs: "4" });
    await page.click("#train-begin");
    assert.match(await verdict(page, 60_000) ?? "", /of 40 tumours/);
  } finally {
    await view.close();
  }
});

test("the lock closes what a policy leaves, and tries itself", { skip: missing, timeout: 120_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page } = view;
  try {
    await engineReady(page);
    const home = page.url();
    await page.setInputFiles("#file-input", tinyCohort());
    await page.waitForSelector("#figures dd");
    const stopped = async () => {
      if (await page.isHidden("#privacy-panel")) await page.click("#privacy-badge");
      return Number(/Stopped\s*(\d+) attempt/.exec(await page.textContent("#privacy-panel") ?? "")?.[1]);
    };
    assert.equal(await stopped(), 0, "its own trial is no attempt of somebody's");
    await t.test("going elsewhere in this tab", async () => {
      for (const away of [
        () => { location.href = "?planted=TCGA-AA-0001"; }, () => { location.assign("http://127.0.0.1:9/planted"); },
        () => { document.head.append(Object.assign(document.createElement("meta"), { httpEquiv: "refresh", content: "0; url=?planted-meta" })); },
        () => { const link = Object.assign(document.createElement("a"), { href: "?planted-click" }); document.body.append(link); link.click(); },
        () => { const link = Object.assign(document.createElement("a"), { href: "./planted-download", download: "x" }); document.body.append(link); link.click(); },
        () => { const frame = document.createElement("iframe"); document.body.append(frame); /** @type {any} */ (frame.contentWindow).top.location = "?planted-from-frame"; frame.remove(); },
        () => { const frame = document.createElement("iframe"); document.body.append(frame); /** @type {any} */ (frame.contentWindow).location = "./?planted-frame"; },
      ]) {
        await page.evaluate(away);
        await page.waitForTimeout(250);
        assert.equal(page.url(), home);
      }
      assert.deepEqual(view.served.filter((path) => path.includes("planted")), []);
      assert.ok(await stopped() >= 5);
      await page.evaluate(() => { location.hash = "explore"; });
      assert.match(page.url(), /#explore$/, "within the page it still goes");
    });
    await t.test("windows, WebRTC, code from strings", async () => {
      const said = await page.evaluate(() => {
        const scope = /** @type {any} */ (globalThis);
        const tried = (/** @type {() => any} */ work) => {
          try {
            return String(work());
          } catch (error) {
            return /** @type {Error} */ (error).name;
          }
        };
        return [tried(() => window.open("?planted-window")), tried(() => scope.opener), tried(() => new scope.RTCPeerConnection()), tried(() => { scope.RTCPeerConnection = 1; return scope.RTCPeerConnection; }),
          tried(() => { document.body.insertAdjacentHTML("beforeend", "<b>planted</b>"); }), tried(() => new Worker("./planted.js")),
          tried(() => scope.trustedTypes.createPolicy("another", {})), tried(() => scope.trustedTypes.createPolicy("twinpurify", {}))];
      });
      assert.deepEqual(said.slice(0, 3), ["null", "null", "TypeError"]);
      assert.ok(["null", "TypeError"].includes(said[3]), said[3]);
      assert.deepEqual(said.slice(4), ["TypeError", "TypeError", "TypeError", "TypeError"]);
      assert.deepEqual(view.served.filter((path) => path.includes("planted")), []);
    });
  } finally {
    await view.close();
  }
  await t.test("where the lock does not hold no file is opened", async () => {
    const weak = await openPage({ query: "?device=cpu" });
    try {
      await engineReady(weak.page);
      // A browser, or an extension, that takes no further policy.
      await weak.page.evaluate(() => {
        const append = document.head.append.bind(document.head);
        document.head.append = (...nodes) => append(...nodes.filter((node) => !(node instanceof HTMLMetaElement)));
      });
      await weak.page.setInputFiles("#file-input", tinyCohort());
      await weak.page.waitForFunction(() => /does not hold the page’s lock/.test(document.getElementById("cohort-status")?.textContent ?? ""));
      assert.equal(await weak.page.locator("#figures dd").count(), 0);
      assert.equal(await weak.page.getAttribute("#privacy-badge", "data-locked"), "no");
      // And again: it is not forgotten.
      await weak.page.setInputFiles("#file-input", tinyCohort());
      await weak.page.waitForTimeout(500);
      assert.equal(await weak.page.locator("#figures dd").count(), 0);
    } finally {
      await weak.close();
    }
  });
});

test("every request of a whole journey is for a file of this folder, before the first file is opened", { skip: missing, timeout: 120_000 }, async (t) => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, requests } = view;
  try {
    await engineReady(page);
    const opened = Date.now();
    await page.setInputFiles("#file-input", tinyCohort());
    await page.waitForSelector("#figures dd");
    await setParameters(page, { hidden: "16", epochs: "4" });
    await page.click("#train-begin");
    await verdict(page, 60_000);
    await page.waitForSelector("#pathways .changes tbody tr", { timeout: 60_000 });
    await page.locator("#explore").getByText("UMAP", { exact: true }).click();
    for (const name of ["embedding.csv", "model.safetensors"]) await saved(page, `[data-download="${name}"]`);
    await saved(page, '[data-plot="map_purified"] button:text-is("PNG")');

    const asked = [...new Set(requests.filter(({ address }) => !/^(blob|data|about):/.test(address)).map(({ address }) => address))].sort();
    t.diagnostic(`${asked.length} addresses:\n${asked.join("\n")}`);
    const origin = new URL(page.url()).origin;
    for (const address of asked) {
      const { origin: from, pathname } = new URL(address);
      assert.equal(from, origin, `a third party: ${address}`);
      assert.ok(pathname === "/" || pathname === "/favicon.ico" || existsSync(join(DIST, decodeURIComponent(pathname))), `not a file of the folder: ${address}`);
    }
    assert.deepEqual(view.requestsSince(opened), [], "none after the first file was opened");
  } finally {
    await view.close();
  }
});

test("demos open before the lock; after it the demo is offered in a tab of its own", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, complaints } = view;
  try {
    await engineReady(page);
    await page.click("#demo-simulated");
    await page.waitForSelector("#figures dd");
    assert.equal(await page.getAttribute("#privacy-badge", "data-locked"), "no", "a simulated cohort is nobody's secret");
    await page.setInputFiles("#file-input", tinyCohort()[1]);
    await page.waitForFunction(() => document.getElementById("privacy-badge")?.dataset.locked === "yes");
    await page.click("#demo-real");
    const link = page.locator("#cohort-status a");
    await link.waitFor();
    const [other] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
    await other.waitForFunction(() => document.querySelector("#figures dd")?.textContent === "101", undefined, { timeout: 60_000 });
    assert.equal(await other.getAttribute("#privacy-badge", "data-locked"), "no");
    assert.deepEqual(complaints, []);
  } finally {
    await view.close();
  }
});

test("an engine that crashes again and again after the lock is started afresh from memory", { skip: missing, timeout: 120_000 }, async () => {
  const view = await openPage({ query: "?device=cpu" });
  const { page, requestsSince } = view;
  try {
    await engineReady(page);
    await page.setInputFiles("#file-input", tinyCohort());
    await page.waitForSelector("#figures dd");
    const locked = Date.now();
    for (let turn = 0; turn < 3; turn++) {
      await page.evaluate(() => { /** @type {any} */ (globalThis).restored = new Promise((resolve) => {
        const { twinpurify } = /** @type {any} */ (globalThis);
        const before = twinpurify.onRestored;
        twinpurify.onRestored = () => { twinpurify.onRestored = before; before(); resolve(true); };
      }); });
      for (const worker of page.workers()) {
        await worker.evaluate(() => { if (self.name === "engine") setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable, planted by a test"); }); });
      }
      assert.ok(await page.evaluate(() => /** @type {any} */ (globalThis).restored));
      await page.waitForFunction(() => document.querySelector("#figures dd")?.textContent === "40");
    }
    await setParameters(page, { hidden: "16", epochs: "4" });
    await page.click("#train-begin");
    assert.match(await verdict(page, 60_000) ?? "", /of 40 tumours/);
    assert.deepEqual(requestsSince(locked), []);
  } finally {
    await view.close();
  }
});
