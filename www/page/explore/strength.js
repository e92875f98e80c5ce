// Strength: one control under the maps. Moving it takes contamination directions out of what is read, and trains nothing.
import { h, plural } from "../widgets/dom.js";

/** Milliseconds without a move after which what takes longer than a map follows. */
const SETTLED = 200;

/** @typedef {import("../shell/state.js").State} State */
/** @typedef {import("../shell/state.js").Model} Model */

/** The strength a model is read at; sessions and links of before have none. @param {{config: import("../../engine").Config}} model */
export const strengthOf = ({ config }) => typeof config.strength === "number" ? config.strength : 0;

/** Directions that are kept. @param {{config: import("../../engine").Config}} model @returns {number[]} */
const keptOf = ({ config }) => Array.isArray(config.kept) ? config.kept : [];

/** For a file's name. @param {{config: import("../../engine").Config} | null} model */
export const strengthName = (model) => model ? `_strength${strengthOf(model)}${keptOf(model).length ? `_kept${keptOf(model).join("_")}` : ""}` : "";

/** In plain words. @param {{config: import("../../engine").Config}} model */
export function strengthInWords(model) {
  const strength = strengthOf(model);
  const kept = keptOf(model).filter((direction) => direction <= strength);
  const taken = strength - kept.length;
  if (taken === 0) return strength ? `Strength ${strength}, all of it kept: nothing is taken out.` : "Strength 0: nothing is taken out.";
  return `Strength ${strength}: ${plural(taken, "contamination direction")} taken out${kept.length ? `, direction${kept.length > 1 ? "s" : ""} ${kept.join(" and ")} kept` : ""}.`;
}

