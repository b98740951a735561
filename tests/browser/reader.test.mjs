// What the page does for its reader: theme, copying, folds, fragments, quiz; also where the browser keeps nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { KINDS, SYNTAX, browser, open, serve } from "./site.mjs";

const chromium = await browser();
const home = await serve();

test("the theme is switched, kept over a reload, and set before the first paint", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.topic, { colorScheme: "light" });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme ?? "system");
  const colour = () => page.evaluate(() => getComputedStyle(document.body).color);
  const light = await colour();
  const button = page.locator("fg-theme button:visible").first();
  assert.equal(await theme(), "system");
  while ((await theme()) !== "dark") await button.click();
  const dark = await colour();
  assert.notEqual(dark, light);
  assert.match((await button.getAttribute("aria-label")) ?? "", /dark/i);

  await page.addInitScript(() => {
    // The attribute comes while there is no body yet, thus nothing that could be painted.
    const seen = /** @type {any} */ (window);
    new MutationObserver(() => (seen.bodyThen ??= document.body === null)).observe(document, { attributes: true, subtree: true, attributeFilter: ["data-theme"] });
  });
  await page.reload();
  assert.equal(await theme(), "dark");
  assert.equal(await colour(), dark);
  assert.equal(await page.evaluate(() => /** @type {any} */ (window).bodyThen), true);
  await page.goto(home + KINDS.home);
  assert.equal(await theme(), "dark", "on other pages too");
  while ((await theme()) !== "system") await page.locator("fg-theme button:visible").first().click();
  await page.reload();
  assert.equal(await theme(), "system");
  assert.deepEqual(noted, []);
});

test("the system's theme is followed while none is chosen", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic, { colorScheme: "light" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).color);
  const light = await paper();
  await page.emulateMedia({ colorScheme: "dark" });
  assert.notEqual(await paper(), light);
});

for (const [kind, path] of Object.entries(KINDS)) {
  test(`${kind}: storage that is denied is no error`, async (t) => {
    const { page, noted } = await open(chromium, t, home + path, {
      before: (page) =>
        page.addInitScript(() => {
          for (const name of ["localStorage", "sessionStorage"]) {
            Object.defineProperty(window, name, {
              get() {
                throw new DOMException("denied", "SecurityError");
              },
            });
          }
        }),
    });
    await page.locator("fg-theme button:visible").first().click();
    await page.locator("fg-theme button:visible").first().click();
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
    assert.deepEqual(noted, []);
  });
}

test("a copy button copies the code as it is written, and says so", async (t) => {
  const { page, context } = await open(chromium, t, home + KINDS.topic);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const block = page.locator("fg-code").first();
  const button = block.locator(".code-copy");
  await button.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector(".code-copy")?.textContent === "Copied");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await block.locator("code").first().textContent());
  assert.doesNotMatch(copied, /Copy|^\d+$/m);
  await page.waitForFunction(() => document.querySelector(".code-copy")?.textContent === "Copy");
});

test("one control opens all answers and closes them again", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  const all = await page.locator("main details:not(fg-lab details)").count();
  const open_ = () => page.locator("main details[open]:not(fg-lab details)").count();
  assert.ok(all >= 2);
  const control = page.locator("fg-folds button");
  await control.click();
  assert.equal(await open_(), all);
  await page.waitForFunction(() => /close/i.test(document.querySelector("fg-folds button")?.textContent ?? ""));
  await control.click();
  assert.equal(await open_(), 0);
});

test("a fragment into a closed answer opens it and shows the place", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  const ids = await page.evaluate(() => [...document.querySelectorAll("main details[id], main details [id]:not(svg *)")].map((e) => e.id));
  assert.ok(ids.length > 0);
  for (const how of ["loads", "changes"]) {
    const id = ids.at(how === "loads" ? -1 : 0) ?? "";
    if (how === "loads") {
      await page.goto("about:blank");
      await page.goto(`${home}${KINDS.topic}#${encodeURIComponent(id)}`);
    } else {
      await page.evaluate((id) => (location.hash = id), id);
    }
    await page.waitForFunction((id) => {
      const place = document.getElementById(id);
      const fold = place?.closest("details");
      const box = place?.getBoundingClientRect();
      return fold?.open && box && box.bottom > 0 && box.top < innerHeight;
    }, id);
  }
});

test("the quiz: an answer is final, marked and explained; the score comes last; it starts again", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.stage);
  const quiz = page.locator("fg-quiz");
  const many = await quiz.locator(".quiz-question").count();
  const shown = quiz.locator(".quiz-question:visible");
  for (let number = 1; number <= many; number += 1) {
    assert.equal(await shown.count(), 1, "one question at a time");
    assert.equal(await shown.locator(".quiz-why").isVisible(), false, "no explanation before the answer");
    const wrong = number === 1;
    await shown.locator(wrong ? "li:not([data-right]) > button" : "li[data-right] > button").first().click();
    assert.ok(await shown.locator(".quiz-why").isVisible());
    assert.equal(await shown.locator("[data-mark=wrong]").count(), wrong ? 1 : 0);
    assert.equal(await shown.locator("[data-mark=right]").count(), 1);
    await shown.locator("li > button").first().click({ force: true });
    assert.equal(await shown.locator("[data-mark]").count(), wrong ? 2 : 1, "a second answer changes nothing");
    if (number < many) await quiz.getByRole("button", { name: "Next question" }).click();
  }
  assert.match(await quiz.innerText(), new RegExp(`${many - 1} of ${many}`));
  await quiz.getByRole("button", { name: "Start again" }).click();
  assert.equal(await quiz.locator("[data-mark=right].quiz-options li, .quiz-options [data-mark]").count(), 0);
  assert.equal(await shown.locator(".quiz-why").isVisible(), false);
  assert.deepEqual(noted, []);
});

test("an index is narrowed by its words", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.pitfalls);
  const all = await page.locator("[data-item]:visible").count();
  const word = ((await page.locator("[data-item]").first().innerText()).match(/\p{L}{6,}/u) ?? [""])[0];
  await page.locator("fg-filter input").fill(word);
  const left = await page.locator("[data-item]:visible").allInnerTexts();
  assert.ok(left.length > 0 && left.length < all);
  for (const item of left) assert.ok(item.toLowerCase().includes(word.toLowerCase()));
});

test("an old address leads to the page that has moved", async (t) => {
  const root = pathToFileURL(`${SYNTAX}/`).href;
  const { page } = await open(chromium, t, "about:blank");
  await page.goto(`${root}old/place.html`);
  await page.waitForURL(`${root}syntax/all.html`);
});
