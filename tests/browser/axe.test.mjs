// axe-core finds nothing on any kind of page: light and dark, wide and narrow, with all answers open.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { KINDS, SYNTAX, browser, files, open, serve, pages } from "./site.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const chromium = await browser();
const home = await serve();

/** @param {import("playwright-core").Page} page */
async function violations(page) {
  await page.evaluate(() => {
    for (const fold of document.querySelectorAll("details")) fold.open = true;
  });
  // @ts-ignore: axe comes with the page's first script.
  const results = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return results.violations.map(
    (/** @type {any} */ found) => `${found.id}: ${found.help}: ${found.nodes.map((/** @type {any} */ n) => n.html.slice(0, 200)).slice(0, 3).join(" | ")}`,
  );
}

const before = (/** @type {import("playwright-core").Page} */ page) => page.addInitScript({ path: AXE });

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  for (const width of [1280, 390]) {
    const options = { colorScheme, viewport: { width, height: 900 }, reducedMotion: /** @type {const} */ ("reduce"), before };
    for (const [kind, path] of Object.entries(KINDS)) {
      test(`${kind}, ${colorScheme}, ${width} px`, async (t) => {
        const { page } = await open(chromium, t, home + path, options);
        assert.deepEqual(await violations(page), []);
      });
    }
    test(`all syntax, ${colorScheme}, ${width} px`, async (t) => {
      const { page } = await open(chromium, t, "about:blank", options);
      for (const path of pages(SYNTAX)) {
        await page.goto(pathToFileURL(`${SYNTAX}/${path}`).href, { waitUntil: "load" });
        assert.deepEqual(await violations(page), [], path);
      }
    });
  }
}

test("axe-core sees what is wrong", async (t) => {
  const { page } = await open(chromium, t, home, { before });
  await page.evaluate(() => document.body.append(document.createElement("img")));
  assert.match((await violations(page)).join(), /image-alt/);
});
