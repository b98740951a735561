"use strict";

const CONTROLS = "input, select, textarea";

/**
 * Makes the children of `old` what those of `fresh` are, keeping every node that can be kept, so that the focus, the caret and
 * a running selection stay. The value of a focused field is the reader's and is left alone unless `force` is set.
 * @param {Element} old
 * @param {Element | DocumentFragment} fresh
 * @param {boolean} force
 * @param {Node | null} [first] the first child of `old` that takes part
 */
function morph(old, fresh, force, first = old.firstChild) {
  /** @type {Map<string, Node>} */
  const named = new Map();
  const oldKey = keys();
  const freshKey = keys();
  for (let node = first; node; node = node.nextSibling) named.set(oldKey(node), node);
  /** @type {Node | null} */
  let at = first;
  for (const want of [...fresh.childNodes]) {
    const have = named.get(freshKey(want));
    if (!have) {
      old.insertBefore(want, at);
      continue;
    }
    // Moving a node would take the focus from it: what stands before it goes instead, unless it is wanted later.
    if (have !== at) {
      if (have.contains(document.activeElement)) while (at && at !== have) at = put(old, at, have);
      else old.insertBefore(have, at);
    }
    if (have === at) at = at.nextSibling;
    patch(have, want, force);
  }
  while (at) {
    const next = at.nextSibling;
    old.removeChild(at);
    at = next;
  }
}

/**
 * Moves a node behind another.
 * @param {Element} parent
 * @param {Node} node
 * @param {Node} after
 * @returns {Node | null} what stood behind the node
 */
function put(parent, node, after) {
  const next = node.nextSibling;
  parent.insertBefore(node, after.nextSibling);
  return next;
}

/**
 * Names siblings, each once: by id, by form name, else by kind; what comes again is counted.
 * @returns {(node: Node) => string}
 */
function keys() {
  /** @type {Map<string, number>} */
  const seen = new Map();
  return (node) => {
    let key = node.nodeName;
    if (node instanceof Element) {
      const name = node.id ? null : node.getAttribute("name");
      if (node.id) key += `#${node.id}`;
      else if (name) key += ` ${name}=${node.matches("button, [type=radio], [type=checkbox]") ? node.getAttribute("value") : ""}`;
    }
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return `${key} ${count}`;
  };
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
  // Most of a figure is as it was: only a control may show something else than its attributes say.
  if (old.isEqualNode(fresh) && !old.matches(CONTROLS) && !old.querySelector(CONTROLS)) return;
  // Whether a fold is open is the reader's.
  const kept = (/** @type {string} */ name) => name === "open" && old.nodeName === "DETAILS";
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !kept(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !kept(name)) old.setAttribute(name, value);
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
