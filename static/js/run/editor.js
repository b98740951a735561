"use strict";
// The editor: a textarea over the coloured code, both in one cell of a grid, so that the page scrolls and measures one box.

/** Python's words and literals, as far as a line alone tells them. */
const PYTHON_TOKENS = new RegExp(
  [
    /(?<c>#.*)/,
    /(?<s>(?:\b[rbfutRBFUT]{1,2})?(?:"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))/,
    /(?<=\b(?:def|class)\s+)(?<f>\w+)/,
    /(?<k>\b(?:and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b)/,
    /(?<n>\b(?:True|False|None|0[xXoObB][\da-fA-F_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?j?)\b)/,
    /(?<d>@[\w.]+)/,
    /(?<g>\b[A-Za-z_]\w*(?=\())/,
  ].map((part) => part.source).join("|"),
  "g",
);

/**
 * The lines of a code, each as an element.
 * @param {string} code
 * @returns {HTMLElement[]}
 */
function colouredLines(code) {
  /** @type {HTMLElement[]} */
  const lines = [];
  let line = make("span", { class: "line" });
  /**
   * @param {string} text
   * @param {string} kind
   */
  const write = (text, kind) => {
    text.split("\n").forEach((part, i) => {
      if (i > 0) {
        lines.push(line);
        line.append("\n");
        line = make("span", { class: "line" });
      }
      if (part) line.append(kind ? make("span", { class: kind }, part) : part);
    });
  };
  let at = 0;
  for (const match of code.matchAll(PYTHON_TOKENS)) {
    write(code.slice(at, match.index), "");
    const kind = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined)?.[0] ?? "";
    write(match[0], kind === "d" || kind === "g" ? "f" : kind);
    at = match.index + match[0].length;
  }
  write(code.slice(at), "");
  lines.push(line);
  line.append("\n");
  return lines;
}

/** A textarea over the code of a block. */
class RunEditor {
  /**
   * @param {HTMLPreElement} pre the builder's code; it stays what Reset goes back to
   * @param {string} text
   * @param {() => void} changed
   * @param {() => void} run
   */
  constructor(pre, text, changed, run) {
    this.changed = changed;
    this.leaving = false;
    this.layer = make("code", { "aria-hidden": "true", class: "run-layer" });
    this.area = make("textarea", {
      class: "run-area",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      autocorrect: "off",
      wrap: "off",
      "aria-label": "Code. Control and Enter run it, Tab indents, Escape and then Tab leave.",
    });
    this.box = make("div", { class: "run-edit-box" }, this.layer, this.area);
    this.area.value = text;
    this.area.addEventListener("input", () => {
      this.paint();
      changed();
    });
    this.area.addEventListener("keydown", (event) => this.pressed(event, run));
    this.area.addEventListener("focus", () => (this.leaving = false));
    this.paint();
    pre.after(this.box);
    pre.hidden = true;
    this.pre = pre;
  }

  paint() {
    this.layer.replaceChildren(...colouredLines(this.area.value));
  }

  /** @param {string} text */
  write(text) {
    this.area.value = text;
    this.paint();
  }

  /** @param {number | null} line counted from 1; none takes the mark away */
  mark(line) {
    if (line !== null) this.box.scrollLeft = 0;
    [...this.layer.children].forEach((element, i) => element.classList.toggle("raised", i + 1 === line));
  }

  close() {
    this.box.remove();
    this.pre.hidden = false;
  }

  /**
   * Types as a reader would: what is typed this way can be undone.
   * @param {string} text
   */
  type(text) {
    if (!document.execCommand("insertText", false, text)) {
      this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
      this.area.dispatchEvent(new Event("input"));
    }
  }

  /**
   * @param {KeyboardEvent} event
   * @param {() => void} run
   */
  pressed(event, run) {
    if (runKey(event)) {
      event.preventDefault();
      run();
    } else if (event.key === "Escape") {
      this.leaving = true;
      announce("Tab now leaves the editor.");
    } else if (event.key === "Tab" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      // After Escape, Tab goes where it goes everywhere else.
      if (this.leaving) return;
      event.preventDefault();
      this.indent(event.shiftKey);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      const before = this.area.value.slice(0, this.area.selectionStart);
      const line = before.slice(before.lastIndexOf("\n") + 1);
      const indent = /^[ \t]*/.exec(line)?.[0] ?? "";
      this.type(`\n${indent}${/:\s*(#.*)?$/.test(line) ? "    " : ""}`);
    } else if (event.key !== "Shift") {
      this.leaving = false;
    }
  }

  /** @param {boolean} back */
  indent(back) {
    const { area } = this;
    const { selectionStart: from, selectionEnd: to, value } = area;
    if (!back && from === to) {
      const column = from - (value.lastIndexOf("\n", from - 1) + 1);
      return this.type(" ".repeat(4 - (column % 4)));
    }
    const start = value.lastIndexOf("\n", from - 1) + 1;
    const end = to > from && value[to - 1] === "\n" ? to - 1 : to;
    const old = value.slice(start, end);
    const lines = old.split("\n").map((line) => (back ? line.replace(/^ {1,4}|^\t/, "") : line && `    ${line}`));
    const text = lines.join("\n");
    if (text === old) return;
    area.setSelectionRange(start, end);
    this.type(text);
    if (from === to) area.setSelectionRange(Math.max(start, from + text.length - old.length), Math.max(start, from + text.length - old.length));
    else area.setSelectionRange(start, start + text.length);
  }
}

/**
 * Where a click fell in a text, as an offset; the end of the text where that can't be told.
 * @param {Element} element
 * @param {MouseEvent} event
 */
function clickedOffset(element, event) {
  const range = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  const position = range ? null : document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const node = range?.startContainer ?? position?.offsetNode;
  const offset = range?.startOffset ?? position?.offset ?? 0;
  if (!node || !element.contains(node)) return element.textContent?.length ?? 0;
  const before = document.createRange();
  before.setStart(element, 0);
  before.setEnd(node, offset);
  return before.toString().length;
}
