// `serve --watch`: what an edit does to the pages that are open.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { browser, open, serveBook, stopServing } from "./site.mjs";

const chromium = await browser();

/** Enough text to scroll. */
const filler = (/** @type {string} */ word) => Array.from({ length: 40 }, (_, i) => `The ${word} paragraph ${i}, which says little.`).join("\n\n");

const STAGE = `+++
title = "A stage"
summary = "s"
objectives = ["o"]
takeaway = "t"
+++

An introduction.

## Quiz

### How many?

- [ ] One
- [x] Two

There are two.

### Which?

- [x] This
- [ ] That

This one.
`;

/** @param {string} title @param {string} body */
const topic = (title, body) => `+++\ntitle = "${title}"\nsummary = "s"\n+++\n\n${body}\n`;

const LIVELY = (/** @type {string} */ first, /** @type {string} */ last) => `${first}

${filler("upper")}

## The middle

\`\`\`python {run}
print("as written")
\`\`\`
\`\`\`output
as written
\`\`\`

\`\`\`demo {broadcast}
shapes = ["8,1,6,1", "7,1,5"]
\`\`\`

## Q: What stays?

All of it stays.

## The end

${filler("lower")}

${last}
`;

/** A book of a test's own, in a folder that is removed at the end. */
function book() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "fieldguide-watch-")));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (/** @type {string} */ path, /** @type {string} */ text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    // As editors do it: beside, then into place, so that nobody reads half a file.
    const beside = join(folder, `.${path.replaceAll("/", "-")}.new`);
    writeFileSync(beside, text);
    renameSync(beside, join(folder, path));
  };
  write("book.toml", 'title = "A book"\n');
  write("content/index.md", '+++\ntitle = "A book"\n+++\n\nWhat it is about.\n');
  write("content/01-stage/index.md", STAGE);
  write("content/01-stage/01-one.md", topic("One", LIVELY("The first words.", "The last words.")));
  write("content/01-stage/02-two.md", topic("Two", "See [one](01-one.md)."));
  return { folder, write, remove: (/** @type {string} */ path) => rmSync(join(folder, path)) };
}

/**
 * Opens a page that listens for edits, marked so that a reload would show.
 * @param {import("node:test").TestContext} test
 * @param {string} url
 * @param {Parameters<typeof open>[3]} [options]
 */
async function listening(test, url, options) {
  const opened = await open(chromium, test, url, {
    ...options,
    before: async (page) => {
      await options?.before?.(page);
      await page.addInitScript(() => {
        const Real = EventSource;
        // @ts-ignore a test's own mark
        window.EventSource = class extends Real {
          constructor(/** @type {string} */ url) {
            super(url);
            this.addEventListener("state", () => document.documentElement.toggleAttribute("data-test-listens", true));
          }
        };
      });
    },
  });
  await opened.page.waitForSelector("html[data-test-listens]", { state: "attached" });
  await opened.page.evaluate(() => void Object.assign(window, { sameDocument: true }));
  return opened;
}

/** @param {import("playwright-core").Page} page */
const same = (page) => page.evaluate(() => "sameDocument" in window);

/** @param {import("playwright-core").Page} page @param {string} text */
const shows = (page, text) => page.waitForFunction((text) => document.querySelector("main")?.textContent?.includes(text), text);

/** @param {import("playwright-core").Page} page */
const dialog = (page) => page.locator("fieldguide-overlay dialog");

