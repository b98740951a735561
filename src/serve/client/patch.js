"use strict";
// Brings the open page to a new source. The page is not compared with the source, because readers and scripts have changed it
// since: the old source is compared with the new one, and what differs between these two is done to the page. So whatever
// somebody opened, typed, stepped or answered stays, unless its own source was edited.

/** Told to the page's scripts after a patch. */
const PATCHED = "fieldguide:patched";

/** Elements whose scripts read the attributes when they need them, not once. */
const READS_LATE = new Set(["FG-CODE"]);

class Page {
  /** @type {WeakMap<Node, Node>} the node of the page that a node of the source stands for */
  live = new WeakMap();
  /** @type {WeakMap<Node, Node>} and back */
  sources = new WeakMap();
  /** @type {HTMLElement} the page as it came from the server */
  source;
  /** @type {Element[]} elements to tell that something in them was patched */
  touched = [];

  /** Must be made before any other deferred script runs: it takes the page as it is for its source. */
  constructor() {
    // A document without a window: nothing in it loads or runs.
    const inert = document.implementation.createHTMLDocument("");
    this.source = inert.importNode(document.documentElement, true);
    this.pair(this.source, document.documentElement);
    // What the inline script of the head did already: the colour mode, and fonts that are wanted early.
    this.source.removeAttribute("data-theme");
    for (const link of this.source.querySelectorAll("head link[rel=preload]")) link.remove();
  }

  /**
   * @param {Node} source
   * @param {Node} live the same tree
   */
  pair(source, live) {
    this.live.set(source, live);
    this.sources.set(live, source);
    source.childNodes.forEach((child, i) => {
      const other = live.childNodes[i];
      if (other) this.pair(child, other);
    });
  }

  /**
   * Patches the page, or says that only loading it anew would do: scripts don't run twice in one page.
   * @param {string} html
   * @returns {boolean}
   */
  become(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").documentElement;
    if (identity(fresh) !== identity(this.source)) return false;
    const signatures = new Signatures();
    this.touched = [];
    keepingThePlace(() => this.patch(this.source, fresh, signatures));
    this.source = fresh;
    for (const element of new Set(this.touched)) /** @type {any} */ (element).patched();
    document.dispatchEvent(new CustomEvent(PATCHED));
    return true;
  }

  /**
   * Makes of the old source's element in the page what the new source says, and of the new element its source.
   * @param {Element} old
   * @param {Element} fresh
   * @param {Signatures} signatures
   */
  patch(old, fresh, signatures) {
    const live = this.live.get(old);
    if (!live || !isElement(live)) return;
    this.live.set(fresh, live);
    this.sources.set(live, fresh);
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name)) live.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) live.setAttribute(name, value);
    }
    this.children(old, fresh, live, signatures);
    if ("patched" in live) this.touched.push(live);
  }

  /**
   * @param {Element} old
   * @param {Element} fresh
   * @param {Element} live
   * @param {Signatures} signatures
   */
  children(old, fresh, live, signatures) {
    const [before, after] = [[...old.childNodes], [...fresh.childNodes]];
    const from = matchNodes(before, after, signatures);
    const kept = /** @type {Set<Node | null>} */ (new Set(from));
    for (const node of before) if (!kept.has(node)) this.remove(node);
    const order = /** @type {Map<Node, number>} */ (new Map(before.map((node, i) => [node, i])));
    let reached = -1;
    /** @type {Node | null} what stands before the next one */
    let last = null;
    after.forEach((node, i) => {
      const known = from[i] ?? null;
      const place = known ? (order.get(known) ?? -1) : -1;
      if (known && place < reached) this.put(live, this.live.get(known), last);
      if (known) reached = Math.max(reached, place);
      const now = known ? this.goOn(known, node, signatures) : this.create(node);
      if (!known) this.put(live, now, last);
      last = now ?? last;
    });
  }

  /**
   * @param {Node} old
   * @param {Node} fresh
   * @param {Signatures} signatures
   * @returns {Node | undefined} the node of the page
   */
  goOn(old, fresh, signatures) {
    const live = this.live.get(old);
    if (!live) return undefined;
    if (signatures.of(old) === signatures.of(fresh)) {
      // The old source goes on standing for it: all below it is known already.
      fresh.parentNode?.replaceChild(old, fresh);
      return live;
    }
    if (!isElement(old) || !isElement(fresh) || !isElement(live)) {
      live.nodeValue = fresh.nodeValue;
      this.live.set(fresh, live);
      this.sources.set(live, fresh);
      return live;
    }
    if (isStyle(old) && isStyle(fresh)) return this.restyle(live, fresh);
    if (!this.canBePatched(old, fresh, live, signatures)) return this.replace(live, fresh);
    this.patch(old, fresh, signatures);
    return live;
  }

  /**
   * Whether an element can take its new source in. A custom element has made something of its old one: it can, where it has
   * a method `patched` that looks again.
   * @param {Element} old
   * @param {Element} fresh
   * @param {Element} live
   * @param {Signatures} signatures
   */
  canBePatched(old, fresh, live, signatures) {
    if (old.nodeName === "TEMPLATE") return false;
    if (!old.nodeName.includes("-") || "patched" in live) return true;
    const [a, b] = [[...old.childNodes], [...fresh.childNodes]];
    const inside = a.length === b.length && a.every((node, i) => signatures.of(node) === signatures.of(/** @type {Node} */ (b[i])));
    return inside && READS_LATE.has(old.nodeName);
  }

  /**
   * @param {Element} live
   * @param {Element} fresh
   * @returns {Node}
   */
  replace(live, fresh) {
    // What a link set a lab to would win over the state that was edited right now.
    if (live.id && location.hash.includes(`~${live.id}=`)) {
      history.replaceState(history.state, "", location.hash.replace(/~.*$/, "") || location.pathname + location.search);
    }
    const focused = live.contains(document.activeElement) ? document.activeElement?.getAttribute("name") : null;
    this.removeMade(live);
    const now = this.create(fresh);
    live.replaceWith(now);
    // A run hides what is recorded below its block, and is gone with it.
    for (let next = /** @type {Element} */ (now).nextElementSibling; next instanceof HTMLElement && next.hidden; next = next.nextElementSibling) {
      const source = this.sources.get(next);
      if (source instanceof HTMLElement && !source.hidden) next.hidden = false;
    }
    const field = focused ? /** @type {Element} */ (now).querySelector(`[name="${CSS.escape(focused)}"]`) : null;
    if (field instanceof HTMLElement) field.focus({ preventScroll: true });
    return now;
  }

  /**
   * The new stylesheet takes the old one's place once it is there: no moment is without style.
   * @param {Element} live
   * @param {Element} fresh
   * @returns {Node}
   */
  restyle(live, fresh) {
    const now = /** @type {HTMLLinkElement} */ (this.create(fresh));
    for (const end of ["load", "error"]) now.addEventListener(end, () => live.remove(), { once: true });
    live.after(now);
    return now;
  }

  /**
   * @param {Node} source
   * @returns {Node} the same for the page, where its custom elements come alive
   */
  create(source) {
    const node = document.importNode(source, true);
    this.pair(source, node);
    return node;
  }

  /** @param {Node} source */
  remove(source) {
    const live = /** @type {ChildNode | undefined} */ (this.live.get(source));
    if (!live) return;
    this.removeMade(live);
    live.remove();
  }

  /**
   * Removes what a script put behind a node, such as the output of a run.
   * @param {Node} live
   */
  removeMade(live) {
    if (live.parentNode === document.body || live.parentNode === document.head) return;
    for (let next = live.nextSibling; next && !this.sources.has(next); next = live.nextSibling) next.remove();
  }

  /**
   * Puts a node behind another and what scripts put there, or first.
   * @param {Element} parent
   * @param {Node | undefined} node
   * @param {Node | null} last
   */
  put(parent, node, last) {
    if (!node) return;
    let next = last?.parentNode === parent ? last.nextSibling : parent.firstChild;
    while (next && (next === node || !this.sources.has(next))) next = next.nextSibling;
    parent.insertBefore(node, next);
  }
}

