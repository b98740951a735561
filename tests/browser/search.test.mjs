// The search: the dialog and the page, what they find, where a hit leads, and that a query is text everywhere.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { GUIDE, KINDS, browser, fileUrl, open, serve } from "./site.mjs";

const chromium = await browser();
const home = await serve();

/** @typedef {import("playwright-core").Page} Page */

/**
 * Opens the dialog and types.
 * @param {Page} page
 * @param {string} query
 */
async function search(page, query) {
  await page.keyboard.press("/");
  await page.getByRole("dialog", { name: "Search" }).waitFor();
  await page.keyboard.type(query);
  await page.locator("dialog .finder-status:not(:empty)").waitFor();
}

const hits = (/** @type {Page} */ page) => page.locator(".finder-hits:visible a");

/** What is marked on the page. */
const marked = (/** @type {Page} */ page) =>
  page.evaluate(() => [...(CSS.highlights.get("found") ?? [])].map((range) => /** @type {Range} */ (range).toString()));

test("a symbol typed in the dialog leads into the section that holds it, and is marked there", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.topic);
  await search(page, "np.argpartition");
  assert.match(await hits(page).first().innerText(), /np\.argpartition|largest/);
  assert.ok((await hits(page).first().locator("mark").allInnerTexts()).includes("np.argpartition"));
  await page.keyboard.press("Enter");
  await page.waitForURL(/vectorised-selection\.html#.*~find=/);
  await page.waitForFunction(() => CSS.highlights.get("found")?.size);
  assert.ok((await marked(page)).every((text) => text === "np.argpartition"));
  assert.deepEqual(noted, []);
});

test("Enter goes to a hit of what was typed, however slow the search's files are", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  await search(page, "np");
  await page.route("**/search/**", async (route) => {
    await new Promise((done) => setTimeout(done, 300));
    await route.continue();
  });
  await page.keyboard.type(".argpartition");
  await page.keyboard.press("Enter");
  await page.waitForURL(/vectorised-selection\.html#.*~find=np\.argpartition/);
});

test("a hit in an answer opens it, and the first match is in sight", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.home);
  await search(page, "impute without leaking");
  await hits(page).filter({ hasText: "Question" }).first().click();
  await page.waitForURL(/#q-.*~find=/);
  const answer = page.locator("details.question[open]");
  assert.equal(await answer.count(), 1, "only the answer that was asked for");
  await page.waitForFunction(() => {
    const [first] = CSS.highlights.get("found") ?? [];
    const box = /** @type {Range | undefined} */ (first)?.getBoundingClientRect();
    return box && box.top >= 0 && box.bottom <= innerHeight;
  });
});

test("a hit on the page that is open goes there too, again and again", async (t) => {
  const { page } = await open(chromium, t, `${home}data-types/missing-values.html`);
  for (const round of [1, 2]) {
    await search(page, "why is nan unequal to itself");
    await page.keyboard.press("Enter");
    await page.locator("details.question[open] h2", { hasText: "unequal" }).waitFor();
    assert.equal(await page.locator("dialog[open]").count(), 0, `round ${round}`);
    assert.ok((await marked(page)).length > 0);
    await page.locator("details.question[open] summary").first().click();
  }
  await page.keyboard.press("Escape");
  assert.deepEqual(await marked(page), []);
});

test("arrow keys choose, a screen reader is told which, Escape closes and gives the focus back", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  const link = page.locator("main a").first();
  await link.focus();
  await search(page, "generator");
  const box = page.getByRole("combobox", { name: "Search the guide" });
  assert.equal(await box.getAttribute("aria-expanded"), "true");
  const chosen = async () => {
    const id = (await box.getAttribute("aria-activedescendant")) ?? "";
    assert.equal(await page.locator(`[id="${id}"]`).getAttribute("aria-selected"), "true");
    return hits(page).evaluateAll((links, id) => links.findIndex((link) => link.id === id), id);
  };
  assert.equal(await chosen(), 0);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  assert.equal(await chosen(), 2);
  await page.keyboard.press("ArrowUp");
  assert.equal(await chosen(), 1);
  assert.match(await page.locator("dialog [role=status]").innerText(), /^\d+ hits$/);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.ok(await link.evaluate((element) => element === document.activeElement));
});

