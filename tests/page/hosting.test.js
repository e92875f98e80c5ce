// The static folder under a sub path, as a host that serves other things too would have it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { DIST, engineReady, missing } from "./harness.js";
import { serve } from "./serve.js";

test("the page works under a sub path and asks for nothing outside it", { skip: missing }, async () => {
  const root = mkdtempSync(join(tmpdir(), "hosting-"));
  symlinkSync(DIST, join(root, "lab"));
  const server = await serve(root);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--headless=new"] });
  try {
    const page = await browser.newPage();
    const asked = [];
    page.context().on("request", (request) => asked.push(request.url()));
    await page.goto(`${server.address}lab/?device=cpu`);
    await engineReady(page);
    await page.click("#demo-real");
    await page.waitForSelector("#figures dt", { timeout: 60_000 });
    assert.ok(asked.length > 10);
    assert.deepEqual(asked.filter((address) => address.startsWith("http") && !address.startsWith(`${server.address}lab/`)), []);
  } finally {
    await browser.close();
    server.close();
    rmSync(root, { recursive: true });
  }
});
