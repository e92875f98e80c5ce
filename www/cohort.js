// The open cohort: its files, roles and corrections, and what can be read before anything is trained. Its values live in
// the worker; here is what opens it again should the engine crash.
import { asError } from "./engine-client.js";
import { Model } from "./model.js";
import { pageOf, summaryOf } from "./session.js";

/** @typedef {import("./engine-client.js").Engines} Engines */
/** @typedef {import("./engine").Summary} Summary */
/** @typedef {import("./engine").FileReport} FileReport */
/** @typedef {import("./engine").Verdict} Verdict */
/** @typedef {import("./file-reading.js").LeftOut} LeftOut */
/** @typedef {import("./file-reading.js").Reading} Reading */
/** What became of one table: `file` is what it was opened from, another than `name` where that is an archive or workbook.
 * @typedef {{name: string, file: string, report?: FileReport, error?: Error & {code: string}, leftOut?: LeftOut[]}} Opened */

export class Cohort {
  /** @type {Engines} */ #engines;
  /** What is open, to open it again should the engine crash. @type {Map<string, {file: File, tables: Set<string>}>} */ #files = new Map();
  /** @type {number | null} */ #simulated = null;
  /** @type {import("./engine").RoleChoice | null} */ #choice = null;
  /** @type {import("./engine").RolesOf[]} roles chosen sample by sample, in that order */ #picked = [];
  /** @type {import("./engine").Corrections} */ #corrections = {};
  /** @type {Summary | null} */ #summary = null;

  /** The session file it came from, until its own files are open. @type {{file: File, opened: import("./engine").OpenedSession} | null} */ #session;

  /** @param {Engines} engines @param {{file: File, opened: import("./engine").OpenedSession} | null} [session] */
  constructor(engines, session = null) {
    this.#engines = engines;
    this.#session = session;
    if (session) this.#summary = summaryOf(session.opened.summary);
  }

