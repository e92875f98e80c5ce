// The door lock: a second policy, added once everything is fetched and before a person's file is opened. From then on
// the page can request nothing, from its own server neither; its workers never could (sealed.js). No script can take
// a policy back. What a policy does not cover is closed as far as a page can (docs/privacy.md says what is left).
import { LOCKED } from "../../sealed.js";
import { h } from "../widgets/dom.js";

const ICON = new URL("../../icon.svg", import.meta.url).href;

export class Door {
  locked = false;
  /** What the policies stopped, by address. @type {string[]} */ stopped = [];
  /** What the lock asked for itself, and was refused. @type {string[]} */ tried = [];
  /** @type {() => void} */ onChange = () => {};
  /** @type {Promise<void> | null} */ #tested = null;

  constructor() {
    document.addEventListener("securitypolicyviolation", ({ blockedURI }) => (blockedURI === ICON ? this.tried : this.stopped).push(blockedURI) && this.onChange());
  }

  lock() {
    if (this.locked) return;
    document.head.append(h("meta", { httpEquiv: "Content-Security-Policy", content: LOCKED }));
    this.#close();
    this.locked = true;
    this.#tested = refused(ICON).then((holds) => {
      if (holds) return;
      this.locked = false;
      this.onChange();
      throw Object.assign(new Error("This browser does not hold the page’s lock: an image could still be requested after it. No file is opened. Use a current Chromium, Firefox or Safari, without an extension that removes policies."), { code: "not_locked" });
    });
    this.#tested.catch(() => undefined);
    this.onChange();
  }

  /** The lock has tried itself, and holds; before it is asked for there is nothing to be sure of. */
  async sure() { await this.#tested; }

  /** What the policy leaves: going elsewhere in this tab, other windows, WebRTC, the service worker's network. */
  #close() {
    const { navigation, navigator: { serviceWorker } } = /** @type {any} */ (globalThis);
    navigation?.addEventListener("navigate", (/** @type {any} */ event) => {
      const { destination: { url, sameDocument }, navigationType } = event;
      // Reloading asks for the page alone; a blob is a file that is saved.
      if (sameDocument || navigationType === "reload" || url.startsWith("blob:") || !event.cancelable) return;
      event.preventDefault();
      this.stop(url);
    });
    for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "open", "opener"]) {
      try {
        Object.defineProperty(globalThis, name, { value: name === "open" ? () => null : null, configurable: false, writable: false });
      } catch { /* not this browser's to take */ }
    }
    serviceWorker?.controller?.postMessage("locked");
    serviceWorker?.addEventListener("controllerchange", () => serviceWorker.controller?.postMessage("locked"));
  }

  /** Something was tried, and stopped. @param {string} address */
  stop(address) {
    this.stopped.push(address);
    this.onChange();
  }
}

/** Whether an image from this address is refused. @param {string} address @returns {Promise<boolean>} */
function refused(address) {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(false);
    image.onerror = () => resolve(true);
    image.src = address;
  });
}
