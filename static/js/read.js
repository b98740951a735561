"use strict";

// What was read to its end keeps a tick in the contents, in this browser only.
{
  const root = new URL(document.documentElement.dataset.root || "./", location.href);
  /** @param {string} address */
  const path = (address) => address.replace(/[?#].*$/, "").slice(root.href.length);
  const read = new Set((store.get("read") ?? "").split(" ").filter(Boolean));
  const tick = () => {
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".contents a"))) {
      link.toggleAttribute("data-read", read.has(path(link.href)));
    }
  };
  const end = document.querySelector(".page-topic .neighbours");
  if (end) {
    const watch = new IntersectionObserver(([seen]) => {
      if (!seen?.isIntersecting || scrollY < innerHeight) return;
      watch.disconnect();
      read.add(path(location.href));
      store.set("read", [...read].join(" "));
      tick();
    });
    watch.observe(end);
  }
  tick();
  document.addEventListener("fieldguide:patched", tick);
}
