// What the sections share, and the events by which one tells the others.

/** @typedef {import("../twinpurify.js").TwinPurify} TwinPurify */
/** @typedef {import("../twinpurify.js").Cohort} Cohort */
/** @typedef {import("../twinpurify.js").Model} Model */
/** A run as it can be kept and gone on with. @typedef {{id: string, config: import("../engine").Config, preset: string, changes: import("../engine").Config, at?: {step: number, steps: number}, done?: boolean, stopped?: boolean}} RunState */

/**
 * - `engine`: the engines are loaded, or another one was chosen
 * - `opened`: a file of the person's is about to be read (the door locks; a demo does not tell this)
 * - `cohort`: files or roles changed (`cohort` is null while they make no cohort)
 * - `training`: a run began or ended
 * - `model`: there is something to look at (`model` or `instant` changed)
 * - `strength`: how much of the contamination is taken out, once the maps show it; the model is the same
 * - `verdict`: the verdict at that strength
 * - `colour`: what the maps are coloured by
 * - `isolate`: which category alone is shown
 * - `selection`: which tumours are selected
 * - `groups`: the person's named groups changed
 * - `modelFile`: a saved model was dropped or chosen
 * - `theme`: light or dark
 * @typedef {"modelFile" | "engine" | "opened" | "cohort" | "training" | "model" | "strength" | "verdict" | "colour" | "isolate" | "selection" | "groups" | "theme"} StateEvent
 */
export class State {
  #target = new EventTarget();
  /** @type {Promise<TwinPurify>} */ engines;
  /** @type {TwinPurify | null} */ tp = null;
  /** The cohort, once its files make one. @type {Cohort | null} */ cohort = null;
  /** The trained model. @type {Model | null} */ model = null;
  /** The closed form's. @type {Model | null} */ instant = null;
  training = false;
  /** The run under way, or the last one. @type {RunState | null} */ run = null;
  /** A saved model that waits to be opened. @type {File | null} */ modelFile = null;
  /** What to colour by. @type {import("../engine").ColourOptions} */ colour = {};
  /** @type {import("../engine").Colouring | null} */ colouring = null;
  /** Colour the maps by something else; Explore's to do. @type {(colour: import("../engine").ColourOptions) => Promise<void>} */
  colourBy = async () => {};
  /** The category shown alone; -1 is "missing". @type {number | null} */ isolated = null;
  /** Names of the tumours in the order of every embedding; empty before there is one. @type {string[]} */ tumours = [];
  /** Selected tumours, as positions in the order of the embedding, ascending. @type {number[]} */ selection = [];
  /** What made the selection, in words ("lasso on purified UMAP"), and the selection it made. */
  rule = { made: /** @type {number[]} */ ([]), by: "" };
  /** Named groups of tumours, positions likewise. @type {{name: string, members: number[]}[]} */ groups = [];
  /** Which demo cohort is open, if one is. @type {"ucec" | "simulated" | null} */ demo = null;
  /** Which maps Explore shows, and how closely; it keeps this, a link takes it. @type {import("../share/link.js").LinkView} */ view = { kind: "pca", right: "purified" };
  /** @type {"light" | "dark"} */ theme = "light";

  /** @param {Promise<TwinPurify>} engines */
  constructor(engines) { this.engines = engines; }

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
