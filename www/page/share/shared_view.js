// What a link opens: the maps that were shared, drawn by the page alone, without a cohort and without an engine.
import { MapView } from "../../figure/canvas.js";
import { css, keyOf, scaleOf } from "../../share/colours.js";
import { isLink, readDemoLink, readLink } from "../../share/link.js";
import { mapScene } from "../../share/map_scene.js";
import { byId, count, h, measured, plural, segments, svg } from "../widgets/dom.js";
import { contentsOf } from "./share_content.js";
import { strengthInWords } from "../explore/strength.js";

/** @typedef {import("../shell/state.js").State} State */
/** @typedef {import("../../share/link.js").Shared} Shared */
/** @typedef {import("../../share/link.js").LinkColumn} LinkColumn */
/**
 * @typedef {object} Doors what the page does when the person goes on from a link
 * @property {() => void} startEngines
 * @property {(config: import("../../engine").Config) => Promise<void>} adopt train with these parameters
 * @property {() => void} train
 * @property {(which: "real" | "simulated", mayAsk: boolean) => Promise<string>} demo open a demo cohort; why it is not open, or ""
 * @property {(kind: "pca" | "umap") => void} look which map Explore shows
 */

const DEMOS = { ucec: { which: /** @type {const} */ ("real"), name: "the endometrial demo cohort" }, simulated: { which: /** @type {const} */ ("simulated"), name: "the simulated cohort" } };

/** @param {State} state @param {Doors} doors @returns {{shown: boolean}} whether a shared result stands in place of the first screen */
export function startSharedView(state, doors) {
  addEventListener("hashchange", () => {
    // A link pasted into a page that holds somebody's work must not end it.
    if ((isLink(location.hash) || location.hash.startsWith("#demo=")) && !state.cohort && !state.training) location.reload();
  });
  const place = byId("shared");
  if (location.hash.startsWith("#demo=")) offerDemo(state, doors, place);
  if (!isLink(location.hash)) return { shown: false };

  document.body.classList.add("shows-shared");
  place.hidden = false;
  const badge = byId("engine-badge");
  badge.textContent = "No engine loaded: a link needs none";
  const leave = (/** @type {Shared | null} */ shared) => {
    history.replaceState(null, "", location.pathname + location.search);
    document.body.classList.remove("shows-shared");
    place.hidden = true;
    place.replaceChildren();
    badge.textContent = "Engine: loading";
    doors.startEngines();
    if (shared) doors.adopt(shared.config);
    byId("main").focus();
    scrollTo(0, 0);
  };
  // A file opened over a shared result is what the person wants to see.
  state.on("leave", () => { if (!place.hidden) leave(null); });
  const ways = (/** @type {Shared | null} */ shared) => h("p", { className: "row" },
    h("button", { type: "button", id: "shared-leave", className: "primary", onclick: () => leave(null) }, "Open your own cohort"),
    shared && h("button", { type: "button", id: "shared-adopt", onclick: () => leave(shared) }, "Open it with these settings"));
  readLink(location.hash).then((shared) => {
    place.replaceChildren(...(shared.result ? result(state, shared, ways(shared)) : settings(shared, ways(shared))));
  }, (error) => {
    place.replaceChildren(h("h1", {}, "This link cannot be shown"), h("p", { className: "lede bad", id: "shared-error", "data-code": error.code, role: "alert" }, error.message), ways(null));
  });
  return { shown: true };
}

/** @param {Shared} shared */
function inside(shared) {
  const rows = Object.entries(shared.config).map(([key, value]) => h("tr", {}, h("th", { scope: "row" }, key), h("td", {}, Array.isArray(value) ? value.join(", ") || "none" : String(value))));
  return [
    h("details", { className: "fold" }, h("summary", {}, "What this link contains"), h("dl", { className: "contents" }, contentsOf(shared).flatMap(([term, what]) => [h("dt", {}, term), h("dd", {}, what)]))),
    h("details", { className: "fold" }, h("summary", {}, "Settings of the run"), h("table", {}, h("caption", { className: "unseen" }, "Settings of the run"), h("tbody", {}, rows))),
  ];
}

/** @param {Shared} shared @param {HTMLElement} ways */
function settings(shared, ways) {
  return [
    h("h1", {}, "Shared settings of a run"),
    h("p", { className: "lede" }, "This link holds the settings of a TwinPurify run, and no result: open the cohort to see it."),
    ways, senders(shared.cohort, shared.made), ...inside(shared),
  ];
}

