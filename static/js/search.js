"use strict";

/** A list that a text field narrows: every word must stand in an item. */
class Filter extends HTMLElement {
  /** @type {{ item: HTMLElement, text: string }[]} */
  items = [];

  connectedCallback() {
    const input = this.querySelector("input");
    if (!input) return;
    this.items = [...this.querySelectorAll("[data-item]")].map((element) => {
      const item = /** @type {HTMLElement} */ (element);
      return { item, text: (item.textContent ?? "").toLowerCase() };
    });
    input.addEventListener("input", () => this.narrow(input.value));
    if (input.value) this.narrow(input.value);
  }

  /** @param {string} query */
  narrow(query) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { item, text } of this.items) {
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden) found += 1;
    }
    for (const group of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-group]"))) {
      group.hidden = !group.querySelector("[data-item]:not([hidden])");
    }
    const none = /** @type {HTMLElement | null} */ (this.querySelector(".filter-none"));
    if (none) none.hidden = found > 0;
    const status = this.querySelector(".filter-status");
    if (status) status.textContent = words.length ? `${found} of ${this.items.length}` : "";
    this.toggleAttribute("data-narrowed", words.length > 0);
  }
}
customElements.define("fg-filter", Filter);

/** The search page: `search.html?q=` fills the field, and the address follows it. */
class Search extends Filter {
  connectedCallback() {
    const input = this.querySelector("input");
    const asked = new URLSearchParams(location.search).get("q");
    if (input && asked) input.value = asked;
    super.connectedCallback();
    if (input && !location.hash) input.focus({ preventScroll: true });
  }

  /** @param {string} query */
  narrow(query) {
    super.narrow(query);
    const url = new URL(location.href);
    if (query) url.searchParams.set("q", query);
    else url.searchParams.delete("q");
    try {
      history.replaceState(history.state, "", url);
    } catch {
      // From file:// some browsers refuse; the list is what counts.
    }
  }
}
customElements.define("fg-search", Search);
