// Node made to look like a browser's worker, with WebGPU by Dawn (npm `webgpu`): the engine that was built for the browser and its
// peers run on whatever Vulkan driver there is. Files are served from folders, as bench/run.js serves them.
import { readFile } from "node:fs/promises";
import { createRequire, register } from "node:module";
import path from "node:path";

/** @param {{peers: string, dist: string, bench: string, dawn: string}} folders */
export function install({ dawn, ...folders }) {
  const { globals, create } = createRequire(import.meta.url)(path.resolve(dawn));
  Object.assign(globalThis, globals);
  const navigator = { gpu: create([]), userAgent: "node", language: "en", languages: ["en"], hardwareConcurrency: 1, platform: "linux" };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
  globalThis.self = globalThis;
  globalThis.WorkerGlobalScope ??= class WorkerGlobalScope {};
  register("./resolve.mjs", import.meta.url, { data: folders });
  const fetched = globalThis.fetch;
  globalThis.fetch = async (address, ...rest) => {
    const [, root, name] = /^\/(\w+)\/(.*)$/.exec(String(address)) ?? [];
    const file = folders[root] ? path.join(folders[root], name) : String(address).startsWith("file:") ? new URL(address) : null;
    if (!file) return fetched(address, ...rest);
    const type = String(file).endsWith(".wasm") ? "application/wasm" : "text/javascript";
    return new Response(await readFile(file), { headers: { "content-type": type } });
  };
}
