// The service worker's side of the page: registered once everything is fetched, updated only when the person asks.
import { trust } from "../../sealed.js";
import { VERSION } from "../../version.js";
import { mayReplace } from "./asking.js";
import { byId, h } from "../widgets/dom.js";

const HOME = new URL("../../../", import.meta.url);
const PATIENCE_MS = 30_000;

export class Offline {
  /** What is to be said of it. @type {"no" | "kept" | "loading"} */ status = "no";
  /** @type {() => void} */ onChange = () => {};
  #notice = byId("update");
  #state;
  #button;

  /** @param {import("./state.js").State} state */
  constructor(state) {
    this.#state = state;
    this.#button = h("button", { type: "button" }, "Reload");
    const wait = h("span", { className: "quiet" });
    this.#notice.append("A new version is ready. ", this.#button, " ", wait);
    const mind = () => {
      // Never in the middle of a run, and never unasked.
      this.#button.disabled = state.training;
      wait.textContent = state.training ? "Wait for the run to end, or stop it." : "";
    };
    state.on("training", mind);
    mind();
  }

  /**
   * Keep this page for use without a network. Resolves when that is done, or cannot be: files wait for it, so that
   * nothing is requested once one is opened.
   */
  async keep() {
    // A host without sw.js, a browser or a window without service workers: the page works all the same, online.
    if (!VERSION || !("serviceWorker" in navigator)) return;
    this.#say("loading");
    try {
      await Promise.race([this.#register(), new Promise((_, reject) => setTimeout(() => reject(new Error("it took too long")), PATIENCE_MS))]);
      this.#say("kept");
    } catch (error) {
      this.#say("no");
      console.info(`TwinPurify: the page is not kept for use without a network: ${/** @type {Error} */ (error).message}`);
    }
  }

  async #register() {
    const registration = await navigator.serviceWorker.register(trust.createScriptURL(new URL("sw.js", HOME).href), { updateViaCache: "none" });
    this.#watch(registration);
    const active = registration.active ?? await activated(registration);
    // What the page fetched before it was served by the worker.
    const used = performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.startsWith(HOME.href))
      .map((name) => decodeURIComponent(new URL(name).pathname.slice(HOME.pathname.length)));
    const channel = new MessageChannel();
    const kept = new Promise((resolve) => { channel.port1.onmessage = resolve; });
    active.postMessage({ keep: used }, [channel.port2]);
    await kept;
  }

  /** @param {ServiceWorkerRegistration} registration */
  #watch(registration) {
    const offer = () => {
      const waiting = registration.waiting;
      if (!waiting || !navigator.serviceWorker.controller) return;
      this.#button.onclick = async () => {
        if (this.#state.atRisk && !await mayReplace(this.#state, "A new version of the page begins afresh, and the model is not kept on this computer.")) return;
        this.#state.saved = true; // asked once is enough
        navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
        waiting.postMessage("update");
      };
      this.#notice.hidden = false;
    };
    registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
    offer();
  }

  /** @param {Offline["status"]} status */
  #say(status) {
    this.status = status;
    this.onChange();
  }
}

/** @param {ServiceWorkerRegistration} registration @returns {Promise<ServiceWorker>} */
function activated(registration) {
  const worker = registration.installing ?? registration.waiting;
  return new Promise((resolve, reject) => {
    if (!worker) return reject(new Error("nothing is being installed"));
    const look = () => {
      if (worker.state === "activated") resolve(worker);
      else if (worker.state === "redundant") reject(new Error("a file is missing, or of another version"));
    };
    worker.addEventListener("statechange", look);
    look();
  });
}
