"use strict";
// What pages fetch: the one place that knows from where.

/**
 * Runs a classic script of the site.
 * @param {string} address
 * @returns {Promise<void>}
 */
function runScript(address) {
  return new Promise((done, fail) => {
    const script = make("script", { src: address });
    script.addEventListener("load", () => done());
    script.addEventListener("error", () => {
      script.remove();
      fail(new Error(`could not load ${address}`));
    });
    document.head.append(script);
  });
}

/** @type {Map<string, Uint8Array<ArrayBuffer>>} files that scripts brought */
const broughtFiles = new Map();

/**
 * Called by the twin of a file, a script beside it: from file:// a page may run scripts but not fetch.
 * @param {string} name the file's own name
 * @param {string} base64 its bytes
 */
function siteFile(name, base64) {
  broughtFiles.set(name, Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));
}

/**
 * The bytes of a file of the site.
 * @param {string} address
 * @param {RequestCache} [cache] `no-cache` for a file whose name stays when its bytes change
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function readFile(address, cache = "default") {
  const url = new URL(address, document.baseURI);
  if (url.protocol === "file:") {
    const name = url.pathname.replace(/^.*\//, "");
    if (!broughtFiles.has(name)) await runScript(`${url.href}.js`);
    const bytes = broughtFiles.get(name);
    if (!bytes) throw new Error(`${name}.js brought nothing`);
    return bytes;
  }
  const response = await fetch(url, { cache });
  if (!response.ok) throw new Error(`${url.href}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
