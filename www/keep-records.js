// Records in the browser's private file system (OPFS) that a crash in the middle of writing cannot damage: two slots
// written in turn, each with a sequence number and the hash of its contents; the newest whole one counts. Used in a
// worker only: synchronous handles exist nowhere else.

const MAGIC = new TextEncoder().encode("TWINKEEP"); // then: u32 length of the header, the header (JSON), the payload
const SLOTS = ["a", "b"];

/** @typedef {{sequence: number, length: number, sha256: string, [more: string]: any}} Header */
/** @typedef {{header: Header, payload: Uint8Array}} Kept */

/** @param {Uint8Array} bytes */
async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Write a whole file, chunk by chunk. @param {FileSystemDirectoryHandle} folder @param {string} name @param {AsyncIterable<Uint8Array> | Iterable<Uint8Array>} chunks */
export async function writeFile(folder, name, chunks) {
  const handle = await folder.getFileHandle(name, { create: true });
  const access = await /** @type {any} */ (handle).createSyncAccessHandle();
  try {
    access.truncate(0);
    let at = 0;
    for await (const chunk of chunks) {
      if (access.write(chunk, { at }) !== chunk.byteLength) throw new DOMException("the storage is full", "QuotaExceededError");
      at += chunk.byteLength;
    }
    access.flush();
  } finally {
    access.close();
  }
}

/**
 * Write a record's next version.
 * @param {FileSystemDirectoryHandle} folder @param {string} stem @param {object} about @param {Uint8Array} payload
 */
export async function writeRecord(folder, stem, about, payload) {
  const slots = await slotsOf(folder, stem);
  const newest = slots.reduce((best, slot) => (slot.sequence > best.sequence ? slot : best));
  const oldest = slots.find((slot) => slot !== newest) ?? newest;
  const header = { ...about, sequence: newest.sequence + 1, length: payload.byteLength, sha256: await sha256(payload) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, text.byteLength, true);
  await writeFile(folder, oldest.name, [MAGIC, size, text, payload]);
}

/**
 * The newest whole version, or what is wrong: `missing` where nothing was ever written, `damaged` where no slot is whole.
 * @param {FileSystemDirectoryHandle} folder @param {string} stem @returns {Promise<Kept | "missing" | "damaged">}
 */
export async function readRecord(folder, stem) {
  const slots = (await slotsOf(folder, stem)).filter(({ bytes }) => bytes);
  for (const { header, bytes } of slots.sort((a, b) => b.sequence - a.sequence)) {
    if (!header || !bytes) continue;
    const payload = new Uint8Array(await bytes.slice(bytes.size - header.length).arrayBuffer());
    if (await sha256(payload) === header.sha256) return { header, payload };
  }
  return slots.length ? "damaged" : "missing";
}

/** Both slots as they stand. @param {FileSystemDirectoryHandle} folder @param {string} stem */
async function slotsOf(folder, stem) {
  return Promise.all(SLOTS.map(async (slot) => {
    const name = `${stem}-${slot}`;
    const bytes = await readFile(folder, name);
    const header = bytes && await headerOf(bytes);
    return { name, bytes, header, sequence: header?.sequence ?? -1 };
  }));
}

/** Its head alone is read. @param {File} file @returns {Promise<Header | null>} null where it is no whole record */
async function headerOf(file) {
  const start = MAGIC.byteLength + 4;
  const bytes = new Uint8Array(await file.slice(0, start).arrayBuffer());
  if (bytes.byteLength < start || !MAGIC.every((byte, at) => bytes[at] === byte)) return null;
  const size = new DataView(bytes.buffer).getUint32(MAGIC.byteLength, true);
  if (file.size < start + size) return null;
  try {
    const header = JSON.parse(await file.slice(start, start + size).text());
    return Number.isInteger(header?.sequence) && header.length === file.size - start - size ? header : null;
  } catch {
    return null;
  }
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name @returns {Promise<File | null>} */
async function readFile(folder, name) {
  try {
    const file = await (await folder.getFileHandle(name)).getFile();
    return file.size ? file : null;
  } catch (error) {
    if (/** @type {DOMException} */ (error).name === "NotFoundError") return null;
    throw error;
  }
}
