// @ts-check
/** A map of samples that can be hovered, selected on, zoomed, panned and stepped through. */
import { Discs } from "./discs.js";
import { enclosed } from "./geometry.js";
import { Grid } from "./grid.js";
import { listen } from "./map-input.js";
import { fitCanvas, readScene, replay, styleOf } from "./scene.js";

/** @typedef {import("./scene.js").Scene} Scene */
/** Scene pixel (x, y) is shown at (k·x + tx, k·y + ty). @typedef {{k: number, tx: number, ty: number}} View */
/** What new samples do to the selection. @typedef {"replace" | "add" | "remove" | "toggle"} How */
/**
 * @typedef {object} MapViewOptions
 * @property {(sample: number) => string} [describe] what to say and show of a sample
 * @property {HTMLElement | null} [live] an aria-live element of the page; told what the keyboard steps to
 * @property {(window: [number, number, number, number]) => void} [onviewchange] after a zoom or pan has come to rest:
 *   the data now shown (x from, x to, y from, y to), for a page that wants a sharper scene
 */

const REACH = 10;
const CLOSEST = 40;
const FAINT = 0.12;
/** Opacity of what is not selected while something is: still to be told apart by its colour. */
const UNSELECTED = 0.5;
/** Passes over the samples, in drawing order. */
const FAINTEST = 0, PLAIN = 1, RIM = 2, CHOSEN = 3;
/** Milliseconds without a wheel turn after which the view has come to rest. */
const REST = 150;

/**
 * Emits `hover` (detail: {sample: number | null, x, y} in CSS pixels of the canvas), `select` (detail: {samples, how, by},
 * by "lasso", "click" or "keyboard"), and `view` (detail: {view}) while it moves, for maps that move together. What is
 * selected is the page's to say: `setSelection`.
 */
export class MapView extends EventTarget {
  /** @type {Scene | null} */ #scene = null;
  /** @type {Grid | null} */ #grid = null;
  /** @type {View} */ #view = { k: 1, tx: 0, ty: 0 };
  /** @type {Map<number, number>} circle of each sample */ #circleOf = new Map();
  /** @type {ImageData | null} the plot, samples included */ #pixels = null;
  /** @type {Uint8ClampedArray | null} the plot without samples */ #blank = null;
  /** Device pixel of the plot's upper left. */ #corner = { x: 0, y: 0 };
  /** @type {OffscreenCanvas | null} frame and samples of the present view */ #base = null;
  /** @type {Discs | null} the samples in the plot */ #discs = null;
  /** @type {Uint8Array | null} 1 for each selected sample; null when none is */ #selected = null;
  /** @type {number[] | null} the lasso being drawn: x, y, … in CSS pixels of the canvas */ #lasso = null;
  #class = -1; #hover = -1;
  #stale = true;
  #queued = 0; #rest = 0;
  #scale = 1;
  #over = new AbortController();
  /** What dragging does. @type {"lasso" | "move"} */ drag = "lasso";
  /** What a lasso or a click does when no key is held. @type {How} */ how = "replace";

