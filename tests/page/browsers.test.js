// The same short journey in three browsers: open, train on the CPU to the same verdict, map, pathways, save, lock, reload
// and resume where there is storage, a link; axe at its end. A browser that is not installed is said to be skipped.
import assert from "node:assert/strict";
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeLink } from "../../www/share/link.js";
import { DIST, missing, tinyCohort } from "./harness.js";
import { BROWSERS, until } from "./journey_drivers.js";
import { example } from "./link_example.js";
import { serve } from "./serve.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** @type {string | null} what the first browser said, which the others must say too */
let first = null;
/** @type {string | null} and the embedding it saved */
let learnt = null;

for (const { name, missing: absent, start } of BROWSERS) {
  test(`the journey in ${name}`, { skip: missing || absent, timeout: 300_000 }, async (t) => {
    const server = await serve(DIST);
    const folder = mkdtempSync(join(tmpdir(), "journey-files-"));
    const paths = tinyCohort().map(({ name: file, buffer }) => {
      writeFileSync(join(folder, file), buffer);
      return join(folder, file);
    });
    const driver = await start();
    t.diagnostic(driver.version);
    try {
      // axe is put there before the lock, which would refuse nothing of it, and is asked at the end.
      await driver.go(`${server.address}?device=cpu`);
      await until(driver, `document.querySelector("#engine-badge[data-state=good]") !== null`);
      await driver.files("#file-input", paths);
      await until(driver, `document.querySelector("#figures dd")?.textContent === "40" && !document.body.dataset.job`);
      await until(driver, `document.querySelector("#parameter-epochs") !== null`);
      for (const [key, value] of [["hidden", "16"], ["epochs", "12"]]) {
        await driver.run(`(() => { const input = document.querySelector("#parameter-${key}"); input.value = "${value}"; input.dispatchEvent(new Event("input", { bubbles: true })); input.dispatchEvent(new Event("change", { bubbles: true })); })()`);
      }
      await until(driver, `!document.querySelector("#train-begin").disabled`);
      await driver.run(`document.querySelector("#train-begin").click()`);
      await until(driver, `!document.querySelector("#verdict").hidden && document.querySelector("#train-status").textContent === "Trained."`);
      const verdict = await driver.run(`document.querySelector("#verdict .verdict").textContent`);
      assert.match(verdict, /of 40 tumours/);
      first ??= verdict;
      assert.equal(verdict, first, `${name} says what the first browser said`);

      await until(driver, `document.querySelector('[data-plot="map_purified"] canvas')?.width > 100`);
      await until(driver, `document.querySelector("#pathways .changes tbody tr") !== null`);
      await driver.run(`document.querySelector('[data-download="embedding.csv"]').click()`);
      await until(driver, `[...document.querySelectorAll("#share .status")].some((each) => each.textContent === "embedding.csv is saved.")`);
      if (name !== "WebKitGTK") {
        const embedding = (await driver.download(/embedding_strength\d\.csv$/)).toString();
        assert.equal(embedding.trim().split("\n").length, 41);
        learnt ??= embedding;
        assert.ok(embedding === learnt, `${name} learns what the first browser learnt, to the last digit`);
      }

      // The lock holds in the page, and says so.
      assert.equal(await driver.run(`document.querySelector("#privacy-badge").dataset.locked`), "yes");
      const before = server.served.length;
      assert.equal(await driver.run(`fetch("./planted?secret").then(() => "went through", () => "refused")`), "refused");
      assert.equal(await driver.run(`new Promise((done) => { const image = new Image(); image.onload = () => done("went through"); image.onerror = () => done("refused"); image.src = "./www/icon.svg?planted"; })`), "refused");
      assert.deepEqual(server.served.slice(before).filter((path) => path.includes("planted")), []);
      assert.equal(await driver.run(`document.querySelector("#privacy-badge").dataset.count`), "0");

      // axe, in the page as it stands.
      await driver.run(`(() => { ${AXE}; return true; })()`).catch(() => undefined);
      const broken = await driver.run(`(() => { ${AXE}; return axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes.map(({ target }) => target.join(" ")).join(", "))); })()`);
      assert.deepEqual(broken, [], `axe in ${name}`);

      // Reload, and resume where this browser keeps work.
      const keeps = await driver.run(`document.querySelector("#keep-work")?.checked === true`);
      t.diagnostic(`${name} ${keeps ? "keeps" : "does not keep"} work over a reload`);
      if (keeps) {
        await new Promise((done) => setTimeout(done, 1500));
        await driver.reload();
        await until(driver, `document.querySelector("#resume-begin") !== null && document.querySelector("#engine-badge[data-state=good]") !== null`);
        await driver.run(`document.querySelector("#resume-begin").click()`);
        await until(driver, `!document.querySelector("#verdict").hidden && document.querySelector("#verdict .verdict")?.textContent === ${JSON.stringify(verdict)}`);
      } else assert.match(await driver.run(`document.querySelector("#kept-line").textContent`), /nothing is kept/);

      // A link needs no engine.
      await driver.go("about:blank");
      await driver.go(`${server.address}${await writeLink(example(60))}`);
      await until(driver, `document.querySelector('[data-plot="shared_right"] canvas')?.width > 100`);
      assert.match(await driver.run(`document.querySelector("#shared figcaption").textContent`), /^As its sender wrote it; nothing here was checked/);
    } finally {
      await driver.close();
      server.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
