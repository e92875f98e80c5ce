// The nginx lines of docs/hosting.md, as they stand there, with Debian's nginx: every file has its type and every header.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { DIST, engineReady, missing } from "./harness.js";

const NGINX = ["/usr/sbin/nginx", "/usr/bin/nginx"].find((path) => existsSync(path));
const TYPES = { "": "text/html", "www/page/main.js": "text/javascript", "sw.js": "text/javascript", "www/styles.css": "text/css", "www/icon.svg": "image/svg+xml", "www/icon-192.png": "image/png", "www/manifest.webmanifest": "application/manifest+json", "engine/cpu/twinpurify_bg.wasm": "application/wasm", "www/gene_map.tsv.gz": "application/octet-stream" };
const HEADERS = { "cache-control": "no-cache", "content-security-policy": "frame-ancestors 'self'", "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin", "permissions-policy": /camera=\(\)/, "referrer-policy": "no-referrer", "x-content-type-options": "nosniff" };

test("the documented nginx lines serve the page", { skip: missing || (NGINX ? false : "SKIPPED: nginx is not installed here (apt-get install nginx-light)"), timeout: 120_000 }, async () => {
  const root = mkdtempSync(join(tmpdir(), "nginx-"));
  const [location, headers] = Array.from(readFileSync(new URL("../../docs/hosting.md", import.meta.url), "utf8").matchAll(/^( *)```nginx\n(.*?)^ *```/gms), ([, , lines]) => lines);
  const port = await new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port: free } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => done(free));
    });
  });
  mkdirSync(join(root, "logs"));
  chmodSync(root, 0o755);
  symlinkSync(DIST, join(root, "dist"));
  writeFileSync(join(root, "twinpurify-headers.conf"), headers);
  writeFileSync(join(root, "nginx.conf"), `
daemon off; worker_processes 1; pid ${root}/pid; error_log ${root}/logs/error; ${process.getuid?.() === 0 ? "user root;" : ""}
events {}
http {
  include /etc/nginx/mime.types;
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${root}/logs/${kind};`).join(" ")}
  server { listen 127.0.0.1:${port}; ${location.replaceAll("/srv/twinpurify/dist", join(root, "dist"))} }
}`);
  const server = spawn(/** @type {string} */ (NGINX), ["-p", root, "-c", join(root, "nginx.conf")], { stdio: "ignore" });
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--headless=new"] });
  const home = `http://localhost:${port}/twinpurify/`;
  try {
    for (let turn = 0; turn < 50 && !await fetch(home).then(() => true, () => false); turn++) await new Promise((done) => setTimeout(done, 100));
    for (const [path, type] of Object.entries(TYPES)) {
      const response = await fetch(home + path);
      assert.equal(response.status, 200, path || "the page");
      assert.equal(response.headers.get("content-type")?.split(";")[0], type, path || "the page");
      for (const [name, value] of Object.entries(HEADERS)) {
        const found = response.headers.get(name) ?? "";
        assert.ok(typeof value === "string" ? found === value : value.test(found), `${path || "the page"}: ${name}: ${found}`);
      }
    }
    const page = await browser.newPage();
    await page.goto(`${home}?device=cpu`);
    await engineReady(page);
    await page.click("#demo-real");
    await page.waitForSelector("#figures dt", { timeout: 60_000 });
  } finally {
    await browser.close();
    server.kill();
    rmSync(root, { recursive: true });
  }
});
