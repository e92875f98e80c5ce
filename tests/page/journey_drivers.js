// One short way to speak with three browsers: Chromium and Firefox through puppeteer-core (CDP, WebDriver BiDi), WebKitGTK
// through its own WebDriver. Each gives the same few verbs.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { Builder, By, Capabilities } from "selenium-webdriver";

/**
 * @typedef {object} Driver
 * @property {string} version
 * @property {(address: string) => Promise<void>} go
 * @property {() => Promise<void>} reload
 * @property {(work: string) => Promise<any>} run the value of an expression in the page, awaited
 * @property {(selector: string, paths: string[]) => Promise<void>} files
 * @property {(name: RegExp) => Promise<Buffer>} download the file of this name that was saved last
 * @property {() => Promise<void>} close
 */

const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/** Wait until this expression holds in the page. @param {Driver} driver @param {string} expression @param {number} [timeout] */
export async function until(driver, expression, timeout = 90_000) {
  const end = Date.now() + timeout;
  while (Date.now() < end) {
    if (await driver.run(expression).catch(() => false)) return;
    await pause(200);
  }
  throw new Error(`${driver.version}: this never held: ${expression}; status: ${await driver.run("[...document.querySelectorAll('.status, #engine-badge')].map((each) => each.textContent).join(' | ')").catch(String)}`);
}

/** @param {string} folder @param {RegExp} name */
async function fileIn(folder, name) {
  for (let turn = 0; turn < 150; turn++) {
    const found = readdirSync(folder).find((each) => name.test(each) && !/\.(part|crdownload|wkdownload)$/.test(each));
    if (found && readFileSync(join(folder, found)).length) return readFileSync(join(folder, found));
    await pause(200);
  }
  throw new Error(`${name} was not saved; there is ${readdirSync(folder).join(", ") || "nothing"}`);
}

/** @param {"chrome" | "firefox"} browser @param {string} path @returns {Promise<Driver>} */
async function withPuppeteer(browser, path) {
  const folder = mkdtempSync(join(tmpdir(), "journey-"));
  const launched = await puppeteer.launch({
    browser, executablePath: path, headless: true,
    args: browser === "chrome" ? ["--no-sandbox"] : [],
    extraPrefsFirefox: { "browser.download.dir": folder, "browser.download.folderList": 2, "browser.download.useDownloadDir": true, "browser.download.alwaysOpenPanel": false, "dom.disable_beforeunload": true },
    ...browser === "chrome" ? { downloadBehavior: { policy: /** @type {const} */ ("allow"), downloadPath: folder } } : {},
  });
  const page = await launched.newPage();
  await page.setViewport({ width: 1280, height: 900 });
  return {
    version: await launched.version(),
    go: async (address) => { await page.goto(address, { waitUntil: "load" }); },
    reload: async () => { await page.reload({ waitUntil: "load" }); },
    run: (work) => page.evaluate(work),
    files: async (selector, paths) => {
      const input = /** @type {import("puppeteer-core").ElementHandle<HTMLInputElement>} */ (await page.$(selector));
      await input.uploadFile(...paths);
    },
    download: (name) => fileIn(folder, name),
    close: async () => {
      await launched.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** @returns {Promise<number>} */
const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
    server.close(() => done(port));
  });
});

/** WebKitGTK draws on a screen of its own, which Xvfb gives it. @param {string} path @returns {Promise<Driver>} */
async function withWebKit(path) {
  const home = mkdtempSync(join(tmpdir(), "journey-webkit-"));
  const port = await freePort();
  const env = { ...process.env, HOME: home, XDG_DOWNLOAD_DIR: home, LIBGL_ALWAYS_SOFTWARE: "1", WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" };
  const screen = spawn("xvfb-run", ["-a", "-s", "-screen 0 1280x960x24", path, `--port=${port}`, "--host=127.0.0.1"], { env, stdio: "ignore", detached: true });
  const end = () => {
    try {
      if (screen.pid) process.kill(-screen.pid);
    } catch { /* it ended by itself */ }
    rmSync(home, { recursive: true, force: true });
  };
  try {
    /** @type {import("selenium-webdriver").WebDriver | null} */
    let driver = null;
    for (let turn = 0; !driver; turn++) {
      await pause(500);
      const capabilities = new Capabilities({ browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation"] } });
      driver = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(capabilities).build().catch((error) => {
        if (turn > 20) throw error;
        return null;
      });
    }
    const held = driver;
    await held.manage().setTimeouts({ script: 120_000, pageLoad: 120_000 });
    const capabilities = await held.getCapabilities();
    return {
      version: `WebKitGTK ${capabilities.getBrowserVersion() ?? ""} (${capabilities.getBrowserName()})`,
      go: (address) => held.get(address),
      reload: () => held.navigate().refresh(),
      run: (work) => held.executeAsyncScript(`const done = arguments[arguments.length - 1]; Promise.resolve((${work})).then((value) => done(value ?? null), (error) => done(String(error)));`),
      files: async (selector, paths) => { await held.findElement(By.css(selector)).sendKeys(paths.join("\n")); },
      download: (name) => fileIn(home, name),
      close: async () => {
        await held.quit().catch(() => undefined);
        end();
      },
    };
  } catch (error) {
    end();
    throw error;
  }
}

/** Debian keeps WebKit's small browser beside its library, by architecture. */
function miniBrowser() {
  return execFileSync("sh", ["-c", "ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser 2>/dev/null | tail -n 1"]).toString().trim();
}

const which = (/** @type {(string | undefined)[]} */ names) => names.flatMap((name) => !name ? [] : name.includes("/") ? [name] : ["/usr/bin", "/usr/local/bin"].map((folder) => join(folder, name))).find((path) => existsSync(path));

/** @type {{name: string, missing: string | false, start: () => Promise<Driver>}[]} */
export const BROWSERS = [
  { name: "Chromium", path: which([process.env.CHROMIUM, "chromium", "chromium-browser", "google-chrome"]), needs: "chromium", start: (/** @type {string} */ path) => withPuppeteer("chrome", path) },
  { name: "Firefox ESR", path: which([process.env.FIREFOX, "firefox-esr"]), needs: "firefox-esr", start: (/** @type {string} */ path) => withPuppeteer("firefox", path) },
  { name: "WebKitGTK", path: which(["xvfb-run"]) && miniBrowser() && which(["WebKitWebDriver"]), needs: "webkit2gtk-driver and xvfb", start: withWebKit },
].map(({ name, path, needs, start }) => ({ name, missing: path ? false : `SKIPPED: ${name} is not installed here (apt-get install ${needs})`, start: () => start(path || "") }));
