"use strict";

// What was read to its end keeps a tick in the contents and on the map, in this browser only.
{
  const root = new URL(document.documentElement.dataset.root || "./", location.href);
  /** @param {string} address */
  const path = (address) => address.replace(/[?#].*$/, "").slice(root.href.length);
  const tick = () => {
    const read = new Set(progress.keys("read:"));
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".contents a"))) {
      link.toggleAttribute("data-read", read.has(path(link.href)));
    }
    for (const link of document.querySelectorAll("[data-path]")) {
      link.toggleAttribute("data-read", read.has(link.getAttribute("data-path") ?? ""));
    }
  };
  const end = document.querySelector(".page-topic .neighbours");
  if (end) {
    const watch = new IntersectionObserver(([seen]) => {
      if (!seen?.isIntersecting || scrollY < innerHeight) return;
      watch.disconnect();
      progress.set(`read:${path(location.href)}`, String(Date.now()));
    });
    watch.observe(end);
  }
  tick();
  addEventListener("progress", tick);
}
