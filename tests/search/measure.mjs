// Measures the search of a built site in Chromium: `CHROMIUM=… node measure.mjs SITE [QUERIES]`, run in tests/browser, whose
// playwright it uses. Bytes are those of the files as brotli sends them, from the first key to the first result; times are
// those of the module's answer to each key, its files at hand.
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const here = resolve(fileURLToPath(import.meta.url), "..");
const { chromium } = createRequire(join(here, "../browser/package.json"))("playwright-core");
const [site = "site", list] = process.argv.slice(2);
const queries = list
  ? readFileSync(list, "utf8").split("\n").filter(Boolean)
  : readFileSync(join(here, "queries.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t")[0] ?? "");

/** @type {Map<string, number>} */
const sizes = new Map();
let sent = 0;
let requests = 0;
/** @type {Record<string, string>} */
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };
const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? "", "http://x").pathname);
  try {
    const bytes = readFileSync(join(site, path));
    if (/^\/(search\/|assets\/search-)/.test(path)) {
      if (!sizes.has(path)) sizes.set(path, brotliCompressSync(bytes).length);
      sent += sizes.get(path) ?? 0;
      requests += 1;
    }
    response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
const address = server.address();
const home = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });

/** @param {number[]} numbers @param {number} share */
const quantile = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? 0;

const firsts = [];
const many = [];
for (const query of queries.filter((_, at) => at % Math.ceil(queries.length / 24) === 0)) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${home}index.html`);
  sent = requests = 0;
  await page.keyboard.press("/");
  await page.keyboard.insertText(query);
  await page.locator("dialog .finder-status:not(:empty)").waitFor();
  firsts.push(sent);
  many.push(requests);
  await context.close();
}
console.log(`to the first result: ${(quantile(firsts, 0.5) / 1000).toFixed(1)} KB brotli in ${quantile(many, 0.5)} files (median), ${(Math.max(...firsts) / 1000).toFixed(1)} KB at most, of ${firsts.length} queries`);

const page = await browser.newPage();
await page.goto(`${home}index.html`);
const times = await page.evaluate(async (/** @type {string[]} */ queries) => {
  const times = [];
  for (const query of queries) {
    for (let end = 1; end <= query.length; end += 1) {
      const typed = query.slice(0, end);
      // @ts-ignore: the page's own.
      await searcher.ask(typed, "", -1, 10);
      // The least of five: what else the machine does only adds.
      let least = Infinity;
      for (let round = 0; round < 5; round += 1) {
        const start = performance.now();
        // @ts-ignore: the page's own.
        JSON.parse(wasm_search.ask(typed, "", -1, 10));
        least = Math.min(least, performance.now() - start);
      }
      times.push(least);
    }
  }
  return times;
}, queries);
console.log(`a key: ${quantile(times, 0.5).toFixed(2)} ms (median), ${quantile(times, 0.95).toFixed(2)} ms (p95), ${Math.max(...times).toFixed(2)} ms at most, of ${times.length}`);
await browser.close();
server.close();
