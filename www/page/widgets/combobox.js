// A search box over many named things: type, arrow, Enter (the ARIA combobox pattern).
import { h } from "./dom.js";

/** @template T @typedef {{label: string, kind: string, value: T}} Choice */

const MOST = 40;

/** @template T */
export class Combobox {
  #id;
  #input;
  #list;
  element;
  /** @type {Choice<T>[]} */ #choices = [];
  /** @type {Choice<T>[]} */ #shown = [];
  #at = -1;
  #current = "";
  #onChoice;
  #more;

  /**
   * @param {string} id @param {string} label @param {(choice: Choice<T>) => void} onChoice
   * @param {{placeholder: string, list: string, more?: (typed: string) => Choice<T>[]}} options `list` names the list;
   *   `more` are choices that what is typed makes, before all others
   */
  constructor(id, label, onChoice, { placeholder, list, more = () => [] }) {
    this.#id = id;
    this.#onChoice = onChoice;
    this.#more = more;
    this.#list = h("ul", { id: `${id}-options`, role: "listbox", "aria-label": list, hidden: true });
    this.#input = h("input", {
      type: "text", id, role: "combobox", autocomplete: "off", spellcheck: false, "aria-expanded": "false",
      "aria-controls": `${id}-options`, "aria-autocomplete": "list", placeholder,
      oninput: () => this.#show(this.#input.value),
      onfocus: () => this.#input.select(),
      onblur: () => this.#close(),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event),
    });
    this.#input.addEventListener("click", () => this.#show(""));
    this.element = h("div", { className: "control" }, h("label", { for: id }, label), h("div", { className: "combo" }, this.#input, this.#list));
  }

  /** Choices that come while someone types are looked through too. @param {Choice<T>[]} choices */
  offer(choices) {
    this.#choices = choices;
    if (document.activeElement === this.#input && this.#input.value !== this.#current) this.#show(this.#input.value);
  }

  /** @param {string} label */
  set(label) {
    this.#current = label;
    this.#input.value = label;
  }

  /** @param {string} typed */
  #show(typed) {
    const words = typed.trim().toLowerCase();
    const found = this.#choices.filter(({ label }) => label.toLowerCase().includes(words));
    // What begins with the words comes before what merely holds them; otherwise the order given stays.
    const begins = (/** @type {Choice<T>} */ choice) => choice.label.toLowerCase().startsWith(words) ? 0 : 1;
    this.#shown = [...this.#more(typed.trim()), ...(words ? found.sort((a, b) => begins(a) - begins(b) || a.label.length - b.label.length) : found)].slice(0, MOST);
    this.#at = this.#shown.length && words ? 0 : -1;
    this.#list.replaceChildren(...this.#shown.map((choice, at) => h("li", {
      id: `${this.#id}-option-${at}`, role: "option", "aria-selected": String(at === this.#at),
      onmousedown: (/** @type {Event} */ event) => {
        event.preventDefault();
        this.#take(at);
      },
    }, choice.label, h("span", { className: "quiet" }, choice.kind))));
    this.#list.hidden = this.#shown.length === 0;
    this.#input.setAttribute("aria-expanded", String(!this.#list.hidden));
    this.#point();
  }

  #point() {
    [...this.#list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === this.#at)));
    if (this.#at < 0) this.#input.removeAttribute("aria-activedescendant");
    else {
      this.#input.setAttribute("aria-activedescendant", `${this.#id}-option-${this.#at}`);
      this.#list.children[this.#at]?.scrollIntoView({ block: "nearest" });
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.#list.hidden) this.#show("");
      const n = this.#shown.length;
      if (n) this.#at = (this.#at + (event.key === "ArrowDown" ? 1 : this.#at < 0 ? 0 : n - 1) + n) % n;
      this.#point();
    } else if (event.key === "Enter" && this.#at >= 0) {
      event.preventDefault();
      this.#take(this.#at);
    } else if (event.key === "Escape" && !this.#list.hidden) {
      event.stopPropagation();
      this.#close();
    }
  }

  /** @param {number} at */
  #take(at) {
    const choice = this.#shown[at];
    this.set(choice.label);
    this.#close();
    this.#onChoice(choice);
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#input.removeAttribute("aria-activedescendant");
    this.#input.value = this.#current;
  }
}
