// With JavaScript off everything can be read, and nothing looks alive that isn't.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS, browser, fileUrl, open, serve } from "./site.mjs";

const chromium = await browser();
const home = await serve();
const off = { javaScriptEnabled: false };

for (const [kind, path] of Object.entries(KINDS)) {
  test(`${kind}: nothing looks alive that is not`, async (t) => {
    const { page, noted } = await open(chromium, t, kind === "404" ? home + path : fileUrl(path), off);
    assert.ok((await page.locator("main").innerText()).length > 40, "there is text");
    const dead = [];
    for (const control of await page.locator("button, input, select, textarea, [role=button]").all()) {
      if (!(await control.isVisible()) || !(await control.isEnabled())) continue;
      // What opens a popover works without a script.
      if (await control.getAttribute("popovertarget")) continue;
      // And so do the tabs of outputs that differ by version.
      if (await control.evaluate((element) => element.closest(".versions") !== null)) continue;
      dead.push(await control.evaluate((element) => element.outerHTML.slice(0, 120)));
    }
    assert.deepEqual(dead, []);
    assert.deepEqual(noted, []);
  });
}

test("a topic: its pitfalls, fixes and answers can be read", async (t) => {
  const { page } = await open(chromium, t, fileUrl(KINDS.topic), off);
  for (const part of await page.locator(".pitfall .fix").all()) assert.ok(await part.isVisible());
  const question = page.locator("details.question").first();
  assert.equal(await question.locator(".answer").first().isVisible(), false);
  await question.locator("summary").first().click();
  assert.equal(await question.locator(".answer").first().isVisible(), true);
});

test("a lab: its first state is drawn, and is no form to fill", async (t) => {
  const { page } = await open(chromium, t, fileUrl(KINDS.lab), off);
  const lab = page.locator("fg-lab").first();
  assert.ok((await lab.innerText()).length > 80, "an answer");
  const pictures = await Promise.all((await lab.locator(".lab-body svg").all()).map((picture) => picture.boundingBox()));
  assert.ok(pictures.some((box) => box && box.width > 40 && box.height > 20), "a picture");
  for (const field of await lab.locator(".lab-body :is(input, select, textarea, button)").all()) assert.equal(await field.isEnabled(), false);
});

test("a quiz: every question, its options and its explanation", async (t) => {
  const { page } = await open(chromium, t, fileUrl(KINDS.stage), off);
  const questions = await page.locator(".quiz-question").all();
  assert.ok(questions.length > 1);
  for (const question of questions) {
    assert.ok(await question.isVisible());
    assert.ok((await question.locator(".quiz-options li").count()) >= 2);
    await question.locator("summary").click();
    assert.ok(await question.locator(".quiz-why").isVisible());
  }
});

test("the contents lead on", async (t) => {
  for (const width of [1280, 390]) {
    const { page } = await open(chromium, t, fileUrl(KINDS.topic), { ...off, viewport: { width, height: 800 } });
    const side = page.locator("nav.side");
    if (width < 600) {
      assert.equal(await side.isVisible(), false);
      await page.locator(".bar-menu").click();
    }
    await side.locator('a[href$="data-types/index.html"]').first().click();
    await page.waitForURL(fileUrl(KINDS.stage));
  }
});

test("the search page lists all that its box would find", async (t) => {
  const { page } = await open(chromium, t, fileUrl(KINDS.search), off);
  assert.ok((await page.locator("[data-item]").count()) > 10);
  assert.match(await page.locator("main").innerText(), /needs JavaScript/);
});
