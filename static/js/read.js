"use strict";

// What was read to its end keeps a tick in the contents, in this browser only.
eachPage((over) => {
  const read = new Set((store.get("read") ?? "").split(" ").filter(Boolean));
  const tick = () => {
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".contents a"))) {
      link.toggleAttribute("data-read", read.has(fragment.path(link.href)));
    }
  };
  const end = document.querySelector(".page-topic .neighbours");
  if (end) {
    const watch = new IntersectionObserver(([seen]) => {
      if (!seen?.isIntersecting || scrollY < innerHeight) return;
      watch.disconnect();
      read.add(fragment.path(location.href));
      store.set("read", [...read].join(" "));
      tick();
    });
    watch.observe(end);
    over.addEventListener("abort", () => watch.disconnect());
  }
  tick();
  document.addEventListener("fieldguide:patched", tick, { signal: over });
});