  /** Only a session file is open, and it holds no expression values: what it shows cannot be computed anew. */
  get alone() { return this.#session !== null && this.#files.size === 0 && !this.#session.opened.expression; }

  /** How the session's pathways were scored, while it stands alone. @returns {import("./engine").PathwayOptions | null} */
  get scored() { return this.#session?.opened.pathways ?? null; }

  /** The evidence table that the session was saved with. @returns {import("./engine").ComparisonTable | null} */
  get compared() { return this.#session?.opened.comparison ?? null; }

  /** The session's models read the cohort that is open now; null where there is no session. */
  async reviveSession() {
    if (!this.#session) return null;
    const { models, page } = this.#session.opened;
    const { roles } = pageOf(page);
    if (roles) await this.setRoles(roles).catch(() => undefined);
    /** @type {{purified: Verdict | null, instant: Verdict | null, sameSamples: boolean}} */
    const judged = await this.#engines.cpu("reviveSession");
    this.#session = null;
    const of = (/** @type {"purified" | "instant"} */ which) => {
      const saved = models.find((model) => model.of === which);
      const verdict = judged[which];
      return saved && verdict ? new Model(this.#engines, { of: which, config: saved.config, stopped: saved.stopped, verdict, engine: saved.engine === "webgpu" ? "webgpu" : "cpu" }) : null;
    };
    return { model: of("purified"), instant: of("instant"), sameSamples: judged.sameSamples };
  }

  /** What the files amount to. @returns {Summary} */
  get summary() {
    if (!this.#summary) throw asError({ code: "no_cohort", message: "The files do not make a cohort yet. Open an expression matrix." });
    return this.#summary;
  }

  /**
   * Open more files, one after another, each read as a stream in the worker. A file that cannot be read does not stop
   * the others. An archive or workbook gives one entry per table, and one of its own for what was left out of it or
   * where nothing was read. Aborting the signal ends the file under way and the rest; what was open stays open.
   * @param {FileList | File[]} files
   * @param {{onFile?: (reading: Reading) => void, onOpened?: (opened: Opened) => void, signal?: AbortSignal}} [options]
   * @returns {Promise<Opened[]>}
   */
  async addFiles(files, { onFile, onOpened, signal } = {}) {
    /** @type {Opened[]} */
    const all = [];
    const tell = (/** @type {Opened} */ opened) => {
      all.push(opened);
      onOpened?.(opened);
    };
    for (const file of files) {
      const cancel = () => { this.#engines.cpu("cancelOpening").catch(() => undefined); };
      try {
        if (signal?.aborted) throw asError({ code: "cancelled", message: `Opening was cancelled; what was open before is still open. (file ${file.name})` });
        signal?.addEventListener("abort", cancel, { once: true });
        /** @type {import("./file-reading.js").Read} */
        const { reports, refused, leftOut } = await this.#engines.cpu("openFile", [file], { onProgress: onFile });
        if (reports.length > 0) this.#files.set(file.name, { file, tables: new Set(reports.map(({ name }) => name)) });
        for (const report of reports) tell({ name: report.name, file: file.name, report });
        for (const { name, code, message } of refused) tell({ name, file: file.name, error: /** @type {any} */ (asError({ code, message })) });
        if (reports.length + refused.length === 0) throw asError({ code: "no_table", message: `There is no table in it: ${leftOut.map(({ name, because }) => `${name}: ${because}`).join("; ") || "it is empty"}. Open the tables themselves. (file ${file.name})` });
        if (leftOut.length > 0) tell({ name: file.name, file: file.name, leftOut });
      } catch (error) {
        tell({ name: file.name, file: file.name, error: /** @type {any} */ (error) });
      } finally {
        signal?.removeEventListener("abort", cancel);
      }
    }
    return all;
  }

  /** Whether opening this file would change matrix or roles, as far as its beginning tells. @param {File} file */
  async changes(file) {
    return !/\.gm[tx]$/i.test(file.name) && !["gene_sets", "unused_table", "refused"].includes(await this.#engines.cpu("kindOf", [file]));
  }

  /** Who is tumour and who is adjacent normal, in one string. */
  async standing() {
    const { samples, roles } = await this.sampleTable();
    return samples.map((name, at) => `${roles[at]} ${name}`).join("\n");
  }

  /** Which files of a folder are opened: for each path null, or why it is not. @param {string[]} paths @returns {Promise<(string | null)[]>} */
  chooseFiles(paths) { return this.#engines.cpu("chooseFiles", [paths]); }

  /** The simulated cohort instead of files. @param {number} [seed] @returns {Promise<FileReport[]>} */
  async addSimulated(seed = 7) {
    this.#simulated = seed;
    return this.#engines.cpu("loadSimulated", [seed]);
  }

  /** @param {string} name */
  async removeFile(name) {
    if (this.#session?.file.name === name) {
      await this.#engines.cpu("reset");
      this.#session = null;
    }
    await this.#engines.cpu("removeFile", [name]);
    for (const [key, { tables }] of this.#files) if (tables.delete(name) && tables.size === 0) this.#files.delete(key);
    this.#summary = null;
  }

  /** Put the open files together. Rejects, with what is missing, when they do not make a cohort. */
  async compose() {
    if (this.alone) return this.summary;
    this.#summary = null;
    this.#summary = await this.#engines.cpu("summary");
    return this.summary;
  }

  /** Say which samples are tumours and which adjacent normals, where detection was wrong. @param {import("./engine").RoleChoice} choice */
  async setRoles(choice) {
    this.#summary = await this.#engines.cpu("setRoles", [choice]);
    this.#choice = choice;
    this.#picked = [];
    return this.summary;
  }

  /** What is open, in order. @returns {File[]} */
  get files() { return [...this.#files.values()].map(({ file }) => file); }

  /** The seed of the simulated cohort, or null where there is none. */
  get simulated() { return this.#simulated; }

  /** What was said about roles, or null while they are as detected. */
  get choice() { return this.#choice; }

  /** Give some samples, by name, a role; all others keep theirs. @param {import("./engine").RolesOf} choice */
  async setRolesOf(choice) {
    this.#summary = await this.#engines.cpu("setRolesOf", [choice]);
    this.#picked.push(choice);
    return this.summary;
  }

  /** Back to what was detected. */
  async resetRoles() {
    this.#summary = await this.#engines.cpu("resetRoles");
    this.#choice = null;
    this.#picked = [];
    return this.summary;
  }

  /** Correct the values; an empty choice undoes every correction. @param {import("./engine").Corrections} corrections */
  async correct(corrections) {
    this.#summary = await this.#engines.cpu("correct", [corrections]);
    this.#corrections = corrections;
    return this.summary;
  }

  /** What was chosen to be corrected of the values. */
  get corrections() { return this.#corrections; }

  /** Measures of every sample and what stands out, before training. @returns {Promise<import("./engine").Quality>} */
  quality() { return this.#engines.cpu("quality"); }

  /** A figure that needs no model: `{figure: "quality", measure: "level"}`. @param {import("./engine").FigureSpec} spec @returns {Promise<any>} */
  figure(spec) { return this.#engines.cpu("figure", [spec]); }

  /** The same as SVG. @param {import("./engine").FigureSpec} spec @returns {Promise<string>} */
  figureSvg(spec) { return this.#engines.cpu("figureSvg", [spec]); }

  /** A table that needs no model, as CSV: `{table: "quality"}`. @param {import("./engine").TableOptions} options @returns {Promise<string>} */
  table(options) { return this.#engines.cpu("table", [options]); }

  /** The same as a file. @param {import("./engine").TableOptions} options @returns {Promise<Blob>} */
  tableFile(options) { return this.#engines.cpu("tableFile", [options]); }

  /** Open everything again in a fresh engine. */
  async reopen() {
    if (this.#session) await this.#engines.cpu("openSession", [this.#session.file]);
    if (this.#simulated !== null) await this.#engines.cpu("loadSimulated", [this.#simulated]);
    for (const { file, tables } of this.#files.values()) {
      const { reports } = await this.#engines.cpu("openFile", [file]);
      // Tables of an archive that had been removed stay so.
      for (const { name } of reports) if (!tables.has(name)) await this.#engines.cpu("removeFile", [name]);
    }
    if (!this.#summary) return;
    const picked = this.#picked;
    await this.correct(this.#corrections);
    if (this.#choice) await this.setRoles(this.#choice);
    this.#picked = [];
    for (const choice of picked) await this.setRolesOf(choice);
  }

  /** @returns {Promise<import("./engine").SampleTable>} */
  sampleTable() { return this.#engines.cpu("sampleTable"); }

  /** @returns {Promise<string[]>} */
  geneNames() { return this.#engines.cpu("geneNames"); }

  /** The sample sheet's columns that are most likely subtype, grade, survival time, event and purity. @returns {Promise<{[key in keyof import("./engine").ComparisonColumns]: string | null}>} */
  proposeColumns() { return this.#engines.cpu("proposeColumns"); }

  /** A value per tumour to colour by. @param {import("./engine").ColourOptions} options @returns {Promise<import("./engine").Colouring>} */
  colourBy(options) { return this.#engines.cpu("colourBy", [options]); }

  /** The groups that a column makes; numbers are split at their median. @param {string} column @returns {Promise<import("./engine").Grouping>} */
  grouping(column) { return this.#engines.cpu("grouping", [column]); }

  /** A person's own gene sets (GMT). @param {File} file @returns {Promise<{name: string, sets: number}>} */
  async loadGeneSets(file) {
    return this.#engines.cpu("loadGeneSets", [file.name, new Uint8Array(await file.arrayBuffer())]);
  }
}
