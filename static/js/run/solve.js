"use strict";
// A snippet that the reader completes: its checks run behind it, and the first that fails gives its hint.

class Exercise extends RunSnippet {
  verb = "Check";
  behind = 1;
  /** @type {Extract<EngineMessage, { type: "done" }> | null} */
  ran = null;

  /** @param {HTMLElement} block */
  constructor(block) {
    super(block);
    this.kept = store.get(this.key) ?? this.first;
    this.resetButton.hidden = !this.edited;
  }

  get key() {
    return `exercise-${this.block.dataset.exercise}`;
  }

  changed() {
    super.changed();
    store.set(this.key, this.text);
  }

  reset() {
    this.kept = this.first;
    store.set(this.key, null);
    super.reset();
  }

  snippets() {
    const checks = this.block.parentElement?.querySelector("template")?.content.textContent ?? "";
    return [...super.snippets(), { source: checks, name: "checks.py", kind: "python" }];
  }

  /** @param {Worker} worker */
  start(worker) {
    delete this.verdict.dataset.passed;
    super.start(worker);
  }

  /**
   * @param {EngineMessage} message
   * @param {number} own
   */
  heard(message, own) {
    if (message.type === "done" && message.index === own && message.raised.length === 0) this.ran = message;
    else if (message.type === "done" && message.index > own) this.checked(message);
    else super.heard(message, own);
  }

  /** @param {Extract<EngineMessage, { type: "done" }>} checks */
  checked(checks) {
    if (this.ran) this.done(this.ran);
    this.say("");
    const passed = checks.raised.length === 0;
    const hint = checks.raised[0] === "AssertionError" ? checks.last.replace(/^AssertionError: /, "") : `A check ended with ${checks.last}`;
    this.judge(passed ? "Every check passes." : hint);
    this.verdict.dataset.passed = String(passed);
  }
}
