// The embedding while it is learnt: its two leading components, redrawn as each snapshot arrives.
import { h } from "../widgets/dom.js";

export class LiveMap {
  #canvas = h("canvas", { role: "img", "aria-label": "The embedding's two leading components while it is learnt" });
  #host = h("div", { className: "host square" }, this.#canvas);
  element = h("div", {}, this.#host, h("p", { className: "note" }, "Its two leading principal components; each axis fills the frame."));
  /** @type {Float32Array | null} */ #values = null;
  /** A CSS colour per tumour. @type {(sample: number) => string} */ #colour = () => "";

  constructor() {
    new ResizeObserver(() => this.draw()).observe(this.#host);
  }

  /** @param {Float32Array} values */
  show(values) {
    this.#values = values;
    this.draw();
  }

  /** @param {(sample: number) => string} colour */
  paint(colour) {
    this.#colour = colour;
    this.draw();
  }

  clear() {
    this.#values = null;
    this.draw();
  }

  draw() {
    const { width, height } = this.#host.getBoundingClientRect();
    const context = this.#canvas.getContext("2d");
    if (!context || width === 0) return;
    const scale = devicePixelRatio;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(height * scale);
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    context.scale(scale, scale);
    const style = getComputedStyle(this.#host);
    context.strokeStyle = style.getPropertyValue("--line");
    context.strokeRect(0.5, 0.5, width - 1, height - 1);
    const values = this.#values;
    if (!values) return;
    const n = values.length / 2;
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      left = Math.min(left, values[2 * i]);
      right = Math.max(right, values[2 * i]);
      bottom = Math.min(bottom, values[2 * i + 1]);
      top = Math.max(top, values[2 * i + 1]);
    }
    // Each axis to its own reach: the shape of the cloud matters here, not its size.
    const toX = (width - 24) / Math.max(right - left, 1e-6), toY = (height - 24) / Math.max(top - bottom, 1e-6);
    const radius = n > 2000 ? 1.6 : n > 400 ? 2.4 : 3.4;
    context.globalAlpha = n > 2000 ? 0.6 : 0.85;
    const plain = style.getPropertyValue("--accent");
    for (let i = 0; i < n; i++) {
      context.fillStyle = this.#colour(i) || plain;
      context.beginPath();
      context.arc(12 + (values[2 * i] - left) * toX, height - 12 - (values[2 * i + 1] - bottom) * toY, radius, 0, 7);
      context.fill();
    }
  }
}
