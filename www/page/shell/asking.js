// Before a trained model goes: ask, and offer to save the session first.
import { h } from "../widgets/dom.js";

/** @typedef {import("./state.js").State} State */

/**
 * Whether a person lets what is there be replaced. Esc keeps it.
 * @param {string} title @param {string} why @param {string} yes @param {string} no @param {HTMLElement | null} [other] a further button
 * @returns {Promise<boolean>}
 */
export function ask(title, why, yes, no, other = null) {
  return new Promise((resolve) => {
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    const answer = (/** @type {string} */ value, /** @type {string} */ label, id = `ask-${value}`) => h("button", { type: "button", id, onclick: () => dialog.close(value) }, label);
    const dialog = h("dialog", { id: "ask", "aria-labelledby": "ask-title" }, h("h2", { id: "ask-title" }, title), h("p", {}, why),
      h("p", { className: "row" }, answer("no", no), other, answer("yes", yes)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (before?.isConnected) before.focus({ preventScroll: true });
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/**
 * Whether the trained model may go; at once where there is none.
 * @param {State} state @param {string} why what would replace it
 */
export async function mayReplace(state, why) {
  if (!state.model) return true;
  const save = h("button", { type: "button", id: "ask-save", onclick: () => {
    document.getElementById("session-save")?.click();
    save.disabled = true;
    save.textContent = "The session is being saved";
  } }, "Save the session");
  return ask("Replace the trained model?", `${why} ${state.saved ? "A file holds the model." : "The model is in no file yet."}`, "Replace", "Keep the model", save);
}

/** A page-level notice of what no panel caught. */
export function startCatching() {
  const place = /** @type {HTMLElement} */ (document.getElementById("unexpected"));
  const show = (/** @type {any} */ error) => {
    const message = String(error?.message ?? error ?? "");
    // The browser's own remark about layout, and nobody's fault.
    if (!message || message.startsWith("ResizeObserver loop")) return;
    place.hidden = false;
    place.replaceChildren(h("p", {}, h("strong", {}, "Something went wrong that the page did not foresee. "), message, " What is open stays open; save your session if in doubt. ",
      h("button", { type: "button", className: "plain", onclick: () => { place.hidden = true; } }, "Close")));
  };
  addEventListener("error", (event) => show(event.error ?? event.message));
  addEventListener("unhandledrejection", (event) => show(event.reason));
}