export class Strength {
  #state;
  #of;
  #redraw;
  /** @type {import("../../engine").Strength | null} where it stands; null where it cannot be moved */ #now = null;
  /** @type {{strength: number, kept: number[]} | null} the newest wish */ #wanted = null;
  #moving = false;
  #frame = 0;
  #timer = 0;
  #ticket = 0;
  #slider = h("input", { type: "range", id: "strength-slider", min: "0", max: "5", step: "1", value: "0", disabled: true, "aria-describedby": "strength-note", oninput: () => this.move(Number(this.#slider.value)) });
  #value = h("output", { id: "strength-value", for: "strength-slider" });
  #scale = h("div", { className: "strength-scale", "aria-hidden": "true" });
  #default = h("button", { type: "button", className: "plain", id: "strength-default", hidden: true, onclick: () => this.#now && this.move(this.#now.automatic, []) });
  #note = h("p", { className: "small quiet", id: "strength-note" });
  #status = h("p", { className: "small status", id: "strength-status", role: "status" });
  element = h("div", { className: "strength", id: "strength" },
    h("label", { for: "strength-slider" }, "Strength"),
    h("div", { className: "strength-track" }, this.#slider, this.#scale), this.#value, this.#default, this.#note, this.#status);
  /** Told where it stands; null where it cannot be moved. @type {(now: import("../../engine").Strength | null) => void} */ onStands = () => {};

  /**
   * @param {State} state @param {() => Model | null} of whose strength: the model on the right map
   * @param {() => Promise<void>} redraw draw what is read from it anew
   */
  constructor(state, of, redraw) {
    this.#state = state;
    this.#of = of;
    this.#redraw = redraw;
  }

  get now() { return this.#now; }

  /** Another model, or another side: ask where it stands. */
  async show() {
    const ticket = ++this.#ticket;
    const model = this.#of();
    this.#wanted = null;
    if (!model) return this.#off("There is no model yet.");
    if (this.#state.cohort?.alone) return this.#off(`The maps were drawn at strength ${strengthOf(model)}. To move it, open the session’s cohort beside it.`, strengthOf(model));
    try {
      const now = await model.strength();
      if (ticket !== this.#ticket || this.#moving) return;
      if (now.available === 0) this.#off(now.note);
      else this.#stands(now);
      if (model.verdict.natural === undefined) {
        await model.judge();
        this.#state.tell("verdict");
      }
    } catch (error) {
      if (ticket === this.#ticket) this.#off(/** @type {Error} */ (error).message);
    }
  }

  /** @param {string} because @param {number} [at] */
  #off(because, at = 0) {
    this.#now = null;
    this.#slider.disabled = true;
    this.#slider.max = String(Math.max(5, at));
    this.#slider.value = String(at);
    this.#slider.setAttribute("aria-valuetext", String(at));
    this.#default.hidden = true;
    this.#value.textContent = String(at);
    this.#scale.replaceChildren();
    this.#note.textContent = because;
    this.#status.textContent = "";
    this.onStands(null);
  }

  /** @param {import("../../engine").Strength} now */
  #stands(now) {
    this.#now = now;
    const { available, automatic, note } = now;
    this.#slider.disabled = false;
    this.#slider.max = String(available);
    const marks = Array.from({ length: available + 1 }, (_, k) => h("span", { className: k === automatic ? "default" : "" }, k === automatic ? `${k} default` : String(k)));
    this.#scale.replaceChildren(...marks);
    this.#note.textContent = note;
    this.#say(now);
    this.onStands(now);
  }

  /** @param {{strength: number, kept: number[]}} to */
  #say({ strength, kept }) {
    const { available, automatic } = /** @type {import("../../engine").Strength} */ (this.#now);
    const words = strengthInWords({ config: { strength, kept } }).replace(/^Strength \d+[:,] /, "").replace(/\.$/, "");
    if (Number(this.#slider.value) !== strength) this.#slider.value = String(strength);
    this.#slider.setAttribute("aria-valuetext", `${strength} of ${available}: ${words}${strength === automatic && !kept.length ? ", the default" : ""}`);
    this.#value.replaceChildren(h("strong", {}, `${strength} of ${available}`), ` · ${words}`);
    this.#default.hidden = strength === automatic && !kept.length;
    this.#default.textContent = `Back to the default, ${automatic}`;
  }

  /** Take out so many; the newest wish wins. @param {number} strength @param {number[]} [kept] */
  move(strength, kept = this.#wanted?.kept ?? this.#now?.kept ?? []) {
    if (!this.#now) return;
    clearTimeout(this.#timer);
    this.#wanted = { strength, kept };
    this.#say(this.#wanted);
    if (!this.#frame && !this.#moving) this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#follow();
    });
  }

  async #follow() {
    this.#moving = true;
    const model = this.#of();
    try {
      while (this.#wanted && model && model === this.#of()) {
        const wanted = this.#wanted;
        this.#wanted = null;
        const now = await model.setStrength(wanted);
        if (!this.#wanted) this.#stands(now);
        await this.#redraw();
      }
      this.#status.textContent = "";
      this.#status.classList.remove("bad");
    } catch (error) {
      // The model stands as it stood.
      this.#wanted = null;
      await this.#stay(/** @type {Error} */ (error).message);
    } finally {
      this.#moving = false;
    }
    if (model !== this.#of()) return this.show();
    this.#timer = setTimeout(() => this.#settle(model), SETTLED);
  }

  /** @param {string} because */
  async #stay(because) {
    this.#moving = false;
    await this.show();
    this.#status.textContent = because;
    this.#status.classList.add("bad");
  }

  /** What takes longer than a map: pathways, then the verdict. @param {Model | null} model */
  async #settle(model) {
    if (!model || model !== this.#of()) return;
    this.#state.tell("strength");
    this.#status.textContent = "Judging …";
    try {
      await model.judge();
      if (model === this.#of() && !this.#wanted) this.#status.textContent = "";
      this.#state.tell("verdict");
    } catch (error) {
      await this.#stay(/** @type {Error} */ (error).message);
    }
  }
}
