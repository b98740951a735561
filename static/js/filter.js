"use strict";

/**
 * A list that is narrowed by words, a stage and a tag; what was chosen stands in the address, so that it can be sent on.
 * Without this script the whole list stands there.
 */
class Filter extends HTMLElement {
  /** @type {{ item: HTMLElement, text: string, tags: string[], stage: string }[]} */
  items = [];
  /** @type {Record<string, HTMLInputElement | HTMLSelectElement>} what narrows, by its name in the address */
  fields = {};

  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.items.length) return;
    const groups = this.collect();
    const tags = [...new Set(this.items.flatMap(({ tags }) => tags))].sort((a, b) => a.localeCompare(b));
    this.fields = {
      q: input,
      stage: this.choice("All stages", groups.map(({ dataset }) => [dataset.group ?? "", `${dataset.group} ${dataset.title}`])),
      tag: this.choice("All tags", tags.map((tag) => [tag, tag])),
    };
    const asked = new URLSearchParams(location.search);
    for (const [name, field] of Object.entries(this.fields)) {
      if (asked.has(name)) field.value = asked.get(name) ?? "";
      // A name that no option has would choose none at all.
      if (field instanceof HTMLSelectElement && field.selectedIndex < 0) field.selectedIndex = 0;
      field.addEventListener("input", () => this.narrow(true));
    }
    this.narrow(false);
  }

  /** @returns {HTMLElement[]} the groups whose items are there now */
  collect() {
    const groups = /** @type {HTMLElement[]} */ ([...this.querySelectorAll("[data-group]")]);
    this.items = groups.flatMap((group) =>
      /** @type {HTMLElement[]} */ ([...group.querySelectorAll("[data-item]")]).map((item) => ({
        item,
        text: (item.textContent ?? "").toLowerCase(),
        tags: (item.dataset.tags ?? "").split("|").filter(Boolean),
        stage: group.dataset.group ?? "",
      })),
    );
    return groups;
  }

  /** `serve --watch` has changed the items. */
  patched() {
    this.collect();
    this.narrow(false);
  }

  /**
   * @param {string} all
   * @param {string[][]} options values and names
   */
  choice(all, options) {
    const select = make("select", { "aria-label": all.replace("All", "Only of") });
    select.append(make("option", { value: "" }, all));
    for (const [value = "", name = ""] of options) select.append(make("option", { value }, name));
    if (options.length > 1) this.querySelector(".filter-box")?.append(select);
    return select;
  }

  /** @param {boolean} keep whether the address changes */
  narrow(keep) {
    const { q = "", stage = "", tag = "" } = Object.fromEntries(
      Object.entries(this.fields).map(([name, field]) => [name, field.value]),
    );
    const words = q.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const { item, text, tags, stage: own } of this.items) {
      const right = (!stage || stage === own) && (!tag || tags.includes(tag));
      item.hidden = !(right && words.every((word) => text.includes(word)));
      if (!item.hidden) found += 1;
    }
    for (const group of /** @type {NodeListOf<HTMLElement>} */ (this.querySelectorAll("[data-group]"))) {
      const left = group.querySelectorAll("[data-item]:not([hidden])").length;
      group.hidden = !left;
      const count = group.querySelector(".index-count");
      if (count) count.textContent = String(left);
    }
    const none = /** @type {HTMLElement | null} */ (this.querySelector(".filter-none"));
    if (none) none.hidden = found > 0;
    const narrowed = Boolean(words.length || stage || tag);
    const status = this.querySelector(".filter-status");
    const many = `${this.items.length} ${this.dataset.many}`;
    if (status) status.textContent = narrowed ? `${found} of ${many}` : many;
    this.toggleAttribute("data-narrowed", narrowed);
    if (keep) this.keep({ q, stage, tag });
  }

  /** @param {Record<string, string>} asked */
  keep(asked) {
    const query = new URLSearchParams(Object.entries(asked).filter(([, value]) => value)).toString();
    try {
      history.replaceState(history.state, "", location.pathname + (query && `?${query}`) + location.hash);
    } catch {
      // A browser may refuse, from file:// or after too many calls; the list is narrowed all the same.
    }
  }
}
customElements.define("fg-filter", Filter);