test("an edit patches the page: place, folds, typed text, caret, lab and theme stay", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/one.html`);

  await page.locator("fg-theme button:visible").first().click();
  const theme = await page.evaluate(() => document.documentElement.dataset.theme);
  assert.ok(theme);
  const field = page.locator("fg-lab input[type=text], fg-lab input:not([type])").first();
  await field.fill("3,1,6,1");
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes("3,1,6,1"));
  const lab = await page.locator("fg-lab .lab-body").innerText();
  await page.locator("main details.question, main .question details, main details", { hasText: "What stays?" }).first().locator("summary").click();
  await page.locator(".run-edit").click();
  const editor = page.locator("textarea.run-area");
  await editor.fill('print("half a th');
  await editor.evaluate((/** @type {HTMLTextAreaElement} */ area) => area.setSelectionRange(7, 9));
  await page.evaluate(() => document.querySelector("textarea.run-area")?.scrollIntoView({ block: "center" }));
  const before = await editor.boundingBox();
  const scrolled = await page.evaluate(() => scrollY);
  assert.ok(scrolled > 300, `the page is scrolled: ${scrolled}`);

  // Above what is in sight, and below it.
  write("content/01-stage/01-one.md", topic("One", LIVELY("EDITED words.\n\nA new paragraph.\n\nAnother new one.", "EDITED at the end.")));
  await shows(page, "EDITED at the end.");

  assert.ok(await same(page), "the page was not loaded anew");
  assert.match(await page.locator("main").innerText(), /EDITED words\.[^]*A new paragraph\.[^]*Another new one\./);
  const now = await editor.boundingBox();
  assert.ok(Math.abs((now?.y ?? 0) - (before?.y ?? 0)) <= 1, `it stands where it stood: ${before?.y} ${now?.y}`);
  assert.ok((await page.evaluate(() => scrollY)) > scrolled, "though there is more above it");
  const kept = await editor.evaluate((/** @type {HTMLTextAreaElement} */ area) => ({
    focused: document.activeElement === area,
    text: area.value,
    caret: [area.selectionStart, area.selectionEnd],
  }));
  assert.deepEqual(kept, { focused: true, text: 'print("half a th', caret: [7, 9] });
  assert.equal(await field.inputValue(), "3,1,6,1");
  assert.equal(await page.locator("fg-lab .lab-body").innerText(), lab);
  assert.ok(await page.locator("main details[open]", { hasText: "What stays?" }).count());
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), theme);
  await page.keyboard.type("X");
  assert.equal(await editor.inputValue(), 'print("Xlf a th', "and typing goes on");
  assert.deepEqual(noted, []);
});

test("a half-typed field of a lab keeps its focus and its text", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/one.html`);
  const field = page.locator("fg-lab input[type=text], fg-lab input:not([type])").first();
  await field.fill("");
  await field.pressSequentially("8,x");
  await page.waitForSelector("fg-lab [data-problem]");
  write("content/01-stage/01-one.md", topic("One", LIVELY("EDITED.", "The last words.")));
  await shows(page, "EDITED.");
  assert.equal(await field.inputValue(), "8,x");
  assert.ok(await field.evaluate((field) => document.activeElement === field));
  assert.ok(await same(page));
  assert.deepEqual(noted, []);
});

test("new labs, snippets and headings come alive; an edited lab shows its new state", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/two.html`);
  const lab = (/** @type {string} */ shape) => `\`\`\`demo {broadcast}\nshapes = ["${shape}", "1"]\n\`\`\``;
  const code = "```python {run}\nprint(2)\n```\n```output\n2\n```";
  write("content/01-stage/02-two.md", topic("Two", `See [one](01-one.md).\n\n## A\n\n${lab("2,1")}\n\n## B\n\n${code}\n\n## Q: Why?\n\nSo.\n\n## Q: How?\n\nThus.`));
  await page.waitForSelector("fg-lab .lab-tools");
  await page.waitForSelector("fg-code .code-copy");
  await page.waitForSelector("fg-code .run-go");
  await page.waitForSelector("fg-folds button");
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.waitForSelector(".toc-list a[aria-current]", { state: "attached" });
  const field = page.locator("fg-lab input[type=text], fg-lab input:not([type])").first();
  await field.fill("5,1");
  await page.waitForFunction(() => decodeURIComponent(location.hash).includes("5,1"));
  write("content/01-stage/02-two.md", topic("Two", `See [one](01-one.md).\n\n## A\n\n${lab("9,1")}\n\n## B\n\n${code}`));
  await page.waitForFunction(() => [...document.querySelectorAll("fg-lab input")].some((input) => /** @type {HTMLInputElement} */ (input).value === "9,1"));
  assert.ok(!(await page.evaluate(() => decodeURIComponent(location.hash))).includes("5,1"), "the old state is not in the address any more");
  // Edited code: the block is a new one, and an editor that was open on the old one has gone.
  await page.locator(".run-edit").click();
  await page.locator("textarea.run-area").fill("print(3)");
  write("content/01-stage/02-two.md", topic("Two", `See [one](01-one.md).\n\n${code.replaceAll("2", "4")}`));
  await shows(page, "print(4)");
  assert.equal(await page.locator("textarea.run-area").count(), 0);
  assert.equal(await page.locator("fg-code .run-go").count(), 1);
  assert.ok(await same(page));
  assert.deepEqual(noted, []);
});

