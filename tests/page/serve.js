// A static server for a folder: localhost, a free port, right media types. `node tests/page/serve.js [folder] [port]`.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".wasm": "application/wasm", ".gz": "application/octet-stream", ".json": "application/json", ".webmanifest": "application/manifest+json", ".png": "image/png" };

/**
 * @param {string} folder
 * @param {{port?: number, instead?: Record<string, string>}} [options] `instead` serves other files at some addresses
 * @returns {Promise<{address: string, served: string[], close: () => void}>} `served`: every path that was asked for, as it came
 */
export function serve(folder, { port = 0, instead = {} } = {}) {
  /** @type {string[]} */
  const served = [];
  const server = createServer(async (request, response) => {
    served.push(request.url ?? "");
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const file = instead[path] ?? join(resolve(folder), path.endsWith("/") ? `${path}index.html` : path);
    try {
      const { size } = await stat(file);
      response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream", "Content-Length": size, "Cache-Control": "no-cache" });
      createReadStream(file).pipe(response);
    } catch {
      response.writeHead(404).end("not found");
    }
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", () => {
    const { port: chosen } = server.address();
    done({ address: `http://localhost:${chosen}/`, served, close: () => { server.close(); server.closeAllConnections(); } });
  }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { address } = await serve(process.argv[2] ?? "dist", { port: Number(process.argv[3] ?? 8000) });
  console.log(`serving at ${address}`);
}
