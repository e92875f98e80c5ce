// @ts-check
// A link: what is on screen, in the part of the address that browsers send to nobody.
//
//   #link=VERSION.LENGTH.PAYLOAD     payload: base64url of deflate-raw of
//   [bytes of the header, u32][header, JSON][columns, packed in the header's order][CRC-32 of all before, u32]
//
// What is read comes from a stranger: sizes, counts and depth are bounded before anything is made of them, and every
// field is read by name and kind into a fresh object. Version 1; a reader of a later version keeps reading this one.
import { crc32, deflate, fromBase64Url, inflate, pack, packedBytes, rangeOf, toBase64Url, unpack } from "./bits.js";

export const LINK_VERSION = 1;

/** Bounds, each with its reason. */
export const LIMITS = {
  /** Chat and mail programs cut longer addresses; browsers take some 2 million characters. */ characters: 65_536,
  /** 20 times what the longest link may need. */ bytes: 1_000_000,
  /** Beyond this a session file is the better carrier. */ samples: 20_000,
  columns: 12, maps: 6, categories: 254, label: 200, name: 100, sentence: 1_000,
  /** Of the header’s brackets: it needs five. */ depth: 6,
};

/** Of coordinates: half a pixel at eight times zoom. */
const POSITION_BITS = 14;
/** Of numbers that only colour. */
const VALUE_BITS = 12;
const MISSING = 255;

/** @typedef {import("../engine").Config} Config */
/** @typedef {import("../engine").Source} Source */
/** @typedef {{kind: "pca" | "umap", right: "purified" | "instant", zoom?: {k: number, tx: number, ty: number, width: number}}} LinkView */
/** Two coordinates a sample. @typedef {{kind: "pca" | "umap", of: Source, axes: [string, string], points: Float32Array}} LinkMap */
/** A category: `codes` index `categories`, −1 for none. @typedef {{kind: "category", label: string, categories: string[], codes: Int32Array}} CategoryColumn */
/** A number; `right` is the purified side's where it differs. @typedef {{kind: "number", label: string, centred: boolean, values: Float32Array, right?: Float32Array}} NumberColumn */
/** @typedef {CategoryColumn | NumberColumn} LinkColumn */
/** @typedef {{count: number, names?: string[], maps: LinkMap[], columns: LinkColumn[], sentence: string}} LinkResult */
/**
 * What a link holds. `colour` is what the maps were coloured by; `config` every parameter of the run.
 * @typedef {{made: string, cohort: string, config: Config, colour: import("../engine").ColourOptions, view: LinkView, result?: LinkResult}} Shared
 */

/** A link that cannot be read; `code` is stable, the message is what the person reads. */
export class LinkError extends Error {
  /** @param {string} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const damaged = (/** @type {string} */ what) => new LinkError("link_damaged", `This link is damaged: ${what}. Ask for it again.`);

// --- write ---

/** @param {Shared} shared @returns {Promise<string>} the fragment, `#` included */
export async function writeLink(shared) {
  /** @type {Uint8Array[]} */
  const parts = [];
  const short = (/** @type {number} */ value) => Number(value.toPrecision(7));
  const numbers = (/** @type {Float32Array} */ values, /** @type {number} */ bits) => {
    const { from, to } = rangeOf(values);
    const range = { from: short(from), to: short(to) };
    // A range that rounding emptied.
    if (!(range.from < range.to)) range.to = range.from + Math.max(1, Math.abs(range.from));
    parts.push(pack(values, range, bits));
    return [range.from, range.to];
  };
  /** @type {any} */
  const header = { made: shared.made, cohort: shared.cohort, config: shared.config, colour: shared.colour, view: shared.view };
  const result = shared.result;
  if (result) {
    header.result = {
      count: result.count, sentence: result.sentence, names: result.names,
      maps: result.maps.map(({ kind, of, axes, points }) => {
        const axis = (/** @type {0 | 1} */ which) => numbers(points.filter((_, at) => at % 2 === which), POSITION_BITS);
        return { kind, of, axes, range: [...axis(0), ...axis(1)] };
      }),
      columns: result.columns.map((column) => {
        if (column.kind === "category") {
          parts.push(Uint8Array.from(column.codes, (code) => code < 0 ? MISSING : code));
          return { kind: column.kind, label: column.label, categories: column.categories };
        }
        const { kind, label, centred, values, right } = column;
        return { kind, label, centred, range: [...numbers(values, VALUE_BITS), ...(right ? numbers(right, VALUE_BITS) : [])] };
      }),
    };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const size = 4 + text.length + parts.reduce((sum, part) => sum + part.length, 0) + 4;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, text.length);
  bytes.set(text, 4);
  let at = 4 + text.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)));
  const payload = toBase64Url(await deflate(bytes));
  return `#link=${LINK_VERSION}.${payload.length}.${payload}`;
}

