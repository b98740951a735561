// Nothing is wider than a phone; paper shows the text and nothing else; a page weighs little.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { GUIDE, KINDS, SYNTAX, browser, files, open, pages, serve } from "./site.mjs";

const chromium = await browser();
const home = await serve();

/** @param {Buffer} bytes */
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

for (const width of [320, 390]) {
  test(`no page scrolls sideways at ${width} px, with all folds open`, async (t) => {
    const { page } = await open(chromium, t, "about:blank", { viewport: { width, height: 800 } });
    const wide = [];
    for (const folder of [GUIDE, SYNTAX]) {
      for (const path of pages(folder)) {
        await page.goto(pathToFileURL(`${folder}/${path}`).href, { waitUntil: "load" });
        const out = await page.evaluate(() => {
          for (const fold of document.querySelectorAll("details")) fold.open = true;
          const room = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= room) return null;
          // The culprit is the first element that sticks out and stands in nothing that scrolls.
          const sticksOut = [...document.querySelectorAll("main *, header *, footer *")].find((element) => {
            const scrolls = (/** @type {Element} */ e) => getComputedStyle(e).overflowX !== "visible";
            let up = element.parentElement;
            while (up && up !== document.body && !scrolls(up)) up = up.parentElement;
            return element.getBoundingClientRect().right > room + 1 && (!up || up === document.body);
          });
          return `${document.documentElement.scrollWidth} px: ${sticksOut?.outerHTML.slice(0, 160)}`;
        });
        if (out) wide.push(`${path}: ${out}`);
      }
    }
    assert.deepEqual(wide, []);
  });
}

test("on paper there are the text and the answers, dark theme or not, and no controls", async (t) => {
  const { page } = await open(chromium, t, home + KINDS.topic, { colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  for (const selector of ["header.bar", "nav.side", "footer.foot", ".code-copy", ".neighbours"]) {
    for (const part of await page.locator(selector).all()) assert.equal(await part.isVisible(), false, selector);
  }
  for (const selector of ["h1", ".pitfall h2", ".fix", ".question summary", ".question .answer"]) {
    const parts = await page.locator(`main ${selector}`).all();
    assert.ok(parts.length > 0, `there is ${selector}`);
    for (const part of parts) assert.equal(await part.isVisible(), true, selector);
  }
  const [ink, paper] = await page.evaluate(() => {
    const light = (/** @type {string} */ colour) => {
      const context = document.createElement("canvas").getContext("2d");
      if (!context) return 0;
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return context.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((sum, part) => sum + part, 0) / 765;
    };
    const style = getComputedStyle(document.body);
    const behind = style.backgroundColor === "rgba(0, 0, 0, 0)" ? getComputedStyle(document.documentElement).backgroundColor : style.backgroundColor;
    return [light(style.color), behind === "rgba(0, 0, 0, 0)" ? 1 : light(behind)];
  });
  assert.ok(ink < 0.4 && paper > 0.9, `dark ink on white paper: ${ink} on ${paper}`);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.equal(await page.locator("details.question[open]").count(), 0, "closed again behind the print");
});

for (const kind of /** @type {const} */ (["home", "topic"])) {
  test(`the ${kind} page's bytes stay within their budget`, async (t) => {
    const { page } = await open(chromium, t, "about:blank");
    const sizes = { script: 0, font: 0, rest: 0 };
    /** @type {Promise<void>[]} */
    const bodies = [];
    page.on("response", (response) => {
      const type = response.request().resourceType();
      const body = response.body().then((bytes) => {
        if (type === "font") sizes.font += bytes.length;
        else if (type === "script") sizes.script += brotli(bytes);
        else sizes.rest += brotli(bytes);
      });
      bodies.push(body);
    });
    await page.goto(home + KINDS[kind], { waitUntil: "networkidle" });
    await Promise.all(bodies);
    t.diagnostic(`script ${sizes.script}, font ${sizes.font}, rest ${sizes.rest} bytes`);
    assert.ok(sizes.script > 0 && sizes.script < 20_000, `JavaScript: ${sizes.script} bytes of brotli`);
    assert.ok(sizes.script + sizes.rest < 60_000, `all but fonts: ${sizes.script + sizes.rest} bytes of brotli`);
    assert.ok(sizes.font > 0 && sizes.font <= 80_000, `fonts: ${sizes.font} bytes`);
  });
}

test("the labs' module stays within its budget, and no page loads it before it is touched", async (t) => {
  const module = files(GUIDE, ".wasm").filter((path) => path.startsWith("assets/labs-"));
  assert.equal(module.length, 1);
  const size = brotli(readFileSync(`${GUIDE}/${module[0]}`));
  t.diagnostic(`module: ${size} bytes`);
  assert.ok(size < 150_000, `${size} bytes of brotli`);
  const { page } = await open(chromium, t, "about:blank");
  /** @type {string[]} */
  const fetched = [];
  page.on("request", (request) => fetched.push(request.url()));
  await page.goto(home + KINDS.lab, { waitUntil: "networkidle" });
  assert.deepEqual(fetched.filter((url) => /wasm|labs-/.test(url)), []);
});