test("kinds and stages narrow the hits", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  await search(page, "memory");
  await page.getByRole("button", { name: /^Pitfalls/ }).click();
  await page.waitForFunction(() => {
    const kinds = [...document.querySelectorAll(".finder-kind")].map((kind) => kind.textContent);
    return kinds.length > 0 && kinds.every((kind) => kind === "Pitfall");
  });
  await page.getByRole("combobox", { name: "Stage" }).selectOption({ label: "9 NumPy" });
  await page.waitForFunction(() => {
    const links = [...document.querySelectorAll(".finder-hits a")];
    return links.length > 0 && links.every((link) => /** @type {HTMLAnchorElement} */ (link).href.includes("/numpy/"));
  });
  await page.getByRole("button", { name: /^All/ }).click();
  await page.waitForFunction(() => new Set([...document.querySelectorAll(".finder-kind")].map((kind) => kind.textContent)).size > 1);
});

test("a mistyped word is said to be one; what is nowhere gives other words", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  await search(page, "boradcasting");
  await hits(page).first().waitFor();
  assert.match(await page.locator("dialog .finder-notes").innerText(), /boradcasting.*broadcasting/s);
  await page.getByRole("combobox", { name: "Search the guide" }).fill("qwrtgenerxyz");
  await page.locator("dialog .finder-status", { hasText: "Nothing matches" }).waitFor();
  assert.equal(await hits(page).count(), 0);
  await page.getByRole("combobox", { name: "Search the guide" }).fill("broadxy");
  const offer = page.locator("dialog .finder-offer").first();
  const word = await offer.innerText();
  await offer.click();
  await hits(page).first().waitFor();
  assert.equal(await page.getByRole("combobox", { name: "Search the guide" }).inputValue(), word);
});

test("what was searched is offered again, until it is forgotten", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  await search(page, "lru_cache");
  await page.keyboard.press("Enter");
  await page.waitForURL(/~find=lru_cache/);
  await page.keyboard.press("Control+k");
  const offer = page.getByRole("button", { name: "lru_cache" });
  await offer.click();
  await hits(page).first().waitFor();
  await page.getByRole("combobox", { name: "Search the guide" }).fill("");
  await page.getByRole("button", { name: "Forget" }).click();
  assert.equal(await offer.count(), 0);
});

test("search.html?q= shows its hits and follows the address", async (t) => {
  const { page, noted } = await open(chromium, t, `${home}${KINDS.search}?q=pd.NA`);
  page.on("dialog", (dialog) => noted.push(`dialog: ${dialog.message()}`));
  await hits(page).first().waitFor();
  assert.equal(await page.locator("#search").inputValue(), "pd.NA");
  assert.equal(await page.locator("[data-item]:visible").count(), 0, "the list of titles makes room");
  await page.locator("#search").fill("lambda");
  await page.locator(".finder-hits mark", { hasText: "lambda" }).first().waitFor();
  assert.equal(new URL(page.url()).searchParams.get("q"), "lambda");
  await page.locator("#search").fill("");
  assert.equal(await page.locator("[data-item]:visible").count(), await page.locator("[data-item]").count());
  assert.equal(new URL(page.url()).search, "");
  assert.deepEqual(noted, []);
});

