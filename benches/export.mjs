// What it costs to export a large book, and what the exports cost to open:
//
//     cargo build --release && (cd tests/browser && npm ci) && node benches/export.mjs [--pages 2000] [--only folder,zip,html,epub] [--to DIR]
//
// FIELDGUIDE (default target/release/fieldguide) and CHROMIUM (default /usr/bin/chromium) are the programs. The book is written by
// tests/search/large.mjs. For each form: seconds and peak memory of the export (the peak on Linux only), bytes, and in Chromium from
// file:// with an empty profile: until the first page is shown, until a search answers (from the first key, modules and index not
// loaded before), until a topic far behind is shown by its address, and the memory of the page's heap. A zip is unpacked before it is opened.
// Then it does in each what the browser tests do in the guide's exports (links, Back, a lab, a hit), and fails where that fails.
import { spawn, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(fileURLToPath(import.meta.url), "../..");
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const pages = Number(option("pages", "2000"));
const only = option("only", "folder,zip,html,epub").split(",");
const binary = resolve(process.env.FIELDGUIDE ?? join(root, "target/release/fieldguide"));
const { chromium } = createRequire(join(root, "tests/browser/package.json"))("playwright-core");
const kept = option("to", "");
const work = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), "fieldguide-export-"));
if (!kept) process.on("exit", () => rmSync(work, { recursive: true, force: true }));
mkdirSync(work, { recursive: true });

const NAMES = { folder: "guide", zip: "guide.zip", html: "guide.html", epub: "guide.epub" };
const size = (path) =>
  statSync(path).isDirectory() ? readdirSync(path, { recursive: true, withFileTypes: true }).reduce((sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath ?? entry.path, entry.name)).size : 0), 0) : statSync(path).size;

/** Runs the export; seconds, and the peak of its memory in MB. */
function exported(book, to) {
  return new Promise((done, fail) => {
    const start = performance.now();
    const child = spawn(binary, ["export", "--book", book, "--to", to], { stdio: ["ignore", "pipe", "inherit"] });
    let peak = 0;
    const look = setInterval(() => {
      try {
        peak = Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? peak);
      } catch {
        // Not Linux, or over.
      }
    }, 20);
    child.on("exit", (code) => {
      clearInterval(look);
      return code === 0 ? done({ seconds: (performance.now() - start) / 1000, peak: peak / 1024 }) : fail(new Error(`export ended with ${code}`));
    });
  });
}

/** Opens an export in a browser of its own; milliseconds. */
async function opened(address) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage();
  page.setDefaultTimeout(180_000);
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || said.push(`asked for ${request.url()}`));
  page.on("pageerror", (error) => said.push(String(error)));
  const timed = async (work) => {
    const start = performance.now();
    await work();
    return Math.round(performance.now() - start);
  };
  const first = await timed(async () => {
    await page.goto(address("index.html"), { waitUntil: "commit" });
    await page.locator("main h1").waitFor();
  });
  // Keys are heard once the scripts behind the text have run.
  await page.waitForLoadState("load");
  const search = await timed(async () => {
    await page.keyboard.press("/");
    await page.getByRole("dialog", { name: "Search" }).waitFor();
    await page.keyboard.type("float");
    await page.locator(".finder-hits a").first().waitFor();
  });
  await page.locator("[role=dialog] input, dialog input").first().fill("");
  const next = await timed(async () => {
    await page.keyboard.type("pandas dtype");
    await page.locator(".finder-hits a").first().waitFor();
  });
  const heap = await page.evaluate(() => Math.round((performance.memory?.usedJSHeapSize ?? 0) / 1e6));
  await page.keyboard.press("Escape");
  const far = await timed(async () => {
    await page.goto(address(`stage-1/topic-${pages - Math.max(1, Math.round(pages / 50))}.html`), { waitUntil: "commit" });
    await page.locator("body.page-topic h1").waitFor();
  });
  // What the browser tests do with the guide: across stages by links, Back, a lab, a hit of the search; nothing asked for elsewhere.
  await page.locator(".contents-stage:not(.is-open) > a").last().click();
  await page.locator("body.page-stage").waitFor();
  const stage = await page.title();
  await page.locator(".stage-topics a").first().click();
  await page.locator("body.page-topic").waitFor();
  await page.goBack();
  await page.waitForFunction((title) => document.title === title, stage);
  await page.goto(address("labs/broadcast.html"));
  await page.locator(".lab-body:not([disabled]) input[name=shapes]").first().fill("2,1");
  await page.waitForFunction(() => document.querySelector(".lab-answer output")?.textContent === "(7, 2, 5)");
  await page.keyboard.press("Escape");
  await page.locator("h1").first().click();
  await page.keyboard.press("/");
  await page.keyboard.type("number 1234");
  await page.locator(".finder-hits a mark").first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator("body.page-topic").waitFor();
  await browser.close();
  if (said.length) throw new Error(`the page said, or asked for: ${said.join(" | ").slice(0, 500)}`);
  return { first, search, next, far, heap };
}

const book = join(work, "book");
execFileSync(process.execPath, [join(root, "tests/search/large.mjs"), String(pages), book], { stdio: "inherit" });
const row = (...cells) => console.log(cells.map((cell) => String(cell).padStart(14)).join(""));
row("form", "export s", "peak MB", "size MB", "first page ms", "search ms", "next ms", "far page ms", "heap MB");
for (const form of only) {
  const to = join(work, NAMES[form]);
  const { seconds, peak } = await exported(book, to);
  let times = { first: "", search: "", next: "", far: "", heap: "" };
  if (form === "zip") {
    const unpacked = join(work, "unpacked");
    mkdirSync(unpacked, { recursive: true });
    execFileSync("unzip", ["-qo", to, "-d", unpacked]);
    times = await opened((path) => pathToFileURL(join(unpacked, "guide", path)).href);
  } else if (form === "folder") times = await opened((path) => pathToFileURL(join(to, path)).href);
  else if (form === "html") times = await opened((path) => `${pathToFileURL(to).href}#/${path.replace(/(index)?\.html/, "")}`);
  row(form, seconds.toFixed(1), peak.toFixed(0), (size(to) / 1e6).toFixed(1), times.first, times.search, times.next, times.far, times.heap);
}
