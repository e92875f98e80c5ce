// What every journey needs: the built page on a server, a browser, and a record of what went wrong and what was asked for.
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { chromium } from "playwright-core";
import { serve } from "./serve.js";

export const DIST = resolve(process.env.DIST ?? "dist");
export const COHORTS = resolve(process.env.COHORTS ?? "../shared/cohorts");
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** WebGPU through SwiftShader: correct, slow, and there on every machine. */
export const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan", "--ignore-gpu-blocklist"];

/** Why these tests cannot run here, or false. */
export const missing = !existsSync(DIST) ? `SKIPPED: ${DIST} is not built; run ./build.sh dist` : !existsSync(CHROMIUM) ? `SKIPPED: no browser at ${CHROMIUM}` : false;

/**
 * The page in a fresh browser.
 * @param {{query?: string, flags?: string[], width?: number, height?: number, theme?: "light" | "dark", instead?: Record<string, string>}} [options]
 */
export async function openPage({ query = "", flags = [], width = 1280, height = 900, theme = "light", instead } = {}) {
  const server = await serve(DIST, { instead });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--headless=new", ...flags] });
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, acceptDownloads: true, reducedMotion: "reduce" });
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  /** @type {{address: string, at: number}[]} every request of the page and its workers, as the network saw it */
  const requests = [];
  // The lock asks for the page's own icon to see that it is refused: that one refusal is as it should be.
  page.on("console", (message) => { if (message.type() === "error" && !/www\/icon\.svg.*violates/s.test(message.text())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(String(error)));
  context.on("request", (request) => requests.push({ address: request.url(), at: Date.now() }));
  // What the policy refused was no request, and one such trial is the lock's own: that its server saw none is looked at too.
  const tried = new Set();
  context.on("requestfailed", (request) => { if (request.failure()?.errorText === "csp" && request.url() === `${server.address}www/icon.svg`) tried.add(request.url()); });
  await page.goto(server.address + query);
  return {
    page, context, complaints, requests, served: server.served,
    /** Requests since a moment, blob: and data: apart. */
    requestsSince: (/** @type {number} */ at) => requests.filter((request) => request.at >= at && request.address.startsWith("http") && !tried.has(request.address)),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** The engines are loaded and the choice between them is made. @param {import("playwright-core").Page} page @param {number} [timeout] */
export async function engineReady(page, timeout = 60_000) {
  await page.waitForSelector("#engine-badge[data-state=good]", { timeout });
}

/** Genes of two Hallmark sets (E2F targets, hypoxia), so that a small cohort has pathways too. */
const GENES = `
  AK2 ANP32E ASF1A ASF1B ATAD2 AURKA AURKB BARD1 BIRC5 BRCA1 BRCA2 BRMS1L BUB1B CBX5 CCNB2 CCNE1 CCP110 CDC20
  CDC25A CDC25B CDCA3 CDCA8 CDK1 CDK4 CDKN1A CDKN1B CDKN2A CDKN2C CDKN3 CENPE ADM ADORA2B AK4 AKAP12 ALDOA ALDOB
  ALDOC AMPD3 ANGPTL4 ANKZF1 ANXA2 ATF3 ATP7A B3GALT6 B4GALNT2 BCAN BCL2 BGN BHLHE40 BNIP3L BRS3 BTG1 CA12 CASP6
  CAV1 CCNG2 CCRN4L CDKN1C
`.trim().split(/\s+/);

/**
 * A tumour cohort small enough for an emulated GPU: 40 tumours of two subtypes, 12 of their adjacent normals, 58 genes.
 * @returns {{name: string, mimeType: string, buffer: Buffer}[]} files for the file input
 */
export function tinyCohort() {
  let state = 7;
  const draw = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const tumours = Array.from({ length: 40 }, (_, i) => `TCGA-AA-${String(i).padStart(4, "0")}-01A`);
  const normals = tumours.slice(0, 12).map((name) => name.replace("-01A", "-11A"));
  const samples = [...tumours, ...normals];
  const lines = [["gene", ...samples].join("\t")];
  for (const gene of GENES) {
    const base = 4 + 6 * draw(), normal = 3 * (draw() - 0.5), subtype = 4 * (draw() - 0.5);
    lines.push([gene, ...samples.map((_, at) => Math.max(0, base + (at >= 40 ? normal : at % 2 ? subtype : -subtype) + draw()).toFixed(3))].join("\t"));
  }
  const sheet = ["sample_id\tsubtype", ...tumours.map((name, at) => `${name}\t${at % 2 ? "A" : "B"}`)];
  const file = (/** @type {string} */ name, /** @type {string[]} */ rows) => ({ name, mimeType: "text/tab-separated-values", buffer: Buffer.from(`${rows.join("\n")}\n`) });
  return [file("expression.tsv", lines), file("samples.tsv", sheet)];
}

/** Change parameters in the form, by their keys. @param {import("playwright-core").Page} page @param {Record<string, string>} values */
export async function setParameters(page, values) {
  await page.waitForSelector("#parameters", { state: "attached" });
  await page.evaluate(() => { /** @type {HTMLDetailsElement} */ (document.getElementById("parameters")).open = true; });
  for (const [key, value] of Object.entries(values)) {
    await page.fill(`#parameter-${key}`, value);
    await page.dispatchEvent(`#parameter-${key}`, "change");
  }
  await page.waitForFunction(() => !(/** @type {HTMLButtonElement} */ (document.getElementById("train-begin"))).disabled);
}

/** Open the tiny cohort and train on it to the verdict. @param {import("playwright-core").Page} page @param {Record<string, string>} parameters */
export async function trainTiny(page, parameters) {
  await page.setInputFiles("#file-input", tinyCohort());
  await page.waitForSelector("#figures dd");
  await setParameters(page, parameters);
  await page.click("#train-begin");
  return verdict(page, 120_000);
}

/** Chromium drops the eleventh download within a second, and says nothing: this far apart none is. */
const BETWEEN_DOWNLOADS_MS = 150;
let lastDownload = 0;

/** What a click saves. @param {import("playwright-core").Page} page @param {string} selector @param {number} [timeout] */
export async function saved(page, selector, timeout = 60_000) {
  await new Promise((done) => setTimeout(done, lastDownload + BETWEEN_DOWNLOADS_MS - Date.now()));
  const [download] = await Promise.all([page.waitForEvent("download", { timeout }), page.click(selector)]);
  lastDownload = Date.now();
  return readFileSync(await download.path());
}

/** The verdict stands on the page. @param {import("playwright-core").Page} page @param {number} timeout */
export async function verdict(page, timeout) {
  await page.waitForFunction(() => {
    const status = document.getElementById("train-status");
    const shown = document.getElementById("verdict");
    return status?.classList.contains("bad") || (shown && !shown.hidden);
  }, undefined, { timeout });
  const status = await page.textContent("#train-status");
  if (await page.locator("#train-status.bad").count()) throw new Error(`the run failed: ${status}`);
  return page.textContent("#verdict .verdict");
}

/**
 * Record the main thread's tasks from here on, through the browser's own trace: milliseconds by the clock and of CPU.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<{stop: () => Promise<{wall: number, cpu: number}[]>}>}
 */
export async function recordMainThread(page) {
  const session = await page.context().newCDPSession(page);
  /** @type {any[]} */
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => { events.push(...value); });
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel", "blink.user_timing"] } });
  await page.evaluate(() => performance.mark("main thread"));
  return {
    async stop() {
      const complete = new Promise((done) => session.once("Tracing.tracingComplete", () => done(null)));
      await session.send("Tracing.end");
      await complete;
      const { pid, tid } = events.find(({ name }) => name === "main thread");
      return events.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X" && event.name.endsWith("RunTask"))
        // A few events carry no CPU time; the clock still bounds them.
        .map(({ dur, tdur }) => ({ wall: dur / 1000, cpu: (tdur ?? 0) / 1000 }));
    },
  };
}
