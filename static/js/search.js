"use strict";

/** A list that a text field narrows: every word must stand in an item. */
class Filter extends HTMLElement {
  /** @type {{ item: HTMLElement, text: string }[]} */
  items = [];

  connectedCallback() {
    const input = this.querySelector("input");
    if (!input) return;
    this.patched();
    input.addEventListener("input", () => this.narrow(input.value));
  }

  /** Looks at the items, at first and when `serve --watch` has changed them. */
  patched() {
    const value = this.querySelector("input")?.value ?? "";
    this.items = [...this.querySelectorAll("[data-item]")].map((element) => {
      const item = /** @type {HTMLElement} */ (element);
      return { item, text: (item.textContent ?? "").toLowerCase() };
    });
    if (value) this.narrow(value);
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

/** @typedef {[string, number]} TextRun a text, and flags: 1 is code, 2 a match */
/** @typedef {{ kind: string, url: string, title: TextRun[], breadcrumb: string[], excerpt: TextRun[], find: string[] }} SearchHit */
/** @typedef {{ hits: SearchHit[], kinds: number[], corrected: [string, string][], suggestions: string[] }} SearchAnswer */

/** The search's module and index. What it knows is in `wasm/src/search`; a failed start is tried again at the next query. */
const searcher = {
  /** @type {Promise<void> | null} */
  loading: null,
  /** @type {[number, string][]} the stages by their place */
  stages: [],

  /** @returns {Promise<void>} */
  load() {
    this.loading ??= this.start().catch((error) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  },

  async start() {
    const { searchJs = "", searchWasm = "", searchIndex = "" } = document.documentElement.dataset;
    const script = typeof wasm_search === "undefined" ? runScript(searchJs) : null;
    const [module, core] = await Promise.all([readFile(searchWasm), readFile(searchIndex, "no-cache"), script]);
    await wasm_search({ module_or_path: module });
    const opened = JSON.parse(wasm_search.open(core));
    if (opened.problem) throw new SearchProblem(opened.problem);
    this.stages = opened;
  },

  /**
   * @param {string} query
   * @param {string} kind
   * @param {number} stage
   * @param {number} limit
   * @returns {Promise<SearchAnswer>}
   */
  async ask(query, kind, stage, limit) {
    await this.load();
    const folder = (document.documentElement.dataset.searchIndex ?? "").replace(/[^/]*$/, "");
    for (let round = 0; round < 8; round += 1) {
      const reply = JSON.parse(wasm_search.ask(query, kind, stage, limit));
      if (reply.problem) throw new SearchProblem(reply.problem);
      if (!reply.need) return reply;
      const read = async (/** @type {string} */ name) => {
        const problem = wasm_search.give(name, await readFile(folder + name));
        if (problem) throw new SearchProblem(problem);
      };
      await Promise.all(reply.need.map(read));
    }
    throw new SearchProblem("The search index asks for more than it holds: build the site again.");
  },
};

// `serve --watch` has built the site anew: what was read of the index may be of the one before.
document.addEventListener("fieldguide:built", () => (searcher.loading = null));

/** A sentence for the reader. */
class SearchProblem extends Error {}

const CANNOT_START = "The search could not start: its files were not found. They need the page to come from a web server, and to be online.";

/** The kinds of hits in the order of the index, with the words of the filter. */
const SEARCH_KINDS = [
  ["explanation", "Explanations", "Explanation"],
  ["code", "Code", "Code"],
  ["pitfall", "Pitfalls", "Pitfall"],
  ["question", "Questions", "Question"],
  ["quiz", "Quiz", "Quiz"],
  ["stage", "Stages", "Stage"],
  ["lab", "Labs", "Lab"],
];

let finders = 0;

/** What stands below a search field: filters, hits, and what is said where there is none. */
class Finder {
  id = `finder-${(finders += 1)}`;
  /** Numbers the questions: an answer that comes after the next question is not shown. */
  asked = 0;
  /** The answer to the newest question, on its way or there. */
  answered = Promise.resolve();
  kind = "";
  stage = -1;
  limit = 10;
  at = -1;
  query = "";
  status = make("p", { class: "finder-status", role: "status" });
  kinds = make("div", { class: "finder-kinds", role: "group", "aria-label": "Show only" });
  stages = make("select", { class: "finder-stage", "aria-label": "Stage" });
  list = make("ul", { class: "finder-hits", id: `${this.id}-hits`, role: "listbox", "aria-label": "Hits" });
  notes = make("div", { class: "finder-notes" });
  more = make("button", { class: "button", type: "button" }, "More hits");
  filters = make("div", { class: "finder-filters" }, this.kinds, this.stages);
  element = make("div", { class: "finder" }, this.filters, this.status, this.notes, this.list, this.more);

  /**
   * @param {HTMLInputElement} input
   * @param {(query: string) => void} changed called when another query is asked
   */
  constructor(input, changed = () => {}) {
    this.input = input;
    this.changed = changed;
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-autocomplete": "list",
      autocomplete: "off",
    })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", () => this.ask(input.value));
    input.addEventListener("keydown", (event) => this.key(event));
    this.stages.addEventListener("change", () => {
      this.stage = Number(this.stages.value);
      this.again();
    });
    this.more.addEventListener("click", () => {
      this.limit += 20;
      this.answered = this.answer(false);
    });
    this.list.addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      if (link) this.follow(link, event);
    });
    this.blank();
  }

  /** @param {string} query */
  ask(query) {
    this.query = query.trim() ? query : "";
    this.changed(this.query);
    this.limit = 10;
    this.again();
  }

  again() {
    this.asked += 1;
    if (this.query) this.answered = this.answer(true);
    else this.blank();
  }

  /** @param {boolean} fresh whether the selection starts anew */
  async answer(fresh) {
    const asked = (this.asked += 1);
    try {
      const answer = await searcher.ask(this.query, this.kind, this.stage, this.limit);
      if (asked === this.asked) this.paint(answer, fresh);
    } catch (error) {
      if (asked !== this.asked) return;
      this.blank();
      this.status.textContent = error instanceof SearchProblem ? error.message : CANNOT_START;
      this.element.dispatchEvent(new CustomEvent("fg-search-failed", { bubbles: true }));
    }
  }

  /** Nothing is asked: what was asked lately. */
  blank() {
    this.select(-1);
    this.list.replaceChildren();
    this.filters.hidden = true;
    this.more.hidden = true;
    this.status.textContent = "";
    this.input.setAttribute("aria-expanded", "false");
    const recent = recentQueries();
    this.notes.replaceChildren();
    if (recent.length) {
      const clear = make("button", { class: "quiet-button", type: "button" }, "Forget");
      clear.addEventListener("click", () => {
        store.set("recent", null);
        this.notes.replaceChildren();
        this.input.focus();
      });
      this.notes.append(this.offers("Searched lately:", recent), clear);
    }
  }

  /**
   * @param {SearchAnswer} answer
   * @param {boolean} fresh
   */
  paint(answer, fresh) {
    const all = answer.kinds.reduce((sum, count) => sum + count, 0);
    const chosen = SEARCH_KINDS.findIndex(([kind]) => kind === this.kind);
    const count = chosen < 0 ? all : answer.kinds[chosen] ?? 0;
    this.paintFilters(answer, all);
    this.list.replaceChildren(...answer.hits.map((hit, at) => this.hit(hit, at)));
    this.input.setAttribute("aria-expanded", String(answer.hits.length > 0));
    this.status.textContent = count ? `${count} ${count === 1 ? "hit" : "hits"}` : "";
    this.notes.replaceChildren();
    for (const [typed, word] of answer.corrected) {
      this.notes.append(make("p", {}, "Nothing holds “", make("b", {}, typed), "”. Searched for “", make("b", {}, word), "”."));
    }
    if (!answer.hits.length) this.nothing(answer, all);
    this.more.hidden = answer.hits.length < this.limit || answer.hits.length >= count;
    this.select(fresh ? (answer.hits.length ? 0 : -1) : this.at);
  }

  /**
   * @param {SearchAnswer} answer
   * @param {number} all
   */
  nothing(answer, all) {
    this.status.textContent = all
      ? "Nothing of this kind matches."
      : "Nothing matches. Try a shorter word, or a symbol as it stands in code.";
    if (answer.suggestions.length) this.notes.append(this.offers("The book has:", answer.suggestions));
    if (this.stage >= 0) {
      const everywhere = make("button", { class: "quiet-button", type: "button" }, "Search all stages");
      everywhere.addEventListener("click", () => {
        this.stage = -1;
        this.stages.value = "-1";
        this.again();
      });
      this.notes.append(everywhere);
    }
  }

  /**
   * Queries as buttons.
   * @param {string} label
   * @param {string[]} queries
   */
  offers(label, queries) {
    const buttons = queries.map((query) => {
      const button = make("button", { class: "finder-offer", type: "button" }, query);
      button.addEventListener("click", () => {
        this.input.value = query;
        this.input.focus();
        this.ask(query);
      });
      return button;
    });
    return make("p", { class: "finder-offers" }, make("span", {}, label), ...buttons);
  }

  /**
   * @param {SearchAnswer} answer
   * @param {number} all
   */
  paintFilters(answer, all) {
    this.filters.hidden = false;
    if (!this.kinds.firstChild) {
      for (const [kind = "", many = ""] of [["", "All"], ...SEARCH_KINDS]) {
        const button = make("button", { type: "button", "data-kind": kind }, make("span", {}, many), " ", make("span", {}));
        button.addEventListener("click", () => {
          this.kind = this.kind === kind ? "" : kind;
          this.limit = 10;
          this.again();
        });
        this.kinds.append(button);
      }
      const option = (/** @type {[number, string]} */ [place, title]) => make("option", { value: String(place) }, title);
      this.stages.append(option([-1, "All stages"]), ...searcher.stages.map(option));
      this.stages.hidden = searcher.stages.length < 2;
    }
    [...this.kinds.children].forEach((button, at) => {
      const count = at === 0 ? all : answer.kinds[at - 1] ?? 0;
      const on = button.getAttribute("data-kind") === this.kind;
      button.setAttribute("aria-pressed", String(on));
      /** @type {HTMLElement} */ (button).hidden = at > 0 && !count && !on;
      const number = button.lastElementChild;
      if (number) number.textContent = String(count);
    });
  }

  /**
   * @param {SearchHit} hit
   * @param {number} at
   */
  hit(hit, at) {
    const [, , name = ""] = SEARCH_KINDS.find(([kind]) => kind === hit.kind) ?? [];
    const [page = "", anchor = ""] = hit.url.split("#");
    const lab = hit.find.length && hit.kind !== "lab" ? "find" : "";
    const hash = fragment.write({ route: "", anchor, lab, state: found.write(hit.find) });
    const link = make(
      "a",
      { role: "option", id: `${this.id}-${at}`, tabindex: "-1", href: (document.documentElement.dataset.root ?? "") + page + hash },
      make("span", { class: "finder-title" }, ...hit.title.map(textRun)),
      make(
        "span",
        { class: "finder-place" },
        make("span", { class: `finder-kind kind-${hit.kind}` }, name),
        ...hit.breadcrumb.flatMap((title) => [" › ", title]),
      ),
      make("span", { class: hit.kind === "code" ? "finder-excerpt finder-code" : "finder-excerpt" }, ...hit.excerpt.map(textRun)),
    );
    return make("li", { role: "presentation" }, link);
  }

  /** @returns {HTMLAnchorElement[]} */
  get links() {
    return [...this.list.querySelectorAll("a")];
  }

  /** @param {number} at */
  select(at) {
    const links = this.links;
    this.at = links.length ? Math.max(-1, Math.min(at, links.length - 1)) : -1;
    links.forEach((link, i) => link.setAttribute("aria-selected", String(i === this.at)));
    const link = links[this.at];
    if (link) this.input.setAttribute("aria-activedescendant", link.id);
    else this.input.removeAttribute("aria-activedescendant");
    return link;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.isComposing) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step && this.links.length) {
      event.preventDefault();
      this.select(Math.max(0, this.at + step))?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      void this.go();
    }
  }

  /** Goes to the chosen hit of what stands in the field; who types fast gets there too, not to a hit of half a word. */
  async go() {
    const { asked } = this;
    await this.answered;
    if (asked === this.asked) this.links[Math.max(0, this.at)]?.click();
  }

  /**
   * @param {HTMLAnchorElement} link
   * @param {MouseEvent} event
   */
  follow(link, event) {
    rememberQuery(this.query);
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const here = link.href === location.href;
    this.element.closest("dialog")?.close();
    // The browser does nothing where the address stays the same.
    if (here) reveal();
  }
}

