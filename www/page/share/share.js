// Share: the link, the session, the report, the files; what each contains stands beside it, before it is made.
import { h, save } from "../widgets/dom.js";
import { report } from "./report.js";
import { shareDialog } from "./share_dialog.js";

/** @param {import("../shell/state.js").State} state @returns {HTMLElement} what stands above the downloads */
export function startShare(state) {
  const { dialog, open } = shareDialog(state);
  document.body.append(dialog);
  const status = h("p", { className: "status small", role: "status", id: "share-status" });
  const expression = h("input", { type: "checkbox", id: "session-expression" });
  const withExpression = h("label", { className: "check small" }, expression, h("span", {}, "with the expression values"));
  // A session that stands alone has none to give.
  state.on("model", () => { withExpression.hidden = state.cohort?.alone === true; });

  /** @param {HTMLButtonElement} button @param {string} what @param {() => Promise<Blob>} make @param {string} name @param {boolean} [whole] it holds the model */
  async function keep(button, what, make, name, whole = false) {
    button.disabled = true;
    status.classList.remove("bad");
    status.textContent = `Making the ${what} …`;
    try {
      const blob = await make();
      save(name, blob);
      if (whole) state.saved = true;
      status.textContent = `The ${what} is saved: ${name}, ${size(blob.size)}.`;
    } catch (error) {
      status.textContent = /** @type {Error} */ (error).message;
      status.classList.add("bad");
    }
    button.disabled = false;
  }
  const session = h("button", {
    type: "button", id: "session-save", onclick: () => keep(session, "session", () => /** @type {import("../shell/state.js").Model} */ (state.readable).saveSession({
      expression: expression.checked && state.cohort?.alone === false,
      page: { groups: state.groups, colour: state.colour, view: state.view, roles: state.cohort?.choice ?? null },
    }), "cohort.twinpurify", true),
  }, "Save session");
  const made = h("button", { type: "button", id: "report-save", onclick: () => keep(made, "report", () => report(state), "twinpurify_report.html") }, "Save report");
  return h("div", { className: "ways" },
    h("div", {}, h("button", { type: "button", id: "share-open", "aria-haspopup": "dialog", onclick: () => open() }, "Copy link…"),
      h("p", { className: "small quiet" }, "What is on screen, in an address: settings and view, and the maps too if you tick them. Sample names only if ticked; expression values never.")),
    h("div", {}, session, withExpression,
      h("p", { className: "small quiet" }, "One file that opens here again and with twinpurify session: settings, model, genes, embedding, maps, pathway scores, sample names and their columns, groups, verdict, losses, evidence.")),
    h("div", {}, made,
      h("p", { className: "small quiet" }, "One HTML file to read or print: verdict, figures, tables, methods with every parameter, and the command that makes the run again. It names the cohort’s files and columns, and no sample.")),
    status);
}

/** @param {number} bytes */
const size = (bytes) => bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
