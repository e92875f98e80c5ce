// Copy link: the one dialog of the page. It shows what the link contains and how long it is, before it is copied.
import { LIMITS, writeDemoLink, writeLink } from "../../share/link.js";
import { count, h, plural } from "../widgets/dom.js";
import { contentsOf, gather, offeredColumns, shownColumn } from "./share_content.js";

/** @typedef {import("../shell/state.js").State} State */

/** Characters that some mail and chat programs still take whole. */
const LONG = 2_000;

/** @param {State} state */
export function shareDialog(state) {
  const dialog = h("dialog", { id: "share-dialog", "aria-labelledby": "share-dialog-title", onclose: () => { ticket++; } });
  let ticket = 0;

  function open() {
    const offered = offeredColumns(state);
    const check = (/** @type {string} */ id, /** @type {string} */ label, checked = false, value = "") =>
      h("label", { className: "check" }, h("input", { type: "checkbox", id, checked, value, onchange: () => make() }), h("span", {}, label));
    const result = check("share-result", "The result itself: maps, the verdict and the columns ticked below");
    const both = check("share-both", "Both kinds of map, PCA and UMAP");
    const names = check("share-names", "Sample names");
    const shown = shownColumn(state);
    const columns = h("fieldset", { className: "share-columns" }, h("legend", {}, `Columns and scores, up to ${LIMITS.columns}`),
      offered.length ? offered.map(({ key, label, what }, at) => h("label", { className: "check" },
        h("input", { type: "checkbox", id: `share-column-${at}`, value: key, checked: key === shown, onchange: () => make() }), h("span", {}, `${label} `, h("span", { className: "quiet" }, what)))) : h("span", { className: "quiet" }, "The cohort has none."));
    const within = h("fieldset", { className: "share-within" }, h("legend", { className: "unseen" }, "Of the result"), both, names, columns);
    const contents = h("dl", { className: "contents", id: "share-contents" });
    const length = h("strong", { id: "share-length" });
    const advice = h("span", { className: "quiet" });
    const address = h("textarea", { id: "share-link", readOnly: true, rows: 3, "aria-label": "The link", spellcheck: false });
    const status = h("p", { className: "status small", role: "status" });
    const copy = h("button", { type: "button", className: "primary", id: "share-copy", onclick: () => take() }, "Copy link");
    const ticked = (/** @type {HTMLElement} */ label) => /** @type {HTMLInputElement} */ (label.querySelector("input")).checked;

    async function make() {
      const mine = ++ticket;
      within.disabled = !ticked(result);
      const chosen = [...columns.querySelectorAll("input")].filter(({ checked }) => checked);
      for (const input of columns.querySelectorAll("input")) input.disabled = !input.checked && chosen.length >= LIMITS.columns;
      copy.disabled = true;
      status.textContent = "Making the link …";
      status.classList.remove("bad");
      try {
        const shared = await gather(state, { result: ticked(result), bothMaps: ticked(both), names: ticked(names), columns: new Set(chosen.map(({ value }) => value)) });
        const link = `${location.origin}${location.pathname}${await writeLink(shared)}`;
        if (mine !== ticket) return;
        contents.replaceChildren(...contentsOf(shared).flatMap(([term, what]) => [h("dt", {}, term), h("dd", {}, what)]));
        length.textContent = plural(link.length, "character");
        const tooLong = link.length > LIMITS.characters;
        address.value = tooLong ? "" : link;
        advice.textContent = link.length > LONG ? "Some mail and chat programs cut links longer than 2,000 characters; a cut link is refused with that reason when it is opened." : "Short enough for mail and chat.";
        copy.disabled = tooLong;
        status.textContent = tooLong ? `Links longer than ${count(LIMITS.characters)} characters are not made: leave columns or names out, or save a session file.` : "";
        status.classList.toggle("bad", tooLong);
      } catch (error) {
        if (mine !== ticket) return;
        status.textContent = /** @type {Error} */ (error).message;
        status.classList.add("bad");
      }
    }

    async function take() {
      try {
        await navigator.clipboard.writeText(address.value);
        status.textContent = "Copied.";
      } catch {
        // No permission, or not a secure page: the selected text can be copied by hand.
        address.focus();
        address.select();
        status.textContent = "The link is selected: copy it with Ctrl C or ⌘ C.";
      }
    }

    dialog.replaceChildren(
      h("h2", { id: "share-dialog-title" }, "Copy a link"),
      h("p", { className: "small quiet" }, "A link carries what it shows in the part of the address after #, which browsers send to no server. Whoever has the link can read all that is in it."),
      result, within,
      h("h3", {}, "What this link contains"), contents,
      h("p", { className: "row" }, h("span", {}, "Length: ", length), advice),
      address, demoLine(state) ?? "", status,
      h("p", { className: "row" }, copy, h("button", { type: "button", id: "share-close", onclick: () => dialog.close() }, "Close")));
    dialog.showModal();
    make();
  }

  return { dialog, open };
}

/** A run of a demo cohort can be made again by anybody: its link holds no result at all. @param {State} state */
function demoLine(state) {
  const config = state.readable?.config;
  const demo = state.demo;
  if (!demo || !config) return null;
  const link = `${location.origin}${location.pathname}${writeDemoLink({ demo, seed: Number(config.seed), preset: String(config.preset), kind: state.view.kind })}`;
  return h("p", { className: "small", id: "share-demo" }, "This is a demo cohort: ", h("a", { href: link }, "a link that makes the same run again"), " from its seed holds no result, and asks whoever opens it to press one button. Parameters changed by hand are not in it.");
}