  /** @param {HTMLCanvasElement} canvas @param {any} scene as the engine gives it @param {MapViewOptions} [options] */
  constructor(canvas, scene, options = {}) {
    super();
    this.canvas = canvas;
    this.options = options;
    canvas.tabIndex = 0;
    canvas.style.touchAction = "pan-x pan-y"; // one finger scrolls the page; two are the map's
    listen(this, this.#over.signal);
    this.setScene(scene);
  }

  /** Show another scene; the view stays unless told to reset. @param {any} raw @param {{reset?: boolean}} [options] */
  setScene(raw, { reset = false } = {}) {
    const before = this.sample;
    const scene = readScene(raw);
    this.#scene = scene;
    fitCanvas(this.canvas, scene, this.#scale = globalThis.devicePixelRatio || 1);
    // A picture that keys act on: a screen reader has to let them through.
    this.canvas.setAttribute("role", "application");
    this.canvas.setAttribute("aria-roledescription", "map of samples");
    this.#circleOf = new Map(Array.from(scene.points?.samples ?? [], (sample, i) => [sample, i]));
    this.#grid = null;
    this.#base = new OffscreenCanvas(this.canvas.width, this.canvas.height);
    const context = this.#base.getContext("2d", { willReadFrequently: true });
    const [px, py, width, height] = scene.points?.plot ?? [0, 0, 1, 1];
    this.#corner = { x: Math.floor(px * this.#scale), y: Math.floor(py * this.#scale) };
    const [right, bottom] = [Math.ceil((px + width) * this.#scale), Math.ceil((py + height) * this.#scale)];
    if (context) {
      context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
      replay(context, scene, { points: false });
      this.#pixels = context.getImageData(this.#corner.x, this.#corner.y, right - this.#corner.x, bottom - this.#corner.y);
      this.#blank = this.#pixels.data.slice();
      this.#discs = new Discs(this.#pixels.width, this.#pixels.height);
    }
    this.#hover = before === null ? -1 : this.#circleOf.get(before) ?? -1;
    if (this.#class >= (scene.points?.classes.length ?? 0)) this.#class = -1;
    if (reset) this.#view = { k: 1, tx: 0, ty: 0 };
    this.#redraw("samples");
  }

  /** The sample hovered or stepped to. @returns {number | null} */
  get sample() {
    return this.#hover < 0 ? null : this.#scene?.points?.samples[this.#hover] ?? null;
  }

  /** @returns {View} */
  get view() {
    return { ...this.#view };
  }

  /** Follow another map without telling back. @param {View} view */
  setView(view) {
    this.#view = { ...view };
    this.#redraw("view");
  }

  /** Mark a sample that is hovered elsewhere; null for none. Emits nothing. @param {number | null} sample */
  setHover(sample) {
    const circle = sample === null ? -1 : this.#circleOf.get(sample) ?? -1;
    if (circle !== this.#hover) {
      this.#hover = circle;
      this.#redraw("mark");
    }
  }

  /** Show one class of the legend in colour and the rest faintly; null for all. @param {number | null} index */
  isolate(index) {
    this.#class = index ?? -1;
    this.#redraw("samples");
  }

  /** Let selected samples stand out; none for all alike. @param {readonly number[]} samples */
  setSelection(samples) {
    this.#selected = null;
    if (samples.length > 0) {
      this.#selected = new Uint8Array(1 + samples.reduce((most, sample) => Math.max(most, sample), 0));
      for (const sample of samples) this.#selected[sample] = 1;
    }
    this.#redraw("samples");
  }

  /** Draw or end a lasso; x, y, … in CSS pixels of the canvas. @param {number[] | null} polygon */
  setLasso(polygon) {
    this.#lasso = polygon;
    this.#redraw("mark");
  }

  /** Samples that a lasso encloses, of those that are not faint. @param {number[]} polygon */
  enclosedBy(polygon) {
    const { k, tx, ty } = this.#view;
    const there = polygon.map((value, at) => (value - (at % 2 ? ty : tx)) / k);
    const layer = this.#scene?.points;
    if (!this.#scene || !layer) return [];
    return enclosed(this.#scene.circles, there).filter((i) => this.#kept(i)).map((i) => layer.samples[i]).sort((a, b) => a - b);
  }

  /** Tell that a person chose samples. @param {number[]} samples @param {How} how @param {"lasso" | "click" | "keyboard"} by */
  choose(samples, how, by) {
    this.dispatchEvent(new CustomEvent("select", { detail: { samples, how, by } }));
  }

  /** Put the samples elsewhere without asking the engine. @param {Float32Array} places x, y of every circle, scene pixels */
  setPlaces(places) {
    const circles = this.#scene?.circles;
    if (!circles) return;
    for (let i = 0; i < circles.length / 3; i += 1) circles.set([places[2 * i], places[2 * i + 1]], 3 * i);
    this.#grid = null;
    this.#redraw("samples");
  }

  /** Everything in view. */
  reset() {
    this.#look({ k: 1, tx: 0, ty: 0 });
  }

  /** Zoom about a point of the canvas, the plot's middle unless given. @param {number} factor @param {number} [x] @param {number} [y] */
  zoom(factor, x, y) {
    const [px, py, width, height] = this.#scene?.points?.plot ?? [0, 0, 0, 0];
    const [cx, cy] = [x ?? px + width / 2, y ?? py + height / 2];
    const k = Math.min(CLOSEST, Math.max(1, this.#view.k * factor));
    const grown = k / this.#view.k;
    this.#look({ k, tx: cx - grown * (cx - this.#view.tx), ty: cy - grown * (cy - this.#view.ty) });
  }

  /** Move what is shown by CSS pixels. @param {number} dx @param {number} dy */
  pan(dx, dy) {
    this.#look({ k: this.#view.k, tx: this.#view.tx + dx, ty: this.#view.ty + dy });
  }

  /** Stop listening. The canvas stays as it is. */
  destroy() {
    this.#over.abort();
    clearTimeout(this.#rest);
    cancelAnimationFrame(this.#queued);
  }

  /** The data in view: x from, x to, y from, y to. @returns {[number, number, number, number]} */
  get window() {
    const layer = this.#scene?.points;
    if (!layer) return [0, 1, 0, 1];
    const { plot: [x, y, width, height], window: [x0, x1, y0, y1] } = layer;
    const { k, tx, ty } = this.#view;
    const across = (/** @type {number} */ at) => x0 + ((at - tx) / k - x) / width * (x1 - x0);
    const up = (/** @type {number} */ at) => y1 - ((at - ty) / k - y) / height * (y1 - y0);
    return [across(x), across(x + width), up(y + height), up(y)];
  }

  /** @param {View} view */
  #look(view) {
    const [x, y, width, height] = this.#scene?.points?.plot ?? [0, 0, 0, 0];
    // The plot never shows beyond the scene's own edge: nothing can be lost out of sight.
    const held = (/** @type {number} */ t, /** @type {number} */ from, /** @type {number} */ size) =>
      Math.min(from - view.k * from, Math.max(from + size - view.k * (from + size), t));
    this.#view = { k: view.k, tx: held(view.tx, x, width), ty: held(view.ty, y, height) };
    this.#redraw("view");
    this.dispatchEvent(new CustomEvent("view", { detail: { view: this.view } }));
    clearTimeout(this.#rest);
    if (this.options.onviewchange) this.#rest = setTimeout(() => this.options.onviewchange?.(this.window), REST);
  }

  /** @param {"mark" | "view" | "samples"} changed */
  #redraw(changed) {
    if (changed === "samples") this.#discs?.forget();
    this.#stale ||= changed !== "mark";
    this.#queued ||= requestAnimationFrame(() => {
      this.#queued = 0;
      this.drawNow();
    });
  }

  /** Draw at once what is otherwise drawn with the next frame. */
  drawNow() {
    const context = this.canvas.getContext("2d");
    if (!context || !this.#scene || !this.#base) return;
    if (this.#stale) this.#drawBase(this.#scene, this.#base);
    this.#stale = false;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(this.#base, 0, 0);
    if (this.#hover >= 0) this.#drawMark(context, this.#scene);
    if (this.#lasso) this.#drawLasso(context, this.#scene, this.#lasso);
  }

  /** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {number[]} polygon */
  #drawLasso(context, scene, polygon) {
    context.save();
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    context.beginPath();
    for (let i = 0; i < polygon.length; i += 2) context.lineTo(polygon[i], polygon[i + 1]);
    context.closePath();
    context.fillStyle = context.strokeStyle = scene.ink;
    context.globalAlpha = 0.08;
    context.fill("evenodd");
    context.globalAlpha = 1;
    context.setLineDash([5, 4]);
    context.lineWidth = 1.5;
    context.stroke();
    context.restore();
  }

  /** Radius grows slowly with the zoom: points come apart, and stay points. */
  #growth() {
    return Math.min(3, this.#view.k ** 0.4);
  }

  /** Frame and samples of the present view. @param {Scene} scene @param {OffscreenCanvas} base */
  #drawBase(scene, base) {
    const context = base.getContext("2d");
    if (!context || !this.#pixels || !this.#blank || !this.#discs) return;
    const { k, tx, ty } = this.#view;
    // In whole device pixels, so that a move shifts what is painted already.
    const [x, y] = [Math.round(tx * this.#scale) - this.#corner.x, Math.round(ty * this.#scale) - this.#corner.y];
    const areas = this.#discs.move(k, x, y);
    if (areas.length === 0) return;
    for (const area of areas) this.#paint(scene, this.#discs, area, x, y);
    this.#discs.over(this.#blank, this.#pixels);
    context.putImageData(this.#pixels, this.#corner.x, this.#corner.y);
  }

  /** The samples that touch an area, moved by device pixels. @param {Scene} scene @param {Discs} discs @param {import("./discs.js").Area} area @param {number} dx @param {number} dy */
  #paint({ circles, circleStyles, styles, points, ink: colour }, discs, area, dx, dy) {
    const scale = this.#scale, away = this.#view.k * scale, growth = this.#growth() * scale;
    const apart = this.#class >= 0 || this.#selected !== null;
    const ink = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    // The faint ones first, so that they never cover what is looked at; then a rim under all that are selected.
    for (const pass of apart ? [FAINTEST, PLAIN, RIM, CHOSEN] : [PLAIN]) {
      for (let i = 0; i < circleStyles.length; i += 1) {
        const chosen = this.#selected !== null && this.#selected[points?.samples[i] ?? i] === 1;
        const kept = !apart || this.#kept(i);
        // A selected sample outside the category shown alone keeps its rim: it is selected still.
        if (pass === FAINTEST ? kept || chosen : pass === PLAIN ? !kept || chosen : !chosen) continue;
        const x = away * circles[3 * i] + dx, y = away * circles[3 * i + 1] + dy, radius = circles[3 * i + 2] * growth + (pass === RIM ? 1.4 * scale : 0);
        const reach = Discs.reach(radius);
        if (!(x >= area[0] - reach && y >= area[1] - reach && x <= area[2] + reach && y <= area[3] + reach)) continue;
        const s = 5 * circleStyles[i];
        if (pass === RIM) discs.paint(x, y, radius, ink[0], ink[1], ink[2], kept ? 1 : UNSELECTED, area);
        else {
          const strength = pass === FAINTEST ? FAINT : pass === PLAIN ? (this.#selected ? UNSELECTED : 1) : kept ? 1 / styles[s + 3] : UNSELECTED;
          discs.paint(x, y, radius, styles[s], styles[s + 1], styles[s + 2], styles[s + 3] * strength, area);
        }
      }
    }
  }

  /** Whether a circle is among those looked at. @param {number} circle */
  #kept(circle) {
    const layer = this.#scene?.points;
    if (!layer) return true;
    return this.#class < 0 || layer.codes[circle] === this.#class;
  }

  /** A ring round the hovered sample. @param {CanvasRenderingContext2D} context @param {Scene} scene */
  #drawMark(context, scene) {
    const { x, y } = this.placeOf(this.#hover);
    const [px, py, width, height] = scene.points?.plot ?? [0, 0, scene.width, scene.height];
    if (x < px || y < py || x > px + width || y > py + height) return;
    const radius = scene.circles[3 * this.#hover + 2] * this.#growth();
    context.save();
    context.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    const { colour } = styleOf(scene, scene.circleStyles[this.#hover]);
    /** @param {number} r @param {string} stroke @param {number} wide */
    const ring = (r, stroke, wide) => {
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
      context.lineWidth = wide;
      context.strokeStyle = stroke;
      context.stroke();
    };
    context.beginPath();
    context.arc(x, y, radius + 1.5, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    ring(radius + 2.5, scene.paper, 2);
    ring(radius + 4, scene.ink, 1.8);
    context.restore();
  }

  /** Where a circle is on the canvas. @param {number} circle */
  placeOf(circle) {
    const circles = this.#scene?.circles ?? new Float32Array(3);
    const { k, tx, ty } = this.#view;
    return { x: k * circles[3 * circle] + tx, y: k * circles[3 * circle + 1] + ty };
  }

  /** The circle at a point of the canvas, or −1. @param {number} x @param {number} y */
  locate(x, y) {
    const [px, py, width, height] = this.#scene?.points?.plot ?? [0, 0, 0, 0];
    if (!this.#scene || x < px - REACH || y < py - REACH || x > px + width + REACH || y > py + height + REACH) return -1;
    const { k, tx, ty } = this.#view;
    this.#grid ??= new Grid(this.#scene.circles, REACH);
    return this.#grid.nearest((x - tx) / k, (y - ty) / k, REACH / k, (i) => this.#kept(i));
  }

  /** Hover a circle and tell. @param {number} circle */
  point(circle) {
    if (circle === this.#hover) return;
    this.#hover = circle;
    this.#redraw("mark");
    const place = circle < 0 ? { x: 0, y: 0 } : this.placeOf(circle);
    this.dispatchEvent(new CustomEvent("hover", { detail: { sample: this.sample, ...place } }));
  }

  /** Pixels of the scene to one of the page, where the canvas is shown smaller than it was drawn. @param {number} across */
  grown(across) {
    return across > 0 ? (this.#scene?.width ?? across) / across : 1;
  }

  /** Fully zoomed out. */
  get whole() {
    return this.#view.k === 1;
  }

  /** To the nearest sample in view in one direction, and say which it is. @param {[number, number]} way */
  step([dx, dy]) {
    const layer = this.#scene?.points;
    if (!layer) return;
    const [px, py, width, height] = layer.plot;
    const from = this.#hover >= 0 ? this.placeOf(this.#hover) : { x: px + width / 2, y: py + height / 2 };
    let best = -1, least = Infinity;
    for (let i = 0; i < layer.samples.length; i += 1) {
      if (i === this.#hover || !this.#kept(i)) continue;
      const { x, y } = this.placeOf(i);
      if (x < px || y < py || x > px + width || y > py + height) continue;
      const along = (x - from.x) * dx + (y - from.y) * dy;
      const aside = Math.abs((x - from.x) * dy) + Math.abs((y - from.y) * dx);
      // Straight on counts more than near: a walk in one direction crosses the map.
      if (along > 0 && along + 2 * aside < least) [best, least] = [i, along + 2 * aside];
    }
    if (best < 0) return;
    this.point(best);
    this.say(layer.samples[best]);
  }

  /** Tell a screen reader which sample this is, and whether it is selected. @param {number} sample */
  say(sample) {
    const { live, describe } = this.options;
    if (live) live.textContent = `${this.#selected?.[sample] ? "Selected: " : ""}${describe?.(sample) ?? `sample ${sample + 1}`}`;
  }
}
