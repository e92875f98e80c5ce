// Named groups of tumours, and two of them side by side.
import { categoryDifference, numberDifference } from "./differences.js";
import { count, h, measured, plural } from "../widgets/dom.js";
import { ordered, ruleOf, select } from "./selection.js";

/** Values of a category column shown: those that differ most. */
const VALUES = 8;
/** What clusters are called, until someone names them otherwise. */
const CLUSTER = /^(raw|purified) cluster \d+$/;

/** A name that no other group has. @param {string} wanted @param {string[]} taken */
function freeName(wanted, taken) {
  const name = wanted.trim() || "group";
  for (let n = 1; ; n++) {
    const tried = n === 1 && wanted.trim() ? name : `${name} ${n}`;
    if (!taken.includes(tried)) return tried;
  }
}

export class Groups {
  #state;
  #colour;
  /** @type {import("../../engine").SampleTable["columns"]} */ #columns = [];
  /** Row of the sample table of each tumour. @type {number[]} */ #rows = [];
  #name = h("input", { type: "text", id: "group-name", placeholder: "name of the group", onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") this.#make(); } });
  #make0 = h("button", { type: "button", id: "group-make", onclick: () => this.#make() }, "Make a group");
  #clusterOf = h("select", { id: "cluster-of" }, h("option", { value: "" }, "the purified embedding"), h("option", { value: "raw" }, "the raw profile"));
  #clusterNumber = h("input", { type: "number", id: "cluster-number", min: "2", max: "8", step: "1", value: "4" });
  #list = h("div", { className: "sideways" });
  #first = h("select", { id: "compare-first", onchange: () => this.#compare() });
  #second = h("select", { id: "compare-second", onchange: () => this.#compare() });
  #result = h("div");
  #timer = 0;
  #status = h("p", { className: "small quiet", role: "status" });
  element;

