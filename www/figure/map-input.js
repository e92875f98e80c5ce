// @ts-check
/** Pointer, wheel and keys of a map: what a person's hand means. */

/** @typedef {import("./map-view.js").MapView} MapView */
/** @typedef {import("./map-view.js").How} How */

/** Pixels below which a press is a click. */
const STILL = 3;
/** A finger held this long draws; one that moves at once scrolls the page. */
const HOLD_MS = 350;

/** Shift adds; Alt, Ctrl and ⌘ take away; else as the map is set. @param {MapView} map @param {MouseEvent} event @returns {How} */
const howOf = (map, event) => event.shiftKey ? "add" : event.altKey || event.ctrlKey || event.metaKey ? "remove" : map.how;

/** @param {MapView} map @param {AbortSignal} signal */
export function listen(map, signal) {
  const { canvas } = map;
  /** The fingers, pen or mouse that are down. @type {Map<number, {x: number, y: number}>} */
  const down = new Map();
  /** @type {{kind: "lasso" | "move", path: number[], last: {x: number, y: number}, moved: boolean, since: number, scrolls: boolean} | null} */
  let drag = null;
  let over = false;
  /** The space bar is down; what it was used for decides what its release means. @type {"no" | "held" | "used"} */
  let space = "no";

  /** @param {MouseEvent} event */
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    const grown = map.grown(box.width);
    return { x: (event.clientX - box.left) * grown, y: (event.clientY - box.top) * grown };
  };

  /** Two fingers: what lay between them stays between them. @param {PointerEvent} event */
  const pinch = (event) => {
    const [a, b] = [...down.keys()].slice(0, 2).map((id) => /** @type {{x: number, y: number}} */ (down.get(id)));
    const now = place(event);
    const [was, other] = down.get(event.pointerId) === a ? [a, b] : [b, a];
    const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(was.x - other.x, was.y - other.y));
    map.pan((now.x - was.x) / 2, (now.y - was.y) / 2);
    map.zoom(factor, (now.x + other.x) / 2, (now.y + other.y) / 2);
  };

  const cancel = () => {
    drag = null;
    map.setLasso(null);
  };

  /** @param {PointerEvent} event */
  const pressed = (event) => {
    if (event.button > 1) return;
    // The middle button would scroll by itself.
    if (event.button === 1) event.preventDefault();
    if (event.pointerType !== "touch") canvas.setPointerCapture(event.pointerId);
    const at = place(event);
    down.set(event.pointerId, at);
    if (down.size > 1) return cancel();
    const move = event.button === 1 || space !== "no" || map.drag === "move";
    if (space === "held") space = "used";
    drag = { kind: move ? "move" : "lasso", path: [at.x, at.y], last: at, moved: false, since: event.timeStamp, scrolls: event.pointerType === "touch" };
  };

  /** @param {PointerEvent} event */
  const moved = (event) => {
    const at = place(event);
    if (down.size > 1 && down.has(event.pointerId)) {
      pinch(event);
      down.set(event.pointerId, at);
      return;
    }
    if (!drag) {
      map.point(map.locate(at.x, at.y));
      return;
    }
    const [dx, dy] = [at.x - drag.last.x, at.y - drag.last.y];
    if (Math.hypot(dx, dy) < STILL) return;
    drag.last = at;
    if (!drag.moved && event.timeStamp - drag.since > HOLD_MS) drag.scrolls = false;
    drag.moved = true;
    if (drag.scrolls) return;
    if (drag.kind === "move") map.pan(dx, dy);
    else {
      map.point(-1);
      drag.path.push(at.x, at.y);
      map.setLasso(drag.path);
    }
  };

  /** @param {PointerEvent} event */
  const released = (event) => {
    down.delete(event.pointerId);
    const ended = drag;
    cancel();
    if (!ended) return;
    const how = howOf(map, event);
    if (!ended.moved) {
      const { x, y } = place(event);
      map.point(map.locate(x, y));
      if (map.sample !== null) map.choose([map.sample], how === "add" ? "toggle" : how, "click");
      // A click beside all samples lets go of them, as everywhere; with a key held it was a slip.
      else if (how === "replace") map.choose([], how, "click");
    } else if (!ended.scrolls && ended.kind === "lasso" && ended.path.length >= 6) map.choose(map.enclosedBy(ended.path), how, "lasso");
  };

  /** @param {WheelEvent} event */
  const wheel = (event) => {
    // At full view, turning outwards scrolls the page on: a map is no trap.
    if (event.deltaY > 0 && map.whole) return;
    event.preventDefault();
    const { x, y } = place(event);
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    map.zoom(Math.exp(-Math.max(-120, Math.min(120, step)) * 0.003), x, y);
  };

  /** Whether the space bar belongs to this map: it has the focus, or the pointer is over it and nobody types. */
  const ours = () => document.activeElement === canvas || (over && (document.activeElement === null || document.activeElement === document.body));

  /** @param {KeyboardEvent} event */
  const spaceDown = (event) => {
    if (event.key !== " " || !ours() || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (!event.repeat) space = "held";
  };

  /** @param {KeyboardEvent} event */
  const spaceUp = (event) => {
    if (event.key !== " " || space === "no") return;
    event.preventDefault();
    if (space === "held" && document.activeElement === canvas && map.sample !== null) {
      map.choose([map.sample], "toggle", "keyboard");
      map.say(map.sample);
    }
    space = "no";
  };

  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, [number, number]>} */
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    /** @type {Record<string, [number, number]>} */
    const pans = { a: [40, 0], d: [-40, 0], w: [0, 40], s: [0, -40] };
    const way = ways[event.key];
    if (way) {
      const before = map.sample;
      map.step(way);
      const after = map.sample;
      if (event.shiftKey && after !== null) map.choose(before === null ? [after] : [before, after], "add", "keyboard");
    } else if (pans[event.key]) map.pan(...pans[event.key]);
    else if (event.key === "+" || event.key === "=") map.zoom(1.4);
    else if (event.key === "-" || event.key === "_") map.zoom(1 / 1.4);
    else if (event.key === "0") map.reset();
    else if (event.key === "Escape") {
      map.point(-1);
      // The page lets go of what is selected; an Escape in the middle of a lasso is about the lasso.
      if (!drag) return;
      cancel();
    } else if (event.key === "Enter" && map.sample !== null) map.choose([map.sample], "replace", "keyboard");
    else return;
    event.preventDefault();
  };

  /** @type {[string, (event: any) => void][]} */
  const handlers = [
    ["pointermove", moved], ["pointerdown", pressed], ["pointerup", released], ["wheel", wheel], ["keydown", key],
    ["pointercancel", (event) => { down.delete(event.pointerId); cancel(); }],
    ["pointerenter", () => { over = true; }],
    ["pointerleave", (event) => {
      over = false;
      // A finger that was lifted has not gone elsewhere: what it tapped stays named.
      if (event.pointerType !== "touch") map.point(-1);
    }],
    ["touchmove", (event) => { if (event.touches.length > 1 || (drag && !drag.scrolls)) event.preventDefault(); }],
    ["dblclick", () => map.reset()],
    ["blur", () => { space = "no"; }],
  ];
  for (const [name, handler] of handlers) canvas.addEventListener(name, handler, { signal, passive: false });
  document.addEventListener("keydown", spaceDown, { signal });
  document.addEventListener("keyup", spaceUp, { signal });
}
