// Serves this page from this browser's own cache, so that it opens without a network after the first visit. It keeps
// the files of its list and nothing else: no data, no address that is not in the list, and it sends nothing anywhere.
// It asks the network only for what the list names, when a version is installed or when one of those files is first
// wanted. scripts/build/offline.py writes the list into dist/sw.js: each file with the start of its SHA-256.
const VERSION = "";
const FILES = {};

const HOME = new URL("./", self.location.href);
// Two copies of the page on one origin do not share a cache.
const PREFIX = `twinpurify ${HOME.pathname} `;
const CACHE = PREFIX + VERSION;

/** Large, and not everybody needs it: kept when it is first used. */
const onDemand = (path) => path.startsWith("demo/") || path.startsWith("engine/gpu/");

self.addEventListener("install", (event) => event.waitUntil(install()));

async function install() {
  await Promise.all(Object.keys(FILES).filter((path) => !onDemand(path)).map(keep));
  // What an earlier version had on demand, this one has too; without it the page still works.
  const earlier = await earlierCaches();
  const had = async (path) => (await Promise.all(earlier.map((cache) => cache.match(new URL(path, HOME))))).some(Boolean);
  await Promise.all(Object.keys(FILES).filter(onDemand).map(async (path) => { if (await had(path)) await keep(path).catch(() => undefined); }));
}

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  await self.clients.claim();
})()));

async function earlierCaches() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  return Promise.all(names.map((name) => caches.open(name)));
}

/** Keep one file of this version: from an earlier version where it did not change, else from the network. */
async function keep(path) {
  const address = new URL(path, HOME);
  const cache = await caches.open(CACHE);
  if (await cache.match(address)) return;
  for (const earlier of await earlierCaches()) {
    const response = await earlier.match(address);
    if (response && await isOurs(path, response)) return cache.put(address, response);
  }
  // The second try passes the browser's cache by: it may hold a file of the version before.
  for (const how of ["default", "reload"]) {
    const response = await fetch(address, { cache: how, credentials: "same-origin" });
    if (response.ok && await isOurs(path, response)) return cache.put(address, response);
  }
  throw new Error(`${path} is not the file that this version names: half of another version is hosted here`);
}

/** Whether these are the bytes that the list names. */
async function isOurs(path, response) {
  // A host that unpacks .gz on the way leaves other bytes, and the page reads both.
  if (path.endsWith(".gz") && response.headers.get("content-encoding")) return true;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await response.clone().arrayBuffer()));
  return Array.from(hash.subarray(0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("") === FILES[path];
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== HOME.origin || !pathname.startsWith(HOME.pathname)) return;
  const rest = decodeURIComponent(pathname.slice(HOME.pathname.length));
  const path = rest === "" || rest === "index.html" ? "./" : rest;
  if (Object.hasOwn(FILES, path)) event.respondWith(answer(path, event));
  else if (locked.has(event.clientId)) event.respondWith(Response.error());
});

/** Pages that opened a person's file: nothing is fetched for them any more. @type {Set<string>} */
const locked = new Set();
const mark = (id) => new URL(`locked/${id}`, HOME);

/** This worker may have been stopped and started since: the mark is in the cache too. */
async function isLocked(id) {
  return locked.has(id) || (id !== "" && await (await caches.open(CACHE)).match(mark(id)) !== undefined);
}

/** Marks of pages that are closed go. */
async function lock(id) {
  locked.add(id);
  const cache = await caches.open(CACHE);
  await cache.put(mark(id), new Response(""));
  for (const { url } of await cache.keys()) {
    if (url.startsWith(mark("").href) && !await clients.get(url.slice(mark("").href.length))) await cache.delete(url);
  }
}

async function answer(path, event) {
  const address = new URL(path, HOME);
  const cache = await caches.open(CACHE);
  const kept = await cache.match(address);
  if (kept) return kept;
  if (await isLocked(event.clientId)) return Response.error();
  // Without what stands after the path: a file has no use for it, and nobody else is told.
  const response = await fetch(address, { credentials: "same-origin" });
  if (response.ok && await isOurs(path, response)) event.waitUntil(cache.put(address, response.clone()));
  return response;
}

// The page says three things only: which files on demand it used, that a person's file is open, and that the person
// wants the new version.
self.addEventListener("message", (event) => {
  if (event.data === "update") self.skipWaiting();
  if (event.data === "locked" && event.source) event.waitUntil(lock(event.source.id));
  if (Array.isArray(event.data?.keep)) {
    const paths = event.data.keep.filter((path) => Object.hasOwn(FILES, path));
    event.waitUntil(isLocked(event.source?.id ?? "").then((shut) => shut ? null : Promise.allSettled(paths.map(keep))).then(() => event.ports[0]?.postMessage("kept")));
  }
});
