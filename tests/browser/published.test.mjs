// What the site says to hosts, search engines and programs, each held against a parser or a schema that is not ours.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { parseFeed } from "@rowanmanning/feed-parser";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parseSitemap } from "sitemap";
import { basePath, host, rules } from "./host.mjs";
import { GUIDE, KINDS, browser, files, open, pages, serve } from "./site.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const all = files(GUIDE);
/** @param {string} path */
const read = (path) => readFileSync(join(GUIDE, path), "utf8");
const base = /<link rel="canonical" href="([^"]+)">/.exec(read("index.html"))?.[1] ?? "";
assert.ok(base && all.includes("index.html.br"), "the guide is built with `--base-url` and `--compress`");

/** The site path of an address. @param {string} url */
function pathOf(url) {
  assert.ok(url.startsWith(base), url);
  const path = decodeURIComponent(url.slice(base.length).split("#")[0] ?? "");
  return path === "" || path.endsWith("/") ? `${path}index.html` : path;
}

test("the sitemap lists every page that stays, once, with its last change", async () => {
  /** @type {string[]} */
  const wrong = [];
  const entries = await parseSitemap(createReadStream(join(GUIDE, "sitemap.xml")), (_, ...said) => wrong.push(said.join(" ")));
  assert.deepEqual(wrong, []);
  const listed = entries.map((entry) => pathOf(entry.url)).sort();
  assert.deepEqual(listed, pages(GUIDE).filter((path) => path !== "404.html" && path !== "search.html"));
  for (const { lastmod } of entries) assert.ok(!lastmod || Date.parse(lastmod) <= Date.now() + 86_400_000, lastmod);
  assert.match(read("robots.txt"), new RegExp(`^Sitemap: ${base}sitemap.xml$`, "m"));
});

test("the feed is Atom, newest first, and its entries are pages", () => {
  const feed = parseFeed(read("feed.xml"));
  assert.equal(feed.meta.type, "atom");
  assert.equal(feed.url, base);
  assert.ok(feed.title && feed.updated && feed.authors.length === 1);
  assert.ok(feed.items.length > 5);
  for (const item of feed.items) {
    assert.ok(all.includes(pathOf(item.url ?? "")), item.url ?? "no address");
    assert.ok(item.title && item.description && item.updated && item.id, item.url ?? "");
  }
  const times = feed.items.map((item) => item.updated?.getTime() ?? 0);
  assert.deepEqual(times, [...times].sort((a, b) => b - a));
  assert.equal(new Set(feed.items.map((item) => item.id)).size, feed.items.length);
});

/** What a value is made of, whatever it says: lists by what their items are. @param {any} value @returns {string} */
function shape(value) {
  if (Array.isArray(value)) return `[${[...new Set(value.map(shape))].sort().join()}]`;
  if (value === null || typeof value !== "object") return typeof value;
  return `{${Object.entries(value).map(([key, inside]) => `${key}:${key === "@type" ? inside : shape(inside)}`).join()}}`;
}