test("answers of a quiz stay when the text around it is edited", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/`);
  await page.locator(".quiz-option", { hasText: "Two" }).click();
  await page.waitForSelector(".quiz-question[data-answered]");
  write("content/01-stage/index.md", STAGE.replace("An introduction.", "EDITED."));
  await shows(page, "EDITED.");
  assert.equal(await page.locator(".quiz-question[data-answered]").count(), 1);
  assert.ok(await same(page));
  assert.deepEqual(noted, []);
});

test("an edit of another page leaves this one alone; its contents follow", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/one.html`);
  await page.evaluate(() => {
    const seen = { changes: 0 };
    Object.assign(window, { seen });
    const main = document.querySelector("main");
    if (main) new MutationObserver((list) => (seen.changes += list.length)).observe(main, { subtree: true, childList: true, characterData: true });
  });
  write("content/01-stage/02-two.md", topic("Two, RENAMED", "Other words."));
  await page.waitForFunction(() => document.querySelector(".side")?.textContent?.includes("Two, RENAMED"));
  write("content/01-stage/03-three.md", topic("Three", "New."));
  await page.waitForFunction(() => document.querySelector(".side")?.textContent?.includes("Three"));
  const link = page.locator(".side a", { hasText: "Three" });
  assert.equal(await link.getAttribute("href"), "../stage/three.html");
  // The links to the next page stand in `main`; the text does not change.
  assert.match(await page.locator("main").innerText(), /The last words\./);
  assert.ok(await same(page));
  assert.deepEqual(noted, []);
});

test("a mistake shows over the last good page, and goes when it is mended", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch", "--editor", "vscode");
  const { page, noted } = await listening(t, `${address}stage/two.html`);
  assert.equal(await page.locator("fieldguide-overlay .badge:visible").count(), 0);
  write("content/01-stage/02-two.md", topic("Two", "EDITED [nowhere](no.md) and [there](neither.md)."));
  await dialog(page).waitFor();
  assert.match(await dialog(page).innerText(), /2 errors[^]*no\.md[^]*neither\.md/);
  assert.match(await dialog(page).innerText(), /content\/01-stage\/02-two\.md:6:/);
  const link = await page.locator("fieldguide-overlay a.open").first().getAttribute("href");
  assert.match(link ?? "", new RegExp(`^vscode://file${folder}/content/01-stage/02-two\\.md:6:\\d+$`));
  assert.match(await page.locator("main").innerText(), /See one\./, "the last good page is below it");

  // Closed by the keyboard, it stays closed for the same mistakes; the button opens it again.
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
  write("content/01-stage/01-one.md", topic("One", "Shorter."));
  await page.locator("fieldguide-overlay .badge", { hasText: "2 errors" }).waitFor();
  assert.equal(await dialog(page).isVisible(), false);
  await page.locator("fieldguide-overlay .badge").click();
  await dialog(page).waitFor();

  write("content/01-stage/02-two.md", topic("Two", "Mended, see [one](01-one.md)."));
  await dialog(page).waitFor({ state: "hidden" });
  await shows(page, "Mended");
  assert.equal(await page.locator("fieldguide-overlay .badge:visible").count(), 0);
  assert.ok(await same(page));
  assert.deepEqual(noted, []);
});

