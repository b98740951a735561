"use strict";

// What was read to its end keeps a tick in the contents and on the map, in this browser only.
eachPage((over) => {
  const tick = () => {
    const read = new Set(progress.keys("read:"));
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".contents a"))) {
      link.toggleAttribute("data-read", read.has(fragment.path(link.href)));
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
      progress.set(`read:${fragment.path(location.href)}`, String(Date.now()));
    });
    watch.observe(end);
    over.addEventListener("abort", () => watch.disconnect());
  }
  tick();
  addEventListener("progress", tick, { signal: over });
  document.addEventListener("fieldguide:patched", tick, { signal: over });
});
