// The keyboard: search, neighbours, help; and what must not be taken from whoever types.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS, browser, open, serve } from "./site.mjs";

const chromium = await browser();
const home = await serve();

for (const keys of ["/", "Control+k"]) {
  test(`${keys} opens the search on any page, and goes into its field on its own`, async (t) => {
    const { page } = await open(chromium, t, home + KINDS.topic);
    await page.keyboard.press(keys);
    const field = page.getByRole("dialog", { name: "Search" }).getByRole("combobox", { name: "Search the guide" });
    await field.waitFor({ state: "visible" });
    await page.keyboard.type("a/b?");
    assert.equal(await field.inputValue(), "a/b?", "keys typed into a field are text");
    await page.keyboard.press("Escape");
    await field.waitFor({ state: "hidden" });
    await page.goto(home + KINDS.search);
    await page.locator("#search").fill("a/b?");
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    await page.keyboard.press(keys);
    await page.keyboard.type("x");
    assert.equal(await page.locator("#search").inputValue(), "x", "what stands there is selected");
  });
}

test("arrows lead to the neighbours, and not out of a field or a lab", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  const next = new URL((await page.locator("link[rel=next]").getAttribute("href")) ?? "", page.url()).href;
  await page.keyboard.press("ArrowRight");
  await page.waitForURL(next);
  await page.keyboard.press("ArrowLeft");
  await page.waitForURL(home + KINDS.topic);

  await page.goto(home + KINDS.search);
  await page.locator("#search").fill("ab");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.type("x");
  assert.equal(await page.locator("#search").inputValue(), "axb");
});

test("? opens the help, Escape closes it and gives the focus back", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  const link = page.locator("main a").first();
  await link.focus();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keyboard" });
  await help.waitFor({ state: "visible" });
  assert.match(await help.innerText(), /search/);
  await page.keyboard.press("ArrowRight");
  assert.equal(page.url(), home + KINDS.topic, "no page is left behind an open dialog");
  await page.keyboard.press("Escape");
  await help.waitFor({ state: "hidden" });
  assert.ok(await link.evaluate((element) => element === document.activeElement));
});

test("the first Tab offers to skip to the text", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  await page.keyboard.press("Tab");
  const skip = page.locator(".skip");
  assert.ok(await skip.evaluate((element) => element === document.activeElement));
  const box = await skip.boundingBox();
  assert.ok(box && box.y >= 0 && box.x >= 0, "and is seen");
  await page.keyboard.press("Enter");
  assert.equal(new URL(page.url()).hash, "#main");
});

test("every control that Tab reaches shows that it has the focus", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic);
  const bare = [];
  for (let step = 0; step < 25; step += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "";
      const style = getComputedStyle(element);
      const shown = style.outlineStyle !== "none" || style.boxShadow !== "none";
      return shown ? "" : element.outerHTML.slice(0, 120);
    });
    if (seen) bare.push(seen);
  }
  assert.deepEqual(bare, []);
});
