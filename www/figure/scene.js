// @ts-check
/**
 * Replays a display list (`src/figure/scene.rs`) on a 2D canvas.
 *
 * @typedef {{name: string, colour: string, count: number}} SceneClass
 *
 * Circle `i` of the scene is sample `samples[i]`. `codes` is empty when colours are numbers.
 * @typedef {object} PointLayer
 * @property {[number, number, number, number]} plot x, y, width, height of the plotting area in CSS pixels
 * @property {[number, number, number, number]} window x from, x to, y from, y to of the data shown there
 * @property {Uint32Array} samples row of the data of each circle
 * @property {Uint16Array} codes index into `classes` of each circle
 * @property {SceneClass[]} classes the legend
 *
 * A heat map's panels: column `c` of `columns` holds `samples[c·n / columns .. (c + 1)·n / columns]`.
 * @typedef {object} CellLayer
 * @property {[number, number, number, number][]} panels x, y, width, height in CSS pixels
 * @property {number} columns
 * @property {Uint32Array} samples in the order of the columns
 * @property {string[]} rows names from the top
 *
 * @typedef {object} Scene
 * @property {number} width CSS pixels
 * @property {number} height CSS pixels
 * @property {string} title
 * @property {string} description
 * @property {string[]} [notes] what a person should know of the data shown
 * @property {string} ink colour of text
 * @property {string} paper colour of the background
 * @property {string} font CSS font families
 * @property {Uint32Array} runs three a run: kind, first item, items
 * @property {Float32Array} styles five a style: red, green, blue, opacity, stroke width (0 = filled)
 * @property {Float32Array} rects
 * @property {Uint16Array} rectStyles
 * @property {Float32Array} circles
 * @property {Uint16Array} circleStyles
 * @property {Float32Array} pathPoints
 * @property {Uint32Array} pathEnds
 * @property {Uint16Array} pathStyles
 * @property {Float32Array} textPlaces
 * @property {Uint16Array} textStyles
 * @property {Uint8Array} textBold
 * @property {string[]} texts
 * @property {PointLayer | null} [points]
 * @property {CellLayer | null} [cells]
 *
 * @typedef {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} Context
 */

const RECT = 0, CIRCLE = 1, PATH = 2, TEXT = 3;

/**
 * The bytes that the engine sends, seen as numbers; numbers stay as they are.
 * @template {Float32Array | Uint32Array | Uint16Array | Uint8Array} T
 * @param {any} value
 * @param {{new (buffer: ArrayBufferLike, offset?: number, length?: number): T, BYTES_PER_ELEMENT: number}} Kind
 * @returns {T}
 */
function numbers(value, Kind) {
  if (value instanceof Kind) return /** @type {T} */ (value);
  const bytes = value instanceof Uint8Array ? value : Uint8Array.from(value ?? []);
  const aligned = bytes.byteOffset % Kind.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new Kind(aligned.buffer, aligned.byteOffset, aligned.byteLength / Kind.BYTES_PER_ELEMENT);
}

/**
 * A scene as it comes from the engine (typed arrays as bytes) with its arrays typed. Idempotent.
 * @param {any} raw
 * @returns {Scene}
 */
export function readScene(raw) {
  const points = raw.points && {
    ...raw.points,
    samples: numbers(raw.points.samples, Uint32Array),
    codes: numbers(raw.points.codes, Uint16Array),
  };
  return {
    ...raw,
    runs: numbers(raw.runs, Uint32Array),
    styles: numbers(raw.styles, Float32Array),
    rects: numbers(raw.rects, Float32Array),
    rectStyles: numbers(raw.rectStyles, Uint16Array),
    circles: numbers(raw.circles, Float32Array),
    circleStyles: numbers(raw.circleStyles, Uint16Array),
    pathPoints: numbers(raw.pathPoints, Float32Array),
    pathEnds: numbers(raw.pathEnds, Uint32Array),
    pathStyles: numbers(raw.pathStyles, Uint16Array),
    textPlaces: numbers(raw.textPlaces, Float32Array),
    textStyles: numbers(raw.textStyles, Uint16Array),
    textBold: numbers(raw.textBold, Uint8Array),
    points,
    cells: raw.cells && { ...raw.cells, samples: numbers(raw.cells.samples, Uint32Array) },
  };
}

/**
 * @param {Scene} scene
 * @param {number} style
 * @returns {{colour: string, opacity: number, stroke: number}}
 */
export function styleOf(scene, style) {
  const [r, g, b, opacity, stroke] = scene.styles.subarray(5 * style, 5 * style + 5);
  return { colour: `rgb(${r} ${g} ${b})`, opacity, stroke };
}

