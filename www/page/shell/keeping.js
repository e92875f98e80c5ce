// The page's side of keeping work: what an earlier tab left is offered, what this one does is kept, and *Forget
// everything* leaves nothing. The files and checkpoints themselves are handled in a worker (keep-worker.js).
import { EngineWorker } from "../../engine-client.js";
import { sealed } from "../../sealed.js";
import { SUPPLIES, fromMemory } from "../../supplies.js";
import { mayReplace } from "./asking.js";
import { byId, count, h, plural } from "../widgets/dom.js";

/** Everything that this page ever puts into the browser's storage under a key. */
const STORED = ["theme", "keep", "shortcuts"];

/** @typedef {import("../../keep-worker.js").Work} Work */
/** @typedef {{open: (kept: {files: File[], simulated: number | null, choice: any, note: string, demo: any}) => Promise<void>, resume: (run: import("./state.js").RunState, checkpoint: Uint8Array | null) => Promise<void>, note: () => string}} Doors */

export class Keeping {
  /** Its code is here: nothing is fetched for it later. @type {Promise<string>} */ fetched;
  #state;
  #doors;
  /** @type {EngineWorker | null} */ #keeper = null;
  /** @type {"opening" | "on" | "off" | "elsewhere" | "unavailable" | "failed"} */ #mode = "opening";
  #because = "";
  /** @type {Work | null} what an earlier tab left, while it is offered */ #offered = null;
  /** What is kept of this tab's cohort. */ #signature = "";
  #choice = "null";
  /** A run whose engine crashed: offered once its files are open again. */ #crashed = false;
  #ready;
  #notice = byId("resume");
  #line = byId("kept-line");

  /** @param {import("./state.js").State} state @param {Doors} doors */
  constructor(state, doors) {
    this.#state = state;
    this.#doors = doors;
    this.fetched = fromMemory(SUPPLIES.keeper);
    this.#ready = this.#start().catch((error) => this.#fail(error.message));
    state.kept = () => this.#mode === "on" && this.#signature !== "";
    state.offered = () => this.#offered !== null;
    this.#ready.then(state.knowVisits);
    state.on("cohort", () => this.#after(() => this.#keepCohort()));
    state.on("training", () => this.#after(async () => this.#keepRun()));
    state.on("strength", () => this.#keepStrength());
    for (const event of /** @type {const} */ (["groups", "colour"])) state.on(event, () => this.#note({ groups: state.groups, colour: state.colour }));
  }

  async #start() {
    const state = this.#state;
    if (remembered() === "off") this.#mode = "off";
    if (!navigator.storage?.getDirectory) return this.#be("unavailable");
    const [address, start] = await Promise.all([this.fetched, sealed()]);
    const keeper = new EngineWorker(start(address, "keeper"));
    this.#keeper = keeper;
    keeper.onEvent = (event) => {
      if (event.event === "failed" || event.event === "crashed") this.#fail(event.because ?? event.error?.message ?? "");
      if (event.event === "checkpoint" && event.run === state.run?.id) this.#noteStep(state.run?.at);
    };
    // Behind a proxy or on a host of many pages the origin is shared: the path keeps them apart.
    const { state: found, work, damage, expired } = await keeper.call("open", [new URL("../../../", import.meta.url).pathname]);
    if (found !== "ready") return this.#be(found);
    if (damage) this.#offer(null, damage);
    else if (work && (work.files.length || work.simulated !== null)) this.#offer(work);
    else if (expired) this.#tell("Work kept for over 30 days was forgotten.");
    if (this.#mode === "opening") this.#be("on");
    else this.#show();
    this.#state.engines.then((tp) => tp.keepTo(() => {
      const { port1, port2 } = new MessageChannel();
      keeper.call("listen", [port1], { transfer: [port1] }).catch(() => undefined);
      return port2;
    })).catch(() => undefined);
  }

  /** @param {Keeping["mode"]} mode */
  #be(mode) {
    this.#mode = mode;
    this.#show();
  }

  get mode() { return this.#mode; }

  /** @param {string} because */
  #fail(because) {
    this.#because = because;
    this.#signature = "";
    this.#be("failed");
  }

