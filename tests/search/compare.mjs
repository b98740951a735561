// Compares the guide's search with Pagefind, with MiniSearch as VitePress configures it and with elasticlunr as mdBook does:
// `npm ci` here and in tests/browser (whose playwright it uses), then `CHROMIUM=… node compare.mjs FIELDGUIDE`, the binary.
//
// All search the same sections with the same anchors: the guide's pages, cut where its own search cuts them, at headings,
// pitfalls, questions, a quiz's questions and terms (sections.mjs). All answer queries.txt, ten hits each. It was written while
// this search was made, a benefit that the others did not have.
//
// How a hit is judged. It is right when its page and anchor are those of a section that the query names. For the other
// engines a question, a quiz's question or a term also counts as found at the nearest heading above it, and at its page's
// start. Pagefind ranks pages; the hits are its pages' sub-results, three of each as its interface shows, those with the highest
// sum of its own scores first: of the orders that it offers the best (its interface keeps the order of the text, which finds
// far fewer). "Right page first" asks for the page alone, of all alike.
//
// Bytes are those from the first key to the first result, as brotli sends them: for fieldguide and Pagefind their scripts,
// module and parts of the index in a browser that has none of them yet, with the excerpts of ten hits and of one; for the
// other two the index alone, without library and excerpts. Times are those of the whole query in Chromium, with all files at
// hand: ten hits with excerpts for fieldguide, five pages with theirs for Pagefind, no excerpts for the other two.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as engines from "./engines.mjs";
import { pages as cutPages } from "./sections.mjs";
import { quantile, sentSize, serve } from "./serve.mjs";

/** @typedef {import("playwright-core").Page} Tab */
/** @typedef {{ urls: string[][], times: number[], bytes: number[] }} Answers for each query its hits and its time */
/** @typedef {{ query: string, right: Set<string>, near: Set<string> }} Query what is right, and what counts as right for others */

/** Hits that are judged. */
const LIMIT = 10;
/** Queries whose bytes are counted: each needs a browser that holds nothing. */
const COUNTED = 24;

const here = resolve(fileURLToPath(import.meta.url), "..");
const { chromium } = createRequire(join(here, "../browser/package.json"))("playwright-core");
const fieldguide = process.argv[2];
if (!fieldguide) throw new Error("usage: CHROMIUM=/path/to/chromium node compare.mjs /path/to/fieldguide");

/**
 * The queries with the addresses that are right.
 * @param {import("./sections.mjs").Page[]} pages
 * @returns {Query[]}
 */
function read(pages) {
  const lines = readFileSync(join(here, "queries.txt"), "utf8").split("\n").filter((line) => line && !line.startsWith("#"));
  return lines.map((line) => {
    const [query = "", sections = ""] = line.split("\t");
    const right = new Set();
    const near = new Set();
    for (const name of sections.split(" ")) {
      const [route = "", anchor = ""] = name.split("#");
      const page = pages.find(({ path }) => `/${path}`.endsWith(`/${route}.html`));
      const at = page?.sections.findIndex((section) => section.anchor === anchor) ?? -1;
      if (!page || at < 0) throw new Error(`${query}: there is no section ${name}`);
      const above = page.sections.slice(0, at + 1).findLast((section) => section.own);
      right.add(address(page.path, anchor));
      near.add(address(page.path, anchor)).add(address(page.path, above?.anchor ?? ""));
      if (!page.sections[at]?.own) near.add(page.path);
    }
    return { query, right, near };
  });
}

/** @param {string} path @param {string} anchor */
const address = (path, anchor) => (anchor ? `${path}#${anchor}` : path);

/**
 * How well the answers lead to what is right, in the table's cells.
 * @param {Query[]} queries
 * @param {string[][]} answers
 * @param {"right" | "near"} judged
 */
function quality(queries, answers, judged) {
  let [reciprocal, first, found, page] = [0, 0, 0, 0];
  queries.forEach((query, at) => {
    const urls = (answers[at] ?? []).slice(0, LIMIT);
    const rank = urls.findIndex((url) => query[judged].has(url));
    reciprocal += rank < 0 ? 0 : 1 / (rank + 1);
    first += Number(rank === 0);
    found += Number(rank >= 0);
    page += Number([...query.right].some((url) => url.split("#")[0] === urls[0]?.split("#")[0]));
  });
  const share = (/** @type {number} */ count) => `${((100 * count) / queries.length).toFixed(1)} %`;
  return [(reciprocal / queries.length).toFixed(3), share(first), share(found), share(page)];
}

