// The offline guide in Firefox, by hand: `FIELDGUIDE=../../target/release/fieldguide node firefox.mjs [BROWSER]`. It opens the folder and the one
// file from file://, finds a section, works a lab, follows links and goes back, over WebDriver BiDi. Not in CI: Chromium's tests are.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
const binary = process.env["FIELDGUIDE"];
const executable = process.argv[2] ?? ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) => existsSync(path));
assert.ok(binary, "FIELDGUIDE is not set: the program under test");
assert.ok(executable, "there is no Firefox: install `firefox-esr`, or name one");

const folder = mkdtempSync(join(tmpdir(), "fieldguide-firefox-"));
const browser = await puppeteer.launch({ browser: "firefox", executablePath: executable, headless: true });
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/**
 * @param {string} name of the export
 * @param {(path: string) => string} address of a page in it
 */
async function form(name, address) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const noted = [];
  page.on("console", (message) => noted.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => noted.push(String(error)));
  page.on("request", (request) => /^(file|data|blob|about):/.test(request.url()) || noted.push(`asked for ${request.url()}`));
  /** @type {(what: string, work: () => Promise<unknown>) => Promise<void>} */
  const step = async (what, work) => {
    const start = performance.now();
    await work().catch((error) => {
      throw new Error(`${name}: ${what}: ${error.message}; noted: ${noted.join(" | ")}`);
    });
    console.log(`${name}: ${what} (${Math.round(performance.now() - start)} ms)`);
  };
  // What is said is heard, so that silence means something.
  await page.evaluate(() => console.info("heard"));
  for (const end = Date.now() + 5000; !noted.includes("info: heard"); await new Promise((done) => setTimeout(done, 20))) assert.ok(Date.now() < end, `${name}: the console is not heard`);
  noted.length = 0;
  const title = () => page.evaluate(() => document.title);
  await step("the home page opens", async () => {
    await page.goto(address("index.html"));
    await page.waitForSelector("main h1");
  });
  const home = await title();
  await step("a link leads on, and Back back", async () => {
    await page.locator(".home-actions .button-first").click();
    await page.waitForSelector("body.page-topic");
    await page.evaluate(() => history.back());
    await page.waitForFunction((before) => document.title === before, {}, home);
  });
  await step("a section is found and shown", async () => {
    await page.keyboard.press("/");
    await page.waitForSelector("dialog[open] input, [role=dialog] input");
    await page.keyboard.type("__pycache__");
    await page.waitForSelector(".finder-hits a mark");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.href.includes("source-to-bytecode"));
    await page.waitForFunction(() => document.querySelector("main h1") && [...(CSS.highlights?.get("found") ?? [])].length > 0);
  });
  await step("a lab answers", async () => {
    await page.goto(address("labs/broadcast.html"));
    await page.waitForSelector(".lab-body:not([disabled]) input[name=shapes]");
    await page.locator(".lab-body:not([disabled]) input[name=shapes]").fill("2,1");
    await page.waitForFunction(() => document.querySelector(".lab-answer output")?.textContent === "(7, 2, 5)");
    await page.waitForFunction(() => location.hash.includes("shapes"));
  });
  await step("a link to another stage leads there", async () => {
    await page.goto(address("data-types/float-precision.html"));
    await page.waitForSelector("body.page-topic");
    await page.evaluate(() => /** @type {HTMLElement} */ ([...document.querySelectorAll(".contents-stage > a")].at(-1)).click());
    await page.waitForSelector("body.page-stage");
  });
  assert.deepEqual(noted, [], `${name}: the console is silent, and nothing is asked of a network`);
  await page.close();
}

try {
  console.log(await browser.version());
  for (const name of ["guide", "guide.html"]) execFileSync(binary, ["export", "--book", ROOT, "--to", join(folder, name)]);
  await form("folder", (path) => pathToFileURL(join(folder, "guide", path)).href);
  await form("one file", (path) => `${pathToFileURL(join(folder, "guide.html")).href}#/${path.replace(/(index)?\.html/, "")}`);
} finally {
  await browser.close();
}
