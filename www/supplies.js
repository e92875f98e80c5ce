// What the engines are made of, fetched into the page's memory before any file is opened: the one list of it. A worker
// that is started later, even after a crash and with the door locked, is started from memory and asks the network for
// nothing.

const WWW = new URL("./", import.meta.url);
const ENGINES = new URL("../engine/", import.meta.url);

/** Every address that is ever fetched for the engines. A further module belongs here, and into `Engines.#supply`. */
export const SUPPLIES = {
  worker: new URL("engine-worker.js", WWW),
  keeper: new URL("keep-worker.js", WWW),
  geneMap: new URL("gene_map.tsv.gz", WWW),
  cpu: { name: "CPU", glue: new URL("cpu/twinpurify.js", ENGINES), wasm: new URL("cpu/twinpurify_bg.wasm", ENGINES) },
  containers: { name: "container", glue: new URL("containers/twinpurify.js", ENGINES), wasm: new URL("containers/twinpurify_bg.wasm", ENGINES) },
  gpu: { name: "GPU", glue: new URL("gpu/twinpurify.js", ENGINES), wasm: new URL("gpu/twinpurify_bg.wasm", ENGINES) },
};

/** An engine's code in memory: its glue as a blob's address, its program compiled. @typedef {{glue: string, module: WebAssembly.Module}} Code */

/** @param {{name: string, glue: URL, wasm: URL}} engine @returns {Promise<Code>} */
export async function codeOf({ name, glue, wasm }) {
  const [address, module] = await Promise.all([fromMemory(glue), compile(name, wasm)]);
  return { glue: address, module };
}

/** Without it genes are used as they stand. @returns {Promise<Uint8Array | null>} */
export async function geneMap() {
  try {
    const response = await fetch(SUPPLIES.geneMap);
    return response.ok ? new Uint8Array(await response.arrayBuffer()) : null;
  } catch {
    return null;
  }
}

// Static imports of our own modules: `import … from "./x.js"`, `export … from "./x.js"`, `import "./x.js"`.
const IMPORTS = /^(\s*(?:import|export)\b[^"'`;()]*?\bfrom\s*|\s*import\s*)(["'])(\.{1,2}\/[^"']+)\2/gm;

/** @type {Map<string, Promise<string>>} */
const blobs = new Map();

/**
 * A module and all it imports as blobs, each import pointing at its blob: blob: addresses know no relative ones.
 * @param {URL} address @param {string[]} [path] the modules that led here @returns {Promise<string>} the blob's address
 */
export function fromMemory(address, path = []) {
  const { href } = address;
  if (path.includes(href)) throw new Error(`modules import each other in a circle: ${[...path, href].join(" → ")}`);
  const known = blobs.get(href) ?? (async () => {
    const response = await fetch(address);
    if (!response.ok) throw new Error(`${href} was not found (HTTP ${response.status})`);
    const source = await response.text();
    const wanted = [...new Set(Array.from(source.matchAll(IMPORTS), ([, , , specifier]) => specifier))];
    const found = new Map(await Promise.all(wanted.map(async (specifier) =>
      /** @type {[string, string]} */ ([specifier, await fromMemory(new URL(specifier, address), [...path, href])]))));
    const inMemory = source.replace(IMPORTS, (_, before, quote, specifier) => `${before}${quote}${found.get(specifier)}${quote}`);
    // The name that a debugger and a stack trace show.
    return URL.createObjectURL(new Blob([`${inMemory}\n//# sourceURL=${href}\n`], { type: "text/javascript" }));
  })();
  blobs.set(href, known);
  return known;
}

/** Compiled once, off the main thread, and given to every worker that needs it. @param {string} name @param {URL} address */
async function compile(name, address) {
  const response = await fetch(address);
  if (!response.ok) {
    throw Object.assign(new Error(`The ${name} engine was not found where this page is hosted (HTTP ${response.status}). Tell whoever hosts it.`), { code: "engine_unavailable" });
  }
  try {
    return await WebAssembly.compileStreaming(response.clone());
  } catch {
    // A host that serves wasm under another media type.
    return WebAssembly.compile(await response.arrayBuffer());
  }
}
