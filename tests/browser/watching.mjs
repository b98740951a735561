// A book that tests edit, and pages of it that listen to `serve --watch`.
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { browser, open } from "./site.mjs";

export const chromium = await browser();

/** Enough text to scroll. */
const filler = (/** @type {string} */ word) => Array.from({ length: 40 }, (_, i) => `The ${word} paragraph ${i}, which says little.`).join("\n\n");

export const STAGE = `+++
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
export const topic = (title, body) => `+++\ntitle = "${title}"\nsummary = "s"\n+++\n\n${body}\n`;

export const LIVELY = (/** @type {string} */ first, /** @type {string} */ last) => `${first}

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
export function book() {
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
export async function listening(test, url, options) {
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
export const same = (page) => page.evaluate(() => "sameDocument" in window);

/** @param {import("playwright-core").Page} page @param {string} text */
export const shows = (page, text) => page.waitForFunction((text) => document.querySelector("main")?.textContent?.includes(text), text);

/** @param {import("playwright-core").Page} page */
export const dialog = (page) => page.locator("fieldguide-overlay dialog");
