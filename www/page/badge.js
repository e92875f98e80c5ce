// Two badges: which engine runs and why, and how many requests were made since a file was opened.
import { byId, h, plural } from "./dom.js";

/** @param {import("./state.js").State} state */
export function startEngineBadge(state) {
  const badge = byId("engine-badge");
  const show = () => {
    if (!state.tp) return;
    const { kind, name, because, pending } = state.tp.device;
    const label = kind === "webgpu" ? `GPU: ${name}` : "CPU";
    badge.replaceChildren(h("strong", {}, label), because ? ` · ${because}` : "");
    badge.title = because;
    badge.dataset.kind = kind;
    badge.dataset.state = pending ? "busy" : "good";
  };
  state.on("engine", show);
  state.engines.then(show, (error) => {
    badge.dataset.state = "bad";
    badge.replaceChildren(h("strong", {}, "No engine"), ` · ${error.message}`);
    badge.title = error.message;
  });
}

/** Counts every request the page or a worker makes after the first file was opened. */
export class RequestCount {
  #since = Infinity;
  /** @type {string[]} */ #addresses = [];
  /** @type {{address: string, at: number}[]} seen before the first file, in case they began after it */ #early = [];
  #badge = byId("privacy-badge");

  constructor() {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.seen(entry.name, performance.timeOrigin + entry.startTime);
    }).observe({ type: "resource", buffered: true });
  }

  /** The first file is being opened: from here on every request counts. */
  begin() {
    if (this.#since !== Infinity) return;
    this.#since = performance.timeOrigin + performance.now();
    for (const { address, at } of this.#early.splice(0)) this.seen(address, at);
    this.#show();
  }

  /** @param {string} address @param {number} at milliseconds since the epoch */
  seen(address, at) {
    if (!address.startsWith("http")) return; // blob: and data: never leave the computer
    if (this.#since === Infinity) this.#early.push({ address, at });
    else if (at >= this.#since) {
      this.#addresses.push(address);
      this.#show();
    }
  }

  get count() { return this.#addresses.length; }

  #show() {
    this.#badge.dataset.state = this.count === 0 ? "good" : "bad";
    this.#badge.dataset.count = String(this.count);
    this.#badge.replaceChildren(h("strong", {}, plural(this.count, "request")), h("span", { className: "since" }, " since you opened a file"));
    this.#badge.title = this.count === 0 ? "Counted by this browser for the page and its workers." : this.#addresses.join("\n");
  }
}
