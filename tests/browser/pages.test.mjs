// Every page of the guide renders, from the server and from the disk, in silence and with nothing from elsewhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import { GUIDE, KINDS, browser, fileUrl, files, open, serve } from "./site.mjs";

const chromium = await browser();
const home = await serve();
const pages = files(GUIDE, ".html");
/** What `serve` shows: whoever writes is shown pages, not the whole book on one. */
const served = pages.filter((path) => path !== "print.html");

test("the guide has a page of every kind", () => {
  for (const [kind, path] of Object.entries(KINDS)) assert.ok(pages.includes(path), `${kind}: ${path}`);
});

for (const [from, url] of [
  ["the server", (/** @type {string} */ path) => home + path],
  ["file://", fileUrl],
]) {
  for (const [kind, path] of Object.entries(KINDS)) {
    // The 404 page's addresses start at the server's root: it is the one page that a disk has no use for.
    if (kind === "404" && from === "file://") continue;
    test(`${kind} renders from ${from}`, async (t) => {
      const { page, noted } = await open(chromium, t, url(path));
      const [title, heading] = [await page.title(), await page.locator("h1").first().innerText()];
      assert.equal(await page.locator("h1").count(), 1, "one first-level heading");
      assert.ok(heading.trim().length > 2, `a heading: ${heading}`);
      assert.ok(title.length > 2, "a title");
      // The style is there: the text is set in the theme's face, and something stands on the page.
      const face = await page.evaluate(() => getComputedStyle(document.body).fontFamily);
      assert.notEqual(face, "Times New Roman");
      assert.ok(((await page.locator("main").boundingBox())?.height ?? 0) > 50);
      if (kind !== "404") {
        await page.evaluate(() => document.fonts.ready);
        // A face that stands in until the page's own has come may be missing on a machine; one of the page's own must not.
        const loaded = await page.evaluate(() => [...document.fonts].filter((font) => font.status === "loaded").length);
        assert.ok(loaded > 0, "the page's own fonts");
      }
      assert.deepEqual(noted, []);
    });
  }

  test(`all ${pages.length} pages are silent from ${from}`, async (t) => {
    const { page, noted } = await open(chromium, t, url("index.html"));
    for (const path of from === "file://" ? pages.filter((path) => path !== "404.html") : served) {
      await page.goto(url(path), { waitUntil: "load" });
      assert.deepEqual(noted, [], path);
    }
  });
}

test("every link of every page leads to a page of the site, and every anchor is there", async (t) => {
  const { page } = await open(chromium, t, fileUrl("index.html"), { javaScriptEnabled: true });
  /** @type {Map<string, { ids: Set<string>, links: string[] }>} */
  const seen = new Map();
  for (const path of pages.filter((path) => path !== "404.html")) {
    await page.goto(fileUrl(path), { waitUntil: "domcontentloaded" });
    const found = await page.evaluate(() => ({
      ids: [...document.querySelectorAll("[id]")].map((element) => element.id),
      links: [...document.querySelectorAll("a[href]")].map((link) => new URL(link.getAttribute("href") ?? "", document.baseURI).href),
    }));
    seen.set(fileUrl(path), { ids: new Set(found.ids), links: found.links });
  }
  const root = fileUrl("");
  const onDisk = new Set(files(GUIDE));
  const broken = [];
  for (const [from, { links }] of seen) {
    for (const link of links.filter((link) => link.startsWith("file:"))) {
      const [file = "", anchor = ""] = link.split("#", 2);
      const there = seen.get(file);
      const asset = onDisk.has(decodeURIComponent(file.slice(root.length)));
      const anchorIsThere = !anchor || anchor.startsWith("~") || there?.ids.has(decodeURIComponent(anchor));
      if (!(there || asset) || !anchorIsThere) broken.push(`${from} -> ${link}`);
    }
  }
  assert.deepEqual(broken, []);
});

test("a missing page at any depth is the styled 404, with links that lead on", async (t) => {
  const { page, response, noted } = await open(chromium, t, `${home}a/b/c/nope.html`);
  assert.equal(response?.status(), 404);
  assert.match(await page.locator("h1").innerText(), /no page/i);
  const colours = await page.evaluate(() => [document.body, document.documentElement].map((e) => getComputedStyle(e).backgroundColor));
  assert.ok(colours.some((colour) => colour !== "rgba(0, 0, 0, 0)" && colour !== "rgb(255, 255, 255)"), `styled: ${colours}`);
  assert.deepEqual(noted, []);
  await page.getByRole("link", { name: /first page/i }).click();
  await page.waitForURL((url) => url.href === `${home}index.html` || url.href === home);
});

test("every page carries the strict policy, and nothing violates it", async (t) => {
  const { page } = await open(chromium, t, home);
  for (const path of served) {
    await page.goto(home + path, { waitUntil: "domcontentloaded" });
    const alias = (await page.locator("meta[http-equiv=refresh]").count()) > 0;
    if (alias) continue;
    const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content", { timeout: 5000 });
    assert.match(policy ?? "", /default-src 'none'/, path);
    assert.doesNotMatch(policy ?? "", /'unsafe-inline'|'unsafe-eval'|\*|https?:/, path);
    const place = await page.evaluate(() => {
      const before = [...document.head.children];
      return before.findIndex((e) => e.matches("script, link, style")) - before.findIndex((e) => e.matches("[http-equiv]"));
    });
    assert.ok(place > 0, `${path}: the policy stands before what it governs`);
  }
});

test("the policy holds: an inline script and a handler do not run", async (t) => {
  const { page, noted } = await open(chromium, t, home);
  const ran = await page.evaluate(async () => {
    const violations = [];
    addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
    document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = 1" }));
    document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 2'>");
    while (violations.length < 2) await new Promise(requestAnimationFrame);
    return [/** @type {any} */ (window).ran, violations.length >= 2];
  });
  assert.deepEqual(ran, [undefined, true]);
  assert.ok(noted.some((line) => line.includes("Content Security Policy")), "and the watch of these tests sees it");
});
