// What can be undone: states one after another, and where we are among them.

/** @template T */
export class History {
  /** @type {T[]} */ #states;
  #at = 0;
  #most;

  /** @param {T} first @param {number} [most] states kept */
  constructor(first, most = 100) {
    this.#states = [first];
    this.#most = most;
  }

  get now() { return this.#states[this.#at]; }
  get canUndo() { return this.#at > 0; }
  get canRedo() { return this.#at < this.#states.length - 1; }

  /** A new state; what was undone before it is forgotten. @param {T} state */
  push(state) {
    this.#states = [...this.#states.slice(0, this.#at + 1), state].slice(-this.#most);
    this.#at = this.#states.length - 1;
  }

  /** The state before, or null at the beginning. @returns {T | null} */
  undo() { return this.canUndo ? this.#states[--this.#at] : null; }

  /** The state undone last, or null. @returns {T | null} */
  redo() { return this.canRedo ? this.#states[++this.#at] : null; }

  /** Begin anew. @param {T} first */
  clear(first) {
    this.#states = [first];
    this.#at = 0;
  }
}
