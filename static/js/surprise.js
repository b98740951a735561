"use strict";

/** A link that leads to one of the addresses in `data-urls`, drawn anew each time. */
class Surprise extends HTMLElement {
  connectedCallback() {
    const link = this.querySelector("a");
    const urls = (this.dataset.urls ?? "").split(" ").filter(Boolean);
    if (!link || !urls.length) return;
    const draw = () => (link.href = urls[Math.floor(Math.random() * urls.length)] ?? link.href);
    link.addEventListener("click", draw);
    addEventListener("pageshow", draw, { signal: pageOver.signal });
  }
}
customElements.define("fg-surprise", Surprise);
