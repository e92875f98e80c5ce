// What goes wrong in a worker, as the page is told it.

/** @param {string} code @param {string} message */
export function failure(code, message) {
  return Object.assign(new Error(message), { code });
}

/** A wasm trap leaves the instance unusable: the page must start a fresh worker. @param {unknown} error */
export function isTrap(error) {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}

/** @param {any} error @returns {{code: string, message: string}} */
export function described(error) {
  if (isTrap(error)) {
    return { code: "engine_crashed", message: `The engine stopped working and was started afresh; your files are opened again. Technical reason: ${error.message}` };
  }
  return { code: error?.code ?? "engine_failed", message: error?.message ?? String(error) };
}
