// The other engine's worker: training data, snapshots and checkpoints travel between the two, never over the main thread.

/** @typedef {import("./engine").TrainingData & {checkpoint?: Uint8Array}} Lent */
/** What is sent across. @typedef {{data?: Lent, checkpoint?: Uint8Array, embedding?: any}} Gift */

export class Peer {
  #buffersOf;
  #onGift;
  /** @type {MessagePort | null} */ #port = null;
  /** @type {Lent | null} */ #lent = null;
  /** @type {((data: Lent) => void) | null} */ #awaited = null;
  #asked = 0;
  /** @type {Map<number, () => void>} */ #answers = new Map();

  /** @param {(value: unknown) => Set<ArrayBuffer>} buffersOf what moves instead of being copied @param {(gift: Gift) => void} onGift a checkpoint or a snapshot came */
  constructor(buffersOf, onGift) {
    this.#buffersOf = buffersOf;
    this.#onGift = onGift;
  }

  /** @param {MessagePort} port */
  connect(port) {
    this.#port = port;
    port.onmessage = (/** @type {MessageEvent} */ { data }) => this.#hear(data);
  }

  /** Give something; with `answered`, resolved once the other has it and all before it. @param {Gift} gift @param {boolean} [answered] @returns {Promise<void>} */
  give(gift, answered = false) {
    const ticket = answered ? ++this.#asked : 0;
    this.#port?.postMessage({ ...gift, ticket }, [...this.#buffersOf(gift)]);
    return answered ? new Promise((resolve) => this.#answers.set(ticket, resolve)) : Promise.resolve();
  }

  /** The training data that the other lends, now or when it comes. @returns {Promise<Lent>} */
  lent() {
    if (!this.#lent) return new Promise((resolve) => { this.#awaited = resolve; });
    const data = this.#lent;
    this.#lent = null;
    return Promise.resolve(data);
  }

  /** @param {Gift & {ticket?: number, answer?: number}} message */
  #hear(message) {
    const { data, ticket, answer } = message;
    if (data) {
      if (this.#awaited) this.#awaited(data);
      else this.#lent = data;
      this.#awaited = null;
    }
    if (message.checkpoint || message.embedding) this.#onGift(message);
    if (answer) {
      this.#answers.get(answer)?.();
      this.#answers.delete(answer);
    }
    if (ticket) this.#port?.postMessage({ answer: ticket });
  }
}
