// Further engines for a comparison: each is a worker of its own, given the cohort as it is compared on (no file), and makes
// one share of the table after another. Started from the page's memory, with no network, as the first engine is.

/** @typedef {import("./engine-client.js").Engines} Engines */
/** @typedef {import("./engine").ComparisonRequest} Request */

/** A worker that failed as often is not started again; its share goes to the others. */
const CRASHES = 3;
/** Bytes an engine takes for each value of the matrix while it compares: the values twice, a training set and its views. */
const BYTES_PER_VALUE = 16;
/** What an engine takes whatever the cohort. */
const BYTES_EACH = 150e6;
const GIB = 2 ** 30;

/**
 * How many workers a comparison may have: one less than there are cores, and no more than half of the memory holds.
 * @param {number} values of the expression matrix @param {{hardwareConcurrency?: number, deviceMemory?: number}} [machine]
 */
export function workersFor(values, machine = navigator) {
  const cores = (machine.hardwareConcurrency ?? 2) - 1;
  const memory = Math.floor((machine.deviceMemory ?? 4) * GIB / 2 / (BYTES_EACH + values * BYTES_PER_VALUE));
  return Math.max(1, Math.min(cores, memory));
}

/** The helpers of one comparison. */
export class Helpers {
  #ended = false;
  /** @type {Set<import("./engine-client.js").EngineWorker>} */ #workers = new Set();
  /** What each is doing; empty where it does nothing. @type {string[]} */ doing;

  /** @param {Engines} engines @param {Request} request the comparison that the first engine has begun @param {number} count */
  constructor(engines, request, count) {
    this.doing = Array(count).fill("");
    this.doing.forEach((_, at) => { this.#help(engines, request, at); });
  }

  /** @param {Engines} engines @param {Request} request @param {number} at */
  async #help(engines, request, at) {
    for (let crashes = 0; crashes < CRASHES && !this.#ended; crashes++) {
      /** @type {unknown} */
      let share = null;
      /** @type {import("./engine-client.js").EngineWorker | null} */
      let worker = null;
      try {
        worker = await engines.helper();
        this.#workers.add(worker);
        if (this.#ended) return;
        const { port1, port2 } = new MessageChannel();
        await Promise.all([
          worker.call("takeParcel", [port2, request], { transfer: [port2] }),
          engines.cpu("giveParcel", [port1, request.columns], { transfer: [port1] }),
        ]);
        for (;;) {
          share = this.#ended ? null : await engines.cpu("handOut");
          if (!share) return;
          const done = await worker.call("makeShare", [share], { onProgress: ({ doing }) => { this.doing[at] = doing; } });
          await engines.cpu("takeBack", [done]);
          share = null;
        }
      } catch {
        // It failed, or was ended: what it was at is done by another.
        if (share && !this.#ended) await engines.cpu("putBack", [share]).catch(() => undefined);
      } finally {
        this.doing[at] = "";
        if (worker) this.#workers.delete(worker);
        worker?.end(OVER);
      }
    }
  }

  /** End all of them, wherever they are. */
  end() {
    this.#ended = true;
    for (const worker of this.#workers) worker.end(OVER);
    this.#workers.clear();
  }
}

const OVER = { code: "cancelled", message: "The comparison is over." };