/**
 * Draw a scene in CSS pixels; the context's transform is the caller's.
 * @param {Context} context
 * @param {Scene} scene
 * @param {{points?: boolean}} [options] points: false leaves out the circles that are samples
 */
export function replay(context, scene, { points = true } = {}) {
  const styles = Array.from({ length: scene.styles.length / 5 }, (_, i) => styleOf(scene, i));
  let set = -1;
  /** @param {number} style */
  const use = (style) => {
    if (style === set) return styles[style];
    set = style;
    const { colour, opacity, stroke } = styles[style];
    context.globalAlpha = opacity;
    context.fillStyle = context.strokeStyle = colour;
    context.lineWidth = stroke || 1;
    return styles[style];
  };
  context.save();
  context.lineJoin = context.lineCap = "round";
  for (let run = 0; run < scene.runs.length; run += 3) {
    const [kind, first, items] = scene.runs.subarray(run, run + 3);
    if (kind === CIRCLE && scene.points && !points) continue;
    for (let i = first; i < first + items; i += 1) {
      if (kind === RECT) {
        use(scene.rectStyles[i]);
        context.fillRect(scene.rects[4 * i], scene.rects[4 * i + 1], scene.rects[4 * i + 2], scene.rects[4 * i + 3]);
      } else if (kind === CIRCLE) {
        const { stroke } = use(scene.circleStyles[i]);
        context.beginPath();
        context.arc(scene.circles[3 * i], scene.circles[3 * i + 1], scene.circles[3 * i + 2], 0, 2 * Math.PI);
        if (stroke) context.stroke(); else context.fill();
      } else if (kind === PATH) {
        const { stroke } = use(scene.pathStyles[i]);
        context.beginPath();
        for (let p = i ? scene.pathEnds[i - 1] : 0; p < scene.pathEnds[i]; p += 1) {
          context.lineTo(scene.pathPoints[2 * p], scene.pathPoints[2 * p + 1]);
        }
        if (stroke) context.stroke(); else context.fill();
      } else if (kind === TEXT) {
        use(scene.textStyles[i]);
        text(context, scene, i);
      }
    }
  }
  context.restore();
}

/** @param {Context} context @param {Scene} scene @param {number} i */
function text(context, scene, i) {
  const [x, y, size, anchor, turns] = scene.textPlaces.subarray(5 * i, 5 * i + 5);
  context.font = `${scene.textBold[i] ? "bold " : ""}${size}px ${scene.font}`;
  context.textAlign = anchor < 0 ? "left" : anchor > 0 ? "right" : "center";
  context.textBaseline = "alphabetic";
  if (!turns) {
    context.fillText(scene.texts[i], x, y);
    return;
  }
  context.save();
  context.translate(x, y);
  context.rotate(turns * Math.PI / 2);
  context.fillText(scene.texts[i], 0, 0);
  context.restore();
}

/**
 * Give the canvas the scene's size and name. Sizes are set from script, which a strict style-src allows.
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 * @param {number} scale device pixels to a CSS pixel
 */
export function fitCanvas(canvas, scene, scale) {
  const [width, height] = [Math.round(scene.width * scale), Math.round(scene.height * scale)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  canvas.style.width = `${scene.width}px`;
  canvas.style.height = `${scene.height}px`;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${scene.title}. ${scene.description}`);
}

/**
 * Draw a figure that nobody touches: loss, heat map, strip plot.
 * @param {HTMLCanvasElement} canvas
 * @param {any} raw a scene, as the engine gives it
 * @param {{scale?: number}} [options] device pixels to a CSS pixel; the screen's unless given
 */
export function drawScene(canvas, raw, { scale = globalThis.devicePixelRatio || 1 } = {}) {
  const scene = readScene(raw);
  fitCanvas(canvas, scene, scale);
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  replay(context, scene);
}

/**
 * The figure as a PNG, `scale` pixels to a CSS pixel.
 * @param {any} raw
 * @param {number} [scale]
 * @returns {Promise<Blob>}
 */
export async function toPng(raw, scale = 3) {
  const scene = readScene(raw);
  const canvas = new OffscreenCanvas(Math.round(scene.width * scale), Math.round(scene.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw Object.assign(new Error("This browser cannot draw the figure as PNG; take the SVG instead."), { code: "png_unavailable" });
  context.setTransform(scale, 0, 0, scale, 0, 0);
  replay(context, scene);
  return canvas.convertToBlob({ type: "image/png" });
}
