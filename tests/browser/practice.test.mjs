// Practice, quizzes, progress, the map and what narrows the indexes.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { GUIDE, KINDS, ROOT, SYNTAX, browser, files, open, serve, serveBook } from "./site.mjs";

const chromium = await browser();
const home = await serve();
const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const MORNING = new Date("2026-11-21T09:00:00");
const HOUR = 3_600_000;

/** @typedef {import("playwright-core").Page} Page */

const start = (/** @type {Page} */ page) => page.locator("[data-start]");
const counts = (/** @type {Page} */ page) => page.locator(".practice-counts");
const title = (/** @type {Page} */ page) => page.locator(".card > h2").innerText();
const kept = (/** @type {Page} */ page, start = "card:") =>
  page.evaluate((start) => Object.keys(localStorage).filter((key) => key.startsWith(`fg:python-field-guide:${start}`)), start);

/** @param {Page} page */
async function ready(page) {
  await page.waitForSelector("[data-start]", { state: "attached" });
  return page;
}

/**
 * The practice page by a clock that the test moves.
 * @param {import("node:test").TestContext} t
 * @param {(page: Page) => Promise<unknown>} [more]
 */
async function practice(t, more) {
  const opened = await open(chromium, t, home + KINDS.practice, {
    before: async (page) => {
      await page.clock.install({ time: MORNING });
      await more?.(page);
    },
  });
  await ready(opened.page);
  return opened;
}

/**
 * Shows the answer and grades it, by keyboard.
 * @param {Page} page
 * @param {string} key
 */
async function grade(page, key) {
  await page.waitForFunction(() => document.activeElement?.matches(".card > h2"));
  await page.keyboard.press("Space");
  await page.waitForSelector(".grade");
  await page.keyboard.press(key);
  await page.waitForFunction(() => !document.querySelector(".grade"));
}

test("a session goes on over reloads and days", async (t) => {
  const { page, noted } = await practice(t);
  assert.match(await counts(page).innerText(), /^0 due, 10 new today; \d{3} cards in all/);
  await start(page).click();
  const first = await title(page);
  await page.waitForFunction(() => document.activeElement?.matches(".card > h2"));
  await page.keyboard.press("Space");
  await page.waitForSelector(".grade");
  assert.deepEqual(await page.locator(".grade small").allInnerTexts(), ["1 min", "6 min", "10 min", "8 d"]);
  assert.ok((await page.locator(".card-answer").innerText()).length > 80, "the answer stands there");
  await page.keyboard.press("3");
  await page.waitForFunction((first) => document.querySelector(".card > h2")?.textContent !== first, first);
  assert.equal((await kept(page)).length, 1);

  await page.reload();
  await ready(page);
  assert.match(await counts(page).innerText(), /^0 due, 9 new today, 1 soon/);
  await page.clock.fastForward(11 * 60_000);
  await page.reload();
  await ready(page);
  assert.match(await counts(page).innerText(), /^1 due, 9 new today/);
  await start(page).click();
  assert.equal(await title(page), first, "what is due comes before what is new");
  await page.waitForFunction(() => document.activeElement?.matches(".card > h2"));
  await page.keyboard.press("Space");
  await page.waitForSelector(".grade");
  assert.deepEqual(await page.locator(".grade small").allInnerTexts(), ["1 min", "10 min", "2 d", "4 d"]);
  await page.keyboard.press("Space");
  await page.waitForFunction((first) => document.querySelector(".card > h2")?.textContent !== first, first);

  await page.clock.fastForward(47 * HOUR);
  await page.reload();
  await ready(page);
  assert.match(await counts(page).innerText(), /^0 due, 10 new today/, "not before it is time, and new ones for the new day");
  await page.clock.fastForward(2 * HOUR);
  await page.goto(home + KINDS.topic);
  assert.match((await page.locator(".bar-links [data-due] .due").textContent()) ?? "", /^ 1 due$/);
  await page.goto(home + KINDS.home);
  assert.match(await page.locator("fg-progress").innerText(), /1 card is due/);
  await page.goto(home + KINDS.practice);
  await ready(page);
  await start(page).click();
  assert.equal(await title(page), first);
  await grade(page, "1");
  await page.keyboard.press("u");
  await page.waitForFunction((first) => document.querySelector(".card > h2")?.textContent === first, first);
  assert.match(await page.locator(".session-counts").innerText(), /^1 due/);
  assert.deepEqual(noted, []);
});

