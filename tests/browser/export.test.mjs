// The offline guide, opened from file:// with no network: each form, by what a reader does with it.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inflateRawSync } from "node:zlib";
import { GUIDE, LABS, ROOT, browser, exported, files, watch } from "./site.mjs";

const chromium = await browser();
const SYNTAX_BOOK = join(ROOT, "tests/books/syntax");

/** @typedef {import("playwright-core").Page} Page */

/**
 * Unpacks an archive beside itself.
 * @param {string} archive
 * @returns {string} the one folder that is in it
 */
function unzip(archive) {
  const zip = readFileSync(archive);
  const to = dirname(archive);
  let at = zip.readUInt32LE(zip.length - 22 + 16);
  let top = "";
  for (let left = zip.readUInt16LE(zip.length - 22 + 10); left > 0; left -= 1) {
    const [method, size, nameLength, extra, comment, start] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt16LE(at + 30), zip.readUInt16LE(at + 32), zip.readUInt32LE(at + 42)];
    const name = zip.toString("utf8", at + 46, at + 46 + nameLength);
    const data = start + 30 + zip.readUInt16LE(start + 26) + zip.readUInt16LE(start + 28);
    const bytes = zip.subarray(data, data + size);
    mkdirSync(dirname(join(to, name)), { recursive: true });
    writeFileSync(join(to, name), method === 8 ? inflateRawSync(bytes) : bytes);
    top ||= name.split("/")[0] ?? "";
    assert.equal(name.split("/")[0], top, "one folder holds all of it");
    at += 46 + nameLength + extra + comment;
  }
  return join(to, top);
}

/** The forms: where the guide is, and what the address of a page is in it. */
const FORMS = {
  folder: () => inFolder(exported(ROOT, "guide")),
  zip: () => inFolder(unzip(exported(ROOT, "guide.zip"))),
  "one file": () => inFile(exported(ROOT, "guide.html")),
};

/** @param {string} folder */
const inFolder = (folder) => ({ folder, page: (/** @type {string} */ path) => `${pathToFileURL(folder).href}/${path}`, shows: (/** @type {string} */ path) => new RegExp(`/guide/${path.replaceAll(".", "\\.")}`) });

/** @param {string} file */
const inFile = (file) => ({
  folder: file,
  page: (/** @type {string} */ path) => `${pathToFileURL(file).href}#/${path.replace(".html", "")}`,
  shows: (/** @type {string} */ path) => new RegExp(`guide\\.html#/${path.replace(/(index)?\.html/, "")}`),
});

/**
 * A page without a network; whatever it asks for outside the export, and every word in the console, is noted.
 * @param {import("node:test").TestContext} test
 * @param {string} home what all addresses must start with
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function reader(test, home, options) {
  const context = await chromium.newContext({ offline: true, ...options });
  test.after(() => context.close());
  const page = await context.newPage();
  return { page, noted: watch(page, pathToFileURL(home).href) };
}

/**
 * @param {Page} page
 * @param {string} query
 */
async function search(page, query) {
  await page.keyboard.press("/");
  await page.getByRole("dialog", { name: "Search" }).waitFor();
  await page.keyboard.type(query);
  await page.locator(".finder-hits a").first().waitFor();
}