test("the keyboard stays with the overlay, and goes back to where it was", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch", "--editor", "zed");
  const { page } = await listening(t, `${address}stage/one.html`);
  await page.locator(".run-edit").click();
  await page.keyboard.type("typed");
  write("content/01-stage/02-two.md", topic("Two", "[nowhere](no.md)"));
  await dialog(page).waitFor();
  const inside = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className ?? "");
  await page.keyboard.press("/");
  assert.equal(await page.locator("dialog.search[open], dialog[open] .finder").count(), 0, "no key is the page's");
  const seen = [];
  for (let i = 0; i < 3; i += 1) {
    await page.keyboard.press("Tab");
    seen.push(await inside());
  }
  assert.deepEqual(seen.slice(0, 2), ["close", "open"]);
  write("content/01-stage/02-two.md", topic("Two", "Mended."));
  await dialog(page).waitFor({ state: "hidden" });
  await page.waitForFunction(() => document.activeElement?.matches("textarea.run-area"));
  await page.keyboard.type("X");
  assert.match(await page.locator("textarea.run-area").inputValue(), /typedX/);
});

test("what an author wrote stays text in the overlay", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/two.html`);
  const hostile = '<img src=x onerror="document.title=1"></pre></dialog><script>document.title=2</script>\u001b[31m&lt;';
  write("content/01-stage/02-two.md", topic("Two", `${hostile} [x](no<b>.md "${hostile.replaceAll('"', "'")}") [y](<no"><i>.md>)`));
  await dialog(page).waitFor();
  const text = await page.locator("fieldguide-overlay pre").first().innerText();
  assert.ok(text.includes('<img src=x onerror="document.title=1"></pre></dialog><script>document.title=2</script>'), text);
  assert.ok(!text.includes("\u001b"));
  assert.equal(await page.locator("fieldguide-overlay").locator("img, script, b, i").count(), 0);
  assert.doesNotMatch(await page.title(), /^[12]$/);
  assert.deepEqual(noted, []);
});

test("warnings are a small count that opens their list", async (t) => {
  const { folder, write } = book();
  write("static/stage/one.html", "in the way");
  const address = await serveBook(folder, "--watch");
  const { page } = await listening(t, `${address}stage/two.html`, { viewport: { width: 390, height: 800 } });
  const badge = page.locator("fieldguide-overlay .badge");
  await badge.waitFor();
  assert.equal(await badge.innerText(), "1 warning");
  assert.equal(await dialog(page).isVisible(), false);
  const box = await badge.boundingBox();
  assert.ok((box?.height ?? 0) >= 44);
  await badge.click();
  await dialog(page).waitFor();
  assert.match(await dialog(page).innerText(), /is replaced by the page of that address/);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.keyboard.press("Escape");
  await dialog(page).waitFor({ state: "hidden" });
});

test("a book that has never been built shows why, and then itself", async (t) => {
  const { folder, write } = book();
  write("book.toml", 'titel = "A book"\n');
  const address = await serveBook(folder, "--watch");
  const { page } = await listening(t, `${address}stage/one.html`);
  await dialog(page).waitFor();
  assert.match(await dialog(page).innerText(), /errors[^]*titel/);
  write("book.toml", 'title = "A book"\n');
  await shows(page, "The first words.");
});

