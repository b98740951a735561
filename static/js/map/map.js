"use strict";

/** The map of the book: the topic that is pointed at or has the focus shows what it hangs on and what hangs on it. */
class BookMap extends HTMLElement {
  connectedCallback() {
    const lines = [...this.querySelectorAll(".map-lines path")];
    const topics = [...this.querySelectorAll(".map-topic")];
    const show = (/** @type {EventTarget | null} */ target) => {
      const path = target instanceof Element ? target.closest(".map-topic")?.getAttribute("data-path") : null;
      const near = new Set([path]);
      for (const line of lines) {
        const [from, to] = [line.getAttribute("data-from"), line.getAttribute("data-to")];
        const on = Boolean(path) && (from === path || to === path);
        line.toggleAttribute("data-on", on);
        if (on) near.add(from).add(to);
      }
      for (const topic of topics) topic.toggleAttribute("data-near", near.has(topic.getAttribute("data-path")));
      this.toggleAttribute("data-chosen", Boolean(path));
    };
    for (const event of ["pointerover", "focusin"]) this.addEventListener(event, ({ target }) => show(target));
    for (const event of ["pointerleave", "focusout"]) this.addEventListener(event, () => show(null));
  }
}
customElements.define("fg-map", BookMap);