for (const [form, make] of Object.entries(FORMS)) {
  test(`the guide as ${form}`, async (suite) => {
    const guide = make();

    await suite.test("links lead across stages, Back leads back, and the theme stays", async (t) => {
      const { page, noted } = await reader(t, guide.folder);
      await page.goto(guide.page("index.html"));
      await page.getByRole("link", { name: /^Start/ }).click();
      await page.locator("body.page-topic").waitFor();
      const first = { url: page.url(), title: await page.title() };
      await page.locator("fg-theme button:visible").first().click();
      await page.locator("fg-theme button:visible").first().click();
      assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
      await page.locator(".contents-stage:not(.is-open) > a").last().click();
      await page.locator("body.page-stage").waitFor();
      // Another process shows this page; what the last one stored takes a moment to it.
      await page.waitForFunction(() => localStorage.getItem("fg-theme") === "dark");
      const stage = await page.title();
      await page.locator(".stage-topics a").first().click();
      await page.locator("body.page-topic").waitFor();
      assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
      assert.notEqual(await page.title(), first.title);
      assert.equal(await page.locator(".contents [aria-current]").count(), 1);
      await page.goBack();
      await page.waitForFunction((title) => document.title === title, stage);
      await page.goBack();
      await page.waitForFunction((title) => document.title === title, first.title);
      assert.equal(page.url(), first.url);
      await page.goForward();
      await page.waitForFunction((title) => document.title === title, stage);
      await page.keyboard.press("ArrowRight");
      await page.locator("body.page-topic").waitFor();
      assert.deepEqual(noted, []);
    });

    await suite.test("a section is found, and marked where the hit leads", async (t) => {
      const { page, noted } = await reader(t, guide.folder);
      await page.goto(guide.page("data-types/float-precision.html"));
      await page.locator("body.page-topic").waitFor();
      await search(page, "__pycache__");
      assert.ok((await page.locator(".finder-hits mark").count()) > 0, "the excerpt marks it");
      await page.keyboard.press("Enter");
      await page.waitForURL(guide.shows("under-the-hood/source-to-bytecode.html"));
      await page.waitForFunction(() => [...(CSS.highlights.get("found") ?? [])].some((range) => range.toString() === "__pycache__"));
      await search(page, "impute without leaking");
      await page.locator(".finder-hits a").filter({ hasText: "Question" }).first().click();
      await page.locator("details.question[open]").waitFor();
      await page.goto(guide.page("search.html"));
      await page.locator("#search").fill("pd.NA");
      await page.locator("main .finder-hits a").first().waitFor();
      assert.deepEqual(noted, []);
    });

    await suite.test("a deep link opens its answer in sight", async (t) => {
      const { page, noted } = await reader(t, guide.folder);
      const source = readFileSync(join(GUIDE, "data-types/float-precision.html"), "utf8");
      const anchor = /<details class="question" id="([^"]+)"/.exec(source)?.[1] ?? "";
      await page.goto(`${guide.page("data-types/float-precision.html")}#${anchor}`);
      await page.locator("details.question[open]").waitFor();
      await page.waitForFunction((id) => {
        const box = document.getElementById(id)?.getBoundingClientRect();
        return box && box.top >= 0 && box.top < innerHeight;
      }, anchor);
      assert.deepEqual(noted, []);
    });

    await suite.test("each lab answers, keeps its state in the address and takes it from there", async (t) => {
      const { page, noted } = await reader(t, guide.folder);
      for (const path of LABS) {
        await page.goto(guide.page(path));
        const lab = page.locator(`fg-lab[data-lab="${path.replace(/^labs\/|\.html$/g, "")}"]`);
        await lab.locator(".lab-body:enabled").waitFor();
        const before = await lab.locator(".lab-body").innerHTML();
        const field = lab.locator("input:not([type=hidden]):visible, textarea:visible, select:visible").first();
        await field.focus();
        const kind = await field.evaluate((element) => (element instanceof HTMLInputElement ? element.type : element.tagName));
        const keys = { SELECT: ["ArrowDown"], range: ["ArrowRight"], radio: ["ArrowRight"], checkbox: ["Space"], number: ["ArrowUp"] }[kind] ?? ["Control+End", "Backspace"];
        for (const key of keys) await page.keyboard.press(key);
        await page.waitForURL(/~lab-/);
        const [after, address] = [await lab.locator(".lab-body").innerHTML(), page.url()];
        assert.notEqual(after, before, path);
        await page.goto("about:blank");
        await page.goto(address);
        await page.waitForFunction(([id, html]) => document.getElementById(id ?? "")?.querySelector(".lab-body")?.innerHTML === html, [await lab.getAttribute("id"), after]);
      }
      assert.deepEqual(noted, []);
    });

    await suite.test("a card is practised and leads to its place", async (t) => {
      const { page, noted } = await reader(t, guide.folder);
      await page.goto(guide.page("practice.html"));
      await page.getByRole("button", { name: "Load the cards" }).click();
      await page.locator("[data-start]").click();
      await page.locator(".card-show").click();
      await page.locator(".card-answer:visible").waitFor();
      await page.getByRole("link", { name: "Read it in its place" }).click();
      await page.locator("body.page-topic").waitFor();
      assert.deepEqual(noted, []);
    });

    await suite.test("a snippet runs and agrees with its recording; a quiz answers", async (t) => {
      const { page, noted } = await reader(t, guide.folder);
      await page.goto(guide.page("data-types/float-precision.html"));
      const block = page.locator("fg-code[data-recorded]").first();
      await block.locator(".run-go").click();
      await page.locator(".output-live[data-agrees]").waitFor({ timeout: 90_000 });
      assert.equal(await page.locator(".output-live").getAttribute("data-agrees"), "true");
      await page.goto(guide.page("data-types/index.html"));
      await page.locator(".quiz-option:visible").first().click();
      await page.locator(".quiz-question[data-answered] .quiz-why").first().waitFor();
      assert.deepEqual(noted, []);
    });
  });
}