test("style changes without a moment without style", async (t) => {
  const { folder, write } = book();
  write("static/css/zz.css", "main { outline: 3px solid rgb(1, 2, 3); }");
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/one.html`);
  const outline = () => page.evaluate(() => getComputedStyle(document.querySelector("main") ?? document.body).outlineColor);
  assert.equal(await outline(), "rgb(1, 2, 3)");
  await page.evaluate(() => {
    const seen = /** @type {string[]} */ ([]);
    Object.assign(window, { seen });
    const look = () => {
      seen.push(getComputedStyle(document.querySelector("main") ?? document.body).outlineColor);
      requestAnimationFrame(look);
    };
    look();
  });
  write("static/css/zz.css", "main { outline: 3px solid rgb(4, 5, 6); }");
  await page.waitForFunction(() => getComputedStyle(document.querySelector("main") ?? document.body).outlineColor === "rgb(4, 5, 6)");
  const seen = await page.evaluate(() => new Set(/** @type {any} */ (window).seen).size);
  assert.ok(seen <= 2, "one style, then the other");
  await page.waitForFunction(() => document.querySelectorAll("link[rel=stylesheet]").length === 1);
  assert.ok(await same(page));
  assert.deepEqual(noted, []);
});

test("a script that was edited is loaded anew, with its page", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page } = await listening(t, `${address}stage/one.html`);
  write("static/js/zz.js", 'document.documentElement.dataset.mine = "yes";');
  await page.waitForSelector("html[data-mine=yes]", { state: "attached" });
  assert.equal(await same(page), false);
});

test("a page that was deleted says so, and comes back with its file", async (t) => {
  const { folder, write, remove } = book();
  const address = await serveBook(folder, "--watch");
  const { page } = await listening(t, `${address}stage/two.html`);
  remove("content/01-stage/02-two.md");
  const note = page.locator("fieldguide-overlay .note");
  await note.waitFor();
  assert.match(await note.innerText(), /no longer in the book/);
  assert.equal(await note.locator("a").getAttribute("href"), "/");
  write("content/01-stage/02-two.md", topic("Two", "It is BACK."));
  await shows(page, "It is BACK.");
  await note.waitFor({ state: "hidden" });
  assert.ok(await same(page));
});

test("an address that is no page yet becomes one", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page } = await listening(t, `${address}stage/three.html`);
  write("content/01-stage/03-three.md", topic("Three", "Here NOW."));
  await shows(page, "Here NOW.");
});

test("--follow goes to the page that was saved, in the browser that is looked at", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch", "--follow");
  const { page, context } = await listening(t, `${address}stage/one.html`);
  const phone = await listening(t, `${address}index.html`, { viewport: { width: 390, height: 800 } });
  write("content/01-stage/02-two.md", topic("Two", "SAVED."));
  await page.waitForURL(`${address}stage/two.html`);
  await phone.page.waitForURL(`${address}stage/two.html`);
  await shows(page, "SAVED.");
  // Another tab of the same browser takes over.
  const tab = await context.newPage();
  await tab.goto(address);
  await tab.waitForSelector("fieldguide-overlay", { state: "attached" });
  write("content/01-stage/01-one.md", topic("One", "SAVED too."));
  await tab.waitForURL(`${address}stage/one.html`);
  assert.equal(page.url(), `${address}stage/two.html`);
});

test("many tabs of one browser all load, and are up to date when they are looked at", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, context } = await listening(t, `${address}stage/one.html`);
  // More than a browser opens connections to one server.
  for (let i = 0; i < 8; i += 1) await (await context.newPage()).goto(`${address}stage/two.html`);
  write("content/01-stage/01-one.md", topic("One", "EDITED."));
  // The oldest has let the stream go, for the others' sake.
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await shows(page, "EDITED.");
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`axe-core finds nothing in the overlay, ${colorScheme}`, async (t) => {
    const { folder, write } = book();
    write("static/stage/two.html", "in the way");
    const address = await serveBook(folder, "--watch", "--editor", "vscode");
    const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    const before = (/** @type {import("playwright-core").Page} */ page) => page.addInitScript({ path: AXE });
    const { page } = await listening(t, `${address}stage/one.html`, { colorScheme, viewport: { width: 390, height: 800 }, before });
    const violations = async () => {
      // @ts-ignore: axe comes with the page's first script.
      const results = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      return results.violations.map((/** @type {any} */ found) => `${found.id}: ${found.nodes.map((/** @type {any} */ node) => node.html).join(" | ")}`);
    };
    await page.locator("fieldguide-overlay .badge").waitFor();
    assert.deepEqual(await violations(), []);
    write("content/01-stage/02-two.md", topic("Two", "[nowhere](no.md)"));
    await dialog(page).waitFor();
    assert.deepEqual(await violations(), []);
  });
}

test("the server that comes back is heard at once, and what was built meanwhile shown", async (t) => {
  const { folder, write } = book();
  const first = await serveBook(folder, "--watch");
  const { page } = await listening(t, `${first}stage/two.html`);
  const port = new URL(first).port;
  await stopServing(first);
  await page.locator("fieldguide-overlay .note", { hasText: "does not answer" }).waitFor();
  write("content/01-stage/02-two.md", topic("Two", "Built MEANWHILE."));
  await serveBook(folder, "--watch", "--port", port);
  await shows(page, "Built MEANWHILE.");
  await page.locator("fieldguide-overlay .note").waitFor({ state: "hidden" });
  assert.ok(await same(page));
});