/**
 * What a page can't change while it is open: its policy, its scripts and modules, and that it is a page and no sign to another.
 * @param {Element} root
 * @returns {string}
 */
function identity(root) {
  // A script of another type is data, and may change.
  const scripts = [...root.querySelectorAll("script")].filter(({ type }) => /^$|javascript|module/.test(type)).map((script) => [script.getAttribute("src"), script.type, script.textContent]);
  const metas = [...root.querySelectorAll("meta[http-equiv]")].map((meta) => [meta.getAttribute("http-equiv"), meta.getAttribute("content")]);
  const { wasmJs, wasm, searchJs, searchWasm, root: depth } = /** @type {HTMLElement} */ (root).dataset;
  return JSON.stringify([scripts, metas, wasmJs, wasm, searchJs, searchWasm, depth]);
}

/** @param {Element} element */
const isStyle = (element) => element.nodeName === "LINK" && element.getAttribute("rel") === "stylesheet";

/**
 * Does something to the page, and scrolls so that what stood at the top of the window stands there still.
 * @param {() => void} change
 */
function keepingThePlace(change) {
  const { scrollingElement: root } = document;
  const anchors = scrollY > 0 ? placesInSight() : [];
  const before = anchors.map((element) => element.getBoundingClientRect().top);
  // The browser's own anchoring would do it a second time.
  if (root instanceof HTMLElement) root.style.overflowAnchor = "none";
  change();
  const at = anchors.findIndex((element) => element.isConnected && element.getClientRects().length > 0);
  const moved = at < 0 ? 0 : (anchors[at]?.getBoundingClientRect().top ?? 0) - (before[at] ?? 0);
  if (moved !== 0) scrollBy({ top: moved, behavior: "instant" });
  requestAnimationFrame(() => {
    if (!(root instanceof HTMLElement)) return;
    root.style.overflowAnchor = "";
    if (!root.getAttribute("style")) root.removeAttribute("style");
  });
}

/**
 * The innermost blocks of the text that begin in the window, from its top down; then those that hold its top.
 * @returns {Element[]}
 */
function placesInSight() {
  const main = document.querySelector("main") ?? document.body;
  const all = [...main.querySelectorAll("*")].filter((element) => !(element instanceof SVGElement));
  const seen = all.map((element) => ({ element, box: element.getBoundingClientRect() }));
  const begin = seen.filter(({ box }) => box.height > 0 && box.top >= 0 && box.top < innerHeight);
  const hold = seen.filter(({ box }) => box.top < 0 && box.bottom > 0).reverse();
  return [...begin.sort((a, b) => a.box.top - b.box.top).slice(0, 40), ...hold.slice(0, 10)].map(({ element }) => element);
}