test("new cards stop at the day's limit and go on the next day", async (t) => {
  const { page } = await practice(t);
  await page.locator("input[name=fresh]").fill("2");
  await page.locator("input[name=fresh]").blur();
  assert.match(await counts(page).innerText(), /2 new today/);
  await start(page).click();
  await grade(page, "4");
  await grade(page, "4");
  assert.match(await page.locator(".session-end").innerText(), /Done for now: 2 cards graded\. The next card comes in 8 d/);
  await page.getByRole("button", { name: "End" }).click();
  assert.ok(await start(page).isDisabled());
  await page.clock.fastForward(24 * HOUR);
  await page.reload();
  await ready(page);
  assert.match(await counts(page).innerText(), /^0 due, 2 new today/, "the limit is kept");
});

test("stages and kinds are chosen and kept", async (t) => {
  const { page } = await practice(t);
  const all = Number((await counts(page).innerText()).match(/(\d+) cards/)?.[1]);
  await page.getByLabel(/Questions \(/).uncheck();
  await page.locator(".practice-stages summary").click();
  await page.getByRole("button", { name: "All or none" }).click();
  assert.match(await counts(page).innerText(), /No cards/);
  assert.ok(await start(page).isDisabled());
  await page.getByLabel(/9 NumPy/).check();
  const some = Number((await counts(page).innerText()).match(/(\d+) cards/)?.[1]);
  assert.ok(some > 0 && some < all / 5);
  await page.reload();
  await ready(page);
  assert.match(await counts(page).innerText(), new RegExp(`${some} cards`));
  await start(page).click();
  assert.match(await page.locator(".card-place").innerText(), /Pitfall\s+9 NumPy/);
});

test("a mock interview ends with the clock, and says what to read again", async (t) => {
  const { page, noted } = await practice(t);
  await page.locator("input[name=many]").fill("3");
  await page.locator("input[name=minutes]").fill("5");
  await page.locator("input[name=minutes]").blur();
  await page.getByRole("button", { name: "Start a mock interview" }).click();
  assert.match(await page.locator(".session-counts").innerText(), /Question 1 of 3/);
  const missed = await title(page);
  await grade(page, "1");
  await grade(page, "3");
  assert.match(await page.locator(".session-counts").innerText(), /Question 3 of 3/);
  await page.clock.runFor(5 * 60_000 + 2000);
  assert.match(await page.locator(".mock-score").innerText(), /^1 of 3 known, 0 partly, in 5 min 0 s\. 1 not reached\./);
  const again = page.locator(".mock-again a");
  assert.equal(await again.count(), 2);
  assert.equal(await again.first().innerText(), missed);
  assert.deepEqual(await kept(page), [], "a rehearsal changes no schedule");
  await again.first().click();
  await page.waitForURL(/#/);
  assert.ok(await page.locator("details.question:target").isVisible());
  assert.deepEqual(noted, []);
});

/** @param {Page} page */
async function exported(page) {
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  return JSON.parse(readFileSync(await (await coming).path(), "utf8"));
}

test("progress is exported, cleared and imported", async (t) => {
  const { page, noted } = await practice(t, (page) =>
    // What an earlier version kept.
    page.addInitScript(() => {
      if (!localStorage.getItem("seeded")) localStorage.setItem("fg-read", "data-types/float-precision.html data-types/missing-values.html");
      localStorage.setItem("seeded", "1");
    }),
  );
  await start(page).click();
  await grade(page, "3");
  await grade(page, "4");
  await page.getByRole("button", { name: "End" }).click();
  const file = await exported(page);
  assert.equal(file.format, "fieldguide-progress");
  assert.equal(file.version, 1);
  assert.deepEqual(Object.keys(file.read), ["data-types/float-precision.html", "data-types/missing-values.html"]);
  assert.equal(Object.keys(file.cards).length, 2);
  await page.getByRole("button", { name: "Clear" }).click();
  assert.equal((await kept(page, "")).length > 0, true, "not at the first press");
  await page.getByRole("button", { name: "Clear" }).click();
  assert.deepEqual(await kept(page, ""), []);
  assert.match(await counts(page).innerText(), /^0 due, 10 new/);
  const input = page.locator("#progress-file");
  const give = (/** @type {string} */ text) => input.setInputFiles({ name: "p.json", mimeType: "application/json", buffer: Buffer.from(text) });
  const said = page.locator(".keep-said");
  for (const [text, why] of [
    ["{", /not JSON/],
    ["[]", /no progress/],
    [JSON.stringify({ ...file, version: 99 }), /version 99/],
    [JSON.stringify({ ...file, book: "another" }), /another book/],
  ]) {
    await give(String(text));
    await said.filter({ hasText: why }).waitFor();
    assert.deepEqual(await kept(page, ""), []);
  }
  await give(JSON.stringify({ ...file, cards: { ...file.cards, "odd#card": [1, 2], "gone/away#q-x": [2, 0, 3, 5, 1, 1, 1, 1] }, read: { ...file.read, x: "y" } }));
  await said.filter({ hasText: /5 entries taken in.*2 could not be read/ }).waitFor();
  const again = await exported(page);
  assert.deepEqual(Object.keys(again.gone), ["gone/away#q-x"], "a card of another edition is kept, and not due");
  assert.deepEqual({ ...again, exported: "", settings: null, gone: {} }, { ...file, exported: "", settings: null });
  await page.goto(home + KINDS.home);
  assert.match(await page.locator("fg-progress").innerText(), /^2 of \d+ topics read/);
  assert.deepEqual(noted, []);
});

test("a grade that is newer here outlives an import", async (t) => {
  const { page } = await practice(t);
  await start(page).click();
  await grade(page, "3");
  await page.getByRole("button", { name: "End" }).click();
  const old = await exported(page);
  await page.clock.fastForward(11 * 60_000);
  await page.reload();
  await ready(page);
  await start(page).click();
  await grade(page, "1");
  await page.getByRole("button", { name: "End" }).click();
  const newer = await exported(page);
  await page.locator("#progress-file").setInputFiles({ name: "p.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(old)) });
  await page.locator(".keep-said").filter({ hasText: "0 entries" }).waitFor();
  assert.deepEqual((await exported(page)).cards, newer.cards);
});

for (const [name, warning, init] of /** @type {const} */ ([
  ["denied", /keep nothing/, "denied"],
  ["full", /storage is full/, "full"],
])) {
  test(`storage ${name}: practice goes on, says so and can be exported`, async (t) => {
    const { page, noted } = await practice(t, (page) =>
      page.addInitScript((how) => {
        if (how === "denied") {
          Object.defineProperty(window, "localStorage", {
            get() {
              throw new DOMException("denied", "SecurityError");
            },
          });
        } else {
          Storage.prototype.setItem = () => {
            throw new DOMException("full", "QuotaExceededError");
          };
        }
      }, init),
    );
    await start(page).click();
    await grade(page, "3");
    await grade(page, "4");
    await page.getByRole("button", { name: "End" }).click();
    assert.match(await page.locator(".keep-warning").innerText(), warning);
    assert.match(await counts(page).innerText(), /^0 due, 8 new today, 1 soon/);
    assert.equal(Object.keys((await exported(page)).cards).length, 2);
    assert.deepEqual(noted, []);
  });
}

test("what can't be read is set aside, exported, and does no harm", async (t) => {
  const { page, noted } = await practice(t);
  await start(page).click();
  await grade(page, "3");
  const [key = ""] = await kept(page);
  await page.evaluate((key) => {
    localStorage.setItem(key, "[1,0,");
    localStorage.setItem("fg:python-field-guide:settings", "{{{");
    localStorage.setItem("fg:python-field-guide:card:gone/for-good#q-x", "[2,0,3,5,1,1,1,1]");
  }, key);
  await page.reload();
  await ready(page);
  assert.match(await counts(page).innerText(), /^0 due, 10 new/);
  assert.match(await page.locator(".keep-warning").innerText(), /1 entry could not be read and was set aside/);
  const file = await exported(page);
  assert.deepEqual(Object.values(file.unreadable), ["[1,0,"]);
  assert.deepEqual(Object.keys(file.gone), ["gone/for-good#q-x"]);
  assert.deepEqual(noted, []);
});

test("two tabs never write over each other's grades", async (t) => {
  const { page, context } = await practice(t);
  const other = await context.newPage();
  await other.clock.install({ time: MORNING });
  await other.goto(home + KINDS.practice);
  await ready(other);
  await start(page).click();
  await start(other).click();
  assert.equal(await title(page), await title(other));
  await other.bringToFront();
  await grade(other, "4");
  const [key = ""] = await kept(other);
  const easy = await other.evaluate((key) => localStorage.getItem(key), key);
  await page.bringToFront();
  await grade(page, "1");
  assert.equal(await page.evaluate((key) => localStorage.getItem(key), key), easy, "the first grade stays");
  await grade(page, "3");
  await other.bringToFront();
  await grade(other, "3");
  assert.ok((await kept(page)).length >= 2);
});

test("a quiz keeps its score and asks what was missed again", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.stage);
  const quiz = page.locator("fg-quiz");
  const shown = quiz.locator(".quiz-question:visible");
  const many = await quiz.locator(".quiz-question").count();
  for (let number = 0; number < many; number += 1) {
    const options = shown.locator(number === 1 ? ".quiz-options > li:not([data-right])" : ".quiz-options > li[data-right]");
    await options.first().locator("button").click();
    assert.ok(await shown.locator(".quiz-why").isVisible());
    if (number < many - 1) await quiz.getByRole("button", { name: "Next question" }).click();
  }
  assert.match(await quiz.locator(".quiz-score").innerText(), new RegExp(`^${many - 1} of ${many} right`));
  await quiz.getByRole("button", { name: "Retry the one you missed" }).click();
  assert.equal(await quiz.locator(".quiz-question[data-answered]").count(), many - 1, "the others stay answered");
  assert.equal(await shown.getAttribute("data-answered"), null);
  await shown.locator(".quiz-options > li[data-right] button").click();
  assert.match(await quiz.locator(".quiz-score").innerText(), new RegExp(`^${many} of ${many} right`));
  await page.goto(home + KINDS.home);
  assert.match(await page.locator(".map a", { has: page.locator(".score") }).innerText(), new RegExp(`quiz ${many - 1}/${many}`), "the first round counts");
  assert.match(await page.locator("fg-progress").innerText(), /1 quiz taken/);
  assert.deepEqual(noted, []);
});

test("an index is narrowed by stage and tag, and the address says how", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.pitfalls);
  const items = page.locator("[data-item]:visible");
  const all = await items.count();
  await page.getByLabel("Only of stages").selectOption("9");
  const stage = await items.count();
  await page.getByLabel("Only of tags").selectOption("memory");
  const both = await items.count();
  assert.ok(all > stage && stage > both && both > 0);
  assert.match(await page.locator(".filter-status").innerText(), new RegExp(`^${both} of ${all} pitfalls`));
  assert.equal(new URL(page.url()).search, "?stage=9&tag=memory");
  await page.reload();
  assert.equal(await items.count(), both);
  await page.goto(`${home}${KINDS.pitfalls}?tag=no-such-tag`);
  assert.equal(await items.count(), all);
  assert.deepEqual(noted, []);
});

