// From raw to purified: one map whose points move from where the raw profile puts them to where purification does.
import { readScene } from "../../figure/canvas.js";
import { procrustes } from "../../figure/geometry.js";
import { h } from "../widgets/dom.js";
import { Plot, coloured } from "../widgets/plot.js";

/** Milliseconds from one end to the other. */
const MOVE = 200;
const TITLE = "From raw to purified";

/** @typedef {import("../../figure/map-view.js").MapView} MapView */
/** @typedef {import("../../engine").Source} Source */

export class Between {
  #state;
  #shown;
  /** @type {MapView | null} */ #view = null;
  /** Places raw, laid upon the purified ones, and purified; data units. @type {[Float32Array, Float32Array] | null} */ #ends = null;
  /** The same in scene pixels, by circle. @type {[Float32Array, Float32Array] | null} */ #places = null;
  /** @type {number[] | null} */ #window = null;
  #made = "";
  #frame = 0;
  #slider = h("input", { type: "range", id: "between", min: "0", max: "100", value: "100", oninput: () => this.#go(Number(this.#slider.value) / 100) });
  #words = h("p", { className: "small quiet" });
  /** @type {Plot} */ #plot;
  /** @type {HTMLDetailsElement} */ element;

  /**
   * @param {import("../shell/state.js").State} state
   * @param {() => {kind: "pca" | "umap", of: Source}} shown what the maps show
   * @param {(canvas: HTMLCanvasElement, scene: any, before: MapView | null) => MapView} draw make or fill a map that is linked with the others
   */
  constructor(state, shown, draw) {
    this.#state = state;
    this.#shown = shown;
    this.#plot = new Plot(state, {
      name: "map_between", title: TITLE, files: false,
      spec: () => this.element.open && state.readable && this.#window && { figure: "map", ...shown(), window: this.#window, ...coloured(state) },
      draw: (canvas, scene) => {
        // The engine draws the purified map; this is on its way there.
        scene.texts = scene.texts.map((/** @type {string} */ text) => text === scene.title ? TITLE : text);
        scene.title = TITLE;
        this.#view = draw(canvas, scene, this.#view);
        this.#place(scene);
        this.#go(Number(this.#slider.value) / 100);
      },
    });
    const end = (/** @type {string} */ label, /** @type {number} */ to) => h("button", { type: "button", onclick: () => this.#move(to) }, label);
    this.element = h("details", { id: "explore-between", ontoggle: () => this.show() },
      h("summary", {}, "From raw to purified ", h("span", { className: "quiet" }, "· one map, moved by a slider")),
      h("div", { className: "inside" },
        h("div", { className: "row between" }, end("Raw", 0), h("label", { for: "between", className: "unseen" }, "From raw to purified, per cent"), this.#slider, end("Purified", 1)),
        this.#words, this.#plot.element));
  }

  async show() {
    const model = this.#state.readable;
    if (!this.element.open || !model) return;
    const { kind, of } = this.#shown();
    const wanted = `${kind} ${of}`;
    if (this.#made !== wanted) {
      const [raw, purified] = await Promise.all([model.map({ kind, of: "raw" }), model.map({ kind, of })]);
      const { positions, agreement } = procrustes(raw.values, purified.values);
      this.#ends = [positions, purified.values];
      this.#window = around(this.#ends);
      this.#made = wanted;
      this.#words.textContent = `The raw map is turned, mirrored, scaled and moved until it lies upon the purified one as well as it can (Procrustes), so that what still moves is what changed. Laid so, it explains ${(100 * agreement).toFixed(0)} % of the purified map's spread.${kind === "umap" ? " Distances between clusters of a UMAP mean little, and so do long ways between them." : ""} Axes are the purified map's.`;
    }
    await this.#plot.refresh();
  }

  /** Another model or cohort: what was laid out is of the one before. */
  forget() {
    this.#made = "";
    this.#window = this.#ends = this.#places = null;
  }

  /** @param {any} scene as the engine gives it */
  #place(scene) {
    const layer = readScene(scene).points;
    if (!layer || !this.#ends) return;
    const { samples } = layer;
    const { plot: [x, y, width, height], window: [x0, x1, y0, y1] } = layer;
    const [from, to] = this.#ends.map((ends) => {
      const places = new Float32Array(2 * samples.length);
      samples.forEach((sample, i) => {
        places[2 * i] = x + (ends[2 * sample] - x0) / (x1 - x0) * width;
        places[2 * i + 1] = y + (y1 - ends[2 * sample + 1]) / (y1 - y0) * height;
      });
      return places;
    });
    this.#places = [from, to];
  }

  /** @param {number} share 0 raw … 1 purified */
  #go(share) {
    if (!this.#places || !this.#view) return;
    const [from, to] = this.#places;
    this.#view.setPlaces(from.map((value, at) => value + share * (to[at] - value)));
    this.#slider.setAttribute("aria-valuetext", share <= 0 ? "raw" : share >= 1 ? "purified" : `${Math.round(100 * share)} % of the way`);
  }

  /** @param {number} to */
  #move(to) {
    cancelAnimationFrame(this.#frame);
    const from = Number(this.#slider.value) / 100;
    const began = performance.now();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const step = (/** @type {number} */ now) => {
      const share = still ? 1 : Math.min(1, (now - began) / MOVE);
      const at = from + share * (to - from);
      this.#slider.value = String(Math.round(100 * at));
      this.#go(at);
      if (share < 1) this.#frame = requestAnimationFrame(step);
    };
    step(began);
  }
}

/** The box round all finite points, with a little room. @param {Float32Array[]} ends */
function around(ends) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const values of ends) {
    for (let i = 0; i < values.length; i += 2) {
      if (!Number.isFinite(values[i]) || !Number.isFinite(values[i + 1])) continue;
      [x0, x1, y0, y1] = [Math.min(x0, values[i]), Math.max(x1, values[i]), Math.min(y0, values[i + 1]), Math.max(y1, values[i + 1])];
    }
  }
  const room = 0.04 * Math.max(x1 - x0, y1 - y0, 1e-6);
  return [x0 - room, x1 + room, y0 - room, y1 + room];
}
