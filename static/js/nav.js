"use strict";

// On this page: marks the section that is being read.
{
  const links = /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".toc-list a"));
  /** @type {Map<Element, HTMLAnchorElement>} */
  const places = new Map();
  for (const link of links) {
    const place = document.getElementById(fragment.decode(link.hash.slice(1)));
    if (place) places.set(place, link);
  }
  const mark = () => {
    /** @type {HTMLAnchorElement | undefined} */
    let current;
    const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    for (const [place, link] of places) {
      if (end || place.getBoundingClientRect().top < innerHeight * 0.3) current = link;
    }
    for (const link of links) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  if (places.size) {
    const watch = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px", threshold: [0, 1] });
    for (const place of places.keys()) watch.observe(place);
  }

  // A panel that was opened on a small screen closes when a link in it leads elsewhere on the page.
  for (const panel of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[popover]"))) {
    panel.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest("a")) panel.hidePopover?.();
    });
    matchMedia("(min-width: 50rem)").addEventListener("change", () => panel.hidePopover?.());
  }

  // The contents open at the page that is shown; after the first layout, so that nothing is laid out twice.
  const shown = document.querySelector(".side [aria-current]");
  const side = document.querySelector(".side");
  if (side && shown) {
    new IntersectionObserver(([seen], watch) => {
      watch.disconnect();
      if (seen?.isIntersecting && side.scrollHeight > side.clientHeight) shown.scrollIntoView({ block: "nearest" });
    }).observe(side);
  }
}
