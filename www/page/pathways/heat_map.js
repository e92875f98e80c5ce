// The heat map that can be touched: strips of one's choice, columns that select tumours, rows that colour the maps.
import { drawScene, readScene } from "../../figure/canvas.js";
import { h, measured, plural } from "../widgets/dom.js";
import { grouping, selectionGrouping } from "../explore/grouping.js";
import { Plot } from "../widgets/plot.js";
import { whenSeen } from "../shell/seen.js";
import { select } from "../explore/selection.js";
import { setName } from "../widgets/set_name.js";

/** @typedef {import("../../engine").ColourOptions} ColourOptions */
/** Beside the one that follows the maps. */
const STRIPS = 3;
/** Milliseconds without a change of the selection before its strip is drawn. */
const REST = 200;

/**
 * @typedef {object} HeatMapOptions
 * @property {() => import("../../engine").PathwayScores | null} scores what is on show
 * @property {(width: number) => number} height without strips beyond the first
 * @property {(set: string) => void} onRow a pathway was chosen
 */

export class HeatMap {
  #state;
  #options;
  /** @type {(string | null)[]} "maps", a column's name, or null for none */ #strips = ["maps", ...new Array(STRIPS - 1).fill(null)];
  #choices = h("div", { className: "row" });
  #plot;
  /** @type {import("../../figure/scene.js").Scene | null} */ #scene = null;
  /** @type {HTMLCanvasElement | null} */ #canvas = null;
  #marks = [h("div", { className: "cell-mark", hidden: true }), h("div", { className: "cell-mark", hidden: true })];
  #words = h("p", { className: "hovered", "aria-live": "polite" });
  /** @type {{panel: number, column: number, row: number} | null} */ #at = null;
  /** @type {number | null} the column where a drag began */ #from = null;
  #timer = 0;
  element;

