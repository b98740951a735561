"use strict";
// What is wrong with the book, over the page: errors by themselves, warnings behind a small button. All text comes as text:
// nothing that an author wrote becomes part of the page's structure.

/** @typedef {{ severity: "error" | "warning", place: string | null, open: string | null, text: [string, string][] }} Shown */
/** @typedef {{ build: number, client: string, errors: number, warnings: number, list: Shown[] }} State */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * @param {number} count
 * @param {string} noun
 */
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

class Overlay {
  host = document.createElement("fieldguide-overlay");
  title = element("h2", { id: "title", tabindex: "-1" });
  hint = element("p", { class: "hint" });
  list = element("ol", { class: "list" });
  close = element("button", { type: "button", class: "close" }, "Close ", element("kbd", {}, "Esc"));
  dialog = element(
    "dialog",
    { "aria-labelledby": "title" },
    element("div", { class: "head" }, element("div", {}, this.title, this.hint), this.close),
    this.list,
  );
  badge = element("button", { type: "button", class: "badge", hidden: "" });
  note = element("p", { class: "note", role: "status", hidden: "" });
  /** @type {State | null} */
  state = null;
  /** The errors that the reader has seen and closed. */
  closed = "";
  errors = "[]";
  styled = false;

  /**
   * @param {string} style the address of its stylesheet
   * @param {boolean} over whether there is a page below it, or only a word that there is none
   */
  constructor(style, over) {
    this.over = over;
    const root = this.host.attachShadow({ mode: "open" });
    const link = element("link", { rel: "stylesheet", href: style });
    root.append(link, element("div", { class: "corner" }, this.note, this.badge), this.dialog);
    // Keys in here are none of the page's.
    this.host.addEventListener("keydown", (event) => event.stopPropagation());
    this.badge.addEventListener("click", () => this.open());
    this.close.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("close", () => (this.closed = this.errors));
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    link.addEventListener("load", () => {
      this.styled = true;
      if (this.state) this.show(this.state);
    });
    document.documentElement.append(this.host);
  }

  /** @param {State} state */
  show(state) {
    this.state = state;
    if (!this.styled) return;
    const { errors, warnings, list } = state;
    const counts = [errors && plural(errors, "error"), warnings && plural(warnings, "warning")].filter(Boolean).join(", ");
    this.title.textContent = counts;
    const below = this.over ? "The page below is the last one that could be built. It follows" : "The page comes";
    this.hint.textContent = errors ? `${below} by itself when this is mended.` : "The site could be built; these are worth a look.";
    this.badge.textContent = counts;
    this.badge.classList.toggle("error", errors > 0);
    this.badge.hidden = counts === "";
    this.errors = JSON.stringify(list.filter(({ severity }) => severity === "error").map(({ text }) => text));
    this.fill(list, errors + warnings);
    if (counts === "" || (errors === 0 && this.forErrors)) this.dialog.close();
    if (errors === 0) this.closed = "";
    else if (this.errors !== this.closed) this.open();
  }

  get forErrors() {
    return this.dialog.classList.contains("error");
  }

  open() {
    this.dialog.classList.toggle("error", (this.state?.errors ?? 0) > 0);
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.title.focus({ preventScroll: true });
  }

  /**
   * @param {Shown[]} list
   * @param {number} all
   */
  fill(list, all) {
    const text = JSON.stringify(list);
    if (this.list.dataset.text === text) return;
    this.list.dataset.text = text;
    const items = list.map(({ severity, place, open, text }) => {
      const pre = element("pre", { tabindex: "0", role: "group", "aria-label": severity });
      for (const [role, run] of text) pre.append(element("span", { class: role }, run));
      const item = element("li", { class: severity }, pre);
      if (open) item.prepend(element("a", { href: open, class: "open" }, element("span", {}, place ?? ""), element("span", { class: "verb" }, "Open in the editor")));
      else if (place) item.prepend(element("p", { class: "open" }, place));
      return item;
    });
    const more = all - list.length;
    this.list.replaceChildren(...items, ...(more > 0 ? [element("li", { class: "more" }, `and ${more} more: the terminal has them all`)] : []));
  }

  /**
   * Says something that is not about the book: a sentence, and where a link leads.
   * @param {string} sentence none takes it away
   * @param {[string, string]} [link] its words and its address
   */
  say(sentence, link) {
    this.note.hidden = sentence === "";
    if (this.note.dataset.text === sentence) return;
    this.note.dataset.text = sentence;
    this.note.replaceChildren(sentence, ...(link ? [" ", element("a", { href: link[1] }, link[0])] : []));
  }
}
