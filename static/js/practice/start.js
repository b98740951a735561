"use strict";

/** @typedef {{ kinds: string[], without: string[], fresh: number, many: number, minutes: number }} PracticeSettings `without` holds numbers of stages */

/** The practice page: what to practise, then a session or a mock interview in its place. */
class Practice extends HTMLElement {
  /** @type {PracticeSettings} */
  settings = { kinds: ["question", "pitfall"], without: [], fresh: 10, many: 6, minutes: 20 };
  /** @type {Session | Mock | null} */
  running = null;
  about = make("div");

  async connectedCallback() {
    if (this.hasAttribute("data-live")) return;
    this.setAttribute("data-live", "");
    // From file:// only an export holds what can be loaded: whoever opened the site itself is told at a press, not at once.
    if (location.protocol === "file:") {
      const button = make("button", { class: "button button-first", type: "button" }, "Load the cards");
      this.append(make("p", {}, button));
      button.addEventListener("click", () => {
        button.parentElement?.remove();
        void this.start();
      });
      return;
    }
    await this.start();
  }

  async start() {
    const { signal } = pageOver;
    const waiting = make("p", { role: "status" }, "Loading the cards …");
    this.append(waiting);
    try {
      await deck.load(this.dataset);
    } catch {
      waiting.textContent = "The cards could not be loaded. They need the page to come from a web server or from the guide's export, and to be online once.";
      return;
    }
    this.restore();
    waiting.replaceWith(this.about);
    this.setUp();
    addEventListener("keydown", (event) => this.key(event), { signal });
    addEventListener("progress", () => this.running || this.count(), { signal });
  }

  /** What was chosen last; numbers and names that make no sense are left out. */
  restore() {
    const kept = progress.json("settings");
    const number = (/** @type {any} */ value, /** @type {number} */ else_, /** @type {number} */ most) =>
      Number.isInteger(value) && value >= 0 && value <= most ? value : else_;
    if (!kept || typeof kept !== "object") return;
    const { kinds, without, fresh, many, minutes } = this.settings;
    const names = (/** @type {any} */ list, /** @type {string[]} */ else_) => (Array.isArray(list) ? list.filter((name) => typeof name === "string") : else_);
    this.settings = {
      kinds: names(kept.kinds, kinds),
      without: names(kept.without, without),
      fresh: number(kept.fresh, fresh, 999),
      many: number(kept.many, many, 99) || many,
      minutes: number(kept.minutes, minutes, 600) || minutes,
    };
  }

  /** @returns {Card[]} */
  chosen() {
    const { kinds, without } = this.settings;
    return deck.cards.filter(({ kind, stage }) => kinds.includes(kind) && !without.includes(deck.stages[stage]?.number ?? ""));
  }

  setUp() {
    this.running?.stop();
    this.running = null;
    const form = make("form", { class: "practice-form" });
    form.addEventListener("submit", (event) => event.preventDefault());
    const kinds = make("fieldset", { class: "practice-kinds" }, make("legend", {}, "Cards"));
    for (const [kind, name] of [["question", "Questions"], ["pitfall", "Pitfalls"]]) {
      const many = deck.cards.filter((card) => card.kind === kind).length;
      if (many) kinds.append(this.box("kinds", kind ?? "", `${name} (${many})`, this.settings.kinds.includes(kind ?? "")));
    }
    const stages = make("details", { class: "practice-stages" }, make("summary", {}, "Stages: ", make("span", {})));
    const inside = make("fieldset", {}, make("legend", { class: "visually-hidden" }, "Stages"));
    deck.stages.forEach(({ number, title }, at) => {
      const many = deck.cards.filter(({ stage }) => stage === at).length;
      if (many) inside.append(this.box("stages", number, `${number} ${title} (${many})`, !this.settings.without.includes(number)));
    });
    const every = make("button", { class: "quiet-button", type: "button" }, "All or none");
    every.addEventListener("click", () => {
      const boxes = /** @type {HTMLInputElement[]} */ ([...inside.querySelectorAll("input")]);
      const on = !boxes.every((box) => box.checked);
      for (const box of boxes) box.checked = on;
      this.read(form);
    });
    stages.append(inside, every);
    const start = make("button", { class: "button button-first", type: "button", "data-start": true }, "Start");
    start.addEventListener("click", () => this.run(new Session(this.chosen(), this.settings.fresh, () => this.setUp())));
    const mock = make("button", { class: "button", type: "button", "data-mock": true }, "Start a mock interview");
    mock.addEventListener("click", () => {
      const questions = this.chosen().filter(({ kind }) => kind === "question");
      const cards = questions.length ? questions : this.chosen();
      this.run(new Mock(cards, this.settings.many, this.settings.minutes, () => this.setUp()));
    });
    form.append(
      kinds,
      stages,
      make("p", { class: "practice-row" }, start, this.number("fresh", "New cards a day", 0, 999), make("span", { class: "practice-counts", role: "status" })),
      make("fieldset", { class: "practice-mock" }, make("legend", {}, "Mock interview"), this.number("many", "Questions", 1, 99), this.number("minutes", "Minutes", 1, 600), mock),
    );
    form.addEventListener("change", () => this.read(form));
    this.about.replaceChildren(form, keepView());
    this.querySelector(".practice-about")?.removeAttribute("hidden");
    this.count();
  }

