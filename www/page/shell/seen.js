// Work for a panel off screen waits until somebody sees it; of several the newest alone is done.

/** @type {WeakMap<Element, () => void>} */
const waiting = new WeakMap();
const watching = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const work = waiting.get(target);
    if (!isIntersecting || !work) continue;
    watching.unobserve(target);
    waiting.delete(target);
    work();
  }
}, { rootMargin: "100px" });

/** @param {Element} panel @param {() => void} work */
export function whenSeen(panel, work) {
  waiting.set(panel, work);
  // Observed anew it answers even where nothing moves.
  watching.unobserve(panel);
  watching.observe(panel);
}
