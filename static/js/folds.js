"use strict";

/**
 * The folds of the page's text; a lab's own are left alone.
 * @returns {HTMLDetailsElement[]}
 */
function folds() {
  const all = /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("main details"));
  return [...all].filter((fold) => !fold.closest("fg-lab, fg-quiz"));
}

/** One control that opens or closes all folds of a page. */
class Folds extends HTMLElement {
  connectedCallback() {
    if (this.firstChild) return;
    if (folds().length < 2) return document.addEventListener("fieldguide:patched", () => this.connectedCallback(), { once: true });
    const button = make("button", { class: "quiet-button", type: "button" });
    const say = () => (button.textContent = folds().every((fold) => fold.open) ? "Close all answers" : "Open all answers");
    button.addEventListener("click", () => {
      const open = !folds().every((fold) => fold.open);
      for (const fold of folds()) fold.open = open;
    });
    document.addEventListener("toggle", say, true);
    say();
    this.append(button);
  }
}
customElements.define("fg-folds", Folds);

/** @type {HTMLDetailsElement[]} */
let openedToPrint = [];
addEventListener("beforeprint", () => {
  openedToPrint = folds().filter((fold) => !fold.open);
  for (const fold of openedToPrint) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of openedToPrint) fold.open = false;
});