/**
 * Asks each query five times in a tab; the least time counts: what else the machine does only adds.
 * @param {Tab} tab
 * @param {(query: string) => unknown} ask runs in the browser, once with its files not at hand before it is measured
 * @param {string[]} queries
 */
async function timed(tab, ask, queries) {
  await tab.evaluate(`globalThis.ask = ${ask}`);
  return tab.evaluate(async (/** @type {string[]} */ queries) => {
    /** @type {{ urls: string[][], times: number[] }} */
    const answers = { urls: [], times: [] };
    for (const query of queries) {
      // @ts-ignore: defined above.
      answers.urls.push(await ask(query));
      let least = Infinity;
      for (let round = 0; round < 5; round += 1) {
        const start = performance.now();
        // @ts-ignore: defined above.
        await ask(query);
        least = Math.min(least, performance.now() - start);
      }
      answers.times.push(least);
    }
    return answers;
  }, queries);
}

const folder = mkdtempSync(join(tmpdir(), "fieldguide-compare-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const site = join(folder, "site");
execFileSync(fieldguide, ["build", "--book", resolve(here, "../.."), "--to", site], { stdio: ["ignore", "ignore", "inherit"] });
writeFileSync(join(folder, "empty.html"), "<!doctype html><title>Empty</title>");
const server = await serve(folder, /^\/(site\/search\/|site\/assets\/search-|pagefind\/)/);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });

/** @param {string} path */
async function open(path) {
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(server.home + path);
  return { tab, close: () => context.close() };
}

/**
 * The bytes to the first result of some queries, each in a browser that holds nothing.
 * @param {string} path
 * @param {(tab: Tab, query: string) => Promise<unknown>} ask
 */
async function bytes(path, ask) {
  const counts = [];
  for (const query of texts.filter((_, at) => at % Math.ceil(texts.length / COUNTED) === 0)) {
    const { tab, close } = await open(path);
    server.sent.bytes = 0;
    await ask(tab, query);
    counts.push(server.sent.bytes);
    await close();
  }
  return counts;
}

