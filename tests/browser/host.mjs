// A host like those that the site is made for: it sends what `_headers` says, the files that `--compress` wrote, and the 404
// page; and it serves the site at the path of the address that the site was built for.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after } from "node:test";

const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".xml": "application/xml",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
});

/**
 * The rules of a `_headers` file.
 * @param {string} text
 * @returns {{ matches: RegExp, headers: [string, string][] }[]}
 */
export function rules(text) {
  /** @type {{ matches: RegExp, headers: [string, string][] }[]} */
  const found = [];
  for (const line of text.split("\n").filter((line) => line.trim() && !line.startsWith("#"))) {
    if (/^\s/.test(line)) {
      const [, name = "", value = ""] = /^\s+([^:]+):\s*(.*)$/.exec(line) ?? [];
      found.at(-1)?.headers.push([name, value]);
    } else {
      const pattern = line.trim().split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join(".*");
      found.push({ matches: new RegExp(`^${pattern}$`), headers: [] });
    }
  }
  return found;
}

/** The path that a site is built for, with a slash at both ends: its 404 page names it. @param {string} folder */
export function basePath(folder) {
  return /data-root="([^"]*)"/.exec(readFileSync(join(folder, "404.html"), "utf8"))?.[1] ?? "/";
}

/**
 * Serves a site until the file's tests are over.
 * @param {string} folder
 * @param {{ seen?: (request: import("node:http").IncomingMessage) => void }} [options]
 * @returns {Promise<string>} its address, with a slash at its end
 */
export async function host(folder, { seen } = {}) {
  const base = basePath(folder);
  const declared = existsSync(join(folder, "_headers")) ? rules(readFileSync(join(folder, "_headers"), "utf8")) : [];
  const server = createServer((request, response) => {
    seen?.(request);
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const inside = path.startsWith(base) && !path.includes("..") && !/\/_headers$/.test(path) ? path.slice(base.length) : undefined;
    const isFolder = inside !== undefined && inside !== "" && !inside.endsWith("/") && existsSync(join(folder, inside, "index.html"));
    if (isFolder) return void response.writeHead(301, { Location: `${encodeURI(path)}/` }).end();
    const named = inside === undefined ? undefined : inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside;
    const there = named !== undefined && existsSync(join(folder, named)) && statSync(join(folder, named)).isFile();
    const file = join(folder, there ? named : "404.html");
    /** @type {Record<string, string>} */
    const headers = { "content-type": TYPES[extname(file)] ?? "application/octet-stream", vary: "Accept-Encoding" };
    // What several rules say of one header is joined, as the hosts do.
    /** @type {Record<string, string>} */
    const said = {};
    for (const rule of declared.filter(({ matches }) => matches.test(`/${inside ?? ""}`))) {
      for (const [name, value] of rule.headers) {
        const key = name.toLowerCase();
        said[key] = key in said ? `${said[key]}, ${value}` : value;
      }
    }
    Object.assign(headers, { "cache-control": "public, max-age=0, must-revalidate" }, said);
    const accepted = String(request.headers["accept-encoding"] ?? "");
    const [encoding, ending] = /** @type {[string, string][]} */ ([["br", ".br"], ["gzip", ".gz"]])
      .find(([name, ending]) => accepted.includes(name) && existsSync(file + ending)) ?? ["", ""];
    if (encoding) headers["content-encoding"] = encoding;
    const bytes = readFileSync(file + ending);
    headers.etag = `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"`;
    if (there && request.headers["if-none-match"] === headers.etag) return void response.writeHead(304, headers).end();
    headers["content-length"] = String(bytes.length);
    response.writeHead(there ? 200 : 404, headers).end(request.method === "HEAD" ? undefined : bytes);
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}${base}`;
}
