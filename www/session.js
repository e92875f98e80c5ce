// What an opened session file says, brought into the shapes the page knows. It comes from a stranger: every field is
// taken by name and kind, and what is missing is empty.

/** @typedef {import("./engine").Verdict} Verdict */
/** @typedef {import("./engine").Summary} Summary */

/** @param {any} value @returns {any} its own fields, or none */
const object = (value) => value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
const list = (/** @type {any} */ value) => Array.isArray(value) ? value : [];
const number = (/** @type {any} */ value) => Number.isFinite(value) ? Number(value) : 0;
const text = (/** @type {any} */ value) => typeof value === "string" ? value : "";

/** As `src/session/training.rs` serialises it. @param {any} saved @returns {Verdict} */
export function verdictOf(saved) {
  const { purified, raw, pca, ownPurified, ownRaw, heldOut, effectiveRank, dim, guards, sentence, natural } = object(saved);
  return {
    identity: {
      tested: number(object(purified).tested), purified: number(object(purified).found), raw: number(object(raw).found), pca: number(object(pca).found),
      ownTested: number(object(ownPurified).tested), ownPurified: number(object(ownPurified).found), ownRaw: number(object(ownRaw).found), heldOut: heldOut === true,
    },
    effectiveRank: number(effectiveRank), dim: number(dim), sentence: text(sentence), ...(text(natural) ? { natural } : {}),
    guards: list(guards).map((guard) => ({ code: text(object(guard).code), message: text(object(guard).message) })),
  };
}

const logarithmOf = (/** @type {any} */ { offset, ofCounts, baseTold, offsetTold }) =>
  ({ offset: number(offset), ofCounts: ofCounts === true, baseTold: baseTold === true, offsetTold: offsetTold === true });

/** @param {any} saved @returns {Summary} */
export function summaryOf(saved) {
  const { tumors, normals, other, genes, patients, scale, logarithm, geneIds, roles, columns, files, warnings } = object(saved);
  const evidence = (/** @type {any} */ value) => ({ value: text(object(value).value), because: text(object(value).because) });
  return {
    tumors: number(tumors), normals: number(normals), other: number(other), genes: number(genes), patients: number(patients),
    scale: evidence(scale), logarithm: logarithm ? logarithmOf(object(logarithm)) : null, geneIds: evidence(geneIds), roles: { because: text(object(roles).because) },
    columns: list(columns).map(object).map(({ name, kind, values }) => ({ name: text(name), kind: kind === "category" || kind === "number" ? kind : "text", values: list(values).map(text) })),
    files: list(files).map(object).map(({ name, kind, detail }) => ({ name: text(name), kind: text(kind), detail: text(detail) })),
    warnings: list(warnings).map(text),
  };
}

/**
 * What the page keeps in a session: groups, colours, view, roles.
 * @param {any} saved
 * @returns {{groups: {name: string, members: number[]}[], colour: import("./engine").ColourOptions, view: import("./share/link.js").LinkView, roles: import("./engine").RoleChoice | null}}
 */
export function pageOf(saved) {
  const { groups, colour, view, roles } = object(saved);
  const { column, gene, pathway } = object(colour);
  const strings = (/** @type {any} */ value) => list(value).filter((one) => typeof one === "string");
  return {
    groups: list(groups).map(object).map(({ name, members }) => ({ name: text(name).slice(0, 200), members: list(members).filter((at) => Number.isSafeInteger(at) && at >= 0) })),
    colour: text(column) ? { column } : text(pathway) ? { pathway } : text(gene) ? { gene } : {},
    view: { kind: object(view).kind === "umap" ? "umap" : "pca", right: object(view).right === "instant" ? "instant" : "purified" },
    roles: text(object(roles).column) ? { column: roles.column, normal: strings(roles.normal), ...(Array.isArray(roles.tumour) ? { tumour: strings(roles.tumour) } : {}) } : null,
  };
}

/**
 * Where `?session=` may point: beside the page or below it, never elsewhere.
 * @param {string} path @param {string} page the page's own address @returns {URL | null}
 */
export function sessionAddress(path, page) {
  if (!/^[\w\-./ ]{1,300}$/.test(path) || path.startsWith("/") || path.split("/").includes("..")) return null;
  const folder = new URL(".", page);
  const address = new URL(path, folder);
  return address.origin === folder.origin && address.pathname.startsWith(folder.pathname) ? address : null;
}