/**
 * A file's bytes; of a page those of its text, without what its head and foot say of the host and the last change.
 * @param {string} path
 */
function said(path) {
  const bytes = readFileSync(path);
  const main = path.endsWith(".html") && /<main[^]*<\/main>/.exec(bytes.toString("utf8"));
  return main ? Buffer.from(main[0]) : bytes;
}

test("the folder is the site, and beside each file that scripts read its twin", () => {
  const folder = exported(SYNTAX_BOOK, "guide");
  const site = join(process.env.SITES ?? "", "syntax");
  const [ours, plain] = [files(folder), files(site)];
  const twins = ours.filter((path) => !plain.includes(path));
  const shared = plain.filter((path) => ours.includes(path) && path !== ".fieldguide");
  // What is for a host and for programs that read from it stays there.
  assert.deepEqual(plain.filter((path) => !ours.includes(path) && !path.endsWith(".md")), ["_headers", "feed.xml", "guide.json", "guide.schema.json", "llms-full.txt", "llms.txt", "robots.txt", "sitemap.xml"]);
  for (const path of shared) assert.ok(said(join(folder, path)).equals(said(join(site, path))), path);
  assert.ok(twins.length > 3);
  for (const path of twins) {
    const twin = /^siteFile\("([^"]+)","([^"]*)"\);\n$/.exec(readFileSync(join(folder, path), "utf8"));
    const file = path.replace(/\.js$/, "");
    assert.equal(twin?.[1], file.split("/").pop());
    assert.ok(Buffer.from(twin?.[2] ?? "", "base64").equals(readFileSync(join(site, file))), path);
  }
});

test("one file: images are shown, files can be saved, unknown and moved addresses lead on, bytes are the same each time", async (t) => {
  const file = exported(SYNTAX_BOOK, "guide.html");
  assert.ok(readFileSync(file).equals(readFileSync(exported(SYNTAX_BOOK, "guide.html"))));
  const at = (/** @type {string} */ path) => `${pathToFileURL(file).href}#/${path}`;
  const { page, noted } = await reader(t, file);
  await page.goto(at("syntax/all"));
  await page.waitForFunction(() => document.images.length > 1);
  for (const image of await page.locator("main img").all()) {
    await image.scrollIntoViewIfNeeded();
    await image.evaluate(async (image) => {
      while (!(/** @type {HTMLImageElement} */ (image).naturalWidth)) await new Promise(requestAnimationFrame);
    });
  }
  const saved = page.waitForEvent("download");
  await page.locator("main a[href$='.csv']").first().click();
  assert.match((await saved).suggestedFilename(), /\.csv$/);
  await page.goto(at("nowhere/at-all"));
  await page.locator("body.page-404").waitFor();
  await page.getByRole("link", { name: "Go to the first page" }).click();
  await page.locator("body.page-home").waitFor();
  assert.deepEqual(noted, []);
});

