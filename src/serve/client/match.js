"use strict";
// Which node of a page's new source goes on from which node of its old one.

/** Tables larger than this many cells are not filled: such lists are matched by their equal nodes alone. */
const MOST_CELLS = 2_000_000;

/** Numbers nodes so that two have the same number where they are equal, with all that is in them. */
class Signatures {
  /** @type {Map<string, number>} */
  known = new Map();
  /** @type {WeakMap<Node, number>} */
  numbers = new WeakMap();

  /**
   * @param {Node} node
   * @returns {number}
   */
  of(node) {
    const known = this.numbers.get(node);
    if (known !== undefined) return known;
    const text = isElement(node) ? this.element(node) : `${node.nodeType} ${node.nodeValue}`;
    const number = this.known.get(text) ?? this.known.size;
    this.known.set(text, number);
    this.numbers.set(node, number);
    return number;
  }

  /**
   * @param {Element} element
   * @returns {string}
   */
  element(element) {
    // With scripts on, what is in `noscript` is text, in a parsed source it is elements: nobody sees it either way.
    if (element.nodeName === "NOSCRIPT") return "noscript";
    const attributes = [...element.attributes].map(({ name, value }) => `${name}=${JSON.stringify(value)}`).sort();
    const inside = element.nodeName === "TEMPLATE" ? [JSON.stringify(element.innerHTML)] : [...element.childNodes].map((child) => this.of(child));
    return `<${element.nodeName} ${attributes.join(" ")}>${inside.join(",")}`;
  }
}

/**
 * @param {Node} node
 * @returns {node is Element}
 */
const isElement = (node) => node.nodeType === Node.ELEMENT_NODE;

/**
 * How well a new node goes on from an old one; 0 where it can't.
 * @param {Node} old
 * @param {Node} fresh
 * @param {Signatures} signatures
 * @returns {number}
 */
function likeness(old, fresh, signatures) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) return 0;
  const equal = signatures.of(old) === signatures.of(fresh);
  if (!isElement(old) || !isElement(fresh)) {
    if (!equal) return 1;
    return old.nodeValue?.trim() ? 4 : 2;
  }
  if (equal) return 8;
  if (old.id && old.id === fresh.id) return 6;
  // A heading's id changes with its words: what has another id may still be the same place.
  return old.className === fresh.className && !old.id === !fresh.id ? 3 : 1;
}

/**
 * For each new node the old one that it goes on from, or null. The order of both lists is kept, but for equal nodes that
 * stand elsewhere now: these are used again rather than made anew.
 * @param {Node[]} old
 * @param {Node[]} fresh
 * @param {Signatures} signatures
 * @returns {(Node | null)[]}
 */
function matchNodes(old, fresh, signatures) {
  /** @type {(Node | null)[]} */
  const from = fresh.map(() => null);
  const same = (/** @type {number} */ i, /** @type {number} */ j) => {
    const [a, b] = [old[i], fresh[j]];
    return a !== undefined && b !== undefined && a.nodeName === b.nodeName && signatures.of(a) === signatures.of(b);
  };
  let start = 0;
  while (start < old.length && start < fresh.length && same(start, start)) from[start] = old[start++] ?? null;
  let [oldEnd, freshEnd] = [old.length, fresh.length];
  while (oldEnd > start && freshEnd > start && same(oldEnd - 1, freshEnd - 1)) from[--freshEnd] = old[--oldEnd] ?? null;
  const [middleOld, middleFresh] = [old.slice(start, oldEnd), fresh.slice(start, freshEnd)];
  if ((middleOld.length + 1) * (middleFresh.length + 1) <= MOST_CELLS) {
    align(middleOld, middleFresh, signatures).forEach((node, i) => (from[start + i] = node));
  }
  const used = new Set(from);
  const left = middleOld.filter((node) => isElement(node) && !used.has(node));
  middleFresh.forEach((node, i) => {
    if (from[start + i] || !isElement(node)) return;
    const at = left.findIndex((candidate) => signatures.of(candidate) === signatures.of(node));
    if (at >= 0) from[start + i] = left.splice(at, 1)[0] ?? null;
  });
  return from;
}

/**
 * The alignment of two lists with the greatest likeness in sum.
 * @param {Node[]} old
 * @param {Node[]} fresh
 * @param {Signatures} signatures
 * @returns {(Node | null)[]}
 */
function align(old, fresh, signatures) {
  const width = fresh.length + 1;
  // best[i][j]: of the nodes from i and from j on.
  const best = new Float64Array((old.length + 1) * width);
  const score = (/** @type {number} */ i, /** @type {number} */ j) => best[i * width + j] ?? 0;
  const together = (/** @type {number} */ i, /** @type {number} */ j) => {
    const [a, b] = [old[i], fresh[j]];
    const likely = a && b ? likeness(a, b, signatures) : 0;
    return likely > 0 ? likely + score(i + 1, j + 1) : -1;
  };
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = fresh.length - 1; j >= 0; j -= 1) {
      best[i * width + j] = Math.max(together(i, j), score(i + 1, j), score(i, j + 1));
    }
  }
  /** @type {(Node | null)[]} */
  const from = fresh.map(() => null);
  for (let i = 0, j = 0; i < old.length && j < fresh.length; ) {
    if (together(i, j) === score(i, j)) from[j++] = old[i++] ?? null;
    else if (score(i + 1, j) >= score(i, j + 1)) i += 1;
    else j += 1;
  }
  return from;
}
