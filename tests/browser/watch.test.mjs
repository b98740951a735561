// `serve --watch`: what an edit does to the pages that are open.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { serveBook, stopServing } from "./site.mjs";
import { LIVELY, STAGE, book, chromium, dialog, listening, same, shows, topic } from "./watching.mjs";

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
  await page.waitForSelector("fg-lab .lab-tools button");
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

test("what a run printed stays with its code, and goes with it", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/one.html`);
  await page.locator(".run-go").click();
  const printed = page.locator(".output-live samp", { hasText: "as written" });
  await printed.waitFor({ timeout: 120_000 });
  write("content/01-stage/01-one.md", topic("One", LIVELY("EDITED.", "The last words.")));
  await shows(page, "EDITED.");
  assert.equal(await printed.count(), 1);
  assert.equal(await page.locator(".output:not(.output-live):visible").count(), 0, "in place of the recorded output");
  write("content/01-stage/01-one.md", topic("One", LIVELY("EDITED.", "").replaceAll("as written", "as rewritten")));
  await page.locator("fg-code", { hasText: "as rewritten" }).waitFor();
  assert.equal(await page.locator(".output-live").count(), 0);
  assert.match(await page.locator(".output:visible").innerText(), /as rewritten/);
  assert.ok(await same(page));
  assert.deepEqual(noted, []);
});

test("the search finds what was written just now", async (t) => {
  const { folder, write } = book();
  const address = await serveBook(folder, "--watch");
  const { page, noted } = await listening(t, `${address}stage/one.html`);
  const find = async (/** @type {string} */ word) => {
    await page.keyboard.press("/");
    await page.locator("dialog[open] input").fill(word);
    await page.locator("dialog[open] .finder-hits li", { hasText: word }).first().waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => !document.querySelector("dialog[open]"));
  };
  await find("introduction");
  write("content/01-stage/02-two.md", topic("Two", "A zyzzyva is a weevil."));
  write("content/01-stage/01-one.md", topic("One", LIVELY("EDITED.", "The last words.")));
  await shows(page, "EDITED.");
  await find("zyzzyva");
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
  await page.locator("textarea.run-area:focus").waitFor();
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
