"use strict";

/**
 * Makes the children of `old` what those of `fresh` are, keeping every node that can be kept, so that the focus, the caret and
 * a running selection stay. The value of a focused field is the reader's and is left alone unless `force` is set.
 * @param {Element} old
 * @param {Element | DocumentFragment} fresh
 * @param {boolean} force
 * @param {Node | null} [first] the first child of `old` that takes part
 */
function morph(old, fresh, force, first = old.firstChild) {
  /** @type {Map<string, Element>} */
  const named = new Map();
  for (let node = first; node; node = node.nextSibling) {
    const key = keyOf(node);
    if (key && node instanceof Element) named.set(key, node);
  }
  /** @type {Node | null} */
  let at = first;
  for (const want of [...fresh.childNodes]) {
    const key = keyOf(want);
    let have = key ? (named.get(key) ?? null) : at;
    if (!key) while (have && keyOf(have)) have = have.nextSibling;
    if (have && same(have, want)) {
      if (have === at) at = at.nextSibling;
      // Moving a node would take the focus from it: what stands before it goes instead.
      else if (at && have.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_PRECEDING) {
        while (at && at !== have) at = drop(at);
        at = have.nextSibling;
      } else old.insertBefore(have, at);
      if (key) named.delete(key);
      patch(have, want, force);
    } else {
      old.insertBefore(want, at);
    }
  }
  while (at) at = drop(at);
}

/**
 * @param {Node} node
 * @returns {Node | null} its next sibling
 */
function drop(node) {
  const next = node.nextSibling;
  node.parentNode?.removeChild(node);
  return next;
}

/**
 * @param {Node} node
 * @returns {string} what makes a node itself; nothing for most
 */
function keyOf(node) {
  if (!(node instanceof Element)) return "";
  return node.id || (node.getAttribute("name") ? `${node.getAttribute("name")} ${node.getAttribute("value") ?? ""}` : "");
}

/**
 * @param {Node} a
 * @param {Node} b
 */
function same(a, b) {
  return a.nodeName === b.nodeName && a.nodeType === b.nodeType && keyOf(a) === keyOf(b);
}

/**
 * @param {Node} old
 * @param {Node} fresh
 * @param {boolean} force
 */
function patch(old, fresh, force) {
  if (!(old instanceof Element && fresh instanceof Element)) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) {
    // Whether a fold is open is the reader's.
    if (!fresh.hasAttribute(name) && !(name === "open" && old.nodeName === "DETAILS")) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  morph(old, fresh, force);
  const focused = old === document.activeElement;
  if (old instanceof HTMLInputElement) {
    const checked = fresh.hasAttribute("checked");
    if (old.checked !== checked) old.checked = checked;
    const value = fresh.getAttribute("value") ?? "";
    if ((force || !focused) && old.value !== value) old.value = value;
  } else if (old instanceof HTMLTextAreaElement) {
    if ((force || !focused) && old.value !== old.defaultValue) old.value = old.defaultValue;
  } else if (old instanceof HTMLSelectElement && fresh instanceof HTMLSelectElement) {
    if (old.value !== fresh.value) old.value = fresh.value;
  }
}