test("one file: Back returns to where the reader was, a second reload stays on the page", async (t) => {
  const file = exported(SYNTAX_BOOK, "guide.html");
  const { page, noted } = await reader(t, file, { viewport: { width: 390, height: 700 } });
  await page.goto(`${pathToFileURL(file).href}#/syntax/all`);
  await page.locator("body.page-topic").waitFor();
  await page.evaluate(() => scrollTo(0, 900));
  await page.waitForFunction(() => scrollY === 900);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  await page.evaluate(() => (location.hash = "#/"));
  await page.locator("body.page-home").waitFor();
  await page.waitForFunction(() => scrollY === 0);
  await page.goBack();
  await page.locator("body.page-topic").waitFor();
  await page.waitForFunction(() => scrollY === 900);
  await page.reload();
  await page.locator("body.page-topic").waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  assert.deepEqual(noted, []);
});

test("one file without JavaScript says what it is and what is in it", async (t) => {
  const file = exported(SYNTAX_BOOK, "guide.html");
  const { page, noted } = await reader(t, file, { javaScriptEnabled: false });
  await page.goto(pathToFileURL(file).href);
  assert.match(await page.locator("main").innerText(), /holds the whole guide/);
  assert.ok((await page.locator("main li:visible").count()) > 3);
  assert.deepEqual(noted, []);
});

test("the page to print gives a PDF in order: cover, contents, pages with their numbers, answers open", async (t) => {
  const context = await chromium.newContext({ javaScriptEnabled: false });
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(process.env.SITES ?? "", "syntax/print.html")).href);
  assert.equal(await page.locator("details:not([open])").count(), 0);
  await page.emulateMedia({ media: "print" });
  const text = await page.locator("body").innerText();
  const places = ["Contents", "Start with all syntax", "After this stage you can", "Topics"].map((part) => text.indexOf(part));
  assert.ok(places.every((place, i) => place > (places[i - 1] ?? 0)), places.join());
  assert.ok(!text.includes("Back to the guide"));
  const written = await page.locator('.whole-intro a[data-number="1.1"]').first().evaluate((link) => getComputedStyle(link, "::after").content);
  assert.match(written, /1\.1/, "a link tells paper where it leads");
  const pdf = (await page.pdf({ format: "A4" })).toString("latin1");
  assert.match(pdf, /^%PDF-/);
  const sheets = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  const parts = await page.locator(".whole-page").count();
  assert.ok(sheets >= parts + 2 && sheets < parts * 10, `${sheets} sheets for ${parts} pages, a cover and the contents`);
  assert.ok((pdf.match(/\/Subtype\s*\/Link\b/g)?.length ?? 0) > 20, "the contents are links");
});

test("one file: the whole book stands on its page to print, and a page in view prints itself", async (t) => {
  const file = exported(SYNTAX_BOOK, "guide.html");
  const { page, noted } = await reader(t, file);
  await page.goto(`${pathToFileURL(file).href}#/print`);
  await page.locator(".whole-page").first().waitFor();
  const parts = page.locator(".whole-page");
  for (const part of await parts.all()) assert.ok((await part.locator("h1").count()) > 0);
  assert.equal(await page.evaluate(() => new Set([...document.querySelectorAll("[id]")].map((one) => one.id)).size - document.querySelectorAll("[id]").length), 0);
  await page.goto(`${pathToFileURL(file).href}#/syntax/other`);
  await page.locator("body.page-topic").waitFor();
  assert.equal(await parts.count(), 0);
  assert.deepEqual(noted, []);
});