/** @param {State} state @param {Shared} shared @param {HTMLElement} ways */
function result(state, shared, ways) {
  const { view, result: held } = shared;
  if (!held) return [];
  const { columns, names, maps } = held;
  let kind = maps.some((map) => map.kind === view.kind) ? view.kind : maps[0]?.kind ?? "pca";
  /** @type {LinkColumn | null} */
  let column = columns[0] ?? null;
  /** @type {number | null} */
  let isolated = null;
  /** @type {{view: MapView | null, canvas: HTMLCanvasElement, host: HTMLElement, side: "raw" | "right"}[]} */
  const frames = [];

  const legend = h("div", { className: "legend", role: "group", "aria-label": "Legend" });
  const hovered = h("p", { className: "hovered" });
  const live = h("p", { className: "unseen", "aria-live": "polite" });
  const nothing = "Point at a sample to see its values; drag to move, turn the wheel to zoom.";
  const describe = (/** @type {number} */ at) => {
    const values = columns.map((each) => each.kind === "category" ? `${each.label}: ${each.categories[each.codes[at]] ?? "missing"}`
      : `${each.label}: ${measured(each.values[at])}${each.right ? ` raw, ${measured(each.right[at])} purified` : ""}`);
    return [names?.[at] ?? `Tumour ${count(at + 1)}`, ...values].join(" · ");
  };
  hovered.textContent = nothing;

  /** @param {"raw" | "right"} side @param {string} title */
  const frame = (side, title) => {
    const canvas = h("canvas", { role: "img" });
    const host = h("div", { className: "host square" }, canvas);
    frames.push({ view: null, canvas, host, side });
    return h("div", { className: `plot drawn${side === "right" ? " shown" : ""}`, "data-plot": `shared_${side}` }, h("header", {}, h("h3", {}, title)), host);
  };
  const plots = h("div", { className: "plots one-at-a-time" }, frame("raw", "Raw"), frame("right", view.right === "instant" ? "Instant, the closed form" : "Purified"));

  function draw() {
    for (const each of frames) {
      const map = maps.find((one) => one.kind === kind && (one.of === "raw") === (each.side === "raw"));
      const { width } = each.host.getBoundingClientRect();
      if (!map || width < 40) continue;
      const scene = mapScene(map, column, { width: Math.floor(width), height: Math.floor(width * 0.86), theme: state.theme });
      if (each.view) each.view.setScene(scene);
      else {
        const made = new MapView(each.canvas, scene, { live, describe });
        made.addEventListener("hover", (event) => {
          const { sample } = /** @type {CustomEvent} */ (event).detail;
          for (const other of frames) other.view?.setHover(sample);
          hovered.textContent = sample === null ? nothing : describe(sample);
        });
        const { zoom } = view;
        if (zoom && kind === view.kind) made.setView({ k: zoom.k, tx: zoom.tx * scene.width / zoom.width, ty: zoom.ty * scene.width / zoom.width });
        each.view = made;
        made.drawNow();
        performance.mark("shared map drawn");
      }
      each.view.isolate(isolated);
    }
    showLegend();
  }

  function showLegend() {
    legend.setAttribute("aria-label", `Legend of ${column?.label ?? "the maps"}`);
    if (column?.kind === "category") {
      legend.replaceChildren(...keyOf(column, state.theme).classes.map(({ name, colour, count: n }, at) => h("button", {
        type: "button", "aria-pressed": String(isolated === at), "data-class": String(at), className: isolated !== null && isolated !== at ? "faded" : "",
        onclick: () => {
          isolated = isolated === at ? null : at;
          for (const each of frames) each.view?.isolate(isolated);
          showLegend();
          /** @type {HTMLElement | null} */ (legend.querySelector(`[data-class="${at}"]`))?.focus();
        },
      }, svg("svg", { viewBox: "0 0 12 12", class: "dot", "aria-hidden": "true" }, svg("circle", { cx: 6, cy: 6, r: 5, fill: colour })), name, h("span", { className: "quiet" }, count(n)))));
    } else if (column) legend.replaceChildren(...scales(column, state.theme));
    else legend.replaceChildren(h("span", { className: "quiet" }, "No column was shared: all points have one colour."));
  }

  const choose = h("select", {
    id: "shared-colour", onchange: () => {
      column = columns[Number(choose.value)] ?? null;
      isolated = null;
      draw();
    },
  }, columns.map(({ label }, at) => h("option", { value: String(at) }, label)));
  const kinds = /** @type {const} */ (["pca", "umap"]).filter((each) => maps.some((map) => map.kind === each));
  const [left, right] = plots.children;
  const controls = h("div", { className: "controls" },
    columns.length > 0 && h("div", { className: "control" }, h("label", { for: "shared-colour" }, "Colour by"), choose),
    kinds.length > 1 && h("div", { className: "control" }, h("span", { className: "label" }, "Map"), segments("Map", kinds.map((each) => [each, each === "pca" ? "PCA" : "UMAP"]), kind, (value) => {
      kind = value;
      draw();
    })),
    h("div", { className: "control only-narrow" }, h("span", { className: "label" }, "Show"), segments("Show", [["raw", "Raw"], ["purified", "Purified"]], "purified", (value) => {
      left.classList.toggle("shown", value === "raw");
      right.classList.toggle("shown", value !== "raw");
      draw();
    })));
  state.on("theme", draw);
  let width = 0;
  new ResizeObserver(() => {
    const now = plots.getBoundingClientRect().width;
    if (Math.abs(now - width) < 4) return;
    width = now;
    draw();
  }).observe(plots);
  return [
    h("h1", {}, `Shared result: ${plural(held.count, "tumour")}, raw and purified`),
    h("p", { className: "lede" }, "A picture of a TwinPurify run, kept whole in the link. Nothing was opened or computed to show it, and no server was asked for it."),
    ways, senders(held.sentence, h("span", { id: "shared-strength" }, `The purified maps were drawn so. ${strengthInWords(shared)}`), shared.cohort, shared.made), h("h2", {}, "Maps"), controls, legend, hovered, live, plots, ...inside(shared),
  ];
}