  /**
   * @param {string} name
   * @param {string} value
   * @param {string} words
   * @param {boolean} checked
   */
  box(name, value, words, checked) {
    return make("label", { class: "practice-box" }, make("input", { type: "checkbox", name, value, checked }), ` ${words}`);
  }

  /**
   * @param {"fresh" | "many" | "minutes"} name
   * @param {string} words
   * @param {number} min
   * @param {number} max
   */
  number(name, words, min, max) {
    const input = make("input", { type: "number", name, min: String(min), max: String(max), value: String(this.settings[name]), inputmode: "numeric" });
    return make("label", { class: "practice-number" }, `${words} `, input);
  }

  /** @param {HTMLFormElement} form */
  read(form) {
    const boxes = (/** @type {string} */ name, /** @type {boolean} */ on) =>
      /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll(`input[name=${name}]`)]).filter((box) => box.checked === on).map((box) => box.value);
    for (const name of /** @type {const} */ (["fresh", "many", "minutes"])) {
      const input = /** @type {HTMLInputElement | null} */ (form.querySelector(`input[name=${name}]`));
      if (input?.validity.valid && input.value) this.settings[name] = Math.round(Number(input.value));
    }
    this.settings.kinds = boxes("kinds", true);
    this.settings.without = boxes("stages", false);
    progress.set("settings", JSON.stringify(this.settings));
  }

  /** Says what there is to do. */
  count() {
    const cards = this.chosen();
    const fresh = Math.max(0, this.settings.fresh - deck.begunToday());
    const [next = -1, due = 0, soon = 0, new_ = 0] = wasm_practice.choose(deck.flat(cards), Date.now(), fresh, -1);
    const parts = [`${due} due`, `${new_} new today`];
    if (soon) parts.push(`${soon} soon`);
    const said = this.querySelector(".practice-counts");
    const words = cards.length ? `${parts.join(", ")}; ${cards.length} cards in all.` : "No cards are chosen.";
    if (said && said.textContent !== words) said.textContent = words;
    const start = this.querySelector("[data-start]");
    const mock = this.querySelector("[data-mock]");
    start?.toggleAttribute("disabled", next < 0);
    mock?.toggleAttribute("disabled", !cards.length);
    const stages = this.querySelector(".practice-stages summary span");
    const all = this.querySelectorAll("input[name=stages]").length;
    const off = deck.stages.filter(({ number, file }) => file && this.settings.without.includes(number)).length;
    if (stages) stages.textContent = off ? `${all - off} of ${all}` : `all ${all}`;
  }

  /** @param {Session | Mock} running */
  run(running) {
    this.running = running;
    this.querySelector(".practice-about")?.setAttribute("hidden", "");
    this.about.replaceChildren(running.element);
    this.scrollIntoView({ block: "nearest" });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = event.target instanceof Element ? event.target : null;
    if (!this.running || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]") || target?.closest("input, textarea, select, fg-lab, [contenteditable]")) return;
    // Space on a button or a fold is that button's.
    if (event.key === " " && target?.closest("button, summary, a, audio, video")) return;
    if (this.running.key(event.key)) event.preventDefault();
  }
}
customElements.define("fg-practice", Practice);
