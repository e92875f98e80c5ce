// Opening files: what each was taken for, and what they amount to.
import { ask, mayReplace } from "../shell/asking.js";
import { byId, count, h, plural, save } from "../widgets/dom.js";
import { chosen, filesOf, leftOutLine, openingLines } from "./opening.js";
import { formula, logarithmFold } from "./logarithm.js";
import { qualityFold } from "./quality.js";
import { rolesFold } from "./roles.js";
import { samplesFold } from "./samples.js";

/** @typedef {import("../../engine").Summary} Summary */

const KINDS = /** @type {Record<string, string>} */ ({ expression_matrix: "expression matrix", sample_sheet: "sample sheet", gene_sets: "gene sets", sample_labels: "sample labels", unused_table: "not used", session: "saved session" });
const SCALES = /** @type {Record<string, string>} */ ({ counts: "read counts", linear: "linear", log2: "log2", ln: "natural log", log10: "log10", log_ratio: "log-ratio" });
const IDS = /** @type {Record<string, string>} */ ({ symbol: "HGNC symbols", ensembl: "Ensembl ids", entrez: "Entrez ids", symbol_entrez: "HGNC symbols (Firehose)", unknown: "unknown ids" });
/** Files from which on their list scrolls, and those not taken stand first: a GDC folder holds hundreds. */
const MANY_FILES = 12;
/** Unrecognised gene names shown at once. */
const LISTED_GENES = 400;
const DEMO = ["expression.tsv.gz", "samples.tsv.gz"];
const NOTES = {
  real: "CPTAC endometrial carcinoma, real RNA-seq: Dou et al. 2020, Cell 180:729, doi 10.1016/j.cell.2020.01.026. The 5,000 most variable protein-coding genes; Apache-2.0, as distributed in the package cptac 0.4.1.",
  simulated: "This cohort is simulated: no patient is in it. Its purity, subtypes and programmes are known, because this project’s simulator made them; gene names are real so that pathways can be scored.",
};

