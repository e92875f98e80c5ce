// The rail: which section is being read.

export function startRail() {
  const links = [.../** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".rail a"))];
  const name = document.title;
  const sections = links.map((link) => /** @type {HTMLElement} */ (document.querySelector(link.hash)));
  const show = () => {
    const line = innerHeight * 0.35;
    let at = sections.findLastIndex((section) => section.getBoundingClientRect().top <= line);
    if (scrollY + innerHeight >= document.documentElement.scrollHeight - 2 && scrollY > 0) at = sections.length - 1;
    document.title = at > 0 ? `${links[at].textContent} · TwinPurify` : name;
    links.forEach((link, index) => {
      if (index === Math.max(at, 0)) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };
  let waiting = false;
  addEventListener("scroll", () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      show();
    });
  }, { passive: true });
  // A section reached from the rail takes the focus too, so that the next Tab goes on from there.
  links.forEach((link, index) => link.addEventListener("click", () => {
    sections[index].tabIndex = -1;
    sections[index].focus({ preventScroll: true });
  }));
  show();
}