  /** @param {import("../shell/state.js").State} state @param {HeatMapOptions} options */
  constructor(state, options) {
    this.#state = state;
    this.#options = options;
    this.#plot = new Plot(state, {
      name: "heat_map", title: "Pathway activity, raw and purified", height: (width) => this.#height(width),
      spec: () => options.scores() !== null && { figure: "heat_map", annotations: this.#annotations() },
      csv: () => options.scores() !== null && { table: "pathways_purified" },
      draw: (canvas, scene) => this.#draw(canvas, scene),
    });
    this.element = h("div", {}, h("div", { className: "controls heat-controls" }, h("div", { className: "control" }, h("span", { className: "label" }, "Strips above the samples"), this.#choices)), this.#words, this.#plot.element);
    const later = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.refresh(), REST);
    };
    state.on("selection", () => whenSeen(this.element, later));
    state.on("groups", later);
    state.on("colour", () => { if (this.#strips.includes("maps")) later(); });
    state.on("cohort", () => { this.#strips = ["maps", ...new Array(STRIPS - 1).fill(null)]; });
    this.#say(null);
  }

  async refresh() {
    this.#offer();
    await this.#plot.refresh();
  }

  /** @returns {ColourOptions[]} */
  #annotations() {
    const { colour } = this.#state;
    const chosen = this.#strips.flatMap((strip) => strip === "maps" ? (Object.keys(colour).length ? [colour] : []) : strip !== null ? [{ column: strip }] : []);
    // Who is selected, and in which group, can be seen here as on the maps; nothing is shown twice.
    const own = [grouping(this.#state), selectionGrouping(this.#state)].flatMap((of) => of ? [{ grouping: of }] : []);
    const all = new Map([...chosen, ...own].map((strip) => [strip.grouping?.label ?? JSON.stringify(strip), strip]));
    return [...all.values()];
  }

  /** @param {number} width */
  #height(width) {
    const further = Math.max(0, this.#annotations().length - 1);
    return this.#options.height(width) + further * (12 * (width < 680 ? 2 : 1) + 32);
  }

  #offer() {
    const columns = (this.#state.cohort?.summary.columns ?? []).filter(({ kind }) => kind !== "text").map(({ name }) => name);
    const says = JSON.stringify([columns, this.#strips]);
    if (this.#choices.dataset.says === says) return;
    const here = document.activeElement?.id ?? "";
    this.#choices.dataset.says = says;
    this.#choices.replaceChildren(...this.#strips.map((strip, at) => {
      const choice = h("select", { id: `strip-${at}`, "aria-label": `Strip ${at + 1}`, onchange: () => {
        const { value } = choice;
        this.#strips = this.#strips.map((before, place) => place !== at ? before : value === "" ? null : value.startsWith("=") ? value.slice(1) : "maps");
        this.refresh();
      } }, h("option", { value: "" }, "none"), h("option", { value: "maps" }, "as the maps"), ...columns.map((name) => h("option", { value: `=${name}` }, name)));
      choice.value = strip === null ? "" : strip === "maps" ? "maps" : `=${strip}`;
      return choice;
    }));
    if (here.startsWith("strip-")) document.getElementById(here)?.focus();
  }

  /** @param {HTMLCanvasElement} canvas @param {any} scene */
  #draw(canvas, scene) {
    this.#scene = readScene(scene);
    drawScene(canvas, scene);
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-roledescription", "heat map");
    if (!this.#canvas) this.#listen(canvas);
    this.#canvas = canvas;
    // Where the keys stand stays: a strip more moves no sample.
    const { columns, rows } = this.#scene.cells ?? { columns: 0, rows: [] };
    this.#point(this.#at && rows.length ? { ...this.#at, column: clamp(this.#at.column, columns), row: clamp(this.#at.row, rows.length) } : null);
  }

  /** @param {HTMLCanvasElement} canvas */
  #listen(canvas) {
    canvas.tabIndex = 0;
    canvas.after(...this.#marks);
    canvas.addEventListener("pointermove", (event) => this.#point(this.#cell(event)));
    canvas.addEventListener("pointerleave", () => { if (this.#from === null) this.#point(null); });
    canvas.addEventListener("pointerdown", (event) => {
      const at = this.#cell(event);
      if (event.button === 0 && at && at.panel >= 0) this.#from = at.column;
    });
    canvas.addEventListener("pointerup", (event) => {
      const at = this.#cell(event), from = this.#from;
      this.#from = null;
      if (!at) return;
      if (at.panel < 0) this.#colour(at.row);
      else if (from !== null) this.#select(Math.min(from, at.column), Math.max(from, at.column), event.shiftKey ? "add" : event.altKey || event.ctrlKey || event.metaKey ? "remove" : "replace");
    });
    canvas.addEventListener("pointercancel", () => { this.#from = null; });
    canvas.addEventListener("blur", () => this.#point(null));
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  /** The cell under the pointer; panel −1 beside the panels, where the names stand. @param {MouseEvent} event */
  #cell(event) {
    const cells = this.#scene?.cells;
    const box = this.#canvas?.getBoundingClientRect();
    if (!cells || !box || !cells.rows.length || !this.#scene) return null;
    const grown = this.#scene.width / box.width;
    const [x, y] = [(event.clientX - box.left) * grown, (event.clientY - box.top) * grown];
    for (const [panel, [left, top, width, height]] of cells.panels.entries()) {
      if (y < top || y >= top + height) continue;
      const row = Math.floor((y - top) / height * cells.rows.length);
      if (x >= left && x < left + width) return { panel, column: Math.floor((x - left) / width * cells.columns), row };
      if (x >= left + width && panel === cells.panels.length - 1 || x >= left + width && cells.panels[0][0] === cells.panels[1]?.[0]) return { panel: -1, column: -1, row };
    }
    return null;
  }

  /** Tumours of a column. @param {number} column */
  #tumours(column) {
    const cells = this.#scene?.cells;
    if (!cells || column < 0) return [];
    const n = cells.samples.length;
    return [...cells.samples.subarray(Math.floor(column * n / cells.columns), Math.floor((column + 1) * n / cells.columns))];
  }

  /** @param {number} from @param {number} to @param {import("../../figure/map-view.js").How} how */
  #select(from, to, how) {
    const tumours = [];
    for (let column = from; column <= to; column++) tumours.push(...this.#tumours(column));
    select(this.#state, tumours, how, from === to ? "a column of the heat map" : "columns of the heat map");
  }

  /** @param {number} row */
  #colour(row) {
    const set = this.#scene?.cells?.rows[row];
    if (!set) return;
    this.#options.onRow(set);
    this.#state.colourBy({ pathway: set });
  }

  /** Arrows move, space selects the tumour, Enter colours by the pathway. @param {KeyboardEvent} event */
  #key(event) {
    const cells = this.#scene?.cells;
    if (!cells || event.ctrlKey || event.metaKey || event.altKey) return;
    const { panel, column, row } = this.#at ?? { panel: 0, column: 0, row: 0 };
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (way) {
      const [across, down] = this.#at ? way : [0, 0];
      const next = { panel: Math.max(0, panel), column: clamp(column + across, cells.columns), row: clamp(row + down, cells.rows.length) };
      this.#point(next);
      if (event.shiftKey && across) this.#select(Math.min(column, next.column), Math.max(column, next.column), "add");
    } else if (event.key === " " && this.#at) {
      const chosen = this.#tumours(column);
      select(this.#state, chosen, chosen.every((at) => this.#state.selection.includes(at)) ? "remove" : "add", "a column of the heat map");
    } else if (event.key === "Enter" && this.#at) this.#colour(row);
    else return;
    event.preventDefault();
  }

  /** @param {{panel: number, column: number, row: number} | null} at */
  #point(at) {
    this.#at = at;
    const cells = this.#scene?.cells;
    const [upright, level] = this.#marks;
    upright.hidden = !at || !cells || at.panel < 0;
    level.hidden = !at || !cells;
    if (at && cells) {
      const [x, y, width, height] = cells.panels[Math.max(at.panel, 0)];
      const [wide, high] = [width / cells.columns, height / cells.rows.length];
      const from = this.#from ?? at.column;
      put(upright, x + Math.min(from, at.column) * wide, y, (Math.abs(from - at.column) + 1) * wide, height);
      const last = cells.panels[cells.panels.length - 1];
      put(level, x, y + at.row * high, at.panel < 0 ? last[0] + last[2] - x : width, high);
      if (this.#canvas) this.#canvas.style.cursor = at.panel < 0 ? "pointer" : "crosshair";
    } else if (this.#canvas) this.#canvas.style.cursor = "";
    this.#say(at);
  }

  /** @param {{panel: number, column: number, row: number} | null} at */
  #say(at) {
    const cells = this.#scene?.cells;
    const scores = this.#options.scores();
    if (!at || !cells || !scores) {
      this.#words.replaceChildren("Click or drag along columns to select tumours; click a pathway's name to colour the maps by it.");
      return;
    }
    const set = cells.rows[at.row];
    if (at.panel < 0) {
      this.#words.replaceChildren(h("strong", {}, setName(set)), ": colour the maps by it");
      return;
    }
    const tumours = this.#tumours(at.column);
    const column = scores.sets.indexOf(set);
    const mean = (/** @type {Float32Array} */ values) => measured(tumours.reduce((sum, at) => sum + values[at * scores.sets.length + column], 0) / tumours.length);
    this.#words.replaceChildren(h("strong", {}, tumours.length === 1 ? this.#state.tumours[tumours[0]] ?? "" : `Mean of ${plural(tumours.length, "tumour")}`), ` · ${setName(set)} · raw ${mean(scores.raw)} · purified ${mean(scores.purified)} (z)`);
  }
}

/** @param {number} value @param {number} n */
const clamp = (value, n) => Math.max(0, Math.min(n - 1, value));

/** @param {HTMLElement} mark @param {number} x @param {number} y @param {number} width @param {number} height */
function put(mark, x, y, width, height) {
  Object.assign(mark.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}
