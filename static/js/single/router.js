"use strict";
// The export that is one file: shows the page that the address names, `#/route#anchor~lab=state`, as the site would.

/** What links are resolved against; nothing is ever fetched from there. */
const SITE = "http://site.invalid/";

const router = {
  /** The site path of the page that is shown. */
  at: "",
  /** What it brought into the body. @type {ChildNode[]} */
  shown: [],
  /** How far each entry of the history was scrolled. @type {Map<number, number>} */
  scrolled: new Map(),
  entry: 0,
  /** Numbers what is asked for: a page that is late is not shown. */
  asked: 0,
  /** Addresses of files as images need them. @type {Map<string, Promise<string>>} */
  images: new Map(),

  start() {
    if (typeof DecompressionStream === "undefined") {
      const opening = document.querySelector(".single-opening");
      if (opening) opening.textContent = "This browser is too old for the guide in one file: it can't inflate it.";
      return;
    }
    oneFile = kept;
    history.scrollRestoration = "manual";
    this.entered();
    addEventListener("scroll", () => this.scrolled.set(this.entry, scrollY), { passive: true });
    addEventListener("pagehide", () => history.replaceState({ ...history.state, scroll: scrollY }, ""));
    document.addEventListener("click", (event) => void this.clicked(event));
    void this.follow(true);
  },

  /** Knows the entry of the history again when the reader comes back to it. */
  entered() {
    const known = history.state?.entry;
    this.entry = known ?? Date.now() + Math.random();
    if (known === undefined) history.replaceState({ ...history.state, entry: this.entry }, "");
    return this.scrolled.get(this.entry) ?? history.state?.scroll;
  },

  /**
   * Shows what the address names.
   * @param {boolean} [first] whether the page was just opened
   */
  async follow(first = false) {
    const place = fragment.read();
    // A bare anchor means the page that is shown.
    if (!place.route && this.at) history.replaceState(history.state, "", fragment.write({ ...place, route: `/${fragment.to(this.at).slice(2)}` }));
    const path = place.route || !this.at ? this.path(place.route) : this.at;
    const scroll = this.entered();
    const fresh = path !== this.at;
    if (fresh && !(await this.show(path, first))) return;
    const target = place.anchor ? document.getElementById(place.anchor) : null;
    if (scroll !== undefined) scrollTo({ top: scroll, behavior: "instant" });
    else if (target && place.lab !== "find") this.go(target);
    else if (fresh && !place.anchor && !place.lab) scrollTo({ top: 0, behavior: "instant" });
    if (fresh && scroll === undefined) reveal();
  },

  /**
   * What the browser does where an address names an element of the page.
   * @param {HTMLElement} target
   */
  go(target) {
    for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) fold.open = true;
    for (const other of document.querySelectorAll("[data-target]")) other.removeAttribute("data-target");
    target.toggleAttribute("data-target", true);
    target.scrollIntoView();
    if (target.id === "main") target.focus({ preventScroll: true });
  },

  /** @param {string} route */
  path(route) {
    return kept.page(fragment.decode(route)) ?? "404.html";
  },

  /**
   * @param {string} path
   * @param {boolean} first
   * @returns {Promise<boolean>} whether it is still wanted
   */
  async show(path, first) {
    const asked = (this.asked += 1);
    const page = new DOMParser().parseFromString(await kept.html(path), "text/html");
    if (asked !== this.asked) return false;
    this.relink(page, path);
    // An address that has moved.
    const moved = page.querySelector('meta[http-equiv="refresh" i]') && page.querySelector("a")?.getAttribute("href");
    if (moved) {
      location.replace(moved);
      return false;
    }
    await this.fill(page);
    if (asked !== this.asked) return false;
    pageOver.abort();
    pageOver = new AbortController();
    this.at = path;
    document.title = page.title;
    document.body.className = page.body.className;
    for (const link of document.head.querySelectorAll("link[rel=prev], link[rel=next]")) link.remove();
    document.head.append(...page.head.querySelectorAll("link[rel=prev], link[rel=next]"));
    document.querySelector(".single-shell")?.remove();
    for (const node of this.shown) node.remove();
    this.shown = [...page.body.childNodes];
    document.body.prepend(...this.shown);
    for (const start of pageStarts) start(pageOver.signal);
    const main = document.getElementById("main");
    main?.setAttribute("tabindex", "-1");
    if (!first) {
      main?.focus({ preventScroll: true });
      announce(document.title);
    }
    return true;
  },

  /**
   * Makes a page's links lead to pages and files of this one file.
   * @param {Document | Element} page
   * @param {string} path
   */
  relink(page, path) {
    const base = new URL(path, SITE);
    // The page for unknown addresses names the root of its host.
    const own = page instanceof Document ? page.documentElement.dataset.root : "";
    const root = path === "404.html" ? new URL(own ?? "", base).href : SITE;
    /** @param {string} address */
    const inside = (address) => {
      if (!URL.canParse(address, base.href)) return address;
      const url = new URL(address, base);
      if (!url.href.startsWith(root)) return address;
      const file = fragment.decode(url.href.slice(root.length).replace(/[?#].*$/, ""));
      if (kept.page(file) !== file && file !== "" && !file.endsWith("/")) return file;
      return fragment.to(file || "index.html", fragment.decode(url.hash) === "#" ? "" : url.hash);
    };
    for (const link of page.querySelectorAll("a[href], area[href], link[href]")) link.setAttribute("href", inside(link.getAttribute("href") ?? ""));
    for (const element of page.querySelectorAll("[data-urls]")) {
      const urls = (element.getAttribute("data-urls") ?? "").split(" ").filter(Boolean);
      element.setAttribute("data-urls", urls.map(inside).join(" "));
    }
    for (const element of page.querySelectorAll("[src]")) {
      const file = inside(element.getAttribute("src") ?? "");
      element.removeAttribute("src");
      if (!/^[a-z]+:/i.test(file)) void this.image(file).then((url) => element.setAttribute("src", url), () => {});
      else element.setAttribute("src", file);
    }
  },

  /**
   * A file of the site as an address of the browser's own.
   * @param {string} path
   * @returns {Promise<string>}
   */
  image(path) {
    const known = this.images.get(path) ?? this.blob(path);
    this.images.set(path, known);
    return known;
  },

  /** @param {string} path */
  async blob(path) {
    const [bytes, block] = await Promise.all([kept.read(path), kept.block(path)]);
    return URL.createObjectURL(new Blob([bytes], { type: block?.dataset.type ?? "" }));
  },

  /**
   * The page of the whole book stands empty in this file: its places are filled from the pages.
   * @param {Document} page
   */
  async fill(page) {
    for (const place of page.querySelectorAll("[data-whole]")) {
      const path = place.getAttribute("data-whole") ?? "";
      const part = new DOMParser().parseFromString(await kept.html(path), "text/html");
      this.relink(part, path);
      for (const fold of part.querySelectorAll("main details")) fold.setAttribute("open", "");
      // One page has each name once.
      for (const named of part.querySelectorAll("main [id]")) named.id = `${place.id}--${named.id}`;
      for (const named of part.querySelectorAll("main [name]")) named.setAttribute("name", `${place.id}--${named.getAttribute("name")}`);
      place.append(...(part.querySelector("main")?.childNodes ?? []));
    }
  },

  /**
   * A file that a page links to is saved: it has no address of its own.
   * @param {MouseEvent} event
   */
  async clicked(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const file = link?.getAttribute("href") ?? "";
    if (event.defaultPrevented || !link || link.hasAttribute("download") || /^(#|[a-z]+:)/i.test(file)) return;
    event.preventDefault();
    const href = await this.image(file).catch(() => "");
    if (href) make("a", { href, download: file.replace(/^.*\//, "") }).click();
  },
};

// In front of the other scripts' listeners: where the page changes, none of theirs is asked about the old one.
addEventListener("hashchange", (event) => {
  const { route } = fragment.read();
  if (route && router.path(route) !== router.at) event.stopImmediatePropagation();
  void router.follow();
});
queueMicrotask(() => router.start());