/** @returns {Promise<Answers>} */
async function ours() {
  const input = texts.map((query) => `${query}\n`).join("");
  const output = execFileSync(fieldguide ?? "", ["search", "--batch", "--limit", String(LIMIT), "--site", site], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  const urls = output.trim().split("\n").map((line) => JSON.parse(line).map((/** @type {{ url: string }} */ hit) => hit.url));
  const known = new Set(pages.flatMap((page) => page.sections.map(({ anchor }) => address(page.path, anchor))));
  const unknown = urls.flat().find((url) => !known.has(url));
  if (unknown) throw new Error(`the others were not given ${unknown}: see sections.mjs`);
  const { tab, close } = await open("site/index.html");
  // @ts-ignore: the page's own.
  await tab.evaluate(async (queries) => { for (const query of queries) await searcher.ask(query, "", -1, 10); }, texts);
  // @ts-ignore: the page's own.
  const { times } = await timed(tab, (query) => JSON.parse(wasm_search.ask(query, "", -1, 10)).hits.map((hit) => hit.url), texts);
  await close();
  const first = async (/** @type {Tab} */ tab, /** @type {string} */ query) => {
    await tab.keyboard.press("/");
    await tab.keyboard.insertText(query);
    await tab.locator("dialog .finder-status:not(:empty)").waitFor();
  };
  return { urls, times, bytes: await bytes("site/index.html", first) };
}

/** @returns {Promise<Answers>} */
async function pagefind() {
  const start = async (/** @type {Tab} */ tab) => {
    await tab.evaluate(async () => {
      // @ts-ignore: it is served.
      globalThis.pagefind = await import("/pagefind/pagefind.js");
      // @ts-ignore: defined above.
      await globalThis.pagefind.init();
    });
  };
  const first = async (/** @type {Tab} */ tab, /** @type {string} */ query) => {
    await start(tab);
    // @ts-ignore: defined above.
    await tab.evaluate(async (query) => (await globalThis.pagefind.search(query)).results[0]?.data(), query);
  };
  const { tab, close } = await open("empty.html");
  await start(tab);
  const ask = async (/** @type {string} */ query) => {
    // @ts-ignore: defined above.
    const { results } = await globalThis.pagefind.search(query);
    const pages = await Promise.all(results.slice(0, 5).map((/** @type {any} */ result) => result.data()));
    return pages.flatMap((page) => {
      const score = (/** @type {any} */ part) => part.weighted_locations.reduce((/** @type {number} */ sum, /** @type {any} */ at) => sum + at.balanced_score, 0);
      const parts = [...page.sub_results].sort((a, b) => score(b) - score(a)).slice(0, 3);
      return parts.map((part) => part.url.replace(/^\//, ""));
    });
  };
  const answers = await timed(tab, ask, texts);
  await close();
  return { ...answers, bytes: await bytes("empty.html", first) };
}

/**
 * An engine that reads its whole index first.
 * @param {string} name
 * @param {(text: string, options: any) => void} load runs in the browser; it defines `searchAll`
 * @param {unknown} options
 * @returns {Promise<Answers>}
 */
async function whole(name, load, options) {
  const index = readFileSync(join(folder, name, "index.json"));
  const { tab, close } = await open("empty.html");
  await tab.addScriptTag({ url: `/${name}/library.js` });
  await tab.evaluate(`(${load})(${JSON.stringify(index.toString())}, ${JSON.stringify(options)})`);
  // @ts-ignore: defined above.
  const answers = await timed(tab, (query) => globalThis.searchAll(query).slice(0, 10), texts);
  await close();
  return { ...answers, bytes: [sentSize(index)] };
}

const parser = await open("empty.html");
const pages = await cutPages(site, parser.tab);
const queries = read(pages);
const texts = queries.map(({ query }) => query);
await engines.writePagefind(pages, folder);
engines.writeMiniSearch(pages, folder);
engines.writeElasticlunr(pages, folder);

const vitepress = (/** @type {string} */ text, /** @type {any} */ options) => {
  // @ts-ignore: the library's.
  const index = MiniSearch.loadJSON(text, options);
  // @ts-ignore: used above.
  globalThis.searchAll = (/** @type {string} */ query) => index.search(query).slice(0, 16).map((hit) => hit.id);
};
const mdbook = (/** @type {string} */ text, /** @type {any} */ options) => {
  const { doc_urls: urls, index: json } = JSON.parse(text);
  // @ts-ignore: the library's.
  const index = elasticlunr.Index.load(json);
  // @ts-ignore: used above.
  globalThis.searchAll = (/** @type {string} */ query) => index.search(query, options).slice(0, 30).map((hit) => urls[hit.ref]);
};
const version = (/** @type {string} */ name) => JSON.parse(readFileSync(join(here, "node_modules", name, "package.json"), "utf8")).version;
/** @type {[string, "right" | "near", Answers][]} */
const all = [
  ["fieldguide", "right", await ours()],
  [`Pagefind ${version("pagefind")}`, "near", await pagefind()],
  [`MiniSearch ${version("minisearch")} (VitePress)`, "near", await whole("minisearch", vitepress, engines.VITEPRESS)],
  [`elasticlunr ${version("elasticlunr")} (mdBook)`, "near", await whole("elasticlunr", mdbook, engines.MDBOOK)],
];
const kilobytes = (/** @type {number} */ count) => (count / 1000).toFixed(1);
const rows = all.map(([name, judged, { urls, times, bytes }]) => [
  name,
  ...quality(queries, urls, judged),
  `${kilobytes(quantile(bytes, 0.5))} (${kilobytes(Math.max(...bytes))})`,
  `${quantile(times, 0.5).toFixed(2)} (${quantile(times, 0.95).toFixed(2)})`,
]);
const head = ["", "MRR", "right first", "in the first ten", "right page first", "KB to the first result (most)", "ms a query (p95)"];
console.log(`${texts.length} queries, ${pages.length} pages, ${pages.reduce((sum, page) => sum + page.sections.length, 0)} sections\n`);
for (const row of [head, head.map(() => "---"), ...rows]) console.log(`| ${row.join(" | ")} |`);
console.log(`
A hit is right when its page and anchor are expected; for the others a question, a quiz's question or a term also counts as
found at the nearest heading above it and at its page's start, and Pagefind's sub-results are in their best order. The queries
were written for this guide's search. Times are the least of five; bytes are as brotli sends them, of MiniSearch and elasticlunr
those of the index alone.`);
await browser.close();
server.close();
