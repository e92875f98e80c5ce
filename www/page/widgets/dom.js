// Building the document: one function, so that no module writes markup as text (a file name may hold any character).

/** @typedef {Node | string | number | null | undefined | false} Child */

/**
 * An element with properties, `data-`/`aria-` attributes and children.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, any>} [properties] @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key.includes("-") || key === "role" || key === "for" || key === "list" || key === "scope") element.setAttribute(key, value === true ? "" : String(value));
    else /** @type {any} */ (element)[key] = value;
  }
  element.append(...present(children));
  return element;
}

/** An SVG element. @param {string} tag @param {Record<string, string | number>} [attributes] @param {...Child} children */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...present(children));
  return element;
}

/** @param {(Child | Child[])[]} children @returns {(Node | string)[]} */
function present(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false).map((child) => child instanceof Node ? child : String(child));
}

/** The element with this id. @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return /** @type {T} */ (element);
}

/** A whole number as people read it: 3,799. @param {number} value */
export const count = (value) => value.toLocaleString("en-GB");

/** "1 sample", "2 samples". @param {number} value @param {string} one @param {string} [many] */
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** A measured number with three significant digits. @param {number | null | undefined} value */
export function measured(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 100_000)) return value.toExponential(2).replace(/^-/, "−");
  // Two decimals of a small one would say that it is nothing.
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : size < 0.01 && size !== 0 ? 4 : 2;
  return value.toFixed(decimals).replace("-", "−");
}

/** Seconds as people say them. @param {number} seconds */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "…";
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * A group of radio buttons that looks like one control.
 * @template {string} V
 * @param {string} label @param {[V, string][]} options @param {V} chosen @param {(value: V) => void} onChoice
 */
export function segments(label, options, chosen, onChoice) {
  const name = `s${Math.random().toString(36).slice(2)}`;
  const group = h("div", { className: "segments", role: "radiogroup", "aria-label": label });
  for (const [value, text] of options) {
    group.append(h("label", {}, h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onChoice(value) }), text));
  }
  return group;
}

/**
 * A table of text and numbers.
 * @param {{label: string, number?: boolean}[]} columns @param {(string | number | null)[][]} rows @param {string} caption
 */
export function table(columns, rows, caption) {
  return h("table", {}, h("caption", { className: "unseen" }, caption),
    h("thead", {}, h("tr", {}, columns.map(({ label, number }) => h("th", { scope: "col", className: number ? "number" : "" }, label)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell, at) => h("td", { className: columns[at].number ? "number" : "" },
      typeof cell === "number" ? measured(cell) : cell ?? "–"))))));
}

/** Save bytes as a file, without any request. @param {string} name @param {Blob} blob */
export function save(name, blob) {
  const address = URL.createObjectURL(blob);
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
