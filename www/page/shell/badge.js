// Two badges: which engine runs and why; and whether the door is locked, and what was requested since a file was opened.
import { VERSION as BUILD } from "../../version.js";
import { byId, count, h, plural } from "../widgets/dom.js";

/** @param {import("./state.js").State} state */
export function startEngineBadge(state) {
  const badge = byId("engine-badge");
  const show = () => {
    if (!state.tp) return;
    const { kind, name, because, pending, products } = state.tp.device;
    const label = kind === "webgpu" ? `GPU: ${name}` : "CPU";
    badge.replaceChildren(h("strong", {}, label), because ? ` · ${because}` : "");
    badge.title = products ? `${because}. ${products}` : because;
    badge.dataset.kind = kind;
    badge.dataset.state = pending ? "busy" : "good";
  };
  state.on("engine", show);
  state.engines.then((tp) => tp.version()).then((version) => { byId("version").textContent = `Version ${version}${BUILD && `, build ${BUILD}`}.`; }, () => undefined);
  state.engines.then(show, (error) => {
    badge.dataset.state = "bad";
    badge.replaceChildren(h("strong", {}, "No engine"), ` · ${error.message}`);
    badge.title = error.message;
  });
}

/** Counts every request that the page or a worker makes after the person's first file was opened. */
export class RequestCount {
  /** What a policy stopped is listed by the browser, and was no request. @type {string[]} */ stopped = [];
  /** @type {string[]} */ tried = [];
  #since = Infinity;
  /** @type {string[]} */ addresses = [];
  /** @type {{address: string, at: number}[]} seen before the first file, in case they began after it */ #early = [];
  /** @type {() => void} */ onChange = () => {};

  constructor() {
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.seen(entry.name, performance.timeOrigin + entry.startTime);
    }).observe({ type: "resource", buffered: true });
  }

  /** The first file is being opened: from here on every request counts. */
  begin() {
    if (this.begun) return;
    this.#since = performance.timeOrigin + performance.now();
    for (const { address, at } of this.#early.splice(0)) this.seen(address, at);
    this.onChange();
  }

  /** @param {string} address @param {number} at milliseconds since the epoch */
  seen(address, at) {
    if (!address.startsWith("http")) return; // blob: and data: never leave the computer
    if (!this.begun) this.#early.push({ address, at });
    else if (at >= this.#since) {
      this.addresses.push(address);
      this.onChange();
    }
  }

  get begun() { return this.#since !== Infinity; }
  get made() { return this.addresses.filter((address) => !this.stopped.includes(address) && !this.tried.includes(address)); }
  get count() { return this.made.length; }
}

/**
 * The privacy badge is a button: it opens the answer to *How do I know?*.
 * @param {RequestCount} requests @param {import("./lock.js").Door} door @param {import("./offline.js").Offline} offline
 */
export function startPrivacyBadge(requests, door, offline) {
  const badge = byId("privacy-badge");
  const panel = byId("privacy-panel");
  const now = h("dl", { className: "facts" });
  const close = h("button", { type: "button", className: "plain", onclick: () => toggle(false) }, "Close");
  panel.append(
    h("h2", {}, "How do I know that nothing leaves this computer?"), now, answer(), h("p", {}, close));

  function toggle(/** @type {boolean} */ shown) {
    panel.hidden = !shown;
    badge.setAttribute("aria-expanded", String(shown));
    if (shown) panel.focus();
    else badge.focus();
  }
  badge.addEventListener("click", () => toggle(panel.hidden === true));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    toggle(false);
    event.preventDefault();
  }, { capture: true });

  const show = () => {
    const sent = requests.count === 0 ? "0 bytes sent" : "bytes sent: not known";
    badge.dataset.state = !requests.begun ? "" : requests.count > 0 ? "bad" : door.locked ? "good" : "busy";
    badge.dataset.count = String(requests.count);
    badge.dataset.locked = door.locked ? "yes" : "no";
    badge.replaceChildren(...requests.begun
      ? [h("strong", {}, door.locked ? "Locked" : "Not locked"), ` · ${plural(requests.count, "request")}`, h("span", { className: "since" }, ` · ${sent}, since you opened a file`)]
      : [h("span", {}, "No file of yours opened yet")],
      h("span", { className: "since ask" }, "How do I know?"));
    const fact = (/** @type {string} */ what, /** @type {string} */ value, /** @type {string} */ why) => h("div", {}, h("dt", {}, what), h("dd", {}, h("strong", {}, value), ` ${why}`));
    now.replaceChildren(
      fact("Door", door.locked ? "locked" : "not locked yet", door.locked ? "This page may request nothing any more, not even from its own server, and cannot undo that."
        : "It locks before the first file of yours is read. Until then the page fetches its own parts; its workers are locked from the start."),
      fact("Requests", requests.begun ? count(requests.count) : "not counted yet", requests.begun ? "by the page and its workers since your first file was opened, as this browser lists them." : "Counting begins with your first file."),
      fact("Sent", !requests.begun || requests.count === 0 ? "0 bytes" : "not known", requests.count === 0 ? "Without a request nothing is sent." : requests.made.join(" ")),
      fact("Stopped", plural(door.stopped.length, "attempt"), door.stopped.length === 0 ? "Nothing on this page tried to reach the network against its policy." : `by the policy: ${[...new Set(door.stopped)].join(" ")}`),
      fact("Offline", { no: "not kept", loading: "being kept …", kept: "kept" }[offline.status], offline.status === "no" ? "This page needs its server the next time it is loaded." : "This page opens without a network from now on."));
  };
  requests.stopped = door.stopped;
  requests.tried = door.tried;
  requests.onChange = show;
  door.onChange = show;
  offline.onChange = show;
  show();
}

function answer() {
  return h("div", { className: "answer" },
    h("p", {}, "Do not take our word for it. Look:"),
    h("ol", {},
      h("li", {}, h("strong", {}, "Network panel. "), "Open the browser's developer tools (F12, or Ctrl Shift I), choose ", h("em", {}, "Network"), ", then open your files. Nothing is added to the list."),
      h("li", {}, h("strong", {}, "Airplane mode. "), "Wait until the engine's badge has settled, disconnect, and then open your files. Everything works; after the first visit the page even loads without a network, where the browser allows it."),
      h("li", {}, h("strong", {}, "Try it. "), "With a file open, type ", h("code", {}, "fetch(location)"), " into the console: the policy refuses it, and the line ", h("em", {}, "Stopped"), " above counts it.")),
    h("p", {}, "The lock tried itself: it asked for this page’s own icon and was refused; where that fails no file is opened. It also stops this tab from going elsewhere, where the browser has the Navigation API: try ", h("code", {}, "location.href = \"?a\""), ". What it cannot close: a script could still take WebRTC or a new window from an empty frame; where there is no Navigation API, it could leave the page; and look-ups of names, extensions and the browser itself are beyond any page. No code here uses any of them, and airplane mode stops them all while it lasts. The browser looks for a new version of this page when it is loaded, and sends nothing of yours with it."));
}