// --- read ---

/** Whether an address holds a link of ours, whole or not. @param {string} fragment */
export const isLink = (fragment) => fragment.startsWith("#link=");

/** @param {string} fragment `location.hash` @returns {Promise<Shared>} rejects with a {@link LinkError} */
export async function readLink(fragment) {
  if (fragment.length > LIMITS.characters + 32) throw new LinkError("link_too_long", `This link is longer than any this page makes (${fragment.length.toLocaleString("en-GB")} characters) and was not read.`);
  const [, version, length, payload] = /^#link=(\d{1,6})\.(\d{1,7})\.(.*)$/.exec(fragment) ?? [];
  if (version === undefined) throw damaged("its beginning is not that of a link of this page");
  if (Number(version) !== LINK_VERSION) {
    throw Number(version) > LINK_VERSION
      ? new LinkError("link_newer", `This link was made by a newer version of the page (format ${version}; this page reads ${LINK_VERSION}). Reload, or open it where it was made.`)
      : damaged("it names a version that never was");
  }
  if (payload.length < Number(length)) throw new LinkError("link_truncated", `This link was cut off: ${payload.length.toLocaleString("en-GB")} of ${Number(length).toLocaleString("en-GB")} characters arrived. Some programs cut long links; ask for a session file instead.`);
  if (payload.length > Number(length)) throw damaged("something was added to its end");
  const packed = fromBase64Url(payload);
  if (packed === null) throw damaged("it holds characters that no link has");
  const bytes = await inflate(packed, LIMITS.bytes);
  if (bytes === "too large") throw new LinkError("link_too_large", "This link unpacks to more than any this page makes and was not read.");
  if (bytes === "damaged" || bytes.length < 8) throw damaged("it cannot be unpacked");
  const view = new DataView(bytes.buffer);
  const end = bytes.length - 4;
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end)) throw damaged("its check sum does not fit");
  const headerEnd = 4 + view.getUint32(0);
  if (headerEnd > end) throw damaged("its header is longer than the link");
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(4, headerEnd));
  } catch {
    throw damaged("its header is not text");
  }
  if (depthOf(text) > LIMITS.depth) throw new LinkError("link_too_deep", "This link is nested deeper than any this page makes and was not read.");
  let header;
  try {
    header = JSON.parse(text);
  } catch {
    throw damaged("its header cannot be read");
  }
  return sharedOf(header, bytes.subarray(headerEnd, end));
}

/** How deep the brackets of a JSON text go, without parsing it. @param {string} text */
function depthOf(text) {
  let depth = 0, deepest = 0, quoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (quoted) {
      if (sign === "\\") at++;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "{" || sign === "[") deepest = Math.max(deepest, ++depth);
    else if (sign === "}" || sign === "]") depth--;
  }
  return deepest;
}

/** @param {any} object @param {string} key only its own: what a prototype has is nobody's field */
const own = (object, key) => object !== null && typeof object === "object" && !Array.isArray(object) && Object.hasOwn(object, key) ? object[key] : undefined;

