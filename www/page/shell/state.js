// What the sections share, and the events by which one tells the others. Cohort, models, selection, groups and the long
// job under way are assigned here and nowhere else: everything else asks for a change, and listens.

/** @typedef {import("../../twinpurify.js").TwinPurify} TwinPurify */
/** @typedef {import("../../twinpurify.js").Cohort} Cohort */
/** @typedef {import("../../twinpurify.js").Model} Model */
/** A run as it can be kept and gone on with. @typedef {{id: string, config: import("../../engine").Config, preset: string, changes: import("../../engine").Config, at?: {step: number, steps: number}, done?: boolean, stopped?: boolean, engine?: "webgpu" | "cpu"}} RunState */

/**
 * - `engine`: the engines are loaded, or another one was chosen
 * - `opened`: a file of the person's is about to be read (the door locks; a demo does not tell this)
 * - `cohort`: files or roles changed (`cohort` is null while they make no cohort)
 * - `training`: a run began or ended
 * - `job`: a long job began or ended, whichever
 * - `leave`: a person opens something: a shared view gives way
 * - `model`: there is something to look at (`model` or `instant` changed)
 * - `strength`: how much of the contamination is taken out, once the maps show it; the model is the same
 * - `verdict`: the verdict at that strength
 * - `colour`: what the maps are coloured by
 * - `isolate`: which category alone is shown
 * - `selection`: which tumours are selected
 * - `groups`: the person's named groups changed
 * - `modelFile`: a saved model was dropped or chosen
 * - `theme`: light or dark
 * @typedef {"job" | "leave" | "modelFile" | "engine" | "opened" | "cohort" | "training" | "model" | "strength" | "verdict" | "colour" | "isolate" | "selection" | "groups" | "theme"} StateEvent
 */
/** What each long job is called when another has to wait for it, and the way out of it. */
const BUSY = {
  run: "A run is under way. Stop it",
  files: "Files are being read. Wait for them, or cancel them,",
  model: "A model is being opened. Wait a moment",
  comparison: "A comparison is under way. Cancel it",
};
/** @typedef {keyof typeof BUSY} Job */
/** Models, and whether a file holds them already. @typedef {{model?: Model | null, instant?: Model | null, saved?: boolean}} Learnt */

export class State {
  #target = new EventTarget();
  /** @type {Promise<TwinPurify>} */ engines;
  /** @type {TwinPurify | null} */ tp = null;
  /** @type {Cohort | null} */ #cohort = null;
  /** @type {Model | null} */ #model = null;
  /** @type {Model | null} */ #instant = null;
  /** @type {Job | null} */ #job = null;
  /** The run under way, or the last one. @type {RunState | null} */ run = null;
  /** The last run's final state, should the engine crash. @type {Uint8Array | null} */ checkpoint = null;
  /** The trained model is in a file that the person has. */ saved = false;
  /** Work is being kept on this computer; Keeping says so. @type {() => boolean} */ kept = () => false;
  /** Work of an earlier visit is on offer; Keeping says so. @type {() => boolean} */ offered = () => false;
  /** It is known whether an earlier visit left work. @type {Promise<void>} */ visited;
  /** @type {() => void} */ knowVisits = () => {};
  /** Lock, and be sure of it. @type {() => Promise<void>} */ door = async () => {};
  /** A saved model that waits to be opened. @type {File | null} */ modelFile = null;
  /** What to colour by. @type {import("../../engine").ColourOptions} */ colour = {};
  /** @type {import("../../engine").Colouring | null} */ colouring = null;
  /** Colour the maps by something else; Explore's to do. @type {(colour: import("../../engine").ColourOptions) => Promise<void>} */
  colourBy = async () => {};
  /** The category shown alone; -1 is "missing". @type {number | null} */ isolated = null;
  /** Names of the tumours in the order of every embedding; empty before there is one. @type {string[]} */ tumours = [];
  /** @type {number[]} */ #selection = [];
  /** What made the selection, in words ("lasso on purified UMAP"), and the selection it made. */
  rule = { made: /** @type {number[]} */ ([]), by: "" };
  /** @type {{name: string, members: number[]}[]} */ #groups = [];
  /** Which demo cohort is open, if one is. @type {"ucec" | "simulated" | null} */ demo = null;
  /** Which maps Explore shows, and how closely; it keeps this, a link takes it. @type {import("../../share/link.js").LinkView} */ view = { kind: "pca", right: "purified" };
  /** @type {"light" | "dark"} */ theme = "light";

