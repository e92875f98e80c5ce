// The door lock: a second policy, added once everything is fetched and before a person's file is opened. From then on
// the page can request nothing, from its own server neither; its workers never could (sealed.js). No script can take
// a policy back.
import { LOCKED } from "../sealed.js";
import { h } from "./dom.js";

export class Door {
  locked = false;
  /** What the policies stopped, by address. @type {string[]} */ stopped = [];
  /** @type {() => void} */ onChange = () => {};

  constructor() {
    document.addEventListener("securitypolicyviolation", ({ blockedURI }) => this.stop(blockedURI));
  }

  lock() {
    if (this.locked) return;
    document.head.append(h("meta", { httpEquiv: "Content-Security-Policy", content: LOCKED }));
    this.locked = true;
    this.onChange();
  }

  /** Something was tried, and stopped. @param {string} address */
  stop(address) {
    this.stopped.push(address);
    this.onChange();
  }
}