/** @param {any} value @param {number} most @param {string} what */
function words(value, most, what) {
  if (typeof value !== "string" || value.length > most) throw damaged(`${what} is no text of up to ${most} characters`);
  return value;
}

/** @param {any} value @param {number} least @param {number} most @param {string} what */
function number(value, least, most, what) {
  if (typeof value !== "number" || !(value >= least && value <= most)) throw damaged(`${what} is out of its range`);
  return value;
}

/** @param {any} value @param {number} most @param {string} what @returns {any[]} */
function list(value, most, what) {
  if (!Array.isArray(value) || value.length > most) throw damaged(`${what} is no list of up to ${most}`);
  return value;
}

/** @template {string} T @param {any} value @param {T[]} known @param {string} what @returns {T} */
function oneOf(value, known, what) {
  if (!known.includes(value)) throw damaged(`${what} is unknown`);
  return value;
}

/** @param {any} header @param {Uint8Array} body @returns {Shared} */
function sharedOf(header, body) {
  const view = own(header, "view"), colour = own(header, "colour"), result = own(header, "result");
  /** @type {import("../engine").ColourOptions} */
  const colouring = {};
  for (const key of /** @type {const} */ (["column", "gene", "pathway"])) {
    const value = own(colour, key);
    if (value !== undefined) colouring[key] = words(value, LIMITS.label, "what it is coloured by");
  }
  const zoom = own(view, "zoom");
  const part = (/** @type {string} */ key, /** @type {number} */ least, /** @type {number} */ most) => number(own(zoom, key), least, most, "its zoom");
  /** @type {Shared} */
  const shared = {
    made: words(own(header, "made"), LIMITS.label, "who made it"),
    cohort: words(own(header, "cohort"), LIMITS.sentence, "its cohort"),
    config: configOf(own(header, "config")),
    colour: colouring,
    view: {
      kind: oneOf(own(view, "kind"), ["pca", "umap"], "its map"), right: oneOf(own(view, "right"), ["purified", "instant"], "its right side"),
      ...(zoom === undefined ? {} : { zoom: { k: part("k", 1, 40), tx: part("tx", -1e6, 1e6), ty: part("ty", -1e6, 1e6), width: part("width", 1, 1e5) } }),
    },
  };
  if (result !== undefined) shared.result = resultOf(result, body);
  else if (body.length) throw damaged("it holds numbers that nothing names");
  return shared;
}

/** A flat object of parameters; what each means, and its range, the engine checks when it is used. @param {any} given @returns {Config} */
function configOf(given) {
  /** @type {Config} */
  const config = {};
  const entries = given !== null && typeof given === "object" && !Array.isArray(given) ? Object.entries(given) : [];
  if (entries.length > 60) throw damaged("it has more parameters than there are");
  for (const [key, value] of entries) {
    if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(key) || key === "constructor" || key === "prototype") throw damaged("a parameter has no parameter's name");
    const plain = value === null || typeof value === "boolean" || Number.isFinite(value) || (typeof value === "string" && value.length <= LIMITS.name);
    const widths = Array.isArray(value) && value.length <= 16 && value.every(Number.isFinite);
    if (!plain && !widths) throw damaged("a parameter has no parameter's value");
    config[key] = /** @type {Config[string]} */ (value);
  }
  return config;
}