test("the map shows what hangs on what, and what was read", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.topic);
  await page.locator(".neighbours").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => key.includes(":read:data-types/float-precision.html")));
  await page.goto(home + KINDS.map);
  await page.waitForFunction(() => customElements.get("fg-map"));
  const topic = page.locator(`.map-topic[data-path="${KINDS.topic}"]`);
  assert.ok(await topic.locator(".map-tick").isVisible());
  await topic.focus();
  const on = await page.locator(".map-lines [data-on]").evaluateAll((lines) => lines.map((line) => line.getAttribute("data-from")));
  assert.ok(on.length > 1 && on.every((from) => from === KINDS.topic));
  assert.equal(await page.locator(".map-topic[data-near]").count(), on.length + 1);
  const next = page.locator(".map-topic[data-near]").nth(1);
  const path = await next.getAttribute("data-path");
  await next.focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(home + path);
  assert.match(await page.locator(".requires").innerText(), /Floats and numeric dtypes/);
  assert.deepEqual(noted, []);
});

test("an id that has moved leads on", async (t) => {
  const book = await serveBook(join(ROOT, "tests/books/ids"));
  const { page } = await open(chromium, t, `${book}a/first.html#old-name`);
  await page.waitForURL(`${book}a/first.html#gate`);
  await page.goto("about:blank");
  const { page: plain } = await open(chromium, t, `${book}a/first.html#old-name`, { javaScriptEnabled: false });
  assert.ok(await plain.getByText("This has moved").first().isVisible());
  await plain.locator("#old-name a").click();
  await plain.waitForURL(`${book}a/first.html#gate`);
});

