"use strict";
// One snippet: what its bar does, what a run prints, and how that compares with the recording.

/** A run ends after this many seconds where its snippet doesn't say otherwise. */
const RUN_LIMIT = 10;

/** Why the page's Python may print something else than the recording, by what stands in the code or in the output. */
const RUN_REASONS = [
  { sign: /can't start new thread/, why: "the page's Python has no threads" },
  { sign: /\b(fork|subprocess|multiprocessing|socket)\b/, why: "the page's Python has no processes and no network" },
  { sign: /getsizeof|__sizeof__|tracemalloc|calcsize|maxsize/, why: "the page's Python is a 32-bit program: its objects are smaller" },
  { sign: /\bid\(|\bhash\(|0x[0-9a-f]{4}/, why: "the page's Python is a 32-bit program: its addresses and hashes are others" },
  { sign: /perf_counter|timeit|time\(\)/, why: "times vary" },
];

class RunSnippet {
  /** @type {WeakMap<Element, RunSnippet>} */
  static all = new WeakMap();

  /**
   * @param {HTMLElement} block
   * @returns {RunSnippet}
   */
  static of(block) {
    const known = RunSnippet.all.get(block) ?? (block.dataset.exercise === undefined ? new RunSnippet(block) : new Exercise(block));
    RunSnippet.all.set(block, known);
    return known;
  }

  /** @type {Worker | null} */
  worker = null;
  /** @type {RunEditor | null} */
  editor = null;
  /** @type {"idle" | "loading" | "running"} */
  state = "idle";
  timer = 0;
  /** How often Run was pressed. */
  turn = 0;
  /** What is printed and not yet on the page. */
  /** @type {{ text: string, kind: string }[]} */
  waiting = [];
  printed = "";
  frame = 0;
  /** What the button says while nothing runs. */
  verb = "Run";
  /** How many snippets run behind this one. */
  behind = 0;

  /** @param {HTMLElement} block */
  constructor(block) {
    this.block = block;
    this.pre = /** @type {HTMLPreElement} */ (block.querySelector("pre"));
    this.first = this.pre.textContent ?? "";
    /** What the editor opens with. */
    this.kept = this.first;
    this.bar = /** @type {HTMLElement} */ (block.querySelector(".run-bar"));
    this.goButton = /** @type {HTMLButtonElement} */ (this.bar.querySelector(".run-go"));
    this.note = /** @type {HTMLElement} */ (this.bar.querySelector(".run-note"));
    this.resetButton = make("button", { class: "run-reset", type: "button", hidden: true }, icon("reset"), "Reset");
    this.resetButton.addEventListener("click", () => this.reset());
    this.progress = make("progress", { class: "run-progress", hidden: true, "aria-label": "Loading Python" });
    this.note.before(this.resetButton, this.progress);
    /** @type {HTMLElement[]} what stands recorded below the code */
    this.recorded = [];
    for (let next = block.nextElementSibling; next instanceof HTMLElement && next.matches(".output, .versions"); next = next.nextElementSibling) {
      this.recorded.push(next);
    }
    this.samp = make("samp");
    this.verdict = make("p", { class: "run-verdict", role: "status" });
    this.input = make("textarea", { class: "run-input", rows: "2", spellcheck: "false", autocapitalize: "off" });
    this.inputBox = make("label", { class: "run-input-box" }, "What input() reads, a line each:", this.input);
    this.inputBox.hidden = true;
    this.bar.before(this.inputBox);
    const about = make("span", { class: "output-python" }, `Python ${engineManifest.python}, in this page`);
    if (engineManifest.licence) {
      const href = engineFolder + engineManifest.licence;
      about.append(" · ", make("a", { href, title: `${engineManifest.name}: its licences` }, "licences"));
    }
    this.screen = make("pre", { tabindex: "0", "aria-label": "Output of your run" }, this.samp);
    this.live = make("div", { class: "output output-live" }, make("p", { class: "output-label" }, "Output ", about), this.screen, this.verdict);
    this.askForInput();
  }

  get text() {
    return this.editor ? this.editor.area.value : this.kept;
  }

  get edited() {
    return this.text.trimEnd() !== this.first.trimEnd();
  }

  /** @param {MouseEvent} [event] */
  edit(event) {
    const code = this.pre.querySelector("code") ?? this.pre;
    const clicked = event?.target instanceof Node && this.pre.contains(event.target);
    const offset = event && clicked ? clickedOffset(code, event) : this.text.trimEnd().length;
    if (!this.editor) {
      this.editor = new RunEditor(this.pre, this.kept.replace(/\n$/, ""), () => this.changed(), () => this.go());
      this.block.querySelector(".run-edit")?.setAttribute("hidden", "");
    }
    this.editor.area.focus({ preventScroll: true });
    this.editor.area.setSelectionRange(offset, offset);
  }

  changed() {
    this.resetButton.hidden = !this.edited && !this.live.isConnected;
    this.editor?.mark(null);
    this.askForInput();
  }

  /** A field for what `input()` reads, where the code reads something. */
  askForInput() {
    if (/\binput\s*\(|\bsys\.stdin\b/.test(this.text)) this.inputBox.hidden = false;
  }

  /** Back to the builder's code and the recorded output. */
  reset() {
    this.stop("");
    const focused = this.block.contains(document.activeElement);
    this.editor?.close();
    this.editor = null;
    this.block.querySelector(".run-edit")?.removeAttribute("hidden");
    this.live.remove();
    this.hideRecorded(false);
    this.inputBox.hidden = true;
    this.input.value = "";
    this.askForInput();
    this.resetButton.hidden = true;
    this.say("");
    if (focused) this.goButton.focus();
  }

  /** @param {boolean} hidden */
  hideRecorded(hidden) {
    for (const element of this.recorded) element.hidden = hidden;
  }

  /** @param {string} sentence */
  say(sentence) {
    this.note.textContent = sentence;
  }

  /** Run, or Stop while it runs. */
  async go() {
    if (this.busy) return this.stop("Stopped. Everything the run had made is gone.");
    const turn = (this.turn += 1);
    this.become("loading");
    this.say("Starting Python…");
    try {
      const worker = await engine.take((loaded, all) => this.loaded(loaded, all));
      // Stop may have been pressed, and Run again, while it was fetched.
      if (turn === this.turn && this.busy) this.start(worker);
      else worker.terminate();
    } catch (error) {
      if (turn !== this.turn) return;
      this.become("idle");
      this.say("");
      this.judge(`Python could not start: ${error instanceof Error ? error.message : error}.`);
    } finally {
      this.progress.hidden = true;
    }
  }

  get busy() {
    return this.state !== "idle";
  }

  /**
   * @param {number} loaded bytes
   * @param {number} all
   */
  loaded(loaded, all) {
    const mb = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(1);
    if (this.state !== "loading") return;
    this.progress.max = all;
    this.progress.value = loaded;
    this.progress.hidden = loaded >= all;
    this.say(loaded < all ? `Loading Python: ${mb(loaded)} of ${mb(all)} MB` : "Starting Python…");
  }

  /** @param {Worker} worker */
  start(worker) {
    this.worker = worker;
    this.become("running");
    this.say("");
    this.samp.textContent = this.printed = this.verdict.textContent = "";
    this.verdict.hidden = true;
    this.waiting = [];
    this.editor?.mark(null);
    const snippets = this.snippets();
    const own = snippets.length - 1 - this.behind;
    worker.onmessage = ({ data }) => this.heard(data, own);
    worker.onerror = (event) => this.died(event.message);
    const limit = Math.max(RUN_LIMIT, Number(this.block.dataset.timeout ?? 0));
    this.timer = setTimeout(() => this.stop(`Stopped: it was still running after ${limit} s.`), limit * 1000);
    worker.postMessage({ type: "run", snippets, input: this.input.value && `${this.input.value.replace(/\n$/, "")}\n` });
  }

  /** The snippets to run: what this one goes on from, and itself, each as it stands in the page now. */
  snippets() {
    const { before = "[]", file = "main.py", lang = "python" } = this.block.dataset;
    /** @type {(string | number)[]} */
    const needed = JSON.parse(before);
    const snippets = needed.map((item, i) => {
      const name = `above-${i + 1}.py`;
      if (typeof item === "string") return { source: item, name, kind: /^\s*>>> /.test(item) ? "pycon" : "python" };
      const block = snippetBlock(item);
      const source = (block && RunSnippet.all.get(block)?.text) ?? block?.querySelector("pre")?.textContent ?? "";
      return { source, name, kind: block?.dataset.lang ?? "python" };
    });
    return [...snippets, { source: this.text.trimEnd() + "\n", name: file, kind: lang }];
  }

  /**
   * @param {EngineMessage} message
   * @param {number} own the index of this block's own snippet
   */
  heard(message, own) {
    if (message.type === "output" && message.index === own) {
      if (message.stream === "out") this.printed += message.text;
      this.print(message.text, message.stream);
    } else if (message.type === "dropped") {
      this.cut(message.lines);
    } else if (message.type === "done" && message.index < own && message.raised.length > 0) {
      this.print(`The code above ended with ${message.last}\n`, "err");
    } else if (message.type === "done" && message.index === own) {
      this.done(message);
    } else if (message.type === "died") {
      this.died(message.why);
    }
  }

  /**
   * Shows text in the next frame, with all that comes until then.
   * @param {string} text
   * @param {string} kind `out`, `err`, `raised` or `cut`
   */
  print(text, kind) {
    this.waiting.push({ text, kind });
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  flush() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.show();
    /** @type {{ text: string, kind: string }[]} */
    const runs = [];
    for (const { text, kind } of this.waiting) {
      const open = runs.at(-1);
      if (open?.kind === kind) open.text += text;
      else runs.push({ text, kind });
    }
    this.samp.append(...runs.map(({ text, kind }) => (kind === "out" ? text : make("span", { class: `run-${kind}` }, text))));
    this.waiting = [];
  }

  /** Puts the run's output where the recorded one stands. */
  show() {
    if (this.live.isConnected) return;
    this.block.after(this.live);
    this.hideRecorded(true);
    this.resetButton.hidden = false;
  }

  /** @param {number} lines that were printed and are not shown */
  cut(lines) {
    this.flush();
    const known = this.samp.querySelector(".run-cut");
    const text = `\n… ${lines.toLocaleString("en")} more line${lines === 1 ? "" : "s"}`;
    if (known) known.textContent = text;
    else this.samp.append(make("span", { class: "run-cut" }, text));
  }

  /** @param {Extract<EngineMessage, { type: "done" }>} report */
  done(report) {
    if (report.dropped > 0) this.cut(report.dropped);
    if (report.traceback) {
      if (this.printed && !this.printed.endsWith("\n")) this.print("\n", "out");
      this.print(report.traceback, "raised");
    }
    this.flush();
    this.end();
    if (report.line !== null && report.traceback) {
      if (!this.editor) this.openQuietly();
      this.editor?.mark(report.line);
    }
    if (report.raised.includes("EOFError")) this.inputBox.hidden = false;
    if (report.raised.includes("ModuleNotFoundError")) this.judge("The page's Python has its standard library, and no other packages.");
    else if (!this.samp.textContent) this.say("It ran, and printed nothing.");
    void this.compare(report);
    announce(report.last ? `The run ended with ${report.last}` : "The run is done.");
  }

  /** The editor, for the line that is to be marked; the focus stays where it is. */
  openQuietly() {
    const focused = document.activeElement;
    this.edit();
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  }

  /** @param {string} why */
  died(why) {
    this.flush();
    const deep = /call stack|recursion|memory access/i.test(why);
    this.end();
    this.judge(`The engine stopped: the code ended its process${deep ? ", by going too deep for the browser's stack" : ""}. A new one is ready.`);
  }

  /**
   * Ends the run at once.
   * @param {string} sentence
   */
  stop(sentence) {
    if (!this.busy) return;
    const ran = this.state === "running";
    if (ran) this.flush();
    this.end();
    if (sentence && ran) this.judge(sentence);
  }

  end() {
    clearTimeout(this.timer);
    this.worker?.terminate();
    this.worker = null;
    this.become("idle");
    this.say("");
    engine.prepare();
  }

  /** @param {string} sentence below the output */
  judge(sentence) {
    this.show();
    this.verdict.hidden = false;
    this.verdict.textContent = sentence;
  }

  /**
   * Says so where unchanged code printed something else than is recorded for this Python.
   * @param {Extract<EngineMessage, { type: "done" }>} report
   */
  async compare({ raised, last, dropped }) {
    const { recorded, unordered, approx, raises, differs, before = "[]" } = this.block.dataset;
    const above = JSON.parse(before).filter((/** @type {unknown} */ item) => typeof item === "number").map(snippetBlock);
    const changed = this.edited || above.some((/** @type {HTMLElement | null} */ block) => block && RunSnippet.all.get(block)?.edited);
    const texts = this.recorded.flatMap((element) => [...element.querySelectorAll("samp")]);
    const wanted = recorded === undefined ? null : texts[Number(recorded)]?.textContent ?? null;
    delete this.live.dataset.agrees;
    if (changed || this.input.value || texts.length === 0) return;
    if (wanted === null) {
      this.judge(`Nothing is recorded for Python ${engineManifest.python}, so this may differ from the outputs of other versions.`);
      return this.offerRecorded();
    }
    const run = this.live;
    let shown = this.printed;
    if (raises !== undefined && raised.length > 0) shown += `${shown && !shown.endsWith("\n") ? "\n" : ""}${last}\n`;
    const agrees = dropped === 0 && (shown === wanted || (await recordingAgrees(wanted, shown, unordered !== undefined, Number(approx ?? 0))));
    if (agrees === null || this.busy || !run.isConnected) return;
    run.dataset.agrees = String(agrees);
    if (agrees || !this.verdict.hidden) return;
    const text = this.text + shown;
    const why = differs ?? RUN_REASONS.find(({ sign }) => sign.test(text))?.why;
    this.judge(`This is not what is recorded${why ? `: ${why.replace(/\.$/, "")}` : ""}.`);
    this.offerRecorded();
  }

  /** A button that shows the recorded output below the run's. */
  offerRecorded() {
    const button = make("button", { class: "run-recorded", type: "button", "aria-expanded": "false" }, "Show the recording");
    button.addEventListener("click", () => {
      const open = button.getAttribute("aria-expanded") !== "true";
      button.setAttribute("aria-expanded", String(open));
      button.textContent = open ? "Hide the recording" : "Show the recording";
      this.hideRecorded(!open);
    });
    this.verdict.append(" ", button);
  }

  /** @param {"idle" | "loading" | "running"} state */
  become(state) {
    this.state = state;
    this.block.dataset.state = state;
    const word = this.goButton.querySelector("span");
    if (word) word.textContent = state === "idle" ? this.verb : "Stop";
    this.goButton.querySelector("use")?.setAttribute("href", state === "idle" ? "#i-lab" : "#i-close");
  }
}

/**
 * The block that others go on from, by its number on the page.
 * @param {number} number
 */
const snippetBlock = (number) => /** @type {HTMLElement | null} */ (document.querySelector(`fg-code[data-snippet="${number}"]`));

/**
 * The builder's own comparison, which knows `…`, `unordered` and `approx`: it is in the labs' module.
 * @param {string} recorded
 * @param {string} printed
 * @param {boolean} unordered
 * @param {number} approx
 * @returns {Promise<boolean | null>} nothing where the module can't be had
 */
async function recordingAgrees(recorded, printed, unordered, approx) {
  try {
    await labModule.load();
  } catch {
    return null;
  }
  return wasm_bindgen.agrees(recorded, printed, unordered, approx);
}
