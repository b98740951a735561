// The broadcasting lab: it answers, says what makes no sense, and its state is a link.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS, browser, open, serve } from "./site.mjs";

const chromium = await browser();
const home = await serve();

/** @param {import("playwright-core").Page} page */
function parts(page) {
  const lab = page.locator("fg-lab").first();
  return {
    lab,
    fields: lab.locator("input[name=shapes]"),
    status: lab.locator(".lab-status"),
    /** What is drawn, without what the reader typed. */
    drawn: () => lab.locator(".lab-body").evaluate((body) => body.textContent ?? ""),
    hash: () => page.evaluate(() => location.hash),
  };
}

/**
 * Waits until the lab shows something else than it did.
 * @param {import("playwright-core").Page} page
 * @param {string} before
 */
const changed = (page, before) =>
  page.waitForFunction((before) => document.querySelector("fg-lab .lab-body")?.textContent !== before, before);

test("a shape that is typed changes the answer, and the address holds the state", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.lab);
  const { fields, drawn, hash, status } = parts(page);
  const first = await drawn();
  await fields.nth(0).fill("4,1");
  await fields.nth(1).fill("3");
  await page.waitForFunction(() => /4.{1,3}3/.test(document.querySelector("fg-lab .lab-status")?.textContent ?? ""));
  await changed(page, first);
  assert.match(await status.innerText(), /\(4, 3\)|4 × 3/);
  assert.match(await hash(), /^#~lab-broadcast=.*shapes=4,1/);
  assert.equal(await fields.nth(1).evaluate((field) => field === document.activeElement), true, "the focus stays");
  assert.deepEqual(noted, []);
});

test("nonsense gets a sentence, and the last picture is dimmed", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.lab);
  const { lab, fields, drawn, status } = parts(page);
  const before = await drawn();
  const picture = lab.locator(".lab-body svg").first();
  await fields.nth(0).fill("two by three");
  await lab.locator(".lab-body[data-problem]").waitFor();
  assert.match(await status.innerText(), /^[A-Z].*\.$/);
  assert.ok(await status.isVisible());
  assert.equal(await drawn(), before, "the last picture stays");
  const opacity = await picture.evaluate((element) => {
    let product = 1;
    for (let e = /** @type {Element | null} */ (element); e; e = e.parentElement) product *= Number(getComputedStyle(e).opacity);
    return product;
  });
  assert.ok(opacity < 0.8, `dimmed: ${opacity}`);
  for (const [text, times] of [["-1", 1], ["9".repeat(400), 1], ["1,".repeat(500), 1], ["<img src=x onerror=alert(1)>", 1], ["💥", 1]]) {
    await fields.nth(0).fill(String(text).repeat(Number(times)));
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.ok(await lab.isVisible());
  }
  await fields.nth(0).fill("2,2");
  await page.waitForFunction(() => !document.querySelector("fg-lab .lab-body[data-problem]"));
  assert.deepEqual(noted, []);
});

test("a link with a state restores it, alone and beside an anchor; a hostile one is only text", async (t) => {
  const { page, noted } = await open(chromium, t, `${home}${KINDS.lab}#~lab-broadcast=shapes=6,1&shapes=1,5`);
  const { fields } = parts(page);
  page.on("dialog", (dialog) => noted.push(`dialog: ${dialog.message()}`));
  await page.waitForFunction(() => /** @type {HTMLInputElement} */ (document.querySelector("fg-lab input[name=shapes]")).value.replace(/[() ]/g, "") === "6,1");
  assert.match(await fields.nth(1).inputValue(), /1, ?5/);
  await page.evaluate(() => (location.hash = "#main~lab-broadcast=shapes=7&shapes=7"));
  await page.waitForFunction(() => /7/.test(/** @type {HTMLInputElement} */ (document.querySelector("fg-lab input[name=shapes]")).value));
  for (const state of ["shapes=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E", "shapes=%", "=&=&=", "op=nope&at=99999999999999999999", "x".repeat(5000)]) {
    await page.evaluate((state) => (location.hash = `#~lab-broadcast=${state}`), state);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    assert.equal(await page.locator("img[src=x]").count(), 0);
  }
  assert.deepEqual(noted, []);
});