  /** @param {Promise<TwinPurify>} engines */
  constructor(engines) {
    this.engines = engines;
    this.visited = new Promise((resolve) => { this.knowVisits = resolve; });
  }

  /** The cohort, once its files make one. */
  get cohort() { return this.#cohort; }
  /** The trained model. */
  get model() { return this.#model; }
  /** The closed form's. */
  get instant() { return this.#instant; }
  /** Selected tumours, as positions in the order of the embedding, ascending. */
  get selection() { return this.#selection; }
  /** Named groups of tumours, positions likewise. */
  get groups() { return this.#groups; }
  get job() { return this.#job; }
  get training() { return this.#job === "run"; }
  /** Closing the tab now would lose a run or a model. */
  get atRisk() { return (this.training || (this.#model !== null && !this.saved)) && !this.kept(); }

  /** Another cohort, or the same with other roles, and the models that read it. @param {Cohort | null} cohort @param {Learnt} [learnt] */
  setCohort(cohort, learnt = {}) {
    this.#cohort = cohort;
    this.#learn(learnt);
    this.tell("cohort");
    this.tell("model");
  }

  /** Another model of the cohort that is open. @param {Learnt} learnt */
  setModel(learnt) {
    this.#learn(learnt);
    this.tell("model");
  }

  forgetModel() { this.setModel({}); }

  /** @param {Learnt} learnt */
  #learn({ model = null, instant = null, saved = false }) {
    this.#model = model;
    this.#instant = instant;
    this.saved = saved;
  }

  /** @param {number[]} selection @param {string} by the rule in words */
  setSelection(selection, by) {
    this.#selection = selection;
    this.rule = { made: selection, by };
    this.tell("selection");
  }

  /** @param {{name: string, members: number[]}[]} groups */
  setGroups(groups) {
    this.#groups = groups;
    this.tell("groups");
  }

  /** The same tumours at other places: nobody chose anything. @param {number[]} selection @param {{name: string, members: number[]}[]} groups */
  place(selection, groups) {
    this.#selection = selection;
    this.#groups = groups;
  }

  /** A file of the person's is about to be read: the door locks. Rejects where it does not hold. */
  async opening() {
    this.tell("opened");
    await this.door();
  }

  /** Begin a long job, the only one; the answer ends it. Null while another is under way: `busy` says which. @param {Job} job @returns {(() => void) | null} */
  claim(job) {
    if (this.#job) return null;
    const tell = () => {
      if (job === "run") this.tell("training");
      this.tell("job");
    };
    this.#job = job;
    tell();
    let mine = true;
    return () => {
      if (!mine) return;
      mine = false;
      this.#job = null;
      tell();
    };
  }

  /** Why something cannot begin now, or "". @param {string} what "opening other files" */
  busy(what) { return this.#job ? `${BUSY[this.#job]} before ${what}.` : ""; }

  /** @param {StateEvent} event @param {() => void} listener */
  on(event, listener) { this.#target.addEventListener(event, listener); }

  /** @param {StateEvent} event */
  tell(event) { this.#target.dispatchEvent(new Event(event)); }

  /** Whichever model can be read: the trained one, else the closed form. */
  get readable() { return this.model ?? this.instant; }
}

/** Show a section's body, or what it waits for. @param {string} id @param {boolean} ready */
export function open(id, ready) {
  const section = /** @type {HTMLElement} */ (document.getElementById(id));
  /** @type {HTMLElement} */ (section.querySelector(".waits")).hidden = ready;
  const body = /** @type {HTMLElement} */ (section.querySelector(".body"));
  body.hidden = !ready;
  const link = /** @type {HTMLElement} */ (document.querySelector(`.rail a[href="#${id}"]`));
  link.dataset.ready = ready ? "yes" : "no";
  return body;
}
