"use strict";
// The export that is one file: what is kept in it. This folder stands in front of the site's script, in that export alone.

/** A block of the page: the base64 of a file, or of a page of the site; `data-pack` says how it is compressed. */
const kept = {
  /** @type {Map<string, HTMLScriptElement> | null} */
  known: null,
  /** @type {Promise<Uint8Array<ArrayBuffer>> | null} what stands in front of each page when it is inflated: the frame that all share */
  frame: null,

  /**
   * @param {string} path
   * @returns {Promise<HTMLScriptElement | undefined>}
   */
  async block(path) {
    // The pages stand in front of this script, everything else behind it.
    const found = this.known?.get(path) ?? this.list().get(path);
    if (found || document.readyState !== "loading") return found;
    await new Promise((done) => document.addEventListener("DOMContentLoaded", done, { once: true }));
    return this.list().get(path);
  },

  list() {
    const blocks = /** @type {NodeListOf<HTMLScriptElement>} */ (document.querySelectorAll("script[data-kept]"));
    return (this.known = new Map([...blocks].map((block) => [block.dataset.kept ?? "", block])));
  },

  /**
   * The site path of a page by its name in the address; nothing where there is no such page.
   * @param {string} route
   */
  page(route) {
    const known = this.known ?? this.list();
    const path = route.replace(/^\//, "");
    const names = [path, `${path}.html`, `${path}index.html`, `${path}/index.html`];
    return names.find((name) => name.endsWith(".html") && known.has(name));
  },

  /**
   * A file's bytes.
   * @param {string} path
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  async read(path) {
    const block = await this.block(path);
    if (!block) throw new Error(`${path} is not in this file`);
    const bytes = fromBase64(block.textContent ?? "");
    return block.dataset.pack === "gzip" ? inflate("gzip", bytes) : bytes;
  },

  /**
   * Makes the links of something that a script brought lead to pages of this one file, as those of the page that is shown do.
   * @param {Element} part
   */
  relink(part) {
    router.relink(part, router.at);
  },

  /**
   * The HTML of a page of the site.
   * @param {string} path
   * @returns {Promise<string>}
   */
  async html(path) {
    this.frame ??= this.read("frame");
    const [frame, block] = await Promise.all([this.frame, this.block(path)]);
    const bytes = await inflate("deflate-raw", frame, fromBase64(block?.textContent ?? ""));
    return new TextDecoder().decode(bytes.subarray(Number(this.known?.get("frame")?.dataset.skip ?? 0)));
  },
};
/** @param {string} base64 */
function fromBase64(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/**
 * @param {CompressionFormat} format
 * @param {Uint8Array<ArrayBuffer>[]} parts
 */
async function inflate(format, ...parts) {
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
