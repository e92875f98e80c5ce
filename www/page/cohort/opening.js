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
 * Files that are being read: how far, how large each will be, and *Cancel*. A button stays the same while the rest changes: a
 * new one under the pointer would take no click.
 * @param {(file: string) => HTMLElement} line @param {() => Node} mark @param {() => void} cancel
 */
export function openingLines(line, mark, cancel) {
  /** @type {Map<string, (reading: Reading) => void>} */
  const shown = new Map();
  return (/** @type {Reading} */ reading) => {
    const tell = shown.get(reading.file) ?? begin(line(reading.file), mark(), reading.file, cancel);
    shown.set(reading.file, tell);
    tell(reading);
  };
}

/** @param {HTMLElement} line @param {Node} mark @param {string} file @param {() => void} cancel */
function begin(line, mark, file, cancel) {
  const bar = h("progress", { max: 1, value: 0, "aria-label": `Opening ${file}` });
  const said = h("span", { className: "quiet small" });
  line.replaceChildren(
    mark, h("span", { className: "name" }, file), h("span", { className: "detail" }, bar, " ", said),
    h("button", { type: "button", className: "plain cancel-opening", "aria-label": `Cancel opening ${file}`, onclick: cancel }, "cancel"));
  return (/** @type {Reading} */ { bytes, total, lines, estimate }) => {
    bar.max = Math.max(total, 1);
    bar.value = bytes;
    said.textContent = [`${Math.round(100 * bytes / bar.max)} %`, lines > 1 ? plural(lines, "line") : "", estimate].filter(Boolean).join(" · ");
  };
}

/** What an archive or folder held beside its tables. @param {Node} mark @param {string} name @param {LeftOut[]} leftOut */
export function leftOutLine(mark, name, leftOut) {
  return [mark, h("span", { className: "name" }, name), h("span", { className: "detail" },
    h("details", { className: "left-out" }, h("summary", { className: "quiet" }, `${count(leftOut.length)} of its files ${leftOut.length === 1 ? "was" : "were"} not opened`),
      h("ul", { className: "small" }, leftOut.slice(0, 200).map((file) => h("li", {}, `${file.name}: ${file.because}`)),
        leftOut.length > 200 ? h("li", {}, `and ${count(leftOut.length - 200)} more`) : null)))];
}