/** @param {import("../shell/state.js").State} state @param {import("../shell/lock.js").Door} door */
export function startCohort(state, door) {
  const input = /** @type {HTMLInputElement} */ (byId("file-input"));
  const status = byId("cohort-status");
  const list = byId("files");
  const filesCount = byId("files-count");
  /** The files' own cohort, whether or not they make one yet. @type {import("../../twinpurify.js").Cohort | null} */
  let draft = null;
  /** @type {Map<string, HTMLLIElement>} */
  const lines = new Map();
  let queue = Promise.resolve();
  /** A person's own files were asked for: no link opens its demo over them. */
  let touched = false;

  /** One thing after another: two drops in a row do not mix; and nothing beside a run. @param {() => Promise<unknown>} work @param {string} [what] */
  const then = (work, what = "opening other files") => {
    const claimed = async () => {
      const done = state.claim("files");
      if (!done) return say(state.busy(what), true);
      try {
        await work();
      } finally {
        done();
      }
    };
    queue = queue.then(claimed).catch((error) => say(error.message, true));
    return queue;
  };
  const say = (/** @type {string} */ words, bad = false) => {
    status.textContent = words;
    status.classList.toggle("bad", bad);
  };

  async function needDraft(/** @type {boolean} */ fresh) {
    const tp = state.tp ?? await (say("The engine is being loaded; your files wait for it."), state.engines);
    if (fresh || !draft) {
      draft = await tp.newCohort();
      lines.clear();
      list.replaceChildren();
      Object.assign(state, { colour: {}, colouring: null, isolated: null, demo: null });
      state.setCohort(null);
    }
    document.body.classList.add("has-cohort");
    byId("cohort-body").hidden = false;
    return draft;
  }

  /** What a demo cohort is, while it stands alone. */
  const tell = (/** @type {string} */ words) => {
    const note = byId("cohort-note");
    note.textContent = words;
    note.hidden = words === "";
  };

  /** @param {File[]} files @param {{demo?: import("../shell/state.js").State["demo"], about?: string}} [options] a demo starts anew, and is nobody's secret */
  async function addFiles(files, { demo = null, about = "" } = {}) {
    if (files.length === 0) return;
    const model = files.findLast(isModel);
    if (model) {
      await addFiles(files.filter((file) => !isModel(file)), { demo, about });
      return offerModel(model);
    }
    const session = files.find(({ name }) => /\.twinpurify$/i.test(name));
    if (session) {
      if (state.model && draft && await draft.changes(session) && !await mayReplace(state, `${session.name} would open in place of what is here.`)) return;
      await openSession(session);
      return addFiles(files.filter((file) => file !== session), { demo, about });
    }
    if (demo) {
      if (!await mayReplace(state, "The demo cohort would open in place of what is here.")) return say("");
    } else if (state.model && draft && !draft.alone) {
      const here = draft;
      const change = (await Promise.all(files.map(async (file) => await here.changes(file) && file.name))).filter(Boolean);
      if (change.length && !await mayReplace(state, `${change.join(", ")} may change the matrix, or who is tumour and who is normal; the model would then have to be trained again.`)) return;
    }
    const cohort = await needDraft(demo !== null);
    const before = await standing();
    if (demo || !before) tell(about);
    if (demo || !before) state.demo = demo;
    if (!demo) await state.opening();
    const { open, left } = await chosen(files, cohort);
    const controller = new AbortController();
    const opening = openingLines(line, () => mark("·", "opening", "quiet"), () => controller.abort());
    for (const file of open) opening({ file: file.name, bytes: 0, total: file.size, lines: 0, estimate: "" });
    tidy();
    const opened = await cohort.addFiles(open, {
      signal: controller.signal,
      onFile: opening,
      onOpened,
    });
    if (left) line(left.folder).replaceChildren(...aside(left.folder, left.leftOut));
    const changed = opened.some(({ report }) => report && report.kind !== "gene_sets" && report.kind !== "unused_table");
    if (before && changed) {
      tell(about);
      state.demo = null;
    }
    await compose(cohort, null, opened.some(({ report }) => report?.kind === "expression_matrix") ? "" : before);
  }

  /** Who is what, where a model was learnt from it. */
  const standing = async () => state.readable && state.cohort && !state.cohort.alone ? state.cohort.standing().catch(() => "") : "";

  function onOpened(/** @type {import("../../twinpurify.js").Opened} */ { name, file, report, error, leftOut }) {
    // An archive's own line gives way to those of its tables.
    if (name !== file && !lines.get(file)?.dataset.taken) unline(file);
    line(name).replaceChildren(...(report ? taken(report) : leftOut ? aside(name, leftOut) : refused(name, error?.message ?? "")));
  }

  /** A saved session in place of whatever is open: its maps and its verdict at once, the rest when its cohort is here. @param {File} file */
  async function openSession(file) {
    const tp = state.tp ?? await (say("The engine is being loaded; your session waits for it."), state.engines);
    await tp.fetched();
    await state.opening();
    say("Opening the session …");
    const { cohort, model, instant, program, page } = await tp.openSession(file);
    draft = cohort;
    lines.clear();
    list.replaceChildren();
    document.body.classList.add("has-cohort");
    byId("cohort-body").hidden = false;
    const theirs = cohort.summary.files.map(({ name }) => name).join(", ");
    line(file.name).replaceChildren(...taken({ name: file.name, kind: "session", detail: `by ${program}${theirs ? `; its cohort: ${theirs}` : ""}` }));
    tidy();
    tell(cohort.alone ? "A saved session, without its expression values. Open the files of its cohort too, and everything can be computed again." : "");
    Object.assign(state, { colouring: null, isolated: null, demo: null, colour: page.colour, view: page.view });
    state.place([], page.groups);
    if (!cohort.alone) return compose(cohort);
    say("");
    state.setCohort(cohort, { model, instant, saved: true });
    state.tell("groups");
  }

  /** A saved model is no part of the cohort: Train opens it, as soon as there is a cohort to open it on. @param {File} file */
  function offerModel(file) {
    state.modelFile = file;
    if (state.cohort === null) say("The saved model is opened under Train once there is a cohort: open an expression matrix too.");
    state.tell("modelFile");
  }

  /**
   * Put the files together. The models stay where the engine kept them: same matrix, same roles as `before`.
   * @param {import("../../twinpurify.js").Cohort} cohort @param {import("../../engine").RoleChoice | null} [choice] @param {string} [before]
   */
  async function compose(cohort, choice = null, before = "") {
    /** @type {import("../../twinpurify.js").Cohort | null} */
    let whole = cohort;
    let same = false;
    /** @type {Awaited<ReturnType<typeof cohort.reviveSession>>} */
    let revived = null;
    let said = "";
    try {
      await cohort.compose();
      if (choice) await cohort.setRoles(choice);
      for (const report of cohort.summary.files) line(report.name).replaceChildren(...taken(report));
      revived = await cohort.reviveSession().catch((error) => {
        said = `The session's model cannot read this cohort. ${error.message}`;
        return null;
      });
      if (revived) tell(revived.sameSamples ? "The session’s model now reads the cohort that is open, and everything can be computed again." : "The session's model reads this cohort, whose tumours are not those it was saved with.");
      say(said, said !== "");
      same = before !== "" && before === await cohort.standing();
    } catch (error) {
      whole = null;
      const { code, message } = /** @type {Error & {code?: string}} */ (error);
      say(lines.size ? message : "No file is open.", lines.size > 0);
      if (code === "mixed_scales") status.append(" ", h("button", { type: "button", id: "one-scale", onclick: () => then(async () => {
        await cohort.correct({ ...cohort.corrections, oneScale: true });
        await compose(cohort);
      }) }, "Bring both to log2(x + 1)"));
    }
    tidy();
    const { model, instant, saved } = state;
    state.setCohort(whole, same ? { model, instant, saved } : { model: revived?.model, instant: revived?.instant, saved: revived !== null });
  }

  /** A list of many files has its length said and its place kept; what was not taken is seen first. */
  function tidy() {
    const many = lines.size > MANY_FILES;
    const marked = (/** @type {string} */ mark) => [...lines.values()].filter((item) => item.querySelector(mark));
    const bad = marked(".mark.bad");
    list.classList.toggle("many", many);
    if (many) list.tabIndex = 0;
    else list.removeAttribute("tabindex");
    filesCount.hidden = !many;
    filesCount.textContent = `${count(lines.size)} files${bad.length ? `, ${count(bad.length)} not taken, which ${bad.length === 1 ? "stands" : "stand"} first` : marked(".mark.good").length === lines.size ? ", all read" : ""}.`;
    if (many) list.prepend(...bad);
  }

  /** The line of a file, made when first needed. @param {string} name */
  function line(name) {
    let item = lines.get(name);
    if (!item) {
      item = h("li");
      lines.set(name, item);
      list.append(item);
    }
    return item;
  }

  const unline = (/** @type {string} */ name) => {
    lines.get(name)?.remove();
    lines.delete(name);
  };
  const aside = (/** @type {string} */ name, /** @type {import("./opening.js").LeftOut[]} */ leftOut) => leftOutLine(mark("·", "partly opened", "quiet"), name, leftOut);
  const remove = (/** @type {string} */ name) => h("button", {
    type: "button", className: "plain", "aria-label": `Remove ${name}`,
    onclick: () => then(async () => {
      if (!draft) return;
      const { taken, idle } = lines.get(name)?.dataset ?? {};
      if (taken && !idle && !await mayReplace(state, `Without ${name} the model would have to be trained again.`)) return;
      const before = idle || !taken ? await standing() : "";
      if (taken) await draft.removeFile(name);
      if (!before) tell("");
      unline(name);
      await compose(draft, null, before);
    }, "removing files"),
  }, "remove");
  const mark = (/** @type {string} */ sign, /** @type {string} */ meaning, /** @type {string} */ className) =>
    h("span", { className: `mark ${className}` }, h("span", { "aria-hidden": "true" }, sign), h("span", { className: "unseen" }, meaning));
  function taken(/** @type {import("../../engine").FileReport} */ { name, kind, detail }) {
    line(name).dataset.taken = "yes";
    if (kind === "gene_sets" || kind === "unused_table") line(name).dataset.idle = "yes";
    return [mark("✓", "taken", "good"), h("span", { className: "name" }, name),
      h("span", { className: "detail" }, `${KINDS[kind] ?? kind} · `, h("span", { className: "quiet" }, detail)), remove(name)];
  }
  const refused = (/** @type {string} */ name, /** @type {string} */ reason) => [
    mark("✗", "not taken", "bad"), h("span", { className: "name" }, name), h("span", { className: "detail bad" }, reason), remove(name)];

  // --- doors: input, drop, paste, demos ---

  /** Files of the person's own. @param {() => Promise<unknown>} work */
  const theirs = (work) => {
    touched = true;
    state.tell("leave");
    return then(work);
  };

  input.addEventListener("change", () => {
    const files = [...input.files ?? []];
    input.value = "";
    theirs(() => addFiles(files));
  });
  const drop = byId("drop");
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    // Entries must be taken before the first await: the transfer is emptied after the event.
    const entries = [...event.dataTransfer?.items ?? []].map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile()).filter((entry) => entry !== null);
    theirs(async () => addFiles((await Promise.all(entries.map((entry) => filesOf(entry)))).flat()));
  });
  document.addEventListener("paste", (event) => {
    if (/** @type {HTMLElement} */ (event.target).closest?.("input, textarea")) return;
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const files = [...event.clipboardData?.files ?? []];
    if (!files.length && text.includes("\n")) files.push(new File([text], `pasted-${lines.size + 1}.tsv`, { type: "text/plain" }));
    if (files.length) theirs(() => addFiles(files));
  });
  /** @type {Record<"real" | "simulated", () => Promise<void>>} */
  const demos = { real: openReal, simulated: openSimulated };
  /** @param {"real" | "simulated"} which */
  const openDemo = (which) => then(async () => {
    say("Opening the demo cohort …");
    await demos[which]();
    byId("cohort-body").scrollIntoView({ block: "nearest" });
  }, "opening another cohort");
  for (const which of /** @type {const} */ (["real", "simulated"])) byId(`demo-${which}`).addEventListener("click", () => openDemo(which));
  /** The demo's files, fetched when first asked for. @type {File[] | null} */
  let demoFiles = null;
  async function fetchDemo() {
    return Promise.all(DEMO.map(async (name) => {
      const response = await fetch(new URL(`../../../demo/cptac_ucec/${name}`, import.meta.url));
      if (!response.ok) throw new Error(`The demo cohort was not found where this page is hosted (HTTP ${response.status}).`);
      return new File([await response.blob()], `cptac_ucec ${name}`);
    }));
  }
  async function openReal() {
    if (!demoFiles && door.locked) {
      say("");
      // What is open stays open: the demo gets a tab of its own.
      status.append("You have opened a file, so this page may fetch nothing any more. ",
        h("a", { href: `?${new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(location.search)), demo: "real" })}`, target: "_blank", rel: "noopener" }, "Open the demo in a new tab"), ".");
      return;
    }
    demoFiles ??= await fetchDemo();
    await addFiles(demoFiles, { demo: "ucec", about: NOTES.real });
  }
  async function openSimulated() {
    if (!await mayReplace(state, "The simulated cohort would open in place of what is here.")) return say("");
    const cohort = await needDraft(true);
    tell(NOTES.simulated);
    for (const report of await cohort.addSimulated()) line(report.name).replaceChildren(...taken(report));
    state.demo = "simulated";
    await compose(cohort);
  }
  /**
   * A link asks for a demo: it never takes the place of kept work unasked, nor of a cohort that is open or being read.
   * @param {"real" | "simulated"} which @param {boolean} mayAsk a person pressed something
   * @returns {Promise<string>} why it is not open, or ""
   */
  async function demoOfLink(which, mayAsk) {
    await state.visited;
    if (touched || state.cohort || state.job) return state.busy("opening the demo of this link") || "A cohort is open here already, and stays. Open the link in a new tab to see its demo.";
    if (state.offered() && !(mayAsk && await ask("Replace the kept work?", "Work of an earlier visit is kept on this computer. Opening the demo cohort replaces it.", "Replace", "Keep the work"))) {
      return "Your kept work comes first: this link’s demo was not opened. Resume your work, or open the demo yourself, which replaces it.";
    }
    await openDemo(which);
    return state.demo === (which === "real" ? "ucec" : "simulated") && state.cohort ? "" : status.textContent || "The demo cohort could not be opened.";
  }
  /** What an earlier visit left: files, simulated cohort, roles. @param {{files: File[], simulated: number | null, choice: any, note: string, demo: import("../shell/state.js").State["demo"]}} kept */
  const openKept = (kept) => then(async () => {
    const cohort = await needDraft(true);
    if (kept.files.length) await state.opening();
    touched = true;
    tell(kept.note ?? "");
    state.demo = kept.demo ?? null;
    if (kept.simulated !== null) for (const report of await cohort.addSimulated(kept.simulated)) line(report.name).replaceChildren(...taken(report));
    await cohort.addFiles(kept.files, { onOpened });
    await compose(cohort, kept.choice);
  });

  const asked = new URLSearchParams(location.search).get("demo");
  if (asked === "real" || asked === "simulated") demoOfLink(asked, false).then((why) => { if (why) say(why); });

  state.on("cohort", () => showSummary(state));

  return { openKept, demoOfLink, note: () => byId("cohort-note").textContent ?? "", open: (/** @type {File[]} */ files) => then(() => addFiles(files)), say };
}

