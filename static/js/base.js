"use strict";
// What the other scripts share. The builder joins all files of this folder, in the order of their names, into one classic script.

/**
 * An element with attributes (`true` is an empty one, `null` and `false` leave it out) and children.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | boolean | null>} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[T]}
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** @type {((over: AbortSignal) => void)[]} what is done for each page */
const pageStarts = [];
/** Ends what belongs to the page that is shown. */
let pageOver = new AbortController();

/**
 * Does something for the page that is shown. A site's pages come and go with their scripts; the export that is one file shows
 * one page after the other.
 * @param {(over: AbortSignal) => void} start the signal says when the page goes
 */
function eachPage(start) {
  pageStarts.push(start);
  start(pageOver.signal);
}

/**
 * Does something in a task of its own once the page is painted and nothing else is to be done, at the latest after 0.3 s.
 * @param {() => void} task
 */
function whenIdle(task) {
  if ("requestIdleCallback" in window) requestIdleCallback(task, { timeout: 300 });
  else setTimeout(task);
}

/**
 * One of the marks that every page carries.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** What the browser keeps for the reader; storage may be denied, then nothing is kept. */
const store = {
  /**
   * @param {string} key
   * @returns {string | null}
   */
  get(key) {
    try {
      return localStorage.getItem(`fg-${key}`);
    } catch {
      return null;
    }
  },
  /**
   * @param {string} key
   * @param {string | null} value
   */
  set(key, value) {
    try {
      if (value === null) localStorage.removeItem(`fg-${key}`);
      else localStorage.setItem(`fg-${key}`, value);
    } catch {
      // The page works without.
    }
  },
};

/**
 * Says a sentence to a screen reader.
 * @param {string} sentence
 */
function announce(sentence) {
  let line = document.getElementById("announcer");
  if (!line) {
    line = make("p", { id: "announcer", class: "visually-hidden", role: "status" });
    document.body.append(line);
  }
  line.textContent = "";
  const spoken = line;
  setTimeout(() => (spoken.textContent = sentence), 50);
}

/**
 * Copies a text; says on the button whether it worked.
 * @param {string} text
 * @param {HTMLElement} button
 */
async function copy(text, button) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard from file:// or without permission: the old way.
    const area = make("textarea", { class: "visually-hidden", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    done = document.execCommand("copy");
    area.remove();
    button.focus();
  }
  const word = button.querySelector("span");
  const before = button.dataset.word ?? word?.textContent ?? "";
  button.dataset.word = before;
  button.toggleAttribute("data-done", done);
  if (word) word.textContent = done ? "Copied" : "Not copied";
  announce(done ? "Copied" : "The browser did not allow copying.");
  setTimeout(() => {
    button.removeAttribute("data-done");
    if (word) word.textContent = before;
  }, 1600);
}
