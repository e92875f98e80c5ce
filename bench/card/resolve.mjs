// Imports of /dist, /peers and /bench, which a browser would ask its server for.
import path from "node:path";
import { pathToFileURL } from "node:url";

/** @type {Record<string, string>} */
let folders = {};

/** @param {Record<string, string>} data */
export function initialize(data) { folders = data; }

/** @param {string} specifier @param {object} context @param {(specifier: string, context: object) => unknown} next */
export function resolve(specifier, context, next) {
  const [, root, name] = /^\/(\w+)\/(.*)$/.exec(specifier) ?? [];
  return next(folders[root] ? pathToFileURL(path.join(folders[root], name)).href : specifier, context);
}
