// Measures the search of a built site in Chromium: `CHROMIUM=… node measure.mjs SITE [QUERIES]`, run in tests/browser, whose
// playwright it uses. Bytes are those of the files as brotli sends them, from the first key to the first result; times are
// those of the module's answer to each key, its files at hand.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { quantile, serve } from "./serve.mjs";

const here = resolve(fileURLToPath(import.meta.url), "..");
const { chromium } = createRequire(join(here, "../browser/package.json"))("playwright-core");
const [site = "site", list] = process.argv.slice(2);
const queries = list
  ? readFileSync(list, "utf8").split("\n").filter(Boolean)
  : readFileSync(join(here, "queries.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split("\t")[0] ?? "");

const { home, sent, close } = await serve(site, /^\/(search\/|assets\/search-)/);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });

/** @type {{ query: string, bytes: number, requests: number }[]} */
const firsts = [];
for (const query of queries.filter((_, at) => at % Math.ceil(queries.length / 24) === 0)) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${home}index.html`);
  sent.bytes = sent.requests = 0;
  await page.keyboard.press("/");
  await page.keyboard.insertText(query);
  await page.locator("dialog .finder-status:not(:empty)").waitFor();
  firsts.push({ query, ...sent });
  await context.close();
}
const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(1)} KB`;
const bytes = firsts.map((first) => first.bytes);
const most = firsts.reduce((a, b) => (b.bytes > a.bytes ? b : a));
console.log(`to the first result: ${kilobytes(quantile(bytes, 0.5))} brotli in ${quantile(firsts.map((first) => first.requests), 0.5)} files (median), ${kilobytes(most.bytes)} in ${most.requests} at most (${most.query}), of ${firsts.length} queries`);

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
close();
