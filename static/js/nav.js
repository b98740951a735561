"use strict";

// On this page: marks the section that is being read.
{
  /** @type {Map<Element, HTMLAnchorElement>} */
  const places = new Map();
  const mark = () => {
    /** @type {HTMLAnchorElement | undefined} */
    let current;
    const end = scrollY + innerHeight >= document.documentElement.scrollHeight - 2;
    for (const [place, link] of places) {
      if (end || place.getBoundingClientRect().top < innerHeight * 0.3) current = link;
    }
    for (const link of places.values()) {
      if (link === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  const watch = new IntersectionObserver(mark, { rootMargin: "0px 0px -70% 0px", threshold: [0, 1] });
  const find = () => {
    watch.disconnect();
    places.clear();
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".toc-list a"))) {
      const place = document.getElementById(fragment.decode(link.hash.slice(1)));
      if (place) places.set(place, link);
    }
    for (const place of places.keys()) watch.observe(place);
  };
  find();
  document.addEventListener("fieldguide:patched", find);
  // A jump may pass all places without one of them being seen.
  addEventListener("scrollend", mark);

  // A panel that was opened on a small screen closes when a link in it leads elsewhere on the page.
  addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("[popover] a") : null;
    /** @type {HTMLElement | null | undefined} */ (link?.closest("[popover]"))?.hidePopover?.();
  });
  matchMedia("(min-width: 50rem)").addEventListener("change", () => {
    for (const panel of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[popover]"))) panel.hidePopover?.();
  });

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
