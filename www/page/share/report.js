// What goes into the report: figures, tables and words of what is on screen, gathered from the engine.
import { formula } from "../cohort/logarithm.js";
import { reportHtml } from "../../share/report.js";
import { count, measured } from "../widgets/dom.js";
import { coloured, parseCsv } from "../widgets/plot.js";
import { setName } from "../widgets/set_name.js";
import { strengthInWords, strengthOf } from "../explore/strength.js";

/** @typedef {import("../shell/state.js").State} State */

const SIZE = { width: 520, height: 430, theme: /** @type {const} */ ("light") };
const SOURCES = [
  "Method: Zheng & Bryson, TwinPurify, arXiv 2601.18640 (2026). This software is an independent implementation from the published abstract.",
  "Barlow Twins: Zbontar et al., arXiv 2103.03230 (2021). UMAP: McInnes et al., arXiv 1802.03426. ssGSEA: Barbie et al., Nature 2009;462:108. singscore: Foroutan et al., BMC Bioinformatics 2018;19:404.",
  "Hallmark gene sets: MSigDB, Liberzon et al., Cell Systems 2015;1:417, CC BY 4.0, © Broad Institute, MIT and Regents of the University of California.",
];

/** @param {State} state @returns {Promise<Blob>} */
export async function report(state) {
  const model = /** @type {import("../shell/state.js").Model} */ (state.readable);
  const summary = /** @type {import("../shell/state.js").Cohort} */ (state.cohort).summary;
  // The strength may just have been moved: what is said of it is of now.
  if (!state.cohort?.alone) await model.judge();
  const { config, verdict, of, engine } = model;
  const version = await /** @type {import("../shell/state.js").TwinPurify} */ (state.tp).version();
  const now = new Date().toLocaleString("en-GB", { dateStyle: "long", timeStyle: "short" });

  /** @type {import("../../share/report.js").ReportFigure[]} */
  const figures = [];
  /** @type {(title: string, spec: import("../../engine").FigureSpec) => Promise<void>} */
  const draw = async (title, spec) => {
    try {
      figures.push({ title, svg: await model.figureSvg(spec) });
    } catch { /* a cohort may have no pathways, a closed form no losses: the report goes without */ }
  };
  for (const kind of /** @type {const} */ (["pca", "umap"])) {
    for (const side of /** @type {const} */ (["raw", of === "instant" ? "instant" : "purified"])) await draw(`${kind} ${side}`, { figure: "map", kind, of: side, ...coloured(state), legend: true, ...SIZE });
  }
  await draw("loss", { figure: "loss", ...SIZE });
  await draw("heat map", { figure: "heat_map", groups: state.colour.column ?? null, width: 1060, height: 900, theme: "light" });
  await draw("comparison", { figure: "comparison", width: 1060, height: 460, theme: "light" });
  await draw("price", { figure: "price", width: 1060, height: 680, theme: "light" });

  /** @type {import("../../share/report.js").ReportTable[]} */
  const tables = [];
  const changes = await model.table({ table: "pathways_change" }).catch(() => "");
  if (changes) {
    const [, ...rows] = parseCsv(changes, 31);
    tables.push({
      title: "What purification changed", note: `Pathways as scored on screen, the most changed first${rows.length === 30 ? "; the first 30" : ""}. Change: 1 − Spearman’s ρ between raw and purified scores.`,
      head: ["pathway", "genes found", "genes of the set", "change", "raw ~ purity", "purified ~ purity", "raw ~ purified"],
      rows: rows.map(([set, ...numbers]) => [setName(set), ...numbers.map((text, at) => at < 2 ? text : text === "" ? "–" : measured(Number(text)))]),
    });
  }
  const comparison = await model.table({ table: "comparison" }).catch(() => "");
  if (comparison) {
    const [head, ...rows] = parseCsv(comparison, 400);
    tables.push({ title: "Representations compared", head: head.slice(1), rows: rows.map(([, ...row]) => row.map((text) => text !== "" && Number.isFinite(Number(text)) ? measured(Number(text)) : text)) });
  }

  // A session of an older version has none: its parameters stand alone.
  const record = await model.runRecord().catch(() => null);
  const { samples, dim, values } = await model.embed();
  const hash = engine === "cpu" ? await sha256(values) : null;
  const trained = of === "instant" ? "fitted in closed form" : `trained for ${config.epochs} epochs on the ${engine === "webgpu" ? "GPU engine (WebGPU)" : "CPU engine"}${model.stopped ? ", stopped before its end" : ""}`;
  const methods = [
    `${count(summary.tumors)} tumours and ${count(summary.normals)} adjacent normals (${summary.roles.because.replace(/\.$/, "")}) were analysed with TwinPurify ${version}, preset ${config.preset}, seed ${config.seed}, ${trained}. Pairs of views of each tumour, each mixed in linear space with a different adjacent normal sample, were log-transformed and standardised by gene; the encoder keeps what the two views share. ${strengthInWords(model)} ${strengthOf(model) ? "The directions are the leading ones in which mixed-in normal tissue moves the tumours, and where marker genes are measured first the one that follows the stand-in for purity. " : ""}The embedding has ${dim} dimensions over ${count(samples.length)} tumours. Purity dominates the embedding less; it is not erased, and tissue that the adjacent normals do not contain is not removed.`,
    hash ? `SHA-256 of the embedding (32-bit little-endian values, row by row): ${hash}. The CPU engine gives the same values to the bit for the same cohort, parameters and seed on the same version.`
      : engine === "cpu" ? "This browser offers no SHA-256 here: no hash of the embedding is given." : "The run was made on a GPU, which repeats only to rounding: no hash of the embedding is given.",
  ];
  const html = reportHtml({
    made: `Made on ${now} with TwinPurify ${version}, in a browser; no file left the computer.`,
    verdict: [verdict.sentence, verdict.natural, strengthInWords(model)].filter(Boolean).join(" "), cautions: verdict.guards.map(({ message }) => message),
    cohort: [
      ["tumours", count(summary.tumors)], ["adjacent normals", `${count(summary.normals)}; ${summary.roles.because}`], ["other samples", count(summary.other)], ["patients", count(summary.patients)], ["genes", count(summary.genes)],
      ["value scale", `${summary.logarithm ? formula(summary.scale.value, summary.logarithm) : summary.scale.value}; ${summary.scale.because}`], ["gene names", `${summary.geneIds.value}; ${summary.geneIds.because}`],
      ...summary.files.map(({ name, kind, detail }) => /** @type {[string, string]} */ ([`file (${kind.replaceAll("_", " ")})`, `${name}; ${detail}`])), ...summary.warnings.map((warning) => /** @type {[string, string]} */ (["warning", warning])),
    ],
    figures, tables, methods, config: record ?? JSON.stringify(config, null, 2), command: "twinpurify train cohort/ --out run/ --config run.json", sources: SOURCES,
  });
  return new Blob([html], { type: "text/html" });
}

/** Null where the page is not served securely and the browser offers none. @param {Float32Array} values */
async function sha256(values) {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", new Float32Array(values));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
