// The lines of files while they are read, and of what was left unopened; which files of a dropped folder are opened.
import { count, h, plural } from "../widgets/dom.js";

/** @typedef {import("../../file-reading.js").Reading} Reading */
/** @typedef {import("../../file-reading.js").LeftOut} LeftOut */

/** Where a file of a dropped folder lay. @type {WeakMap<File, string>} */
const paths = new WeakMap();

/** Files of a dropped file or folder. @param {FileSystemEntry | File} entry @param {boolean} [inside] @returns {Promise<File[]>} */
export async function filesOf(entry, inside = false) {
  if (entry instanceof File) return [entry];
  if (entry.isFile) {
    /** @type {File} */
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject));
    if (inside) paths.set(file, entry.fullPath.replace(/^\//, ""));
    return [file];
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader();
  /** @type {File[]} */
  const files = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return files;
    for (const inner of some) if (!inner.name.startsWith(".")) files.push(...await filesOf(inner, true));
  }
}

/**
 * Of a folder, what can be a table; of single files, all.
 * @param {File[]} files @param {import("../../twinpurify.js").Cohort} cohort
 * @returns {Promise<{open: File[], left: {folder: string, leftOut: LeftOut[]} | null}>}
 */
export async function chosen(files, cohort) {
  const foldered = files.filter((file) => paths.has(file));
  if (foldered.length === 0) return { open: files, left: null };
  const names = foldered.map((file) => paths.get(file) ?? file.name);
  const reasons = await cohort.chooseFiles(names);
  const leftOut = names.flatMap((name, at) => (reasons[at] ? [{ name, because: /** @type {string} */ (reasons[at]) }] : []));
  const left = new Set(foldered.filter((_, at) => reasons[at]));
  return { open: files.filter((file) => !left.has(file)), left: leftOut.length ? { folder: names[0].split("/")[0], leftOut } : null };
}

/**
 * A file that is being read: how far, how large it will be, and *Cancel*.
 * @param {Node} mark @param {Reading} reading @param {() => void} cancel
 */
export function openingLine(mark, { file, bytes, total, lines, estimate }, cancel) {
  const share = `${Math.round(100 * bytes / Math.max(total, 1))} %`;
  const said = [share, lines > 1 ? plural(lines, "line") : "", estimate].filter(Boolean).join(" · ");
  return [
    mark, h("span", { className: "name" }, file),
    h("span", { className: "detail" },
      h("progress", { max: Math.max(total, 1), value: bytes, "aria-label": `Opening ${file}` }), " ", h("span", { className: "quiet small" }, said)),
    h("button", { type: "button", className: "plain cancel-opening", "aria-label": `Cancel opening ${file}`, onclick: cancel }, "cancel")];
}

/** What an archive or folder held beside its tables. @param {Node} mark @param {string} name @param {LeftOut[]} leftOut */
export function leftOutLine(mark, name, leftOut) {
  return [mark, h("span", { className: "name" }, name), h("span", { className: "detail" },
    h("details", { className: "left-out" }, h("summary", { className: "quiet" }, `${count(leftOut.length)} of its files ${leftOut.length === 1 ? "was" : "were"} not opened`),
      h("ul", { className: "small" }, leftOut.slice(0, 200).map((file) => h("li", {}, `${file.name}: ${file.because}`)),
        leftOut.length > 200 ? h("li", {}, `and ${count(leftOut.length - 200)} more`) : null)))];
}
