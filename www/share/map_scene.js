// @ts-check
// A map as a scene, without an engine: laid out as src/figure/map.rs does, so that a shared map is the one that was shared.
import { OKABE_ITO, THEMES, css, keyOf, scaleOf } from "./colours.js";

/** @typedef {import("./link.js").LinkMap} LinkMap */
/** @typedef {import("./link.js").LinkColumn} LinkColumn */
/** @typedef {import("./colours.js").ThemeName} ThemeName */

const TITLES = { raw: "Raw profile", purified: "Purified embedding", instant: "Instant embedding" };
const RECT = 0, CIRCLE = 1, PATH = 2, TEXT = 3;
const LEFT = 30, TOP = 34, BOTTOM = 30, RIGHT = 10;

/**
 * @param {LinkMap} map @param {LinkColumn | null} column @param {{width: number, height: number, theme: ThemeName}} look
 * @returns {import("../figure/scene.js").Scene}
 */
export function mapScene({ of, axes, points }, column, { width, height, theme }) {
  const colours = THEMES[theme];
  const count = points.length / 2;
  const places = Array.from({ length: count }, (_, at) => at).filter((at) => Number.isFinite(points[2 * at]) && Number.isFinite(points[2 * at + 1]));
  const plot = { x: LEFT, y: TOP, width: Math.max(20, Math.floor(width - LEFT - RIGHT)), height: Math.max(20, Math.floor(height - TOP - BOTTOM)) };
  // Points stay visible: size and opacity follow density.
  const radius = Math.min(5, Math.max(1.6, 0.3 * Math.sqrt(plot.width * plot.height / Math.max(places.length, 1))));
  const opacity = 0.6 + 0.25 * (radius - 1.6) / 3.4;
  const window = windowOf(points, places, plot, radius);

  /** @type {number[]} */
  const styles = [];
  /** @type {Map<string, number>} */
  const known = new Map();
  const style = (/** @type {import("./colours.js").Rgb} */ rgb, strength = 1, stroke = 0) => {
    const key = `${rgb} ${strength} ${stroke}`;
    const at = known.get(key) ?? styles.push(...rgb, strength, stroke) / 5 - 1;
    known.set(key, at);
    return at;
  };
  const key = column?.kind === "category" ? keyOf(column, theme) : null;
  const values = column?.kind === "number" ? (of === "raw" ? column.values : column.right ?? column.values) : null;
  const scale = column?.kind === "number" && values ? scaleOf(values, column.centred, theme) : null;
  const colourOf = (/** @type {number} */ sample) => {
    if (key && column?.kind === "category") return key.colours[key.classOf(column.codes[sample])] ?? /** @type {[number, number, number]} */ ([128, 128, 128]);
    return scale && values ? scale.colour(values[sample]) : OKABE_ITO[0];
  };
  const circles = new Float32Array(3 * places.length);
  const circleStyles = new Uint16Array(places.length);
  const [x0, x1, y0, y1] = window;
  places.forEach((sample, at) => {
    circles[3 * at] = plot.x + (points[2 * sample] - x0) / (x1 - x0) * plot.width;
    circles[3 * at + 1] = plot.y + plot.height - (points[2 * sample + 1] - y0) / (y1 - y0) * plot.height;
    circles[3 * at + 2] = radius;
    circleStyles[at] = style(colourOf(sample), opacity);
  });

  const title = TITLES[of];
  const right = plot.x + plot.width, bottom = plot.y + plot.height;
  // Words stand on their middle, as src/figure/scene.rs sets them: x, y, size, anchor, quarter turns.
  const textPlaces = [plot.x, 18 + 14 * 0.26, 14, -1, 0, plot.x + plot.width / 2, bottom + 15 + 11 * 0.26, 11, 0, 0, plot.x - 14 + 11 * 0.26, plot.y + plot.height / 2, 11, 0, 3];
  const paperStyle = style(colours.background), pathStyle = style(colours.axis, 1, 1);
  const textStyles = [style(colours.text), style(colours.quiet), style(colours.quiet)];
  const coloured = key && column ? ` Coloured by ${column.label}: ${key.classes.map(({ name, count: n }) => `${name} ${n}`).join(", ")}.` : column ? ` Coloured by ${column.label}.` : "";
  return {
    width, height, title, description: `${count} samples, ${axes[0]} across, ${axes[1]} upwards.${coloured}`,
    ink: css(colours.text), paper: css(colours.background), font: "system-ui, Helvetica, Arial, sans-serif",
    runs: Uint32Array.of(RECT, 0, 1, PATH, 0, 1, TEXT, 0, 3, CIRCLE, 0, places.length),
    styles: Float32Array.from(styles), rects: Float32Array.of(0, 0, width, height), rectStyles: Uint16Array.of(paperStyle), circles, circleStyles,
    pathPoints: Float32Array.of(plot.x, plot.y, plot.x, bottom, right, bottom), pathEnds: Uint32Array.of(3), pathStyles: Uint16Array.of(pathStyle),
    textPlaces: Float32Array.from(textPlaces), textStyles: Uint16Array.from(textStyles), textBold: Uint8Array.of(1, 0, 0), texts: [title, ...axes],
    points: {
      plot: [plot.x, plot.y, plot.width, plot.height], window, samples: Uint32Array.from(places),
      codes: key && column?.kind === "category" ? Uint16Array.from(places, (sample) => key.classOf(column.codes[sample])) : new Uint16Array(), classes: key?.classes ?? [],
    },
  };
}

/**
 * All points with room for their discs, widened to equal aspect: a distance means the same in both directions.
 * @param {Float32Array} points @param {number[]} places @param {{width: number, height: number}} plot @param {number} radius
 * @returns {[number, number, number, number]}
 */
function windowOf(points, places, plot, radius) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const at of places) {
    const x = points[2 * at], y = points[2 * at + 1];
    [x0, x1, y0, y1] = [Math.min(x0, x), Math.max(x1, x), Math.min(y0, y), Math.max(y1, y)];
  }
  const span = Math.max(x1 - x0, y1 - y0);
  const room = span > 0 && Number.isFinite(span) ? span * (2 * radius / Math.min(plot.width, plot.height) + 0.02) : 1;
  if (!places.length) [x0, x1, y0, y1] = [0, 0, 0, 0];
  [x0, x1, y0, y1] = [x0 - room, x1 + room, y0 - room, y1 + room];
  const perPixel = Math.max((x1 - x0) / plot.width, (y1 - y0) / plot.height);
  const spareX = (perPixel * plot.width - (x1 - x0)) / 2, spareY = (perPixel * plot.height - (y1 - y0)) / 2;
  return [x0 - spareX, x1 + spareX, y0 - spareY, y1 + spareY];
}
