"use strict";

/**
 * A quiz: one question at a time, options as buttons, the explanation right below. Without this script all questions stand
 * in a row, each with its answer folded.
 */
class Quiz extends HTMLElement {
  /** @type {HTMLElement[]} */
  questions = [];
  /** @type {(boolean | null)[]} */
  answers = [];
  at = 0;
  /** Whether all questions were asked, not only those missed: then the score counts. */
  whole = true;
  /** The page's path in the site: the name under which the score is kept. */
  page = fragment.path(location.href);
  bar = make("div", { class: "quiz-bar" });

  connectedCallback() {
    if (this.questions.length) return;
    this.questions = /** @type {HTMLElement[]} */ ([...this.querySelectorAll(".quiz-question")]);
    if (!this.questions.length) return;
    this.answers = this.questions.map(() => null);
    this.questions.forEach((question, index) => this.arm(question, index));
    this.append(this.bar);
    this.setAttribute("data-live", "");
    const named = this.questions.findIndex((question) => question.id === fragment.read().anchor);
    this.show(Math.max(0, named), false);
    const follow = () => {
      const index = this.questions.findIndex((question) => question.id === fragment.read().anchor);
      if (index >= 0) this.show(index, false);
    };
    addEventListener("hashchange", follow, { signal: pageOver.signal });
  }

  /**
   * Makes the options of a question buttons.
   * @param {HTMLElement} question
   * @param {number} index
   */
  arm(question, index) {
    for (const option of question.querySelectorAll(".quiz-options > li")) {
      const button = make("button", { class: "quiz-option", type: "button" }, ...option.childNodes);
      button.addEventListener("click", () => this.answer(index, /** @type {HTMLElement} */ (option)));
      option.append(button);
    }
  }

  /**
   * @param {number} index
   * @param {HTMLElement} chosen
   */
  answer(index, chosen) {
    const question = this.questions[index];
    const fold = question?.querySelector("details");
    if (!question || !fold || this.answers[index] !== null) return;
    const right = chosen.hasAttribute("data-right");
    this.answers[index] = right;
    question.setAttribute("data-answered", "");
    for (const option of question.querySelectorAll(".quiz-options > li")) {
      const button = option.querySelector("button");
      button?.setAttribute("aria-disabled", "true");
      if (option.hasAttribute("data-right")) this.mark(option, "right", "right");
      else if (option === chosen) this.mark(option, "wrong", "your answer, wrong");
    }
    fold.open = true;
    if (this.whole && !this.answers.includes(null)) this.keep();
    announce(right ? "Right." : "Wrong.");
    this.drawBar();
    this.bar.querySelector("button")?.focus({ preventScroll: true });
  }

  /**
   * @param {Element} option
   * @param {string} kind
   * @param {string} words
   */
  mark(option, kind, words) {
    option.setAttribute("data-mark", kind);
    option
      .querySelector("button")
      ?.append(icon(kind === "right" ? "fix" : "close"), make("span", { class: "visually-hidden" }, `: ${words}`));
  }

  /**
   * @param {number} index
   * @param {boolean} move whether the focus follows
   */
  show(index, move) {
    this.at = index;
    this.questions.forEach((question, i) => (question.hidden = i !== index));
    this.drawBar();
    const title = this.questions[index]?.querySelector("h3");
    if (move && title) {
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
      const top = this.getBoundingClientRect().top;
      if (top < 0) this.scrollIntoView();
    }
  }

  drawBar() {
    const many = this.questions.length;
    const open = this.answers.indexOf(null);
    const dots = make("ol", { class: "quiz-dots", "aria-label": "Questions" });
    this.answers.forEach((answer, i) => {
      const word = answer === null ? "open" : answer ? "right" : "wrong";
      const dot = make(
        "button",
        { type: "button", "data-mark": word, "aria-current": i === this.at ? "step" : null },
        make("span", { class: "visually-hidden" }, `Question ${i + 1}, ${word}`),
      );
      dot.addEventListener("click", () => this.show(i, true));
      dots.append(make("li", {}, dot));
    });
    this.bar.replaceChildren();
    if (this.answers[this.at] !== null) {
      const last = open < 0;
      const missed = this.answers.filter((answer) => answer === false).length;
      if (last) {
        const best = progress.quiz(this.page)?.best ?? 0;
        const before = best > many - missed ? `; your best is ${best}` : "";
        this.bar.append(make("p", { class: "quiz-score" }, `${many - missed} of ${many} right${before}`));
      }
      const button = (/** @type {string} */ words, /** @type {() => void} */ act, first = true) => {
        const button = make("button", { class: first ? "button button-first" : "button", type: "button" }, words);
        button.addEventListener("click", act);
        this.bar.append(button);
      };
      if (!last) button("Next question", () => this.show(this.following(), true));
      else {
        if (missed) button(missed === 1 ? "Retry the one you missed" : `Retry the ${missed} you missed`, () => this.reset(false));
        button("Start again", () => this.reset(true), !missed);
      }
    }
    this.bar.append(dots);
  }

  /** @returns {number} the next question without an answer */
  following() {
    for (let step = 1; step <= this.questions.length; step += 1) {
      const index = (this.at + step) % this.questions.length;
      if (this.answers[index] === null) return index;
    }
    return 0;
  }

  /** Keeps the score of a quiz that is done. */
  keep() {
    const last = this.answers.filter(Boolean).length;
    const of = this.questions.length;
    const before = progress.quiz(this.page);
    // A quiz that has changed starts anew.
    const best = before?.of === of ? Math.max(before.best, last) : last;
    progress.set(`quiz:${this.page}`, JSON.stringify({ best, last, of, at: Date.now() }));
  }

  /** @param {boolean} all whether the right answers go too */
  reset(all) {
    this.whole = all;
    const again = this.answers.map((answer) => all || answer === false);
    this.answers = this.answers.map((answer, i) => (again[i] ? null : answer));
    for (const [i, question] of this.questions.entries()) {
      if (!again[i]) continue;
      question.removeAttribute("data-answered");
      question.querySelector("details")?.removeAttribute("open");
      for (const option of question.querySelectorAll(".quiz-options > li")) {
        option.removeAttribute("data-mark");
        const button = option.querySelector("button");
        button?.removeAttribute("aria-disabled");
        button?.querySelectorAll(":scope > .icon, :scope > .visually-hidden").forEach((mark) => mark.remove());
      }
    }
    this.show(again.indexOf(true), true);
  }
}
customElements.define("fg-quiz", Quiz);
