"use strict";

/** Opens what hides the place that the address names, and goes there. */
function reveal() {
  const { anchor, lab } = fragment.read();
  const place = document.getElementById(lab || anchor);
  if (!place) return;
  let closed = false;
  for (let fold = place.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    closed ||= !fold.open;
    fold.open = true;
  }
  if (closed || lab) place.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();
