"use strict";

/** Opens what hides the place that the address names, goes there, and marks what a search found there. */
function reveal() {
  const { anchor, lab, state } = fragment.read();
  const searched = lab === "find";
  const place = document.getElementById((!searched && lab) || anchor);
  found.clear();
  if (place?.matches(".moved")) location.replace(/** @type {HTMLAnchorElement} */ (place.querySelector("a")).href);
  let closed = false;
  for (let fold = place?.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    closed ||= !fold.open;
    fold.open = true;
  }
  if (place && (closed || lab)) place.scrollIntoView();
  if (searched) found.show(state, place);
}
addEventListener("hashchange", reveal);
reveal();