/**
 * @param {TextRun} run
 * @returns {Node}
 */
function textRun([text, flags]) {
  const inner = flags & 2 ? make("mark", {}, text) : document.createTextNode(text);
  return flags & 1 ? make("code", {}, inner) : inner;
}

/** @returns {string[]} */
function recentQueries() {
  return (store.get("recent") ?? "").split("\n").filter(Boolean);
}

/** @param {string} query */
function rememberQuery(query) {
  const text = query.trim().slice(0, 80);
  store.set("recent", [text, ...recentQueries().filter((other) => other !== text)].slice(0, 6).join("\n"));
}

/** The search page: `search.html?q=` fills the field, and the address follows it. Without a query it lists all titles. */
class Search extends Filter {
  /** @type {Finder | null} */
  finder = null;

  connectedCallback() {
    const input = this.querySelector("input");
    if (!input || this.finder) return;
    const asked = new URLSearchParams(location.search).get("q");
    if (asked) input.value = asked;
    super.connectedCallback();
    const finder = new Finder(input, (query) => this.asked(query));
    this.finder = finder;
    input.closest("p")?.after(finder.element);
    // Where the index can't be had, the list of titles is narrowed instead.
    this.addEventListener("fg-search-failed", () => this.toggleAttribute("data-found", false));
    if (input.value) finder.ask(input.value);
    if (!location.hash) input.focus({ preventScroll: true });
    input.addEventListener("focus", () => void searcher.load().catch(() => {}), { once: true });
  }