/** @param {File} file */
const isModel = (file) => file.name.toLowerCase().endsWith(".safetensors");

/** Names that no gene has or had, listed so that a person sees whether they matter. @param {Summary} summary */
function unknownGenes({ recognisedGenes: found }) {
  if (!found?.unknown.length) return null;
  const shown = found.unknown.slice(0, LISTED_GENES);
  return h("details", { id: "unknown-genes" },
    h("summary", {}, "Gene names ", h("span", { className: "quiet" }, `· ${plural(found.unknown.length, "name is", "names are")} not recognised, ${count(found.older)} older, of ${count(found.rows)}`)),
    h("div", { className: "inside" }, h("p", { className: "small" }, shown.join(", "), found.unknown.length > shown.length ? `, and ${count(found.unknown.length - shown.length)} more` : ""),
      h("button", { type: "button", className: "plain", onclick: () => save("genes_not_recognised.txt", new Blob([`${found.unknown.join("\n")}\n`], { type: "text/plain" })) }, "save all as text")));
}

/** @param {import("../shell/state.js").State} state */
function showSummary(state) {
  const figures = byId("figures");
  const folds = byId("cohort-folds");
  if (!state.cohort) {
    figures.replaceChildren();
    folds.replaceChildren();
    return;
  }
  const summary = state.cohort.summary;
  const figure = (/** @type {string} */ value, /** @type {string} */ what, /** @type {string} */ why) =>
    h("div", {}, h("dt", {}, what), h("dd", { className: /^[\d,]+$/.test(value) ? "" : "words" }, value), h("dd", { className: "why" }, why));
  const others = summary.other ? `, ${plural(summary.other, "other sample")} set aside` : "";
  figures.replaceChildren(
    figure(count(summary.tumors), summary.tumors === 1 ? "tumour" : "tumours", `${summary.patients ? `of ${plural(summary.patients, "patient")}` : "patients not known"}${others}`),
    figure(count(summary.normals), summary.normals === 1 ? "adjacent normal" : "adjacent normals", summary.roles.because),
    figure(count(summary.genes), "genes", "in the matrix, duplicates collapsed"),
    figure(summary.logarithm ? formula(summary.scale.value, summary.logarithm) : SCALES[summary.scale.value] ?? summary.scale.value, "value scale", summary.scale.because),
    figure(IDS[summary.geneIds.value] ?? summary.geneIds.value, "gene names", summary.geneIds.because));
  const was = (/** @type {string} */ id) => document.querySelector(`#${id}[open]`) !== null;
  const warnings = summary.warnings.length === 0 ? null : h("details", { id: "warnings" },
    h("summary", {}, plural(summary.warnings.length, "warning")),
    h("ul", { className: "guards inside" }, summary.warnings.map((warning) => h("li", {}, warning))));
  folds.replaceChildren(...[warnings, unknownGenes(summary), state.cohort.alone ? null : rolesFold(state, was("roles")), logarithmFold(state, was("logarithm")), state.cohort.alone ? null : qualityFold(state, was("quality")), samplesFold(state, was("samples"))].filter((fold) => fold !== null));
}
