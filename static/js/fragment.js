"use strict";
// The one grammar of the fragment: `#[/route][#anchor][~lab=state]`.

/** @typedef {{ route: string, anchor: string, lab: string, state: string }} Fragment */

const fragment = {
  /**
   * @param {string} [hash] a location's hash, with its `#`
   * @returns {Fragment}
   */
  read(hash = location.hash) {
    const text = hash.replace(/^#/, "");
    const tilde = text.indexOf("~");
    const place = tilde < 0 ? text : text.slice(0, tilde);
    const rest = tilde < 0 ? "" : text.slice(tilde + 1);
    const [route, anchor] = place.startsWith("/") ? place.split("#", 2) : ["", place];
    const equals = rest.indexOf("=");
    return {
      route: route ?? "",
      anchor: fragment.decode(anchor ?? ""),
      lab: equals < 0 ? rest : rest.slice(0, equals),
      state: equals < 0 ? "" : rest.slice(equals + 1),
    };
  },

  /**
   * @param {Fragment} parts
   * @returns {string} with its `#`, or nothing where there is nothing to say
   */
  write({ route, anchor, lab, state }) {
    const place = route + (route && anchor ? "#" : "") + encodeURIComponent(anchor);
    const text = place + (lab ? `~${lab}=${state}` : "");
    return text ? `#${text}` : "";
  },

  /** Whether all pages are one file, which names them in its fragment. */
  get oneFile() {
    return document.documentElement.dataset.root === "#/";
  },

  /**
   * The address of a page.
   * @param {string} path its site path
   * @param {string} [hash] with its `#`, or nothing
   */
  to(path, hash = "") {
    const { root = "" } = document.documentElement.dataset;
    return root + (fragment.oneFile ? path.replace(/((^|\/)index)?\.html$/, "$2") : path) + hash;
  },

  /**
   * The site path of the page that an address leads to.
   * @param {string} address
   */
  path(address) {
    if (fragment.oneFile) {
      const route = fragment.read(new URL(address, document.baseURI).hash).route.slice(1);
      return /(^|\/)$/.test(route) ? `${route}index.html` : `${route}.html`;
    }
    const root = new URL(document.documentElement.dataset.root || "./", location.href);
    return address.replace(/[?#].*$/, "").slice(root.href.length);
  },

  /**
   * Puts a lab's state into the address; the rest of the fragment stays.
   * @param {string} lab
   * @param {string} state
   */
  keep(lab, state) {
    const hash = fragment.write({ ...fragment.read(), lab, state });
    try {
      history.replaceState(history.state, "", hash || location.pathname + location.search);
    } catch {
      // A browser may refuse after too many calls; the address then lags behind.
    }
  },

  /**
   * @param {string} text
   * @returns {string}
   */
  decode(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  },
};
