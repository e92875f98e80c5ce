// The page's start: paint first, then fetch the engines, then wait for files.
import { sessionAddress } from "../session.js";
import { TwinPurify } from "../twinpurify.js";
import { startCatching } from "./shell/asking.js";
import { RequestCount, startEngineBadge, startPrivacyBadge } from "./shell/badge.js";
import { startCohort } from "./cohort/cohort.js";
import { startDownloads } from "./widgets/downloads.js";
import { startEvidence } from "./evidence/evidence.js";
import { startExplore } from "./explore/explore.js";
import { startGenes } from "./genes/genes.js";
import { Keeping } from "./shell/keeping.js";
import { Door } from "./shell/lock.js";
import { Offline } from "./shell/offline.js";
import { startPathways } from "./pathways/pathways.js";
import { startRail } from "./shell/rail.js";
import { startShare } from "./share/share.js";
import { startSharedView } from "./share/shared_view.js";
import { startShortcuts } from "./shell/shortcuts.js";
import { State } from "./shell/state.js";
import { startTheme } from "./shell/theme.js";
import { startTrain } from "./train/train.js";

const asked = new URLSearchParams(location.search).get("device");
const device = asked === "cpu" || asked === "webgpu" ? asked : "auto";
const requests = new RequestCount();
const door = new Door();

/** @type {(tp: Promise<TwinPurify>) => void} */
let load = () => {};
const state = new State(new Promise((resolve) => { load = resolve; }));

startCatching();
addEventListener("beforeunload", (event) => { if (state.atRisk) event.preventDefault(); });
startTheme(state);
state.on("job", () => { document.body.dataset.job = state.job ?? ""; });
startRail();
startEngineBadge(state);
const offline = new Offline(state);
startPrivacyBadge(requests, door, offline);
// Everything is fetched by now; from here on nothing is, and every request would be counted.
state.on("opened", () => {
  door.lock();
  requests.begin();
});
state.door = () => door.sure();
const cohort = startCohort(state, door);
const train = startTrain(state);
const explore = startExplore(state);
startGenes(state);
startPathways(state, explore.offerPathways);
startEvidence(state);
startDownloads(state, startShare(state));
startShortcuts({ onTrain: train.focus, onPause: train.pauseOrResume });

function startEngines() {
  const keeping = new Keeping(state, { open: cohort.openKept, note: cohort.note, resume: train.resume });
  const creating = TwinPurify.create({ device, onRequest: (address, at) => requests.seen(address, at), also: () => Promise.allSettled([offline.keep(), keeping.fetched, session]) });
  creating.then((tp) => {
    state.tp = tp;
    // For a person at the console, and for the test that loses the GPU in the middle of a run.
    Object.assign(globalThis, { twinpurify: tp });
    tp.onStopped = (address) => door.stop(address);
    tp.onDevice = () => state.tell("engine");
    tp.onRestored = () => { train.restore().then(() => state.tell("cohort")); };
    state.tell("engine");
  }, () => undefined);
  load(creating);
}

// A lab's own demo: `?session=` beside the page or below it, asked for before any file is opened.
const wanted = new URLSearchParams(location.search).get("session");
const session = wanted === null ? null : fetchSession(wanted);
session?.then((file) => cohort.open([file]), (error) => cohort.say(error.message, true));

// A shared result needs no engine, until the person wants to open a cohort of their own.
const links = startSharedView(state, { startEngines, adopt: train.adopt, train: train.begin, demo: cohort.demoOfLink, look: explore.look });
// Two frames: the first screen is painted before any engine is asked for.
if (!links.shown) requestAnimationFrame(() => requestAnimationFrame(startEngines));

/** @param {string} path @returns {Promise<File>} */
async function fetchSession(path) {
  const address = sessionAddress(path, location.href);
  if (!address) throw new Error("The address asks for a session that is not beside this page: ?session= takes a relative path, without “..”.");
  const response = await fetch(address);
  if (!response.ok) throw new Error(`The session was not found where this page is hosted (HTTP ${response.status}).`);
  const name = address.pathname.split("/").at(-1) ?? "";
  return new File([await response.blob()], name.endsWith(".twinpurify") ? name : `${name}.twinpurify`);
}
