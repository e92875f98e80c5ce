// One button, and what happens after it: the closed form first, then the run, then the verdict before any picture.
import { readScene } from "../../figure/canvas.js";
import { count, duration, h, segments } from "../widgets/dom.js";
import { LiveMap } from "./live_map.js";
import { LossChart } from "./loss_chart.js";
import { Parameters } from "./parameters.js";
import { Plot, coloured } from "../widgets/plot.js";
import { open } from "../shell/state.js";
import { startTransfer } from "./transfer.js";
import { guardList, verdictLines } from "../evidence/verdict.js";

/** @param {import("../shell/state.js").State} state */
export function startTrain(state) {
  const button = h("button", { type: "button", id: "train-begin", className: "primary", disabled: true, onclick: () => begin() }, "Train");
  const presetPlace = h("div");
  const presetSummary = h("p", { className: "small quiet preset-summary" });
  const strengthPlan = h("p", { className: "small quiet", id: "train-strength" });
  const parametersPlace = h("div");
  const status = h("p", { className: "status", role: "status", id: "train-status" });
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Training" });
  const numbers = h("p", { className: "progress-line" });
  const pause = h("button", { type: "button", id: "train-pause", onclick: () => pauseOrResume() }, "Pause");
  const stop = h("button", { type: "button", id: "train-stop", onclick: () => halt() }, "Stop and keep");
  const chart = new LossChart();
  const live = new LiveMap();
  const lossPlot = new Plot(state, { name: "loss", title: "Loss", spec: () => state.model && { figure: "loss" }, csv: () => state.model && { table: "loss" }, content: chart.element });
  const livePlot = new Plot(state, { name: "live", title: "Embedding as it is learnt", files: false, spec: () => null, content: live.element });
  const instantPlot = new Plot(state, {
    name: "instant_map", title: "Instant, the closed form",
    spec: () => state.instant && { figure: "map", of: "instant", kind: "pca", ...coloured(state) },
    csv: () => state.instant && { table: "map_pca", of: "instant" },
    onScene: (scene) => live.paint(painter(scene)),
  });
  const controls = h("div", { className: "row" }, pause, stop);
  const running = h("div", { id: "running", hidden: true }, bar, numbers);
  const plots = h("div", { className: "plots three", hidden: true }, lossPlot.element, livePlot.element, instantPlot.element);
  const verdict = h("div", { id: "verdict", hidden: true });
  controls.hidden = true;

  /** @type {import("../../engine").Preset[]} */
  let presets = [];
  /** @type {import("../../engine").Preset | null} */
  let preset = null;
  /** @type {Parameters | null} */
  let parameters = null;
  /** @type {import("../../twinpurify.js").Run | null} */
  let run = null;
  let paused = false, halted = false, valid = true;
  /** The form stands for the open cohort. */
  let prepared = Promise.resolve();
  /** What a link asks for, until a cohort is there. @type {import("../../engine").Config | null} */
  let asked = null;

  const body = open("train", false);
  body.append(h("div", { className: "row" }, button, presetPlace, controls), presetSummary, strengthPlan, parametersPlace, startTransfer(state, opened), status, running, verdict, plots);

  state.on("cohort", async () => {
    const alone = state.cohort?.alone === true;
    const ready = state.cohort !== null && !alone;
    open("train", ready && state.cohort !== null && state.cohort.summary.tumors > 0 && state.cohort.summary.normals > 0);
    const waits = /** @type {HTMLElement} */ (document.querySelector("#train .waits"));
    waits.textContent = alone ? "Waits for the session’s cohort: open its files beside it, and train on." : ready ? "Waits for adjacent normals: choose a column and its values under Cohort, or open a sample sheet."
      : "Waits for a cohort: tumours, and the adjacent normals to purify them with.";
    // A file that leaves matrix and roles alone leaves the model, and what is said of it.
    if (!state.model && !state.instant) {
      for (const part of [running, verdict, plots, controls]) part.hidden = true;
      say("");
    } else if (state.readable) judge(state.readable);
    if (!ready || !state.tp) return;
    prepared = prepare(state.tp);
    await prepared;
  });
  state.on("model", () => instantPlot.refresh());
  state.on("strength", () => instantPlot.refresh());
  state.on("verdict", () => { if (!verdict.hidden && state.readable) judge(state.readable); });
  state.on("colour", () => instantPlot.refresh());
  state.on("theme", () => {
    instantPlot.refresh();
    live.draw();
  });

  async function prepare(/** @type {import("../../twinpurify.js").TwinPurify} */ tp) {
    if (!presets.length) {
      presets = await tp.presets();
      presetPlace.append(segments("Preset", presets.map(({ name }) => [name, name]), presets[0].name, choose));
      const made = new Parameters(await tp.parameters(), (partial) => tp.resolveConfig(partial), (ok) => {
        valid = ok;
        update();
      }, (strength) => { strengthPlan.textContent = strength ? `What is taken out after the run. ${strength} It can be moved then, under Explore, without training.` : ""; });
      parameters = made;
      parametersPlace.append(made.element);
      update();
    }
    await choose(preset?.name ?? presets[0].name);
    if (asked) await use(asked);
  }

  /** Take the parameters of a link; those it leaves out are its preset's. @param {import("../../engine").Config} config */
  async function use(config) {
    asked = null;
    const name = presets.find((one) => one.config.preset === config.preset)?.name ?? presets[0].name;
    for (const input of presetPlace.querySelectorAll("input")) input.checked = input.value === name;
    await choose(name);
    await parameters?.choose({ ...preset?.config, ...config });
    presetSummary.textContent = `${preset?.summary ?? ""} With the parameters of the link.`;
  }

  /** Train with these parameters, now or when a cohort is open. @param {import("../../engine").Config} config */
  async function adopt(config) {
    asked = config;
    await prepared;
    if (asked && presets.length && state.cohort) await use(config);
  }

  async function choose(/** @type {string} */ name) {
    preset = presets.find((one) => one.name === name) ?? presets[0];
    presetSummary.textContent = preset.summary;
    await parameters?.choose(preset.config);
  }

  function update() {
    button.disabled = state.training || !valid || !parameters;
    controls.hidden = !state.training;
    pause.textContent = paused ? "Resume" : "Pause";
    for (const input of presetPlace.querySelectorAll("input")) input.disabled = state.training;
  }

  function say(/** @type {string} */ words, bad = false) {
    // Read aloud on a change only.
    if (status.textContent !== words) status.textContent = words;
    status.classList.toggle("bad", bad);
  }

  /** @param {{run: import("../shell/state.js").RunState, checkpoint: Uint8Array | null} | null} [kept] what to go on with */
  async function begin(kept = null) {
    const tp = state.tp;
    if (!tp || !state.cohort || !parameters || button.disabled || body.hidden) return;
    const done = state.claim("run");
    if (!done) return say(state.busy("training"), true);
    const config = kept?.run.config ?? parameters.config();
    const closedForm = config.preset === "instant";
    state.run = kept?.run ?? { id: `${Date.now()}`, config, preset: preset?.name ?? "", changes: parameters.changes };
    state.checkpoint = null;
    paused = halted = false;
    state.forgetModel();
    chart.clear();
    live.clear();
    verdict.hidden = true;
    running.hidden = false;
    plots.hidden = closedForm; // nothing is learnt step by step, and its map stands under Explore
    bar.removeAttribute("value");
    numbers.replaceChildren();
    update();
    try {
      say("Computing Instant, the closed form …");
      // The closed form's own default is nothing; what a resumed run was moved to is the trained model's.
      const instant = await tp.instant(closedForm ? config : { ...config, strength: null, kept: [] });
      state.setModel({ instant });
      /** @type {import("../../twinpurify.js").Model | null} */
      let model = null;
      if (kept?.run.done && kept.checkpoint && !closedForm) {
        say("Judging what was learnt …");
        model = await tp.reopen(config, kept.checkpoint, kept.run);
      } else if (!closedForm && !halted) {
        say(tp.device.pending ? "Waiting for the GPU's self-test …" : "Starting …");
        run = tp.train(config, { onProgress, onMap: (values) => live.show(values), checkpoint: kept?.checkpoint ?? undefined });
        if (paused) run.pause();
        model = await run;
      }
      if (model) state.checkpoint = await tp.checkpoint().catch(() => null);
      const learnt = model ?? instant;
      await learnt.strength().then(() => learnt.judge()).catch(() => undefined);
      state.setModel({ model, instant });
      say(!model && !closedForm ? "Stopped before the first step: only Instant, the closed form, is here." : learnt.stopped ? "Stopped; what was learnt is kept." : closedForm ? "The closed form is ready." : "Trained.");
      judge(learnt);
    } catch (error) {
      say(/** @type {Error} */ (error).message, true);
    } finally {
      run = null;
      done();
      dispatchEvent(new Event("scroll")); // the title names the section again
      running.hidden = true;
      update();
      lossPlot.refresh();
    }
  }

  /** Go on with a run of an earlier visit: from its checkpoint, or from its beginning where it left none.
   * @param {import("../shell/state.js").RunState} kept @param {Uint8Array | null} checkpoint */
  async function resume(kept, checkpoint) {
    await prepared;
    preset = presets.find(({ name }) => name === kept.preset) ?? preset;
    for (const input of presetPlace.querySelectorAll("input")) input.checked = input.value === preset?.name;
    presetSummary.textContent = preset?.summary ?? "";
    await parameters?.show(preset?.config ?? {}, kept.changes);
    await begin({ run: kept, checkpoint });
  }

  /** The engine was started afresh: what it had learnt comes back from the run's last state, or is said to be gone. */
  async function restore() {
    const { tp, model, run: last, checkpoint } = state;
    if (state.cohort?.alone) return; // the session's own file brought it back
    if (!model && !state.instant) return;
    const done = last && checkpoint && !model?.transfer ? state.claim("run") : null;
    state.setCohort(state.cohort);
    if (!tp || !last || !checkpoint || !done) return say(`The engine stopped working and was started afresh. Your files are open; ${model?.transfer ? "the model came from a file: open it again" : model ? "the model is gone: train again, or resume where that is offered" : "Instant, the closed form, is gone: press Train"}.`, true);
    try {
      say("The engine stopped working and was started afresh; your model is being opened again …");
      const instant = await tp.instant(last.config);
      const again = await tp.reopen(last.config, checkpoint.slice(), model ?? {});
      state.setModel({ model: again, instant, saved: state.saved });
      say("The engine stopped working and was started afresh; your model is back from its last state.");
      judge(again);
    } catch (error) {
      say(`The model could not be opened again; train it anew. ${/** @type {Error} */ (error).message}`, true);
    } finally {
      done();
    }
  }

  function onProgress(/** @type {import("../../engine").Progress} */ progress) {
    bar.value = progress.step / progress.steps;
    if (state.run) state.run.at = { step: progress.step, steps: progress.steps };
    const { epoch, epochs, step, steps, stepsPerSecond, etaSeconds, engine } = progress;
    const part = (/** @type {string} */ value, /** @type {string} */ what) => h("span", {}, h("strong", {}, value), ` ${what}`);
    numbers.replaceChildren(
      part(`${count(epoch)} of ${count(epochs)}`, "epochs"), part(duration(etaSeconds), "left"),
      part(stepsPerSecond ? stepsPerSecond.toFixed(stepsPerSecond < 10 ? 1 : 0) : "…", "steps per second"),
      part(`${count(step)} of ${count(steps)}`, "steps"), part(engine === "webgpu" ? "GPU" : "CPU", "engine"));
    const quarters = Math.floor(4 * step / steps);
    if (!paused) say(progress.finished ? "Judging what was learnt …" : quarters ? `Training, ${25 * quarters} % done …` : "Training …");
    document.title = `${Math.floor(100 * step / steps)} % · TwinPurify`;
    chart.add(progress);
  }

  function judge(/** @type {import("../../twinpurify.js").Model} */ model) {
    const guards = guardList(model);
    verdict.replaceChildren(...verdictLines(model), ...(guards ? [guards] : []), h("p", {}, h("a", { href: "#explore" }, "See the maps, raw beside purified")));
    verdict.hidden = false;
  }

  /** A saved model stands where a trained one would; there are no losses to show. @param {import("../../twinpurify.js").Model} model */
  function opened(model) {
    plots.hidden = true;
    say("");
    judge(model);
  }

  function pauseOrResume() {
    if (!state.training) return;
    paused = !paused;
    if (paused) run?.pause();
    else run?.resume();
    say(paused ? "Paused." : "Training …");
    update();
  }

  function halt() {
    halted = true;
    run?.stop();
    say("Stopping after the step under way …");
  }

  state.on("job", update);

  return { begin: () => begin(), focus: () => { if (!body.hidden) button.focus(); }, restore, resume, pauseOrResume, adopt };
}

/** The colour of each tumour in a map's scene, for the map that is redrawn. @param {any} raw @returns {(sample: number) => string} */
function painter(raw) {
  const { points } = readScene(raw);
  if (!points?.classes.length) return () => "";
  const colours = new Map(Array.from(points.samples, (sample, at) => [sample, points.classes[points.codes[at]]?.colour ?? ""]));
  return (sample) => colours.get(sample) ?? "";
}