test("Back, Forward and Reset walk through the states", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.lab);
  const { lab, fields, drawn } = parts(page);
  const value = () => fields.nth(0).inputValue();
  const [first, picture] = [await value(), await drawn()];
  await fields.nth(0).fill("9,1");
  await changed(page, picture);
  await lab.getByRole("button", { name: "Back" }).click();
  await page.waitForFunction((first) => /** @type {HTMLInputElement} */ (document.querySelector("fg-lab input[name=shapes]")).value === first, first);
  assert.equal(await drawn(), picture);
  await lab.getByRole("button", { name: "Forward" }).click();
  await changed(page, picture);
  assert.match(await value(), /9, ?1/);
  await lab.getByRole("button", { name: "Reset" }).click();
  await page.waitForFunction((first) => /** @type {HTMLInputElement} */ (document.querySelector("fg-lab input[name=shapes]")).value === first, first);
  assert.equal(await drawn(), picture);
  assert.deepEqual(noted, []);
});

test("what the builder drew is what the browser draws", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.lab);
  const { fields, lab } = parts(page);
  // Nodes that were kept may hold their attributes in another order: what counts is that the trees are equal.
  await lab.locator(".lab-body").evaluate((body) => Object.assign(window, { built: body.cloneNode(true) }));
  const equal = () => lab.locator(".lab-body").evaluate((body) => body.isEqualNode(/** @type {any} */ (window).built));
  await fields.nth(0).fill("5");
  await page.waitForFunction(() => !document.querySelector("fg-lab .lab-body")?.isEqualNode(/** @type {any} */ (window).built));
  await lab.getByRole("button", { name: "Reset" }).click();
  await page.waitForFunction(() => document.querySelector("fg-lab .lab-tools button:nth-child(3)")?.getAttribute("aria-disabled") === "true");
  assert.ok(await equal());
});

test("the lab works by keyboard alone", async (t) => {
  const { page, noted } = await open(chromium, t, home + KINDS.lab);
  const { drawn, fields } = parts(page);
  const before = await drawn();
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement?.getAttribute("name") === "shapes")) break;
  }
  await page.keyboard.press("Control+a");
  await page.keyboard.type("3,1,2");
  await changed(page, before);
  assert.equal(await fields.nth(0).inputValue(), "3,1,2");
  const typed = await drawn();
  await page.keyboard.press("Enter");
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  assert.equal(await drawn(), typed, "Enter in a field presses no button");
  // A choice, by its arrow keys.
  await page.locator("fg-lab select").first().focus();
  await page.keyboard.press("ArrowDown");
  await changed(page, typed);
  assert.ok(await page.evaluate(() => document.activeElement instanceof HTMLSelectElement), "the focus stays");
  assert.deepEqual(noted, []);
});

test("a lab whose program can't be had says so and keeps its picture", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.lab, { before: (page) => page.route(/\.wasm$/, (route) => route.abort()) });
  const { fields, status, drawn } = parts(page);
  const before = await drawn();
  await fields.nth(0).fill("9");
  await page.waitForFunction(() => /could not start/.test(document.querySelector("fg-lab .lab-status")?.textContent ?? ""));
  assert.ok(await status.isVisible());
  assert.equal(await drawn(), before);
});

test("in a topic, the lab's link to its state leads to the lab", async (t) => {
  const { page, context } = await open(chromium, t, home + KINDS.lab);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { lab, fields } = parts(page);
  await fields.nth(0).fill("8,1");
  await page.waitForFunction(() => location.hash.includes("8,1"));
  await lab.getByRole("button", { name: "Copy link" }).click();
  await page.waitForFunction(() => /Copied/.test(document.querySelector("fg-lab .lab-tools")?.textContent ?? ""));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /^http:.*#~lab-broadcast=.*8,1/);
  await page.goto("about:blank");
  await page.goto(link);
  await page.waitForFunction(() => /8, ?1/.test(/** @type {HTMLInputElement} */ (document.querySelector("fg-lab input[name=shapes]")).value));
});