/** @param {any} given @param {Uint8Array} body @returns {LinkResult} */
function resultOf(given, body) {
  const count = number(own(given, "count"), 0, LIMITS.samples, "its number of samples");
  if (!Number.isInteger(count)) throw damaged("its number of samples is no number of samples");
  let at = 0;
  const take = (/** @type {number} */ length) => {
    if (at + length > body.length) throw damaged("it ends before its numbers do");
    return body.subarray(at, at += length);
  };
  const numbers = (/** @type {any[]} */ range, /** @type {number} */ first, /** @type {number} */ bits) => {
    const [from, to] = [number(range[first], -1e30, 1e30, "a range"), number(range[first + 1], -1e30, 1e30, "a range")];
    if (!(from < to)) throw damaged("a range is empty");
    return unpack(take(packedBytes(count, bits)), count, { from, to }, bits);
  };
  const maps = list(own(given, "maps"), LIMITS.maps, "its maps").map((/** @type {any} */ map) => {
    const axes = list(own(map, "axes"), 2, "a map's axes").map((/** @type {any} */ axis) => words(axis, LIMITS.label, "an axis"));
    const range = list(own(map, "range"), 4, "a map's range");
    const x = numbers(range, 0, POSITION_BITS), y = numbers(range, 2, POSITION_BITS);
    const points = new Float32Array(2 * count);
    for (let i = 0; i < count; i++) [points[2 * i], points[2 * i + 1]] = [x[i], y[i]];
    return /** @type {LinkMap} */ ({ kind: oneOf(own(map, "kind"), ["pca", "umap"], "a map"), of: oneOf(own(map, "of"), ["raw", "purified", "instant"], "a map's side"), axes: [axes[0] ?? "", axes[1] ?? ""], points });
  });
  const columns = list(own(given, "columns"), LIMITS.columns, "its columns").map((/** @type {any} */ column) => {
    const label = words(own(column, "label"), LIMITS.label, "a column's name");
    if (oneOf(own(column, "kind"), ["category", "number"], "a column") === "category") {
      const categories = list(own(column, "categories"), LIMITS.categories, "a column's categories").map((/** @type {any} */ name) => words(name, LIMITS.label, "a category"));
      const codes = Int32Array.from(take(count), (code) => code === MISSING ? -1 : code);
      if (codes.some((code) => code >= categories.length)) throw damaged("a category has no name");
      return /** @type {LinkColumn} */ ({ kind: "category", label, categories, codes });
    }
    const range = list(own(column, "range"), 4, "a column's range");
    const values = numbers(range, 0, VALUE_BITS);
    const right = range.length > 2 ? numbers(range, 2, VALUE_BITS) : undefined;
    return /** @type {LinkColumn} */ ({ kind: "number", label, centred: own(column, "centred") === true, values, ...(right ? { right } : {}) });
  });
  if (at !== body.length) throw damaged("it holds more numbers than it names");
  const names = own(given, "names") === undefined ? undefined : list(own(given, "names"), LIMITS.samples, "its sample names").map((/** @type {any} */ name) => words(name, LIMITS.name, "a sample's name"));
  if (names && names.length !== count) throw damaged("its sample names are not as many as its samples");
  return { count, maps, columns, sentence: words(own(given, "sentence"), LIMITS.sentence, "its verdict"), ...(names ? { names } : {}) };
}

// --- demo links ---

/** `preset` is empty for the page's own default. @typedef {{demo: "ucec" | "simulated", seed: number, preset: string, kind: "pca" | "umap"}} DemoLink */

const DEMOS = /** @type {const} */ (["ucec", "simulated"]);

/** `#demo=ucec&seed=7&preset=profile&map=umap`; null when the address is none. @param {string} fragment @returns {DemoLink | null} */
export function readDemoLink(fragment) {
  if (!fragment.startsWith("#demo=")) return null;
  const given = new URLSearchParams(fragment.slice(1));
  const demo = DEMOS.find((name) => name === given.get("demo"));
  const seed = given.get("seed") ?? "7", preset = given.get("preset") ?? "", kind = given.get("map") ?? "pca";
  if (!demo || !/^\d{1,9}$/.test(seed) || !/^[a-z_]{0,30}$/.test(preset) || (kind !== "pca" && kind !== "umap")) {
    throw new LinkError("link_demo", `This demo link is not understood. It reads #demo=ucec or #demo=simulated, then &seed= a whole number, &preset= a preset’s name, and &map=pca or umap.`);
  }
  return { demo, seed: Number(seed), preset, kind };
}

/** @param {DemoLink} link */
export const writeDemoLink = ({ demo, seed, preset, kind }) => `#demo=${demo}&seed=${seed}&preset=${preset}&map=${kind}`;
