"use strict";
// Marks on a page what a search found there: `#anchor~find=words`.

const found = {
  /**
   * @param {string[]} words
   * @returns {string} as a fragment holds them
   */
  write(words) {
    return words.map((word) => encodeURIComponent(word)).join("+");
  },

  /**
   * Marks the words below a place and goes to the first of them.
   * @param {string} state
   * @param {Element | null} place
   */
  show(state, place) {
    const words = state.split("+").map((word) => fragment.decode(word).toLowerCase()).filter(Boolean);
    const ranges = found.ranges(found.scope(place), words);
    if ("highlights" in CSS) CSS.highlights.set("found", new Highlight(...ranges));
    const first = ranges[0]?.startContainer.parentElement;
    if (!first) return;
    for (let fold = first.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
    const { top, bottom } = first.getBoundingClientRect();
    if (top < 0 || bottom > innerHeight) first.scrollIntoView({ block: "center" });
  },

  clear() {
    if ("highlights" in CSS) CSS.highlights.delete("found");
  },

  /**
   * What stands below an anchor: the element itself; of a heading, all up to the next one; of a term, what explains it.
   * @param {Element | null} place
   * @returns {Element[]}
   */
  scope(place) {
    if (!place) return [...document.querySelectorAll("main")];
    const name = place.tagName;
    if (!/^(H[2-6]|DT)$/.test(name)) return [place];
    const scope = [place];
    for (let next = place.nextElementSibling; next; next = next.nextElementSibling) {
      if (name === "DT" ? next.tagName === "DT" : /^H[2-6]$/.test(next.tagName)) break;
      scope.push(next);
    }
    return scope;
  },

  /**
   * @param {Element[]} scope
   * @param {string[]} words in lower case
   * @returns {Range[]} in the order of the page
   */
  ranges(scope, words) {
    /** @type {{ node: Text, start: number }[]} */
    const nodes = [];
    let text = "";
    for (const part of scope) {
      const walk = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node; node = walk.nextNode()) {
        const own = node.textContent ?? "";
        const hidden = node.parentElement?.closest("fg-lab, button, script, .permalink, .quiz-answer, .visually-hidden");
        if (!(node instanceof Text) || hidden) continue;
        nodes.push({ node, start: text.length });
        const lower = own.toLowerCase();
        text += lower.length === own.length ? lower : own;
      }
      text += "\n";
    }
    /** @type {[number, number][]} */
    const places = [];
    const letter = /[\p{L}\p{N}]/u;
    for (const word of words) {
      for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
        // A word within a longer one is another word; an operator may stand anywhere.
        const inside = letter.test(word[0] ?? "") && letter.test(text[at - 1] ?? "");
        const goesOn = letter.test(word.at(-1) ?? "") && letter.test(text[at + word.length] ?? "");
        if (!inside && !goesOn) places.push([at, at + word.length]);
      }
    }
    places.sort((a, b) => a[0] - b[0]);
    const nodeAt = (/** @type {number} */ place) => {
      for (let i = nodes.length - 1; i >= 0; i -= 1) {
        const node = nodes[i];
        if (node && node.start <= place) return node;
      }
      return undefined;
    };
    return places.slice(0, 500).map(([from, to]) => {
      const range = new Range();
      const start = nodeAt(from);
      const end = nodeAt(to - 1);
      if (start) range.setStart(start.node, Math.min(from - start.start, start.node.length));
      if (end) range.setEnd(end.node, Math.min(to - end.start, end.node.length));
      return range;
    });
  },
};

addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) found.clear();
});
