// The loss while it falls: log axis, the whole run on the x axis from the start, whole decades on the y axis, so that
// nothing jumps. Drawn here and not by the engine because the engine is busy training; the figure to keep is the engine's.
import { h, svg } from "../widgets/dom.js";

const LEFT = 48, RIGHT = 8, TOP = 8, BOTTOM = 40;
const MOST = 600;
/** @type {["loss" | "onDiagonal" | "offDiagonal" | "reconstruction", string][]} */
const SERIES = [["loss", "total"], ["onDiagonal", "on-diagonal"], ["offDiagonal", "off-diagonal"], ["reconstruction", "reconstruction"]];

export class LossChart {
  #svg = svg("svg", { class: "chart", role: "img", "aria-label": "Loss" });
  #latest = h("p", { className: "note" });
  element = h("div", {}, this.#svg, h("p", { className: "chart-key" }, SERIES.map(([, label], at) => h("span", {}, svg("svg", { viewBox: "0 0 20 8", "aria-hidden": "true" }, svg("line", { x1: 0, x2: 20, y1: 4, y2: 4, class: `series-${at}` })), label))), this.#latest);
  /** @type {import("../../engine").Progress[]} */ #points = [];
  #every = 1;
  #seen = 0;
  #drawn = 0;
  #width = 480;
  #height = 260;
  #low = -2;
  #high = 1;

  constructor() {
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width < 40 || contentRect.width === this.#width) return;
      this.#width = contentRect.width;
      this.#height = Math.round(Math.min(0.86 * this.#width, 320)); // as high as the maps beside it
      this.#svg.setAttribute("height", String(this.#height));
      this.draw();
    }).observe(this.element);
  }

  clear() {
    this.#points = [];
    this.#every = 1;
    this.#seen = 0;
    this.#low = Infinity;
    this.#high = -Infinity;
    this.draw();
  }

  /** @param {import("../../engine").Progress} progress */
  add(progress) {
    // After a GPU was lost the run goes on from an earlier checkpoint: what came after it is drawn again.
    while ((this.#points.at(-1)?.step ?? 0) >= progress.step) this.#points.pop();
    if (this.#seen++ % this.#every === 0 || progress.finished) this.#points.push(progress);
    if (this.#points.length > MOST) {
      this.#points = this.#points.filter((_, at) => at % 2 === 0);
      this.#every *= 2;
    }
    if (performance.now() - this.#drawn > 200 || progress.finished) this.draw();
  }

  draw() {
    this.#drawn = performance.now();
    const last = this.#points.at(-1);
    const shown = this.#points.flatMap((point) => SERIES.map(([key]) => point[key])).filter((value) => value > 0);
    if (shown.length) {
      this.#high = Math.max(this.#high, Math.ceil(Math.log10(shown.reduce((a, b) => Math.max(a, b)))));
      this.#low = Math.min(this.#low, Math.floor(Math.log10(shown.reduce((a, b) => Math.min(a, b)))), this.#high - 2);
    }
    const [low, high] = Number.isFinite(this.#low) ? [this.#low, this.#high] : [-2, 1];
    const steps = last?.steps ?? 1, width = this.#width, height = this.#height;
    const x = (/** @type {number} */ step) => LEFT + (width - LEFT - RIGHT) * step / steps;
    const y = (/** @type {number} */ value) => TOP + (height - TOP - BOTTOM) * (high - Math.log10(value)) / (high - low);
    const parts = [];
    for (let power = low; power <= high; power++) {
      const at = y(10 ** power);
      parts.push(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: at, y2: at }),
        svg("text", { x: LEFT - 8, y: at + 4, "text-anchor": "end" }, power >= -2 && power <= 3 ? String(Number((10 ** power).toPrecision(1))) : `1e${power}`));
    }
    const epochs = last?.epochs ?? 0;
    for (const part of epochs ? [0, 0.25, 0.5, 0.75, 1] : []) {
      parts.push(svg("text", { x: x(part * steps), y: height - 20, "text-anchor": part === 0 ? "start" : part === 1 ? "end" : "middle" }, String(Math.round(part * epochs))));
    }
    parts.push(svg("text", { x: width - RIGHT, y: height - 4, "text-anchor": "end" }, "epoch"));
    SERIES.forEach(([key], at) => {
      const points = this.#points.filter((point) => point[key] > 0);
      if (points.length) parts.push(svg("path", { class: `series-${at}`, d: points.map((point, i) => `${i ? "L" : "M"}${x(point.step).toFixed(1)} ${y(point[key]).toFixed(1)}`).join("") }));
    });
    this.#svg.replaceChildren(...parts);
    const words = last ? `Epoch ${last.epoch}: ${SERIES.map(([key, label]) => `${label} ${last[key].toPrecision(3)}`).join(", ")}.` : "";
    this.#latest.textContent = words;
    this.#svg.setAttribute("aria-label", `Loss by epoch, logarithmic axis. ${words}`);
  }
}