/** What a link says in words is its sender's, whatever it claims. @param {...(string | HTMLElement)} sentences */
const senders = (...sentences) => h("figure", { className: "senders" },
  h("figcaption", { className: "small" }, "As its sender wrote it; nothing here was checked:"),
  h("blockquote", { className: "small quiet" }, sentences.filter(Boolean).map((sentence) => h("p", {}, sentence))));

/** A bar and its ends for each side that has its own numbers. @param {import("../../share/link.js").NumberColumn} column @param {"light" | "dark"} theme */
function scales(column, theme) {
  const sides = column.right ? /** @type {[string, Float32Array][]} */ ([["raw", column.values], ["purified", column.right]]) : /** @type {[string, Float32Array][]} */ ([["", column.values]]);
  return [h("span", { className: "quiet" }, column.label), ...sides.map(([name, values]) => {
    const { from, to, missing, colour } = scaleOf(values, column.centred, theme);
    const steps = Array.from({ length: 32 }, (_, at) => svg("rect", { x: 4 * at, y: 0, width: 4.5, height: 10, fill: css(colour(from + (at + 0.5) / 32 * (to - from))) }));
    return h("span", { className: "scale" }, name && `${name} `, measured(from), svg("svg", { viewBox: "0 0 128 10", class: "bar", "aria-hidden": "true" }, ...steps), measured(to), missing > 0 && h("span", { className: "quiet" }, ` · ${count(missing)} missing, grey`));
  })];
}

/** One button, and the run of the link is made again. @param {State} state @param {Doors} doors @param {HTMLElement} place */
function offerDemo(state, doors, place) {
  place.hidden = false;
  let link;
  try {
    link = readDemoLink(location.hash);
  } catch (error) {
    place.replaceChildren(h("p", { className: "bad", id: "shared-error", role: "alert" }, /** @type {Error} */ (error).message));
    return;
  }
  if (!link) return;
  const { demo, seed, preset, kind } = link;
  const button = h("button", { type: "button", className: "primary", id: "demo-reproduce", onclick: () => run() }, "Make this run again");
  const status = h("p", { className: "status small", role: "status" });
  place.replaceChildren(h("h2", {}, "A run to make again"),
    h("p", {}, `This link asks for ${DEMOS[demo].name}, ${preset ? `preset ${preset}` : "the default preset"}, seed ${seed}, and its ${kind === "umap" ? "UMAP" : "PCA"}. On the CPU engine the same seed gives the same map, to the bit.`),
    h("p", { className: "row" }, button), status);
  async function run() {
    button.disabled = true;
    status.textContent = "Opening the cohort …";
    const why = await again().catch((error) => error.message);
    status.textContent = why || "Made again: its maps stand under Explore.";
    status.classList.toggle("bad", why !== "");
    button.disabled = why === "";
  }
  /** @returns {Promise<string>} why not, or "" */
  async function again() {
    const tp = await state.engines;
    const presets = await tp.presets();
    const known = presets.map(({ config }) => String(config.preset));
    if (preset && !known.includes(preset)) {
      return `This version has no preset of that name; it has ${known.join(", ")}.`;
    }
    doors.look(kind);
    const why = await doors.demo(DEMOS[demo].which, true);
    if (why) return why;
    await doors.adopt({ preset: preset || known[0], seed });
    if (state.demo !== demo) return "Another cohort was opened meanwhile; nothing was trained.";
    status.textContent = "Training …";
    await doors.train();
    const learnt = state.readable;
    return learnt && state.demo === demo && !learnt.stopped ? "" : "The run did not come to its end; what is said of it stands under Train.";
  }
}
