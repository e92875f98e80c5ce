// Workers that cannot reach the network, from their first line on. A worker started from a blob inherits the policy of
// the document that starts it; so an empty frame with the locked policy starts them, while the page itself may still
// fetch what it needs before the first file is opened.

/** What a locked document may still do: run and draw what it already has. It may request nothing. */
export const LOCKED = "default-src 'none'; script-src blob: 'wasm-unsafe-eval'; worker-src blob:; img-src blob: data:; base-uri 'none'; form-action 'none'";

/** @type {Promise<any> | null} */
let realm = null;

/** The frame's window, made once. @returns {Promise<any>} */
function sealedRealm() {
  realm ??= new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.hidden = true;
    frame.title = "Starts the workers without network access";
    frame.setAttribute("aria-hidden", "true");
    frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="${LOCKED}">`;
    frame.addEventListener("load", () => resolve(frame.contentWindow), { once: true });
    document.documentElement.append(frame);
  });
  return realm;
}

/** @returns {Promise<(address: string, name: string) => Worker>} starts module workers from blobs' addresses */
export async function sealed() {
  const { Worker } = await sealedRealm();
  return (address, name) => new Worker(address, { type: "module", name });
}
