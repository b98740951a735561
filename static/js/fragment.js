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