test("a query is text, whatever it holds", async (t) => {
  const { page, noted } = await open(chromium, t, `${home}${KINDS.search}`);
  page.on("dialog", (dialog) => noted.push(`dialog: ${dialog.message()}`));
  const odd = [`"><img src=x onerror=alert(1)>`, "</script><script>alert(1)</script>", "'\"\\%00[(*", "%", "\u0001\u0002", "a".repeat(5000), "\u{1f40d} 数据 \u202e", "#~find=x"];
  for (const query of odd) {
    await page.goto(`${home}${KINDS.search}?q=${encodeURIComponent(query)}`);
    await page.locator(".finder-status:not(:empty)").waitFor();
    assert.equal(await page.locator("img[src=x], main script").count(), 0, query);
    await page.goto(`${home}${KINDS.topic}#choosing-a-tolerance~find=${encodeURIComponent(query)}`);
  }
  await page.goto(`${home}${KINDS.search}?q=%E0%A4%A`);
  assert.deepEqual(noted, []);
});

test("a damaged index says so, and the list of titles stays", async (t) => {
  const { page } = await open(chromium, t, "about:blank");
  await page.route("**/search/index.bin", async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    body[body.length >> 1] ^= 1;
    await route.fulfill({ response, body });
  });
  await page.goto(`${home}${KINDS.search}?q=nan`);
  await page.locator(".finder-status", { hasText: "damaged" }).waitFor();
  assert.ok((await page.locator("[data-item]:visible").count()) > 0);
});

test("from file:// the plain site says that the search can't start, and narrows its titles", async (t) => {
  const { page } = await open(chromium, t, `${fileUrl(KINDS.search)}?q=nan`);
  await page.locator(".finder-status", { hasText: "could not start" }).waitFor();
  const items = await page.locator("[data-item]:visible").allInnerTexts();
  assert.ok(items.length > 0 && items.every((item) => /nan/i.test(item)));
});

test("from file:// it searches where scripts bring the files", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "fieldguide-search-"));
  after(() => rmSync(folder, { recursive: true }));
  cpSync(GUIDE, folder, { recursive: true });
  for (const part of ["search", "assets"]) {
    for (const name of readdirSync(join(folder, part)).filter((name) => /\.(bin|wasm)$/.test(name))) {
      const bytes = readFileSync(join(folder, part, name)).toString("base64");
      writeFileSync(join(folder, part, `${name}.js`), `siteFile(${JSON.stringify(name)},"${bytes}");\n`);
    }
  }
  const context = await chromium.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(folder, KINDS.topic)).href);
  await search(page, "__pycache__");
  await page.keyboard.press("Enter");
  await page.waitForURL(/source-to-bytecode\.html#/);
  await page.waitForFunction(() => CSS.highlights.get("found")?.size);
  assert.ok((await marked(page)).includes("__pycache__"));
});

test("it works below any path", async (t) => {
  /** @type {Record<string, string>} */
  const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "", "http://x").pathname.replace(/^\/some\/where\//, "");
    try {
      const bytes = readFileSync(join(GUIDE, path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
  t.after(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const { page, noted } = await open(chromium, t, `http://127.0.0.1:${port}/some/where/${KINDS.topic}`);
  await search(page, "math.fsum");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/some\/where\/data-types\/float-precision\.html#.*~find=/);
  await page.waitForFunction(() => CSS.highlights.get("found")?.size);
  assert.deepEqual(noted, []);
});

test("the dialog holds nothing that axe-core objects to", async (t) => {
  const { createRequire } = await import("node:module");
  const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    const { page } = await open(chromium, t, home + KINDS.topic, {
      colorScheme,
      reducedMotion: "reduce",
      before: (page) => page.addInitScript({ path: axe }),
    });
    await search(page, "np.nan");
    await hits(page).first().waitFor();
    const found = await page.evaluate(async () => {
      // @ts-ignore: axe comes with the page's first script.
      const results = await axe.run(document, { resultTypes: ["violations"] });
      return results.violations.map((/** @type {any} */ one) => `${one.id}: ${one.nodes.map((/** @type {any} */ n) => n.html.slice(0, 160)).slice(0, 3).join(" | ")}`);
    });
    assert.deepEqual(found, []);
  }
});
