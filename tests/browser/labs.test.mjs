// What holds for every lab: the builder's bytes are the browser's, a link brings the state back, Reset too, and all of it can be
// worked by keyboard alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { GUIDE, LABS, browser, open, pages, ready, serve } from "./site.mjs";

const chromium = await browser();
const home = await serve();

/** @typedef {import("playwright-core").Page} Page */

/** @param {Page} page two frames, and what was asked for is drawn */
const drawn = (page) =>
  page.evaluate(async () => {
    // @ts-ignore: the page's own.
    await labModule.load();
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  });

/** @param {Page} page */
const text = (page) => page.locator("fg-lab .lab-body").evaluate((body) => body.textContent);

/**
 * Something to do with each control, by the keys that a reader has.
 * @param {Page} page the control has the focus
 */
async function work(page) {
  const kind = await page.evaluate(() => {
    const element = document.activeElement;
    return element instanceof HTMLInputElement ? element.type : (element?.tagName.toLowerCase() ?? "");
  });
  if (kind === "select") await page.keyboard.press("ArrowDown");
  else if (kind === "range" || kind === "radio") await page.keyboard.press("ArrowRight");
  else if (kind === "checkbox") await page.keyboard.press("Space");
  else if (kind === "button" || kind === "summary") await page.keyboard.press("Enter");
  else if (kind === "number") await page.keyboard.press("ArrowUp");
  else if (kind === "text") await page.keyboard.type("1");
  else {
    await page.keyboard.press("Control+End");
    await page.keyboard.press("Backspace");
  }
}

test("there are six labs", () => assert.equal(LABS.length, 6, LABS.join()));

test("the bytes that the builder drew are those that the browser draws, for every figure of the guide", async (t) => {
  const { page } = await open(chromium, t, home + LABS[0]);
  let figures = 0;
  for (const path of pages(GUIDE)) {
    const source = readFileSync(`${GUIDE}/${path}`, "utf8");
    if (!source.includes("<fg-lab")) continue;
    await page.goto(home + path);
    const pieces = await page.evaluate(async () => {
      // @ts-ignore: the page's own.
      await labModule.load();
      return [...document.querySelectorAll("fg-lab")].map((lab) => {
        // @ts-ignore: what the lab collects of its form.
        const state = lab.collect(null);
        // @ts-ignore
        return wasm_bindgen.draw(lab.dataset.lab, lab.id, state)[1];
      });
    });
    for (const [at, piece] of pieces.entries()) {
      assert.ok(piece.length > 1000 && source.includes(piece), `${path}, figure ${at + 1}`);
      figures += 1;
    }
  }
  t.diagnostic(`${figures} figures`);
  assert.ok(figures >= LABS.length);
});

