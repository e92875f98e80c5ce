// The frame of every figure: a name, the drawing, SVG · PNG · CSV in the same corner, and the table behind it.
import { drawScene, toPng } from "../../figure/canvas.js";
import { h, save, table } from "./dom.js";

/** @typedef {import("../shell/state.js").State} State */
/** @typedef {Record<string, unknown> & {figure: string}} Spec without size and theme */

/** @typedef {Pick<import("../shell/state.js").Cohort, "figure" | "figureSvg" | "tableFile">} Drawable */

/**
 * @typedef {object} PlotOptions
 * @property {string} name of the saved files
 * @property {string} title
 * @property {() => Spec | null | false} spec what to ask the engine for now; null when there is nothing
 * @property {() => import("../../engine").TableOptions | null | false} [csv] the table behind it
 * @property {HTMLElement} [content] a drawing of its own on screen; files still come from the engine
 * @property {boolean} [files] whether it can be saved; yes unless said
 * @property {(width: number) => number} [height] pixels at this width; without it the figure is nearly as high as wide
 * @property {() => string} [suffix] of the saved files' names: what they were made with
 * @property {() => Drawable | null} [from] who draws it: the model, unless said
 * @property {(scene: any) => void} [onScene]
 * @property {(canvas: HTMLCanvasElement, scene: any) => void} [draw] instead of a still drawing
 */

/** Cells of a table shown at once: more would hold the main thread for over 50 ms; the CSV has them all. */
const CELLS = 2000;

/** What the maps are coloured by, as a figure's spec has it. @param {State} state */
export const coloured = (state) => ({ colour: state.colour, legend: state.colouring?.kind === "number" });

export class Plot {
  #state;
  #options;
  #host;
  // Hidden until it is drawn: an empty image has no name.
  #canvas = h("canvas", { role: "img", hidden: true });
  #note = h("p", { className: "note", role: "status" });
  #behind = h("details", { ontoggle: () => this.#fillTable() }, h("summary", {}, "Table"));
  #buttons;
  #ticket = 0;
  #width = 0;
  /** Its caption, which can change with what it shows. */ heading;
  element;

