// Workers that cannot reach the network, from their first line on. A worker started from a blob inherits the policy of
// the document that starts it; so an empty frame with the locked policy starts them, while the page itself may still
// fetch what it needs before the first file is opened.

import { trusting } from "./trusted.js";

/** What a locked document may still do: run and draw what it already has. It may request nothing. */
export const LOCKED = "default-src 'none'; script-src blob: 'wasm-unsafe-eval'; worker-src blob:; img-src blob: data:; base-uri 'none'; form-action 'none'";

const POLICY = `<meta http-equiv="Content-Security-Policy" content="${LOCKED}">`;
/** The page's one Trusted Types policy. */
export const trust = trusting(globalThis, (markup) => {
  if (markup === POLICY) return markup;
  throw new TypeError("no markup but the frame's");
});

/** @type {Promise<any> | null} */
let realm = null;

/** The frame's window, made once. @returns {Promise<any>} */
function sealedRealm() {
  realm ??= new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.title = "Starts the workers without network access";
    frame.setAttribute("aria-hidden", "true");
    frame.srcdoc = trust.createHTML(POLICY);
    frame.addEventListener("load", () => resolve(frame.contentWindow), { once: true });
    document.documentElement.append(frame);
  });
  return realm;
}

/** @type {any} */
let trustInside = null;
/** @param {any} realm @param {string} address */
function inside(realm, address) {
  trustInside ??= trusting(realm);
  return trustInside.createScriptURL(realm.URL.createObjectURL(new realm.Blob([`import ${JSON.stringify(address)};`], { type: "text/javascript" })));
}

/** @returns {Promise<(address: string, name: string) => Worker>} starts module workers from blobs' addresses */
export async function sealed() {
  const realm = await sealedRealm();
  // A blob carries the policy of the window that made it: the worker's own is made in the frame, and imports the page's.
  return (address, name) => new realm.Worker(inside(realm, address), { type: "module", name });
}
