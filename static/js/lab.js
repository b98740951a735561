"use strict";

/** The module of the labs, fetched when a lab is first touched; a failed fetch is tried again at the next touch. */
const labModule = {
  /** @type {Promise<void> | null} */
  loading: null,

  /** @returns {Promise<void>} */
  load() {
    this.loading ??= this.start().catch((error) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  },

  async start() {
    const { wasmJs = "", wasm = "" } = document.documentElement.dataset;
    const script = typeof wasm_bindgen === "undefined" ? runScript(wasmJs) : null;
    const [module] = await Promise.all([readFile(wasm), script]);
    await wasm_bindgen({ module_or_path: module });
  },
};

/** A lab: drawn into the page by the builder, redrawn here by the same code on each input. */
class Lab extends HTMLElement {
  form = /** @type {HTMLFormElement | null} */ (this.querySelector("form"));
  body = /** @type {HTMLFieldSetElement | null} */ (this.querySelector(".lab-body"));
  status = /** @type {HTMLElement | null} */ (this.querySelector(".lab-status"));
  /** Where the lab's own buttons come. */
  bar = /** @type {HTMLElement | null} */ (this.querySelector(".lab-tools"));
  first = "";
  /** @type {string[]} the states drawn so far; `at` is the one shown */
  past = [];
  at = 0;
  /** When the newest state was drawn and by which field, so that one word typed is one step back. */
  last = { time: 0, field: "" };
  waiting = 0;
  measuring = false;
  /** @type {(() => void) | null} */
  next = null;

  /** Its controls work once the page is painted: of some labs, each in a task of its own. */
  connectedCallback() {
    if (!this.past.length) whenIdle(() => this.begin());
  }

  begin() {
    const { form, body } = this;
    if (!form || !body || !this.isConnected || this.past.length) return;
    body.disabled = false;
    this.first = this.collect(null);
    this.past = [this.first];
    // A page that a reader saved brings the buttons of its script along.
    this.bar?.replaceChildren();
    this.drawBar();

    const load = () => void labModule.load().catch(() => {});
    for (const touch of ["pointerenter", "focusin", "touchstart"]) this.addEventListener(touch, load, { once: true, passive: true });
    form.addEventListener("input", (event) => this.heard(event));
    form.addEventListener("change", (event) => this.heard(event));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const button = event.submitter;
      const value = button?.getAttribute("value") ?? "";
      const plan = button?.dataset.measure;
      if (plan !== undefined) return void this.measure(plan);
      // A press may rewrite the field that the caret stands in; Enter, which presses nothing, may not.
      this.ask(this.collect(button), value, value !== "");
    });
    this.follow();
    addEventListener("hashchange", () => this.follow(), { signal: pageOver.signal });
  }

  /**
   * Times what a lab asks to be timed, then draws the form with what was found.
   * @param {string} plan see `timed`
   */
  async measure(plan) {
    if (this.measuring) return;
    this.measuring = true;
    this.toggleAttribute("data-measuring", true);
    this.say("Timing …", false);
    try {
      await labModule.load();
      const found = await timed(plan);
      const field = this.form?.elements.namedItem("measured");
      if (field instanceof HTMLInputElement) field.value = found;
      this.ask(this.collect(null), "", false);
    } catch {
      this.fail();
    } finally {
      this.measuring = false;
      this.toggleAttribute("data-measuring", false);
    }
  }

  /** Draws the state that the address holds for this lab. */
  follow() {
    const { lab, state } = fragment.read();
    if (lab === this.id && state !== this.past[this.at]) this.ask(state, "", true);
  }

  /** @param {Event} event */
  heard(event) {
    const target = /** @type {Element | null} */ (event.target);
    this.ask(this.collect(null), target?.getAttribute("name") ?? "", false);
  }

  /**
   * The form as the text of a state. `FormData` would lay out the whole page first, for the lines of a textarea.
   * @param {HTMLElement | null} button the pressed one
   * @returns {string}
   */
  collect(button) {
    const state = new URLSearchParams();
    /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement> | undefined} */
    const controls = this.form?.querySelectorAll("input, select, textarea, button");
    for (const control of controls ?? []) {
      const { name, type, value } = control;
      const left = type === "submit" || type === "button" ? control !== button : "checked" in control && /^(checkbox|radio)$/.test(type) && !control.checked;
      if (name && !left && !control.matches(":disabled")) state.append(name, value);
    }
    return state.toString();
  }

  /**
   * Draws a state in the next frame; of several within a frame, the last.
   * @param {string} state
   * @param {string} field what asked for it
   * @param {boolean} force whether the focused field is rewritten too
   */
  ask(state, field, force) {
    this.next = () => this.show(state, field, force);
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(async () => {
      try {
        await labModule.load();
      } catch {
        this.fail();
        return;
      } finally {
        this.waiting = 0;
      }
      if (this.body?.disabled) this.revive();
      const show = this.next;
      this.next = null;
      // A field that is taken from the page with its lab has a last word, which is no longer asked for.
      if (this.isConnected) show?.();
    });
  }

  /** The module could not be had: the picture stays, and says so. */
  fail() {
    if (this.body) this.body.disabled = true;
    this.say("This lab could not start: its program was not found. It needs the page to come from a web server, and to be online.", true);
    this.status?.setAttribute("data-failed", "");
    addEventListener("online", () => void labModule.load().then(() => this.revive(), () => {}), { once: true });
  }

  revive() {
    if (this.body) this.body.disabled = false;
    this.status?.removeAttribute("data-failed");
    this.say("", false);
  }

  /**
   * @param {string} state
   * @param {string} field
   * @param {boolean} force
   */
  show(state, field, force) {
    const { body } = this;
    if (!body) return;
    const [drawn = "", html = "", says = "", problem = ""] = wasm_bindgen.draw(this.dataset.lab ?? "", this.id, state);
    body.toggleAttribute("data-problem", problem !== "");
    this.say(problem || says, problem !== "");
    if (problem) return;
    const fresh = make("template");
    fresh.innerHTML = html;
    const controls = () => [...body.querySelectorAll("button, input:not([type=hidden]), select, textarea")];
    const focused = controls().indexOf(document.activeElement ?? body);
    morph(body, fresh.content, force, body.querySelector("legend")?.nextSibling ?? null);
    // A control that has gone leaves the focus to the one that stands in its place.
    const next = controls().slice(0, focused + 1).pop();
    if (focused >= 0 && !body.contains(document.activeElement) && next instanceof HTMLElement) next.focus();
    // What was asked for may be another spelling of what was drawn.
    if (state === this.first) this.first = drawn;
    if (state === this.past[this.at]) this.past[this.at] = drawn;
    this.remember(drawn, field);
    fragment.keep(this.id, drawn);
  }

  /**
   * Puts a sentence into the status line: for a screen reader alone, or in sight, right below the field that it is about.
   * @param {string} sentence
   * @param {boolean} visible
   */
  say(sentence, visible) {
    const { status, form } = this;
    if (!status || !form) return;
    status.classList.toggle("visually-hidden", !visible);
    if (status.textContent !== sentence) status.textContent = sentence;
    if (!visible) return;
    const focused = form.contains(document.activeElement) ? document.activeElement : null;
    const near = (focused ?? form.querySelector("input:not([type=hidden]), select"))?.getBoundingClientRect();
    const frame = form.getBoundingClientRect();
    status.style.top = `${(near?.bottom ?? frame.top) - frame.top + 8}px`;
    status.style.left = `${Math.max(0, Math.min((near?.left ?? 0) - frame.left, frame.width - status.offsetWidth))}px`;
  }

  /**
   * @param {string} state
   * @param {string} field
   */
  remember(state, field) {
    if (state === this.past[this.at]) return this.drawBar();
    const now = performance.now();
    const goesOn = field !== "" && field === this.last.field && now - this.last.time < 900 && this.at > 0;
    this.past.length = this.at + (goesOn ? 0 : 1);
    this.at = this.past.push(state) - 1;
    this.last = { time: now, field };
    this.drawBar();
  }

  /** @param {number} step */
  go(step) {
    const state = this.past[this.at + step];
    if (state === undefined) return;
    this.at += step;
    this.last.field = "";
    this.ask(state, "", true);
  }

  /** The lab's own buttons. They are made once: a button that is pressed keeps the focus. */
  drawBar() {
    const { bar } = this;
    if (!bar) return;
    if (!bar.firstChild) {
      /** @type {[string, string, () => void][]} */
      const buttons = [
        ["undo", "Back", () => this.go(-1)],
        ["redo", "Forward", () => this.go(1)],
        ["reset", "Reset", () => this.ask(this.first, "", true)],
      ];
      for (const [name, word, act] of buttons) {
        const button = make("button", { type: "button", title: word }, icon(name), make("span", {}, word));
        button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && act());
        bar.append(button);
      }
      const link = make("button", { type: "button", title: "Copy link" }, icon("link"), make("span", {}, "Copy link"));
      link.addEventListener("click", () => {
        const { route, anchor } = fragment.read();
        const hash = fragment.write({ route, anchor, lab: this.id, state: this.past[this.at] ?? "" });
        copy(location.href.replace(/#.*$/, "") + hash, link);
      });
      bar.append(link);
    }
    const off = [this.at === 0, this.at === this.past.length - 1, this.past[this.at] === this.first];
    off.forEach((no, i) => bar.children[i]?.setAttribute("aria-disabled", String(no)));
  }
}
customElements.define("fg-lab", Lab);
