"use strict";

const GRADES = ["Again", "Hard", "Good", "Easy"];

/** Cards one after the other, each graded, until nothing is left for now. */
class Session {
  element = make("section", { class: "session", "aria-label": "Practice" });
  /** @type {{ id: string, before: string | null, after: string }[]} what can be undone */
  done = [];
  at = -1;
  /** @type {{ reveal: () => Promise<void> } | null} */
  view = null;
  /** Whether the answer is shown, so that a grade counts. */
  open = false;
  /** What was kept of the card when it came up. @type {string | null} */
  before = null;

  /**
   * @param {Card[]} cards
   * @param {number} fresh how many new cards a day
   * @param {() => void} over
   */
  constructor(cards, fresh, over) {
    this.cards = cards;
    this.fresh = fresh;
    this.over = over;
    this.next();
  }

  /** @param {number} [show] this card rather than the one that is chosen */
  next(show) {
    const left = Math.max(0, this.fresh - deck.begunToday());
    const [chosen = -1, due = 0, soon = 0, fresh = 0] = wasm_practice.choose(deck.flat(this.cards), Date.now(), left, this.at);
    this.at = show ?? chosen;
    const card = this.cards[this.at];
    this.open = false;
    const end = make("button", { class: "quiet-button", type: "button" }, "End");
    end.addEventListener("click", this.over);
    const undo = make("button", { class: "quiet-button", type: "button", disabled: !this.done.length }, "Undo ", make("kbd", {}, "u"));
    undo.addEventListener("click", () => this.undo());
    const counts = make("p", { class: "session-counts" }, `${due} due, ${fresh} new, ${soon} soon`);
    const bar = make("div", { class: "session-bar" }, counts, undo, end);
    if (!card) {
      const words = this.done.length ? `Done for now: ${this.done.length} ${this.done.length === 1 ? "card" : "cards"} graded.` : "Nothing is due.";
      const more = make("p", { tabindex: "-1", class: "session-end" }, `${words} ${this.upcoming()}`);
      this.element.replaceChildren(bar, more);
      more.focus();
      return;
    }
    this.before = progress.get(`card:${card.id}`);
    const grades = make("div", { class: "grades", role: "group", "aria-label": "How well did you know it?" });
    const view = cardView(card, () => this.offer(card, grades));
    this.view = view;
    this.element.replaceChildren(bar, view.element, grades);
    // The first card comes before the section is on the page.
    requestAnimationFrame(() => this.at >= 0 && view.title.focus({ preventScroll: true }));
    if (this.element.isConnected && this.element.getBoundingClientRect().top < 0) this.element.scrollIntoView();
  }

  /** @returns {string} when the next card comes */
  upcoming() {
    const times = this.cards.map(({ id }) => deck.numbers(id)?.[4] ?? Infinity);
    const first = Math.min(...times);
    return Number.isFinite(first) ? `The next card comes in ${wasm_practice.interval(Math.max(0, first - Date.now()))}.` : "";
  }

  /**
   * @param {Card} card
   * @param {HTMLElement} grades
   */
  offer(card, grades) {
    this.open = true;
    const now = Date.now();
    const outcomes = this.outcomes(card, now);
    GRADES.forEach((name, i) => {
      const wait = (outcomes[i]?.[4] ?? now) - now;
      const button = make("button", { class: "grade", type: "button" }, make("span", {}, name, " ", make("kbd", {}, String(i + 1))), make("small", {}, wasm_practice.interval(wait)));
      button.addEventListener("click", () => this.grade(i));
      grades.append(button);
    });
  }

  /**
   * @param {Card} card
   * @param {number} now
   * @returns {number[][]} the card's numbers after each grade
   */
  outcomes(card, now) {
    const flat = [...wasm_practice.grades(deck.flat([card]), now)];
    return GRADES.map((_, i) => flat.slice(i * CARD_NUMBERS, (i + 1) * CARD_NUMBERS));
  }

  /** @param {number} grade 0 to 3 */
  grade(grade) {
    const card = this.cards[this.at];
    if (!card || !this.open) return;
    const key = `card:${card.id}`;
    if (progress.get(key) !== this.before) {
      announce("You graded this card in another tab; that grade stays.");
      return this.next();
    }
    const now = Date.now();
    const [, , , , , , first = now, times = 0] = deck.numbers(card.id) ?? [];
    const numbers = this.outcomes(card, now)[grade];
    if (!numbers) return;
    const after = JSON.stringify([...numbers, first, times + 1]);
    progress.set(key, after);
    this.done.push({ id: card.id, before: this.before, after });
    announce(`${GRADES[grade]}: again in ${wasm_practice.interval((numbers[4] ?? now) - now)}.`);
    this.next();
  }

  undo() {
    const last = this.done.pop();
    if (!last) return;
    if (progress.get(`card:${last.id}`) !== last.after) announce("That card was graded again in another tab; it stays as it is.");
    else {
      progress.set(`card:${last.id}`, last.before);
      announce("Undone.");
    }
    this.next(this.cards.findIndex(({ id }) => id === last.id));
  }

  /** @param {string} key @returns {boolean} whether the key meant something */
  key(key) {
    const grade = ["1", "2", "3", "4"].indexOf(key);
    if (grade >= 0 && this.open) this.grade(grade);
    else if (key === " " && !this.open && this.view) void this.view.reveal();
    else if (key === " " && this.open) this.grade(2);
    else if (key === "u") this.undo();
    else return false;
    return true;
  }

  stop() {}
}