test("practice works from file:// where scripts bring the files", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "fieldguide-"));
  t.after(() => rmSync(folder, { recursive: true }));
  cpSync(SYNTAX, folder, { recursive: true });
  for (const part of ["practice", "assets"]) {
    for (const name of readdirSync(join(folder, part)).filter((name) => /\.(json|wasm)$/.test(name))) {
      const bytes = readFileSync(join(folder, part, name)).toString("base64");
      writeFileSync(join(folder, part, `${name}.js`), `siteFile(${JSON.stringify(name)},"${bytes}");\n`);
    }
  }
  const { page } = await open(chromium, t, "about:blank");
  await page.goto(pathToFileURL(join(folder, KINDS.practice)).href);
  await page.getByRole("button", { name: "Load the cards" }).click();
  await ready(page);
  await start(page).click();
  await grade(page, "4");
  await page.reload();
  await page.getByRole("button", { name: "Load the cards" }).click();
  await ready(page);
  assert.match(await counts(page).innerText(), /^0 due/);
});

test("the module is small, and loaded where cards are practised only", async (t) => {
  const module = files(GUIDE, ".wasm").filter((path) => path.startsWith("assets/cards-"));
  assert.equal(module.length, 1);
  const size = brotliCompressSync(readFileSync(join(GUIDE, module[0] ?? ""))).length;
  t.diagnostic(`${size} bytes of brotli`);
  assert.ok(size < 30_000, `${size} bytes of brotli`);
  /** @type {string[]} */
  const asked = [];
  const { page } = await open(chromium, t, "about:blank");
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  for (const path of [KINDS.home, KINDS.topic, KINDS.stage, KINDS.map]) await page.goto(home + path, { waitUntil: "load" });
  const ours = () => asked.filter((path) => /\/(practice\/|assets\/(cards|practice)-)/.test(path));
  assert.deepEqual(ours(), []);
  await page.goto(home + KINDS.practice);
  await ready(page);
  assert.equal(ours().length, 4, "script, glue, module and list; bodies wait for their first card");
});