  /** @param {State} state @param {PlotOptions} options */
  constructor(state, options) {
    this.#state = state;
    this.#options = options;
    this.#host = options.content ?? h("div", { className: `host${options.height ? "" : " square"}` }, this.#canvas);
    const button = (/** @type {string} */ label, /** @type {() => Promise<void>} */ work) => h("button", {
      type: "button", className: "plain", "aria-label": `${options.title}: save as ${label}`, onclick: () => work().catch((error) => { this.#note.textContent = error.message; }),
    }, label);
    this.#buttons = h("span", { className: "files-out" },
      ...(options.files === false ? [] : [button("SVG", () => this.#svg()), " · ", button("PNG", () => this.#png()), ...(options.csv ? [" · "] : [])]),
      ...(options.csv ? [button("CSV", () => this.#csv())] : []));
    this.heading = h("h3", {}, options.title);
    this.element = h("div", { className: `plot${options.content ? "" : " drawn"}`, "data-plot": options.name }, h("header", {}, this.heading, this.#buttons), this.#host, this.#note, ...(options.csv ? [this.#behind] : []));
    this.#buttons.hidden = true;
    new ResizeObserver(() => {
      const { width } = this.#host.getBoundingClientRect();
      if (Math.abs(width - this.#width) > 4) this.refresh();
    }).observe(this.#host);
  }

  /** Ask for the figure as things stand and draw it; the last question wins. */
  async refresh() {
    const { spec: specOf, content, csv, draw, onScene } = this.#options;
    const ticket = ++this.#ticket;
    const spec = specOf();
    this.#buttons.hidden = !(csv?.() || spec);
    this.#behind.hidden = !csv?.();
    this.#behind.open = false;
    this.#behind.replaceChildren(/** @type {Element} */ (this.#behind.firstElementChild));
    if (content) return;
    // Measuring has the whole page laid out: in a task apart from what changed it.
    await new Promise((done) => setTimeout(done));
    if (ticket !== this.#ticket) return;
    const model = this.#from();
    const size = this.#size();
    if (!spec || !model || size.width < 40) return;
    this.#width = this.#host.getBoundingClientRect().width;
    const slow = setTimeout(() => { if (ticket === this.#ticket) this.#note.textContent = "Computing …"; }, 250);
    try {
      const scene = await model.figure({ ...spec, ...size, theme: this.#state.theme });
      if (ticket !== this.#ticket) return;
      this.#note.textContent = (scene.notes ?? []).join(" ");
      if (draw) draw(this.#canvas, scene);
      else drawScene(this.#canvas, scene);
      this.#canvas.hidden = false;
      onScene?.(scene);
    } catch (error) {
      if (ticket !== this.#ticket) return;
      // No drawing and no files of it: the reason stands alone.
      this.#canvas.hidden = this.#buttons.hidden = this.#behind.hidden = true;
      this.#note.textContent = /** @type {Error} */ (error).message;
    } finally {
      clearTimeout(slow);
    }
  }

  #from() { return this.#options.from ? this.#options.from() : this.#state.readable; }

  #size() {
    const { width } = this.#host.getBoundingClientRect();
    const height = this.#options.height?.(width) ?? width * 0.86;
    return { width: Math.floor(width), height: Math.floor(height) };
  }

  /** For a file: light, at the size on screen, with its legend. @returns {import("../../engine").FigureSpec} */
  #forFile() {
    const { width, height } = this.#size();
    const spec = this.#options.spec() || { figure: this.#options.name };
    return { ...spec, ...(spec.figure === "map" ? { legend: true } : {}), width: Math.max(width, 480), height: Math.max(height, 320), theme: "light" };
  }

  /** The map's kind and what it is coloured by stand in the name of its file. @param {string} ending */
  #file(ending) {
    const spec = /** @type {any} */ (this.#options.spec() || {});
    const label = this.#state.colouring?.label ?? "";
    const parts = spec.figure === "map" ? [spec.kind, ending !== "csv" && label && `by_${label}`] : [];
    return ["twinpurify", this.#options.name, ...parts].filter(Boolean).map((part) => String(part).replace(/[^\p{L}\p{N}]+/gu, "_").slice(0, 40)).join("_") + `${this.#options.suffix?.() ?? ""}.${ending}`;
  }

  async #svg() {
    const model = this.#from();
    if (model) save(this.#file("svg"), new Blob([await model.figureSvg(this.#forFile())], { type: "image/svg+xml" }));
  }

  async #png() {
    const model = this.#from();
    if (model) save(this.#file("png"), await toPng(await model.figure(this.#forFile()), 2));
  }

  async #csv() {
    const options = this.#options.csv?.();
    const model = this.#from();
    if (model && options) save(this.#file("csv"), await model.tableFile(options));
  }

  async #fillTable() {
    const options = this.#options.csv?.();
    const model = this.#from();
    if (!this.#behind.open || this.#behind.children.length > 1 || !model || !options) return;
    try {
      // By way of a file: as text the engine would hold a long table whole.
      const text = await (await model.tableFile(options)).text();
      const [head = []] = parseCsv(text, 1);
      const most = Math.max(20, Math.floor(CELLS / Math.max(head.length, 1)));
      const rows = parseCsv(text, most + 1).slice(1);
      const numeric = head.map((_, at) => rows.every((row) => row[at] === "" || Number.isFinite(Number(row[at]))));
      this.#behind.append(h("div", { className: "scroll", tabIndex: 0, role: "region", "aria-label": `${this.#options.title}, as a table` },
        table(head.map((label, at) => ({ label, number: numeric[at] })), rows.map((row) => row.map((cell, at) => numeric[at] && cell !== "" ? Number(cell) : cell)), this.#options.title)),
      h("p", { className: "small quiet" }, rows.length === most ? `The first ${most} rows; all are in the CSV.` : ""));
    } catch (error) {
      this.#note.textContent = /** @type {Error} */ (error).message;
    }
  }
}

/** The engine's own CSV (RFC 4180), its first rows. @param {string} text @param {number} most @returns {string[][]} */
export function parseCsv(text, most) {
  const rows = [];
  let row = [""], quoted = false;
  for (let at = 0; at < text.length && rows.length < most; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign !== '"') row[row.length - 1] += sign;
      else if (text[at + 1] === '"') row[row.length - 1] += text[++at];
      else quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === ",") row.push("");
    else if (sign === "\n") {
      rows.push(row);
      row = [""];
    } else if (sign !== "\r") row[row.length - 1] += sign;
  }
  if (rows.length < most && (row.length > 1 || row[0])) rows.push(row);
  return rows;
}
