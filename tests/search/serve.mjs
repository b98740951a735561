// A server for measurements: it serves a folder and counts what is asked for, as brotli sends it.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

/** A page that no other can reach gets a clock of 5 µs instead of 100. */
const ISOLATED = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

/** @type {Record<string, string>} */
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json" };

/**
 * The size of a file as a server sends it that compresses with brotli: one that is compressed already stays as it is.
 * @param {Buffer} bytes
 */
export const sentSize = (bytes) => Math.min(bytes.length, brotliCompressSync(bytes).length);

/**
 * Serves a folder on a port of its own. `counted` says which paths count; `sent.bytes` and `sent.requests` are reset by the caller.
 * @param {string} folder
 * @param {RegExp} counted
 */
export async function serve(folder, counted) {
  /** @type {Map<string, number>} */
  const sizes = new Map();
  const sent = { bytes: 0, requests: 0 };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "", "http://x").pathname);
    try {
      const bytes = readFileSync(join(folder, path));
      if (counted.test(path)) {
        const size = sizes.get(path) ?? sentSize(bytes);
        sizes.set(path, size);
        sent.bytes += size;
        sent.requests += 1;
      }
      response.writeHead(200, { ...ISOLATED, "content-type": types[extname(path)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const address = server.address();
  const home = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`;
  return { home, sent, close: () => server.close() };
}

/**
 * The number below which that share of them lies.
 * @param {number[]} numbers
 * @param {number} share
 */
export const quantile = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0;