test("everything is done by keyboard alone", async (t) => {
  const { page } = await practice(t);
  const tabTo = async (/** @type {string} */ selector) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await page.evaluate((selector) => document.activeElement?.matches(selector) ?? false, selector)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${selector} is not reached`);
  };
  await page.locator("main").evaluate((main) => {
    main.tabIndex = -1;
    main.focus();
  });
  await tabTo("input[name=kinds]");
  await page.keyboard.press("Space");
  assert.equal(await page.locator("input[name=kinds]").first().isChecked(), false);
  await tabTo("[data-start]");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches(".card > h2"));
  assert.match(await page.locator(".card-place").innerText(), /Pitfall/);
  await tabTo(".card-show");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".grade");
  await tabTo(".grade");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.matches(".card > h2"));
  assert.equal((await kept(page)).length, 1);
  await page.keyboard.press("u");
  await page.waitForFunction(() => !Object.keys(localStorage).some((key) => key.includes(":card:")));
});

for (const [colorScheme, width] of /** @type {const} */ ([["light", 1280], ["dark", 390]])) {
  test(`axe finds nothing in a session, ${colorScheme}, ${width} px`, async (t) => {
    const { page } = await open(chromium, t, home + KINDS.practice, {
      colorScheme,
      viewport: { width, height: 800 },
      reducedMotion: "reduce",
      before: (page) => page.addInitScript({ path: AXE }),
    });
    const clean = async () => {
      // @ts-ignore: axe comes with the page's first script.
      const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }).then((all) => all.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160))}`)));
      assert.deepEqual(found, []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
    };
    await ready(page);
    await page.locator(".practice-stages summary").click();
    await clean();
    await start(page).click();
    await clean();
    await page.keyboard.press("Space");
    await page.waitForSelector(".grade");
    await clean();
    await page.getByRole("button", { name: "End" }).click();
    await page.getByRole("button", { name: "Start a mock interview" }).click();
    await page.getByRole("button", { name: "End" }).click();
    await page.waitForSelector(".mock-again");
    await clean();
  });
}