for (const path of LABS) {
  const name = path.replace(/^labs\/|\.html$/g, "");

  test(`${name}: every control is reached by Tab, shows the focus, and does something`, async (t) => {
    const { page, noted } = await open(chromium, t, home + path);
    const controls = "fg-lab .lab-body :is(input:not([type=hidden]), select, textarea, button, summary)";
    await page.evaluate(() => document.querySelector("fg-lab")?.querySelectorAll("details").forEach((fold) => (fold.open = true)));
    /** All that Tab has to reach: of a group of radio buttons the one that is chosen. */
    const wanted = await page.evaluate((controls) => {
      const all = [...document.querySelectorAll(controls)].filter((e) => /** @type {HTMLElement} */ (e).offsetParent !== null);
      const reached = all.filter((e) => !(e instanceof HTMLInputElement) || e.type !== "radio" || e.checked);
      reached.forEach((element, at) => element.setAttribute("data-at", String(at)));
      return reached.length;
    }, controls);
    assert.ok(wanted > 2);
    await page.evaluate(() => /** @type {HTMLElement | null} */ (document.querySelector("main a, main"))?.focus());
    const seen = new Set();
    for (let step = 0; step < wanted + 120 && seen.size < wanted; step += 1) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        const at = element?.getAttribute("data-at");
        if (!element || at === null || at === undefined) return null;
        const box = element.getBoundingClientRect();
        // A control may lie unseen above a face that shows the focus for it.
        const shows = [element, element.nextElementSibling, element.parentElement].some((e) => {
          const style = e && getComputedStyle(e);
          return style && (style.outlineStyle !== "none" || style.boxShadow !== "none");
        });
        return { at, shows, size: Math.min(box.width, box.height), html: element.outerHTML.slice(0, 140) };
      });
      if (!at) continue;
      seen.add(at.at);
      assert.ok(at.shows, `shows the focus: ${at.html}`);
    }
    assert.equal(seen.size, wanted, "Tab reaches them all");
    assert.deepEqual(noted, []);

    // And each does something: the picture or the address changes, or what makes no sense is said.
    const kinds = await page.evaluate((controls) => {
      const all = [...document.querySelectorAll(controls)].filter((e) => e.hasAttribute("data-at"));
      return all.map((e) => e.id || `${e.tagName} ${e.getAttribute("name")} ${e.getAttribute("value")}`);
    }, controls);
    const still = [];
    // The bits of a float are all alike.
    const bits = (/** @type {string} */ what) => Number(/-bit-(\d+)$/.exec(what)?.[1] ?? 0);
    for (const [at, what] of kinds.entries()) {
      if (bits(what) % 13) continue;
      await page.goto("about:blank");
      await page.goto(home + path);
      const control = page.locator(controls);
      const found = await control.evaluateAll((all, what) => {
        const at = all.findIndex((e) => (e.id || `${e.tagName} ${e.getAttribute("name")} ${e.getAttribute("value")}`) === what);
        /** @type {HTMLElement | undefined} */ (all[at])?.closest("details")?.setAttribute("open", "");
        /** @type {HTMLElement | undefined} */ (all[at])?.focus();
        return at >= 0;
      }, what);
      if (!found) continue;
      const look = () =>
        page.evaluate(() => {
          const lab = document.querySelector("fg-lab");
          const values = [...(lab?.querySelectorAll("input, select, textarea") ?? [])].map((e) => /** @type {any} */ (e).value + /** @type {any} */ (e).checked);
          const open = [...(lab?.querySelectorAll("details") ?? [])].map((e) => e.open);
          return location.hash + lab?.textContent + values.join() + open.join();
        });
      const before = await look();
      await work(page);
      await drawn(page);
      const kept = await page.evaluate(() => document.activeElement !== document.body);
      if ((await look()) === before || !kept) still.push(`${at} ${what}${kept ? "" : ": the focus is lost"}`);
    }
    // A button at its bound, and one that asks for what is there already, have nothing to do.
    t.diagnostic(`${kinds.length} controls; nothing to do: ${still.join("; ") || "none"}`);
    assert.ok(still.every((what) => !what.includes("the focus is lost")), still.join("\n"));
    assert.ok(still.length <= 2, still.join("\n"));
    assert.deepEqual(noted, []);
  });

  test(`${name}: a link brings the state back, Reset the first one; Enter in a field changes nothing; one voice speaks`, async (t) => {
    const { page, noted } = await open(chromium, t, home + path);
    const built = await text(page);
    const field = page.locator("fg-lab .lab-body :is(input[type=text], input[type=number], textarea)").first();
    await field.focus();
    await work(page);
    await drawn(page);
    await page.waitForFunction((built) => document.querySelector("fg-lab .lab-body")?.textContent !== built, built);
    const [changed, hash] = [await text(page), await page.evaluate(() => location.hash)];
    assert.match(hash, new RegExp(`^#~lab-${name}=.`));
    assert.notEqual(await page.locator("fg-lab .lab-status").textContent(), "");
    if ((await field.evaluate((e) => e.tagName)) === "INPUT") {
      await page.keyboard.press("Enter");
      await drawn(page);
      assert.equal(await text(page), changed);
    }

    const other = await page.context().newPage();
    await other.goto(home + path + hash);
    await ready(other);
    await drawn(other);
    assert.equal(await text(other), changed, "the link's state");
    await other.close();

    await page.getByRole("button", { name: "Reset" }).click();
    await drawn(page);
    assert.equal(await text(page), built);
    await page.getByRole("button", { name: "Back", exact: true }).first().click();
    await drawn(page);
    assert.equal(await text(page), changed, "Reset is a step that can be taken back");

    const voices = await page.locator("fg-lab :is(output, [aria-live], [role=status], [role=alert])").evaluateAll((all) =>
      all.filter((e) => e.getAttribute("aria-live") !== "off").map((e) => e.className),
    );
    assert.equal(voices.length, 1, voices.join());
    assert.deepEqual(noted, []);
  });
}

test("the cost lab times its loops on request, in slices, and shows what it found", async (t) => {
  const { page, noted } = await open(chromium, t, `${home}labs/cost.html#~lab-cost=case=membership&n=5000`);
  await drawn(page);
  const ask = page.locator("fg-lab button[data-measure]");
  assert.equal(await page.getByRole("columnheader", { name: "took here" }).count(), 0);
  await ask.focus();
  await page.keyboard.press("Enter");
  // Between two slices the page goes on: a frame is painted and a task done before the measuring ends.
  const frames = await page.evaluate(async () => {
    let frames = 0;
    const lab = document.querySelector("fg-lab");
    while (lab?.hasAttribute("data-measuring")) {
      await new Promise(requestAnimationFrame);
      frames += 1;
    }
    return frames;
  });
  assert.ok(frames >= 8, `${frames} frames`);
  await page.getByRole("columnheader", { name: "took here" }).waitFor();
  const times = await page.locator(".cost-table tbody td:last-child").allInnerTexts();
  assert.equal(times.length, 3);
  for (const time of times) assert.match(time, /^[\d.]+ (ns|µs|ms)$/);
  assert.match((await page.locator("fg-lab .lab-status").textContent()) ?? "", /Here one run takes/);
  assert.ok((await page.locator(".cost-measure svg path, .cost-measure svg circle, .cost-measure svg polyline").count()) > 2, "curves");
  assert.ok(!(await page.evaluate(() => location.hash)).includes("measured"), "a link holds no measurements");
  assert.ok(await ask.evaluate((e) => e === document.activeElement), "the focus stays");

  // What is measured for a quadratic loop ends before it could freeze the page.
  for (const [job, ways] of /** @type {const} */ ([["queue", 2], ["string", 2], ["topk", 2]])) {
    await page.evaluate((job) => (location.hash = `#~lab-cost=case=${job}&n=3000`), job);
    await page.locator(`fg-lab input[value=${job}]:checked`).waitFor({ state: "attached" });
    await drawn(page);
    await ask.click();
    await page.getByRole("columnheader", { name: "took here" }).waitFor();
    assert.equal(await page.locator(".cost-table tbody tr").count(), ways);
  }
  assert.deepEqual(noted, []);
});