  /** @param {string} query */
  asked(query) {
    this.toggleAttribute("data-found", query !== "");
    const url = new URL(location.href);
    if (query) url.searchParams.set("q", query);
    else url.searchParams.delete("q");
    try {
      history.replaceState(history.state, "", url);
    } catch {
      // From file:// some browsers refuse; the hits are what counts.
    }
  }
}
customElements.define("fg-search", Search);

/** The dialog that `/` and Ctrl-K open on every page. */
const searchDialog = {
  /** @type {HTMLDialogElement | null} */
  dialog: null,
  input: make("input", {
    type: "search",
    "aria-label": "Search the guide",
    placeholder: "nan, hash, broadcasting …",
    autocapitalize: "off",
    spellcheck: "false",
  }),

  open() {
    this.dialog ??= this.make();
    if (!this.dialog.open) this.dialog.showModal();
    this.input.focus();
    this.input.select();
    void searcher.load().catch(() => {});
  },

  make() {
    const finder = new Finder(this.input);
    const close = make("button", { class: "bar-button", type: "button" }, icon("close"), make("span", { class: "visually-hidden" }, "Close the search"));
    const dialog = make(
      "dialog",
      { class: "search-dialog", "aria-label": "Search" },
      make("div", { class: "search-box" }, icon("search"), this.input, close),
      finder.element,
      make("p", { class: "finder-keys", "aria-hidden": "true" }, make("kbd", {}, "↑"), " ", make("kbd", {}, "↓"), " choose ", make("kbd", {}, "Enter"), " go there ", make("kbd", {}, "Esc"), " close"),
    );
    close.addEventListener("click", () => dialog.close());
    // Else the first Escape would only empty the field.
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(dialog);
    return dialog;
  },
};

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest(".bar-search, .home-actions a, .filter-none a") : null;
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const search = document.documentElement.dataset.search ?? "";
  if (!plain || event.defaultPrevented || link?.getAttribute("href") !== search || document.querySelector("fg-search")) return;
  event.preventDefault();
  searchDialog.open();
});