  /** @param {import("../shell/state.js").State} state @param {() => void} colour colour the maps by groups */
  constructor(state, colour) {
    this.#state = state;
    this.#colour = colour;
    this.element = h("details", { id: "explore-groups", ontoggle: () => this.#compare() },
      h("summary", {}, "Groups ", h("span", { className: "quiet", id: "groups-count" })),
      h("div", { className: "inside" },
        h("p", { className: "row" }, h("label", { for: "group-name" }, "The selection as"), this.#name, this.#make0,
          h("button", { type: "button", id: "groups-colour", onclick: colour }, "Colour by groups")),
        h("p", { className: "row" }, h("label", { for: "cluster-of" }, "Clusters of"), this.#clusterOf, h("label", { for: "cluster-number" }, "how many"), this.#clusterNumber,
          h("button", { type: "button", id: "clusters-make", onclick: () => this.#cluster() }, "Make them groups")),
        this.#status, this.#list,
        h("p", { className: "row" }, h("label", { for: "compare-first" }, "Compare"), this.#first, h("label", { for: "compare-second" }, "with"), this.#second),
        this.#result));
    state.on("groups", () => this.#show());
    state.on("selection", () => this.#show());
    state.on("colour", () => this.#compare());
    this.#show();
  }

  /** @param {import("../../engine").SampleTable} table @param {Map<string, number>} rowOf */
  fill({ columns }, rowOf) {
    this.#columns = columns;
    this.#rows = this.#state.tumours.map((name) => rowOf.get(name) ?? -1);
    this.#show();
  }

  /** @param {{name: string, members: number[]}[]} groups @param {string} said */
  #set(groups, said) {
    this.#state.setGroups(groups);
    this.#status.textContent = said;
  }

  #make() {
    const { groups, selection } = this.#state;
    if (!selection.length) {
      this.#status.textContent = "Select tumours first: draw a line around them, click them, or search for them.";
      return;
    }
    const name = freeName(this.#name.value, groups.map((group) => group.name));
    this.#name.value = "";
    this.#set([...groups, { name, members: selection }], `${name}: ${plural(selection.length, "tumour")}, ${ruleOf(this.#state)}.`);
  }

  /** As many clusters as asked for, as groups; those made so before give way. */
  async #cluster() {
    const model = this.#state.readable;
    if (!model) return;
    const of = this.#clusterOf.value === "raw" ? /** @type {const} */ ("raw") : model.of;
    try {
      const { names, codes } = await model.clusters({ k: Number(this.#clusterNumber.value), of });
      const own = this.#state.groups.filter(({ name }) => !CLUSTER.test(name));
      const word = of === "raw" ? "raw" : "purified";
      this.#set([...own, ...names.map((name, at) => ({ name: `${word} ${name}`, members: [...codes.keys()].filter((tumour) => codes[tumour] === at) }))],
        `${plural(names.length, "cluster")} by Ward linkage of distances in ${of === "raw" ? "the raw profile" : "the purified embedding"}, the largest first: always the same for the same embedding.${own.length ? " A tumour that is in one of your groups too is coloured by that one." : ""}`);
      this.#colour();
    } catch (error) {
      this.#status.textContent = /** @type {Error} */ (error).message;
    }
  }

  /** @param {number} at @param {Partial<{name: string, members: number[]}>} changes @param {string} said */
  #change(at, changes, said) {
    this.#set(this.#state.groups.map((group, place) => place === at ? { ...group, ...changes } : group), said);
  }

  #show() {
    const { groups, selection } = this.#state;
    /** @type {HTMLElement} */ (this.element.querySelector("#groups-count")).textContent = groups.length ? `· ${groups.map(({ name, members }) => `${name} (${count(members.length)})`).join(", ")}` : "· name a selection, compare two";
    this.#make0.disabled = selection.length === 0;
    /** @type {HTMLButtonElement} */ (this.element.querySelector("#groups-colour")).disabled = groups.length === 0 && selection.length === 0;
    const here = document.activeElement instanceof HTMLElement && this.#list.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const button = (/** @type {string} */ key, /** @type {string} */ label, /** @type {string} */ name, /** @type {() => void} */ work, off = false) =>
      h("button", { type: "button", className: "plain", disabled: off, "aria-label": `${label}: ${name}`, "data-key": key, onclick: work }, label);
    this.#list.replaceChildren(...(groups.length ? [h("table", { className: "groups" }, h("caption", { className: "unseen" }, "Groups"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "group"), h("th", { scope: "col", className: "number" }, "tumours"), h("th", { scope: "col" }, h("span", { className: "unseen" }, "what to do")))),
      h("tbody", {}, groups.map(({ name, members }, at) => h("tr", {},
        h("th", { scope: "row" }, h("input", {
          type: "text", value: name, "aria-label": `Name of ${name}`, "data-key": `name-${at}`,
          onchange: (/** @type {Event} */ event) => {
            const renamed = freeName(/** @type {HTMLInputElement} */ (event.target).value, groups.filter((_, other) => other !== at).map((group) => group.name));
            this.#change(at, { name: renamed }, `${name} is now ${renamed}.`);
          },
        })),
        h("td", { className: "number" }, count(members.length)),
        h("td", {}, button(`select-${at}`, "Select", name, () => select(this.#state, members, "replace", `group ${name}`)),
          button(`add-${at}`, "Add selection", name, () => this.#change(at, { members: ordered([...members, ...selection]) }, `The selection is in ${name}.`), !selection.length),
          button(`remove-${at}`, "Remove selection", name, () => {
            const gone = new Set(selection);
            this.#change(at, { members: members.filter((member) => !gone.has(member)) }, `The selection is no longer in ${name}.`);
          }, !selection.length),
          button(`delete-${at}`, "Delete", name, () => this.#set(groups.filter((_, other) => other !== at), `${name} is gone. Undo brings it back.`)))))))] : []));
    if (here) /** @type {HTMLElement | null} */ (this.#list.querySelector(`[data-key="${here}"]`))?.focus();
    this.#offer();
    // After the maps have drawn: they answer the hand.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#compare(), 50);
  }

  #offer() {
    const { groups, selection } = this.#state;
    const names = [...(selection.length ? [["selection", "the selection"]] : []), ...groups.map(({ name }, at) => [`group ${at}`, name])];
    /** @param {HTMLSelectElement} choice @param {string[][]} options @param {number} preferred */
    const fill = (choice, options, preferred) => {
      const before = choice.value;
      choice.replaceChildren(...options.map(([value, label]) => h("option", { value }, label)));
      choice.value = options.some(([value]) => value === before) ? before : options[Math.min(preferred, options.length - 1)]?.[0] ?? "";
    };
    fill(this.#first, names, 0);
    // With two groups the second is compared with, otherwise everyone else.
    fill(this.#second, [["others", "all others"], ...names], groups.length > 1 ? (selection.length ? 3 : 2) : 0);
    this.#first.disabled = this.#second.disabled = names.length === 0;
  }

  /** @param {string} which @returns {number[]} */
  #members(which) {
    if (which === "selection") return this.#state.selection;
    return this.#state.groups[Number(which.replace("group ", ""))]?.members ?? [];
  }

  #compare() {
    if (!this.element.open) return;
    const first = this.#members(this.#first.value);
    const within = new Set(first);
    const second = this.#second.value === "others" ? this.#state.tumours.map((_, at) => at).filter((at) => !within.has(at)) : this.#members(this.#second.value);
    if (!first.length || !second.length || this.#first.value === this.#second.value) {
      this.#result.replaceChildren(h("p", { className: "small quiet" }, first.length ? "Choose two different groups that have tumours." : "Make a group or select tumours, and their columns stand beside those of others here."));
      return;
    }
    const of = (/** @type {(string | null)[]} */ values) => this.#rows.map((row) => values[row] ?? null);
    const { colouring } = this.#state;
    const rows = [
      ...(colouring?.kind === "number" && colouring.values && !this.#columns.some(({ name }) => name === colouring.label) ? [numberDifference({ name: colouring.label, numbers: colouring.values }, first, second)] : []),
      ...this.#columns.filter(({ kind }) => kind !== "text").map(({ name, kind, values }) => kind === "number"
        ? numberDifference({ name, numbers: of(values).map((value) => value === null || value.trim() === "" ? NaN : Number(value)) }, first, second)
        : categoryDifference({ name, values: of(values) }, first, second)),
    ];
    // Not to be sorted together: half a standard deviation is not half of the tumours.
    rows.sort((a, b) => a.kind === b.kind ? (b.size || 0) - (a.size || 0) : a.kind === "category" ? -1 : 1);
    const names = [this.#first, this.#second].map((choice) => choice.selectedOptions[0]?.textContent ?? "");
    const both = second.filter((at) => within.has(at)).length;
    const cells = (/** @type {(string | HTMLElement)[]} */ ...texts) => texts.map((text) => h("td", { className: "number" }, text));
    this.#result.replaceChildren(
      h("div", { className: "sideways", tabIndex: 0, role: "region", "aria-label": "Two groups compared" }, h("table", { className: "compare-groups" },
        h("caption", {}, `${names[0]}: ${plural(first.length, "tumour")}; ${names[1]}: ${count(second.length)}${both ? `; ${count(both)} in both` : ""}.`),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "column"), ...names.map((name) => h("th", { scope: "col", className: "number" }, name)), h("th", { scope: "col", className: "number" }, "difference"))),
        rows.map((row) => row.kind === "number"
          ? h("tbody", {}, h("tr", {}, h("th", { scope: "row" }, row.column), ...cells(...[row.a, row.b].map(({ mean, deviation, n }) => n ? `${measured(mean)} ± ${measured(deviation)} (${count(n)})` : "–"), `${measured(row.difference)}`)))
          : h("tbody", {}, h("tr", {}, h("th", { scope: "rowgroup", colSpan: 4 }, row.column)), row.shares.toSorted((a, b) => Math.abs(b.difference) - Math.abs(a.difference)).slice(0, VALUES).map(({ value, a, b, difference }) =>
            h("tr", {}, h("th", { scope: "row", className: "value" }, value), ...cells(share(a, row.a), share(b, row.b), Number.isFinite(difference) ? `${difference > 0 ? "+" : ""}${difference.toFixed(0).replace("-", "−")} points` : "–")),
          ), row.shares.length > VALUES ? h("tr", {}, h("td", { colSpan: 4, className: "small quiet" }, `and ${plural(row.shares.length - VALUES, "value")} that differ less`)) : null)))),
      h("p", { className: "small quiet" }, "Numbers: mean ± standard deviation (how many have a value). Categories: how many, and their share of those that have a value. A group drawn on a map differs there by the way it was made: this describes it, and tests nothing."));
  }
}

/** @param {number} n @param {number} of */
const share = (n, of) => of ? `${count(n)} (${(100 * n / of).toFixed(0)} %)` : "–";