  /** @param {() => Promise<unknown>} work */
  #after(work) {
    this.#ready.then(work).catch((error) => this.#fail(error.message));
  }

  /** @param {object} change */
  async #note(change) {
    if (this.#mode !== "on" || !this.#signature) return;
    await this.#keeper?.call("note", [change]).catch((error) => this.#fail(error.message));
  }

  /** A checkpoint is kept: say how far the run is. @param {{step: number, steps: number} | undefined} at */
  async #noteStep(at) {
    await this.#note({ at });
    if (at) this.#line.dataset.step = String(at.step);
  }

  // --- keeping ---

  async #keepCohort() {
    const { cohort } = this.#state;
    this.#show();
    if (!cohort || this.#mode !== "on" || !this.#keeper) return;
    const { files, simulated, choice } = cohort;
    if (!hasFiles(cohort)) {
      this.#signature = "";
      return;
    }
    const signature = signatureOf(files, simulated);
    if (signature !== this.#signature) {
      this.#offer(null);
      this.#signature = signature;
      // Else the browser may remove it when its disk is full.
      navigator.storage.persist?.().catch(() => undefined);
      this.#choice = JSON.stringify(choice);
      this.#crashed = false;
      const { groups, colour } = this.#state;
      await this.#keeper.call("begin", [{ simulated, choice, run: null, groups, colour, note: this.#doors.note(), demo: this.#state.demo }, files]);
      this.#show();
    } else if (JSON.stringify(choice) !== this.#choice) {
      this.#choice = JSON.stringify(choice);
      this.#crashed = false;
      this.#note({ choice, run: null });
    } else if (this.#crashed && !this.#state.training && this.#state.run?.at) {
      // The engine failed in the middle and was started afresh: what it left can go on here and now.
      this.#crashed = false;
      this.#offer({ ...this.#current(), run: { ...this.#state.run, done: false, stopped: false }, at: this.#state.run.at, crashed: true });
    }
  }

  #keepRun() {
    const { training, run, model, tp } = this.#state;
    if (!run || !tp) return;
    if (training) {
      tp.keepRun(this.#mode === "on" ? run.id : "").catch(() => undefined);
      const { at, ...about } = run;
      this.#note({ run: { ...about, done: false, stopped: false }, at });
      this.#offer(null);
      this.#crashed = true; // until it ends well
    } else if (model) {
      this.#crashed = false;
      this.#note({ run: { ...run, done: true, stopped: model.stopped, engine: model.engine }, at: run.at });
    }
  }

  /** The run is read at another strength: resumed, it stands there. */
  #keepStrength() {
    const { run, model, training } = this.#state;
    if (!run || !model || model.transfer || training) return;
    const { strength, kept } = model.config;
    run.config = { ...run.config, strength, kept };
    this.#keepRun();
  }

  /** @returns {any} */
  #current() {
    const { cohort, groups, colour } = this.#state;
    return { savedAt: Date.now(), files: cohort?.files ?? [], simulated: cohort?.simulated ?? null, choice: cohort?.choice ?? null, groups, colour, note: this.#doors.note(), demo: this.#state.demo };
  }

  // --- the offer ---

  /** @param {any} work @param {string | null} [damage] why it cannot be used */
  #offer(work, damage = null) {
    this.#offered = work;
    const forget = h("button", { type: "button", onclick: () => this.forget() }, "Forget everything");
    this.#notice.hidden = !work && !damage;
    if (damage) {
      this.#notice.replaceChildren(h("p", {}, "Work of an earlier visit is kept on this computer, but cannot be used: ", damage, ". Open your files again; they replace it."), h("p", { className: "row" }, forget));
      return;
    }
    if (!work) return;
    const resume = h("button", { type: "button", id: "resume-begin", className: "primary", onclick: () => this.#resume(resume) }, "Resume");
    const when = new Date(work.savedAt).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
    this.#notice.replaceChildren(
      h("p", {}, h("strong", {}, work.crashed ? "The engine stopped working and was started afresh; your run can go on. " : "Your work is kept on this computer. "), sayRun(work), `, ${when}: `, sayFiles(work), "."),
      h("p", { className: "row" }, resume, forget, h("span", { className: "quiet small" }, "Opening other files replaces it.")));
  }

  /** @param {HTMLButtonElement} button */
  async #resume(button) {
    const work = /** @type {any} */ (this.#offered);
    const keeper = this.#keeper;
    if (!work || !keeper) return;
    this.#notice.querySelector(".bad")?.remove();
    const busy = this.#state.busy("resuming");
    if (busy) return this.#notice.append(h("p", { className: "bad", role: "alert" }, busy));
    if (!await mayReplace(this.#state, "The kept work would stand in its place.")) return;
    button.disabled = true;
    try {
      if (!this.#state.cohort || this.#signature !== signatureOf(work.files, work.simulated)) {
        const files = await keeper.call("files");
        this.#signature = signatureOf(work.files, work.simulated);
        this.#choice = JSON.stringify(work.choice);
        await this.#doors.open({ files, simulated: work.simulated, choice: work.choice, note: work.note, demo: work.demo });
        this.#state.colour = work.colour ?? {};
        this.#state.setGroups(work.groups ?? []);
        this.#state.tell("colour");
      }
      const { bytes, damaged } = await keeper.call("checkpoint");
      this.#offer(null);
      if (damaged) this.#tell("The run's kept state is damaged. Your files are open again; train anew.");
      else if (work.run) await this.#doors.resume({ ...work.run, at: work.at }, bytes);
    } catch (error) {
      button.disabled = false;
      this.#notice.append(h("p", { className: "bad", role: "alert" }, /** @type {Error} */ (error).message));
    }
  }

  /** @param {string} words */
  #tell(words) {
    this.#notice.hidden = false;
    this.#notice.replaceChildren(h("p", { role: "status" }, words, " ", h("button", { type: "button", className: "plain", onclick: () => { this.#notice.hidden = true; } }, "Close")));
  }

  // --- the switch ---

  /** Leave nothing behind on this computer; what is open stays open until the tab is closed. */
  async forget() {
    this.#signature = "";
    await this.#state.tp?.keepRun("").catch(() => undefined);
    try {
      if (this.#keeper && this.#mode !== "elsewhere") await this.#keeper.call("forget");
      for (const key of STORED) localStorage.removeItem(key);
      localStorage.setItem("keep", "off");
      // The demo cohort is data too; the program's own files stay, so that it still opens without a network.
      if ("caches" in globalThis) for (const name of await caches.keys()) {
        if (!name.startsWith(`twinpurify ${new URL("../../../", import.meta.url).pathname} `)) continue;
        const cache = await caches.open(name);
        for (const { url } of await cache.keys()) if (url.includes("/demo/")) await cache.delete(url);
      }
      this.#offer(null);
      if (this.#mode === "on" || this.#mode === "failed" || this.#mode === "opening") this.#mode = "off";
      this.#show();
      this.#tell("Everything is forgotten: no file and no run is kept on this computer, and none will be until you switch keeping on; that choice alone is remembered. What is open here stays until you close this tab.");
    } catch (error) {
      this.#fail(/** @type {Error} */ (error).message);
    }
  }

  async #switch(/** @type {boolean} */ on) {
    try {
      if (on) localStorage.removeItem("keep");
      else localStorage.setItem("keep", "off");
    } catch { /* storage is off: the choice lasts until the tab is closed */ }
    if (on) {
      this.#be("on");
      await this.#keepCohort();
      if (this.#state.run) this.#keepRun();
    } else {
      this.#signature = "";
      this.#be("off");
      await this.#state.tp?.keepRun("").catch(() => undefined);
      await this.#keeper?.call("forget");
    }
  }

  /** What is kept, said plainly, beside the open files. */
  #show() {
    const { cohort } = this.#state;
    this.#line.hidden = !cohort;
    if (!cohort) return;
    const focused = this.#line.contains(document.activeElement) ? document.activeElement?.id : "";
    const words = {
      opening: "…",
      on: "A copy of the open files and of the run is kept on this computer, in this browser, for 30 days at most, so that a crash or a reload loses nothing. It is sent nowhere. On a computer that others use, switch this off.",
      off: "Nothing is kept on this computer: a crash or a reload begins afresh.",
      elsewhere: "Another tab of this page is open, and may keep its work; this tab keeps nothing, so that neither overwrites the other.",
      unavailable: "This browser window offers no storage (a private window, perhaps): nothing is kept, and a reload begins afresh.",
      failed: `Your work could not be kept, and goes on without: ${this.#because}`,
    }[this.#mode];
    const session = this.#mode === "on" && !hasFiles(cohort);
    const able = this.#mode === "on" || this.#mode === "off" || this.#mode === "failed";
    this.#line.replaceChildren(
      able ? h("label", { className: "check" }, h("input", { type: "checkbox", id: "keep-work", checked: this.#mode === "on", onchange: (/** @type {Event} */ { target }) => this.#switch(/** @type {HTMLInputElement} */ (target).checked).catch((error) => this.#fail(error.message)) }), "Keep work on this computer") : "",
      able ? h("button", { type: "button", id: "forget", className: "plain", onclick: () => this.forget() }, "Forget everything") : "",
      h("p", { className: `quiet ${this.#mode === "failed" ? "bad" : ""}` }, session ? "What is open came from a session file, and stands in it: no copy is kept here." : words));
    if (focused) document.getElementById(focused)?.focus();
  }
}

/** @param {{name: string, size: number, lastModified: number}[]} files @param {number | null} simulated */
const signatureOf = (files, simulated) => JSON.stringify([files.map(({ name, size, lastModified }) => [name, size, lastModified]), simulated ?? null]);

/** @param {any} work */
function sayRun({ run, at }) {
  if (!run) return "Open files";
  if (run.done) return run.stopped ? "A run that was stopped" : "A finished run";
  return at ? `A run at step ${count(at.step)} of ${count(at.steps)}` : "A run that had just begun";
}

/** @param {any} work */
function sayFiles({ files, simulated }) {
  if (!files.length) return simulated === null ? "no file" : "the simulated cohort";
  const [first, second, ...others] = files;
  return [first.name, second?.name].filter(Boolean).join(", ") + (others.length ? ` and ${plural(others.length, "other")}` : "");
}

/** What a session brought is in its own file. @param {import("./state.js").Cohort} cohort */
const hasFiles = ({ files, simulated }) => files.length > 0 || simulated !== null;

function remembered() {
  try {
    return localStorage.getItem("keep");
  } catch {
    return null;
  }
}
