// The one place that may name code or markup to the browser (`require-trusted-types-for 'script'`): blobs that this page
// made, its own service worker, and the empty frame's policy. Everything else is refused by the browser that knows the rule.

/** @param {string} text @returns {string} */
const own = (text) => {
  // In a worker this module is itself a blob, and knows no other address.
  if (text.startsWith("blob:") || text === new URL("../sw.js", import.meta.url).href) return text;
  throw new TypeError("not an address of this page's own code");
};

/** @param {any} scope the window whose policy it is @param {(text: string) => string} [html] the markup it may make */
export function trusting(scope, html = () => { throw new TypeError("no markup"); }) {
  const plain = { createScriptURL: own, createHTML: html };
  return scope.trustedTypes?.createPolicy("twinpurify", plain) ?? plain;
}
