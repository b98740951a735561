"use strict";
// What pages fetch: the one place that knows from where.

/**
 * The files of an export that is one page (`single/`), by their site paths; nothing in a site.
 * @type {{ read(path: string): Promise<Uint8Array<ArrayBuffer>>, relink(part: Element): void } | null}
 */
let oneFile = null;

/**
 * Runs a classic script of the site.
 * @param {string} address
 * @returns {Promise<void>}
 */
async function runScript(address) {
  if (oneFile) {
    // The page's policy names the hash of each script that is in it.
    const script = make("script", { "data-src": address }, new TextDecoder().decode(await oneFile.read(address)));
    document.head.append(script);
    return;
  }
  await new Promise((done, fail) => {
    const script = make("script", { src: address });
    script.addEventListener("load", done);
    script.addEventListener("error", () => {
      script.remove();
      fail(new Error(`could not load ${address}`));
    });
    document.head.append(script);
  });
}

/** @type {Map<string, Uint8Array<ArrayBuffer>>} files that scripts brought and that nobody has read yet */
const broughtFiles = new Map();

/**
 * Called by the twin of a file, a script beside it: from file:// a page may run scripts but not fetch.
 * @param {string} name the file's own name
 * @param {string} base64 its bytes
 */
function siteFile(name, base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  broughtFiles.set(name, bytes);
}

/**
 * The bytes of a file of the site.
 * @param {string} address
 * @param {RequestCache} [cache] `no-cache` for a file whose name stays when its bytes change
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
async function readFile(address, cache = "default") {
  return new Uint8Array(await new Response(await streamFile(address, cache)).arrayBuffer());
}

/**
 * The bytes of a file of the site, as they arrive.
 * @param {string} address
 * @param {RequestCache} [cache]
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
async function streamFile(address, cache = "default") {
  if (oneFile) return new Blob([await oneFile.read(address)]).stream();
  const url = new URL(address, document.baseURI);
  if (url.protocol === "file:") {
    const name = url.pathname.replace(/^.*\//, "");
    if (!broughtFiles.has(name)) await runScript(`${url.href}.js`);
    const bytes = broughtFiles.get(name);
    if (!bytes) throw new Error(`${name}.js brought nothing`);
    broughtFiles.delete(name);
    return new Blob([bytes]).stream();
  }
  const response = await fetch(url, { cache });
  if (!response.ok || !response.body) throw new Error(`${url.href}: ${response.status}`);
  return response.body;
}
