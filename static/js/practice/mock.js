"use strict";

const VERDICTS = ["Missed", "Partly", "Knew it"];

/**
 * A mock interview: questions drawn at random, a clock, and at its end what to read again. It changes no schedule: a rehearsal
 * the evening before says nothing about next month.
 */
class Mock {
  element = make("section", { class: "session mock", "aria-label": "Mock interview" });
  /** @type {{ card: Card, verdict: number, seconds: number }[]} */
  said = [];
  began = Date.now();
  shownAt = Date.now();
  /** @type {{ reveal: () => Promise<void> } | null} */
  view = null;
  open = false;
  ended = false;
  clock = make("p", { class: "mock-clock", role: "timer" });

  /**
   * @param {Card[]} cards
   * @param {number} many
   * @param {number} minutes
   * @param {() => void} over
   */
  constructor(cards, many, minutes, over) {
    const left = [...cards];
    /** @type {Card[]} */
    this.cards = [];
    while (left.length && this.cards.length < many) this.cards.push(...left.splice(Math.floor(Math.random() * left.length), 1));
    this.limit = minutes * 60;
    this.over = over;
    this.ticking = setInterval(() => this.tick(), 1000);
    this.tick();
    this.next();
  }

  /** @returns {number} seconds that are left */
  left() {
    return Math.max(0, Math.ceil(this.limit - (Date.now() - this.began) / 1000));
  }

  tick() {
    const left = this.left();
    this.clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    this.clock.toggleAttribute("data-late", left <= 60);
    if (left === 60) announce("One minute left.");
    if (!left) this.end();
  }

  next() {
    const card = this.cards[this.said.length];
    if (!card) return this.end();
    this.open = false;
    this.shownAt = Date.now();
    const end = make("button", { class: "quiet-button", type: "button" }, "End");
    end.addEventListener("click", () => this.end());
    const count = make("p", { class: "session-counts" }, `Question ${this.said.length + 1} of ${this.cards.length}`);
    const verdicts = make("div", { class: "grades", role: "group", "aria-label": "How did it go?" });
    const view = cardView(card, () => {
      this.open = true;
      VERDICTS.forEach((name, i) => {
        const button = make("button", { class: "grade", type: "button" }, make("span", {}, name, " ", make("kbd", {}, String(i + 1))));
        button.addEventListener("click", () => this.judge(i));
        verdicts.append(button);
      });
    });
    this.view = view;
    this.element.replaceChildren(make("div", { class: "session-bar" }, count, this.clock, end), view.element, verdicts);
    requestAnimationFrame(() => !this.ended && view.title.focus({ preventScroll: true }));
    if (this.element.isConnected && this.element.getBoundingClientRect().top < 0) this.element.scrollIntoView();
  }

  /** @param {number} verdict */
  judge(verdict) {
    const card = this.cards[this.said.length];
    if (!card || !this.open || this.ended) return;
    this.said.push({ card, verdict, seconds: Math.round((Date.now() - this.shownAt) / 1000) });
    this.next();
  }

  end() {
    if (this.ended) return;
    this.stop();
    this.ended = true;
    const root = document.documentElement.dataset.root ?? "";
    const title = make("h2", { tabindex: "-1" }, "Summary");
    const knew = this.said.filter(({ verdict }) => verdict === 2).length;
    const spent = this.limit - this.left();
    const words = `${knew} of ${this.cards.length} known, ${this.said.filter(({ verdict }) => verdict === 1).length} partly, in ${Math.floor(spent / 60)} min ${spent % 60} s.`;
    const missed = this.cards.length - this.said.length;
    this.element.replaceChildren(title, make("p", { class: "mock-score" }, words + (missed ? ` ${missed} not reached.` : "")));
    const again = this.cards
      .map((card, i) => ({ card, verdict: this.said[i]?.verdict, seconds: this.said[i]?.seconds }))
      .filter(({ verdict }) => verdict !== 2);
    if (again.length) {
      const list = make("ul", { class: "items mock-again" });
      for (const { card, verdict, seconds } of again) {
        const link = make("a", { href: root + card.url });
        link.innerHTML = card.title;
        const how = verdict === undefined ? "not reached" : `${VERDICTS[verdict]?.toLowerCase()}, ${seconds} s`;
        list.append(make("li", {}, icon(card.kind), make("div", {}, link, make("span", { class: "items-where" }, `${how} · ${card.topic}`))));
      }
      this.element.append(make("h3", {}, "To read again"), list);
    }
    const close = make("button", { class: "button", type: "button" }, "Back to practice");
    close.addEventListener("click", this.over);
    this.element.append(make("p", { class: "keep-actions" }, close));
    title.focus();
  }

  /** @param {string} key @returns {boolean} whether the key meant something */
  key(key) {
    const verdict = ["1", "2", "3"].indexOf(key);
    if (this.ended) return false;
    if (verdict >= 0 && this.open) this.judge(verdict);
    else if (key === " " && !this.open && this.view) void this.view.reveal();
    else return false;
    return true;
  }

  stop() {
    clearInterval(this.ticking);
  }
}
