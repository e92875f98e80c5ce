// Share: the link, the session, the report, the files; what each contains stands beside it, before it is made.
import { h } from "./dom.js";
import { shareDialog } from "./share_dialog.js";

/** @param {import("./state.js").State} state @returns {HTMLElement} what stands above the downloads */
export function startShare(state) {
  const { dialog, open } = shareDialog(state);
  document.body.append(dialog);
  return h("div", { className: "ways" },
    h("div", {}, h("button", { type: "button", id: "share-open", "aria-haspopup": "dialog", onclick: () => open() }, "Copy link…"),
      h("p", { className: "small quiet" }, "What is on screen, in an address: settings and view, and the maps too if you tick them. Sample names only if ticked; expression values never.")));
}
