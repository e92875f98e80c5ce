// The role picker: which column, and which of its values are tumour and which adjacent normal.
import { mayReplace } from "../shell/asking.js";
import { h } from "../widgets/dom.js";

/** @typedef {"tumour" | "normal" | "other"} Choice */

/** @param {import("../shell/state.js").State} state @param {boolean} wasOpen it was open before the cohort changed */
export function rolesFold(state, wasOpen) {
  const cohort = /** @type {import("../shell/state.js").Cohort} */ (state.cohort);
  const { columns, roles, tumors, normals } = cohort.summary;
  const { choice: said } = cohort;
  const usable = columns.filter((column) => column.values.length > 0 && column.values.length <= 50);
  const status = h("p", { className: "status small", role: "status" });
  const values = h("div");
  /** @type {Map<string, Choice>} */
  let choices = new Map();
  const select = h("select", { id: "role-column", onchange: () => show() }, usable.map(({ name }) => h("option", { value: name }, name)));
  // What was chosen stays; else the likeliest column first: one whose values speak of normal tissue.
  const likely = usable.find(({ name }) => name === said?.column) ?? usable.find((column) => column.values.some((value) => guess(value) === "normal"));
  if (likely) select.value = likely.name;

  function show() {
    const column = usable.find(({ name }) => name === select.value);
    const known = (/** @type {string} */ value) => said?.column !== column?.name ? guess(value) : said?.normal.includes(value) ? "normal" : said?.tumour?.includes(value) ? "tumour" : "other";
    choices = new Map((column?.values ?? []).map((value) => [value, known(value)]));
    values.replaceChildren(h("table", {},
      h("thead", {}, h("tr", {}, ["value", "tumour", "adjacent normal", "neither"].map((label) => h("th", { scope: "col" }, label)))),
      h("tbody", {}, [...choices].map(([value, chosen], at) => h("tr", {}, h("th", { scope: "row" }, value),
        /** @type {[Choice, string][]} */ ([["tumour", "tumour"], ["normal", "adjacent normal"], ["other", "neither"]]).map(([choice, label]) => h("td", {},
          h("input", { type: "radio", name: `role-${at}`, value: choice, checked: choice === chosen, "aria-label": `${value}: ${label}`, onchange: () => choices.set(value, choice) }))))))));
  }

  const change = (/** @type {() => Promise<unknown>} */ work) => changeCohort(state, status, work);
  const valuesOf = (/** @type {Choice} */ choice) => [...choices].filter(([, chosen]) => chosen === choice).map(([value]) => value);
  show();
  return h("details", { id: "roles", open: wasOpen || tumors === 0 || normals === 0 },
    h("summary", {}, "Tumour and adjacent normal ", h("span", { className: "quiet" }, `· ${roles.because}`)),
    h("div", { className: "inside" },
      usable.length === 0 ? h("p", { className: "quiet" }, "There is no column with up to 50 distinct values to choose by. Open a sample sheet.") : [
        h("p", { className: "row" }, h("label", { for: "role-column" }, "Column"), select), values,
        h("p", { className: "row" },
          h("button", { type: "button", id: "roles-apply", onclick: () => change(() => cohort.setRoles({ column: select.value, tumour: valuesOf("tumour"), normal: valuesOf("normal") })) }, "Use these roles"),
          h("button", { type: "button", id: "roles-reset", onclick: () => change(() => cohort.resetRoles()) }, "Back to what was detected")),
        status]));
}

/**
 * Change the cohort's roles or values; what was learnt from it before goes.
 * @param {import("../shell/state.js").State} state @param {HTMLElement} status says why not @param {() => Promise<unknown>} work
 */
export async function changeCohort(state, status, work) {
  const busy = state.busy("changing the cohort");
  if (busy) {
    status.textContent = busy;
    return;
  }
  const { id } = /** @type {HTMLElement} */ (document.activeElement);
  if (!await mayReplace(state, "It was trained on the cohort as it stands; with other roles or values it has to be trained again.")) return;
  const done = state.claim("files");
  if (!done) return;
  try {
    await work();
    state.setCohort(state.cohort);
    // The folds were made anew: who pressed a button in one goes on from there.
    if (id) document.getElementById(id)?.focus({ preventScroll: true });
  } catch (error) {
    status.textContent = /** @type {Error} */ (error).message;
    status.classList.add("bad");
  } finally {
    done();
  }
}

/** @param {string} value @returns {Choice} */
function guess(value) {
  // "Tumor-adjacent normal" and "solid tissue normal" are normal whatever else they name.
  if (/normal|adjacent|control|healthy/i.test(value)) return "normal";
  return /tumou?r|cancer|carcinoma|primary|metasta/i.test(value) ? "tumour" : "other";
}
