// Every field of the config, generated from what the engine says of it.
import { h } from "../widgets/dom.js";

/** @typedef {import("../../engine").Config} Config */
/** @typedef {import("../../engine").Parameter} Parameter */

/** The form; `config()` is what to train with. */
export class Parameters {
  element = h("details", { id: "parameters" });
  #grid = h("div", { className: "parameters" });
  #notes = h("ul", { className: "guards" });
  #count = h("span", { className: "quiet" });
  /** @type {Config} */ #preset = {};
  /** @type {Config} what the person changed */ #changes = {};
  /** @type {(partial: object) => Promise<import("../../engine").Resolved>} */ #resolve;
  /** @type {Parameter[]} */ #parameters;
  /** @type {(valid: boolean) => void} */ #onValid;
  /** @type {(strength: string) => void} */ #onStrength;

  /** @param {Parameter[]} parameters @param {(partial: object) => Promise<import("../../engine").Resolved>} resolve @param {(valid: boolean) => void} onValid @param {(strength: string) => void} onStrength told what will be taken out, and why */
  constructor(parameters, resolve, onValid, onStrength) {
    this.#parameters = parameters;
    this.#resolve = resolve;
    this.#onValid = onValid;
    this.#onStrength = onStrength;
    this.element.append(h("summary", {}, "Parameters ", this.#count), this.#grid, this.#notes,
      h("p", {}, h("button", { type: "button", className: "plain", onclick: () => this.choose(this.#preset) }, "Back to the preset")));
  }

  /** Start from a preset. @param {Config} preset */
  async choose(preset) {
    this.#preset = preset;
    this.#changes = {};
    await this.#check(true);
  }

  /** A preset, changed as somebody changed it before. @param {Config} preset @param {Config} changes */
  async show(preset, changes) {
    await this.choose(preset);
    for (const [key, value] of Object.entries(changes)) {
      const input = /** @type {HTMLInputElement | null} */ (this.#grid.querySelector(`#parameter-${key}`));
      if (!input) continue;
      if (typeof value === "boolean") input.checked = value;
      else input.value = Array.isArray(value) ? value.join(", ") : String(value ?? "");
      input.classList.add("changed");
      this.#changes[key] = value;
    }
    await this.#check();
  }

  get changes() { return { ...this.#changes }; }

  /** @returns {Config} */
  config() { return { ...this.#preset, ...this.#changes }; }

  async #check(rebuild = false) {
    const changed = Object.keys(this.#changes).length;
    this.#count.textContent = changed ? `· ${changed} changed from the preset` : "· all as the preset has them";
    try {
      const { config, notes, strength } = await this.#resolve(this.config());
      this.#notes.replaceChildren(...notes.map((note) => h("li", {}, note)));
      if (rebuild) this.#build(config);
      this.#onStrength(strength);
      this.#onValid(true);
    } catch (error) {
      this.#notes.replaceChildren(h("li", { className: "bad" }, /** @type {Error} */ (error).message));
      this.#onStrength("");
      this.#onValid(false);
    }
  }

  /** @param {Config} config */
  #build(config) {
    this.#grid.replaceChildren(...this.#parameters.map((parameter) => this.#field(parameter, config[parameter.key])));
  }

  /** @param {Parameter} parameter @param {Config[string]} standard */
  #field({ key, label, symbol, kind, min, max, step, consequence }, standard) {
    const id = `parameter-${key}`;
    const shown = Array.isArray(standard) ? standard.join(", ") : String(standard ?? "");
    const input = h("input", kind === "boolean"
      ? { type: "checkbox", id, checked: Boolean(standard), "aria-describedby": `${id}-why` }
      : { type: kind === "widths" ? "text" : "number", id, value: shown, "aria-describedby": `${id}-why`, min, max, step: step ?? (kind === "integer" ? 1 : "any") });
    input.addEventListener("change", () => {
      const value = read(input, kind);
      if (value === undefined) delete this.#changes[key];
      else this.#changes[key] = value;
      input.classList.toggle("changed", key in this.#changes);
      this.#check();
    });
    const words = kind === "boolean" ? (standard ? "on" : "off") : shown || "none";
    return h("div", {}, h("label", { for: id }, label, h("span", { className: "symbol" }, symbol)), input,
      h("p", { className: "small quiet", id: `${id}-why` }, `Default ${words}. ${consequence}`));
  }
}

/** @param {HTMLInputElement} input @param {Parameter["kind"]} kind @returns {Config[string] | undefined} */
function read(input, kind) {
  if (kind === "boolean") return input.checked;
  const text = input.value.trim();
  if (kind === "widths") return text === "" ? [] : text.split(/[\s,;]+/).map(Number);
  return text === "" ? undefined : Number(text);
}