test("the JSON-LD of every page is typed as schema.org has it", () => {
  const folder = mkdtempSync(join(tmpdir(), "fieldguide-schema-"));
  try {
    let found = 0;
    const kinds = new Set();
    const shapes = new Set();
    for (const path of pages(GUIDE)) {
      const [, text] = /<script type="application\/ld\+json">(.*?)<\/script>/s.exec(read(path)) ?? [];
      if (!text) continue;
      const { "@graph": graph } = JSON.parse(text);
      for (const node of graph) kinds.add(node["@type"]);
      const list = graph.find((/** @type {any} */ node) => node["@type"] === "BreadcrumbList");
      for (const item of list?.itemListElement ?? []) assert.ok(all.includes(pathOf(item.item)), item.item);
      assert.equal(pathOf(graph[0].url), path);
      found += 1;
      // One node of each shape: the checker takes its time over schema.org's unions.
      const fresh = graph.filter((/** @type {any} */ node) => !shapes.has(shape(node)) && shapes.add(shape(node)));
      if (fresh.length === 0) continue;
      const nodes = fresh.map((/** @type {any} */ node, /** @type {number} */ i) => `export const n${i}: ${node["@type"]} = ${JSON.stringify(node)};\n`);
      const types = [...new Set(fresh.map((/** @type {any} */ node) => node["@type"]))].join(", ");
      writeFileSync(join(folder, `${path.replaceAll("/", "-")}.ts`), `import type { ${types} } from "schema-dts";\n${nodes.join("")}`);
    }
    assert.ok(found > 60, `${found} pages`);
    assert.deepEqual([...kinds].sort(), ["BreadcrumbList", "FAQPage", "LearningResource", "Quiz", "TechArticle", "WebSite"]);
    const types = join(HERE, "node_modules/schema-dts/dist/schema.d.ts");
    const compilerOptions = { strict: true, noEmit: true, module: "preserve", moduleResolution: "bundler", skipLibCheck: true, types: [], paths: { "schema-dts": [types] } };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
    // One more that must be refused: the check itself is checked.
    writeFileSync(join(folder, "wrong.ts"), 'import type { FAQPage } from "schema-dts";\nexport const x: FAQPage = { "@type": "FAQPage", "questions": [] };\n');
    let said = "";
    try {
      execFileSync("node", [join(HERE, "node_modules/typescript/bin/tsc"), "--project", folder], { encoding: "utf8" });
    } catch (error) {
      said = /** @type {any} */ (error).stdout;
    }
    const errors = said.split("\n").filter((line) => line.includes("error TS"));
    assert.equal(errors.filter((line) => line.includes("wrong.ts")).length, 1, said);
    assert.deepEqual(errors.filter((line) => !line.includes("wrong.ts")), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("guide.json follows its schema and names pages that are there", () => {
  const guide = JSON.parse(read("guide.json"));
  const validate = new Ajv2020({ strict: true, formats: { uint: true } }).compile(JSON.parse(read(guide.$schema)));
  assert.ok(validate(guide), JSON.stringify(validate.errors?.slice(0, 3)));
  assert.ok(!validate({ ...guide, stages: [{ slug: 1 }] }), "and the schema refuses what is wrong");
  const topics = guide.stages.flatMap((/** @type {any} */ stage) => stage.topics);
  assert.ok(topics.length > 50);
  for (const page of [...topics, ...guide.pages]) {
    assert.ok(all.includes(page.url) && all.includes(page.markdown), page.url);
    const ids = new Set([...read(page.url).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const section of page.sections.filter((/** @type {any} */ section) => section.anchor)) {
      assert.ok(ids.has(section.anchor), `${page.url}#${section.anchor}`);
      if (section.kind === "pitfall") assert.ok(section.symptom_markdown && section.fix_markdown, section.title);
      else assert.ok(section.answer_markdown, section.title);
    }
  }
});

test("each page's Markdown stands beside it, its links lead on, and llms.txt lists it", () => {
  const listed = [...read("llms.txt").matchAll(/^- \[[^\]]+\]\(([^)]+)\)/gm)].map(([, url]) => pathOf(url ?? ""));
  for (const path of listed) assert.ok(all.includes(path), path);
  const markdown = all.filter((path) => path.endsWith(".md") && path !== "index.md");
  assert.deepEqual(listed.filter((path) => path.endsWith(".md")).sort(), markdown);
  for (const path of [...markdown, "index.md"]) {
    const html = read(path.replace(/\.md$/, ".html"));
    assert.match(html, new RegExp(`<link rel="alternate" type="text/markdown" href="(\\.\\./)*${path.replaceAll(".", "\\.")}">`), path);
    const text = read(path).replace(/^(```+|~~~+)[\s\S]*?^\1/gm, "").replace(/`[^`\n]*`/g, "");
    assert.match(read(path), /^# \S/, path);
    for (const [, target = ""] of text.matchAll(/\]\(([^)\s]+)/g)) {
      if (/^(https?:|mailto:|#)/.test(target)) continue;
      const there = new URL(target, `http://x/${path}`).pathname.slice(1);
      assert.ok(all.includes(decodeURIComponent(there)), `${path} -> ${target}`);
    }
  }
});

test("every text and module lies there compressed, and opens to the same bytes", () => {
  const shrink = all.filter((path) => /\.(html|css|js|json|md|txt|xml|svg|wasm)$/.test(path) && statSync(join(GUIDE, path)).size > 1000);
  assert.ok(shrink.length > 150);
  for (const path of shrink) {
    const bytes = readFileSync(join(GUIDE, path));
    assert.ok(bytes.equals(brotliDecompressSync(readFileSync(join(GUIDE, `${path}.br`)))), path);
    assert.ok(bytes.equals(gunzipSync(readFileSync(join(GUIDE, `${path}.gz`)))), path);
  }
});

test("a topic's HTML, style and script are within their budget", () => {
  /** @param {string} path */
  const brotli = (path) => statSync(join(GUIDE, `${path}.br`)).size;
  for (const path of pages(GUIDE).filter((path) => /^[^/]+\/(?!index)[^/]+\.html$/.test(path) && !/^(tags|labs)\//.test(path))) {
    const html = read(path);
    const refers = [...html.matchAll(/<(?:link rel="stylesheet" href|script defer src)="([^"]+)"/g)].map(([, to = ""]) => new URL(to, `http://x/${path}`).pathname.slice(1));
    assert.ok(refers.length >= 2, path);
    const weight = brotli(path) + refers.reduce((sum, file) => sum + brotli(file), 0);
    assert.ok(weight < 70_000, `${path}: ${weight} bytes`);
  }
});

test("the host's headers are the page's policy, a long cache for what is fingerprinted, and the type of modules", async () => {
  const home = await serve();
  assert.equal(new URL(home).pathname, basePath(GUIDE));
  assert.notEqual(basePath(GUIDE), "/", "the whole suite runs below a path");
  /** @param {string} path */
  const headers = async (path) => (await fetch(home + path, { headers: { "accept-encoding": "br" } })).headers;
  const page = await headers(KINDS.topic);
  const policy = page.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'none'.*'wasm-unsafe-eval'.*frame-ancestors 'self'$/);
  assert.doesNotMatch(policy, /'unsafe-inline'|'unsafe-eval'|\*|https?:/);
  assert.match(page.get("cache-control") ?? "", /max-age=0, must-revalidate/);
  assert.equal(page.get("content-encoding"), "br");
  assert.equal(page.get("x-content-type-options"), "nosniff");
  const wasm = all.find((path) => /^assets\/labs-.*\.wasm$/.test(path)) ?? "";
  assert.equal((await headers(wasm)).get("content-type"), "application/wasm");
  for (const path of all.filter((path) => /^assets\/|^search\/[a-z]+\d*-/.test(path) && !/\.(br|gz)$/.test(path))) {
    const matching = rules(read("_headers")).filter(({ matches }) => matches.test(`/${path}`));
    const caches = matching.flatMap(({ headers }) => headers).filter(([name]) => name === "Cache-Control");
    assert.deepEqual(caches.map(([, value]) => value), ["public, max-age=31536000, immutable"], path);
  }
  assert.match((await headers("search/index.bin")).get("cache-control") ?? "", /must-revalidate/);
  assert.equal((await fetch(`${new URL(home).origin}/index.html`)).status, 404, "nothing is served above the path");
});

test("a link that is pointed at is fetched ahead, once, and only a page", async (t) => {
  const chromium = await browser();
  /** @type {string[]} */
  const ahead = [];
  const home = await host(GUIDE, { seen: (request) => void (String(request.headers["sec-purpose"]).includes("prefetch") && ahead.push(request.url ?? "")) });
  const { page, noted } = await open(chromium, t, home + KINDS.topic);
  const next = page.locator("a.neighbour-next");
  const path = new URL((await next.getAttribute("href")) ?? "", page.url()).pathname;
  await next.hover();
  const end = Date.now() + 60_000;
  while (ahead.length === 0 && Date.now() < end) await page.evaluate(() => new Promise(requestAnimationFrame));
  assert.deepEqual(ahead, [path]);
  assert.deepEqual(noted, []);
});
