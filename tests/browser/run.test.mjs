// What a reader does with a snippet: running, editing, stopping; hostile code; from file://; what is transferred and when.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BINARY, browser, exported, open, serveBook } from "./site.mjs";

const BOOK = fileURLToPath(new URL("run", import.meta.url));
const tab = await browser();
const home = await serveBook(BOOK);
const work = mkdtempSync(join(tmpdir(), "fieldguide-run-"));
after(() => rmSync(work, { recursive: true, force: true }));

/**
 * The block below a heading: its parts, and what one does with them.
 * @param {import("playwright-core").Page} page
 * @param {string} heading
 */
function snippet(page, heading) {
  const block = page.locator(`xpath=//h2[contains(., "${heading}")]/following::fg-code[1]`);
  const live = page.locator(`xpath=//h2[contains(., "${heading}")]/following::fg-code[1]/following-sibling::*[1][contains(@class, "output-live")]`);
  const it = {
    block,
    live,
    recorded: page.locator(`xpath=//h2[contains(., "${heading}")]/following::div[contains(@class, "output") and not(contains(@class, "output-live"))][1]`),
    area: block.locator(".run-area"),
    go: block.locator(".run-go"),
    text: () => live.locator("samp").evaluate((samp) => samp.textContent ?? ""),
    verdict: () => live.locator(".run-verdict").evaluate((line) => (line.hidden ? "" : line.textContent ?? "")),
    idle: () => block.and(page.locator('[data-state="idle"]')).waitFor({ timeout: 60_000 }),
    async run() {
      await it.go.click();
      await it.idle();
      return it.text();
    },
    /** @param {string} code */
    async write(code) {
      await block.locator("pre:visible, .run-edit-box").first().click();
      await it.area.fill(code);
    },
    /** The verdict of the comparison, once it is there. */
    agrees: () => live.and(page.locator("[data-agrees]")).getAttribute("data-agrees"),
  };
  return it;
}

/** @param {import("node:test").TestContext} t */
const opened = (t, path = "run.html") => open(tab, t, home + path);

test("nothing of the engine is transferred before the first Run, and nothing at all without one", async (t) => {
  /** @type {string[]} */
  const asked = [];
  const before = async (/** @type {import("playwright-core").Page} */ page) => page.on("request", (request) => asked.push(request.url()));
  const ours = () => asked.filter((url) => /pyodide|stdlib|worker|runner|run-|\.whl/.test(url));
  const { page } = await open(tab, t, `${home}index.html`, { before });
  assert.equal(await page.locator(".run-go").count(), 0);
  await page.goto(`${home}run.html`);
  await page.waitForLoadState("networkidle");
  assert.deepEqual(ours(), []);
  const it = snippet(page, "Agrees");
  await it.block.locator("pre").click();
  await it.area.waitFor();
  assert.equal(ours().length, 1, "the editor needs its script, no engine");
  await it.run();
  assert.ok(ours().length >= 6);
});

test("a run's output stands in the place of the recorded one, and Reset brings that back", async (t) => {
  const { page, noted } = await opened(t);
  const it = snippet(page, "Agrees");
  assert.ok(await it.recorded.isVisible());
  await it.go.click();
  await it.idle();
  assert.equal(await it.text(), "hello 2\naside\n");
  assert.equal(await it.live.locator(".run-err").textContent(), "aside\n");
  assert.ok(!(await it.recorded.isVisible()));
  assert.equal(await it.agrees(), "true");
  assert.equal(await it.verdict(), "");
  await it.write('print("mine")');
  assert.equal(await it.run(), "mine\n");
  assert.equal(await it.live.getAttribute("data-agrees"), null, "changed code is not compared");
  await it.block.locator(".run-reset").click();
  assert.ok(await it.recorded.isVisible());
  assert.equal(await it.live.count(), 0);
  assert.equal(await it.area.count(), 0);
  assert.equal(await it.run(), "hello 2\naside\n");
  assert.deepEqual(noted, []);
});

test("a run is compared with the recording for its own version, marks and all", async (t) => {
  const { page } = await opened(t);
  for (const heading of ["Varies", "Versions", "First", "Third", "Raises", "Syntax", "Asynchronous", "Library", "Missing"]) {
    const it = snippet(page, heading);
    const text = await it.run();
    assert.equal(await it.agrees(), "true", `${heading}: ${text}`);
  }
  const older = snippet(page, "Older");
  await older.run();
  assert.match(await older.verdict(), /Nothing is recorded for Python 3\.14/);
  const differs = snippet(page, "Differs");
  await differs.run();
  assert.equal(await differs.agrees(), "false");
  assert.match(await differs.verdict(), /not what is recorded: the page counts in another way\./);
  await differs.live.locator(".run-recorded").click();
  assert.ok(await differs.recorded.isVisible());
  const sizes = snippet(page, "Sizes");
  await sizes.run();
  assert.equal(await sizes.agrees(), "false");
  assert.match(await sizes.verdict(), /32-bit/);
});

test("a snippet that goes on from others runs them first, as they stand now", async (t) => {
  const { page } = await opened(t);
  const third = snippet(page, "Third");
  assert.equal(await third.run(), "['a', 'b', 'c'] 1 3\n");
  await snippet(page, "First").write('names = ["z", "y"]');
  assert.equal(await third.run(), "['z', 'y', 'b', 'c'] 2 3\n");
  assert.equal(await third.live.getAttribute("data-agrees"), null);
  await snippet(page, "First").write("1 / 0");
  await third.run();
  assert.match(await third.text(), /The code above ended with ZeroDivisionError: division by zero/);
});

test("a traceback shows the reader's frames, and marks the line", async (t) => {
  const { page } = await opened(t);
  const it = snippet(page, "Raises");
  const text = await it.run();
  assert.match(text, /^Traceback \(most recent call last\):\n {2}File "run\.py", line 6, in <module>\n {4}read\("\{"\)/);
  assert.match(text, /File "run\.py", line 4, in read\n/);
  assert.doesNotMatch(text, /json\/|<runner>|<frozen/);
  assert.equal(await it.block.locator(".line.raised").textContent(), "    return json.loads(text)\n");
  await it.write("def f():\n    raise KeyError('k')\n\ntry:\n    f()\nexcept KeyError as error:\n    raise ValueError from error");
  const chained = await it.run();
  assert.match(chained, /line 2, in f[^]*direct cause[^]*line 7, in <module>[^]*ValueError\n$/);
  const syntax = snippet(page, "Syntax");
  assert.match(await syntax.run(), /line 2\n {4}bad =\n/);
  assert.equal(await syntax.block.locator(".line.raised").textContent(), "bad =\n");
});

test("an endless loop is stopped by hand at once, and by itself after its time", async (t) => {
  const { page } = await opened(t);
  const it = snippet(page, "Endless");
  await it.go.click();
  await it.live.getByText("before").waitFor();
  assert.equal(await it.go.textContent(), "Stop");
  await it.go.click();
  assert.equal(await it.block.getAttribute("data-state"), "idle");
  assert.match(await it.verdict(), /^Stopped\. Everything the run had made is gone\./);
  await it.go.click();
  await it.live.getByText("before").waitFor();
  await it.idle();
  assert.match(await it.verdict(), /still running after 10 s/);
  assert.equal(await snippet(page, "Agrees").run(), "hello 2\naside\n");
});

test("a flood of output is cut, and counted", async (t) => {
  const { page } = await opened(t);
  const lines = snippet(page, "Lines");
  const text = await lines.run();
  assert.ok(text.length < 66_000, `${text.length}`);
  assert.match(text, /\n… 19\d,\d{3} more lines$/);
  const wide = snippet(page, "Wide");
  const bytes = await wide.run();
  assert.ok(bytes.startsWith("ééé") && bytes.length < 66_000);
  assert.match(bytes, /\n… 2 more lines$/);
});

test("code that ends the interpreter ends nothing else", async (t) => {
  const { page } = await opened(t);
  const exit = snippet(page, "Exit");
  assert.equal(await exit.run(), "last words\n");
  assert.match(await exit.verdict(), /The engine stopped/);
  // These may end as Python's own errors or with the interpreter; the page must say which, and go on.
  for (const heading of ["Depth", "Nested", "Memory"]) {
    const it = snippet(page, heading);
    const text = await it.run();
    assert.match(text + (await it.verdict()), /RecursionError|MemoryError|The engine stopped|still running/, heading);
  }
  assert.equal(await snippet(page, "Agrees").run(), "hello 2\naside\n");
});

test("code reaches neither the network nor the page", async (t) => {
  const { page, noted } = await opened(t);
  const text = await snippet(page, "Reach").run();
  assert.equal(text.trim().split("\n").length, 3, text);
  assert.deepEqual(noted.filter((line) => line.startsWith("from elsewhere")), []);
});

test("input() reads the field, and ends with it", async (t) => {
  const { page } = await opened(t);
  const it = snippet(page, "Input");
  await it.block.locator("pre").click();
  const field = it.block.getByLabel("What input() reads");
  await field.fill("Ada\nsecond");
  assert.equal(await it.run(), "Who? hello Ada\nsecond\n");
  await field.fill("Ada");
  assert.match(await it.run(), /^Who\? hello Ada\nTraceback[^]*EOFError/);
});

test("a session, a silent snippet, a wheel and a missing module", async (t) => {
  const { page } = await opened(t);
  assert.equal(await snippet(page, "Session").run(), ">>> [1, 2][0]\n1\n>>> for i in range(2):\n...     print(i)\n0\n1\n");
  const silent = snippet(page, "Silent");
  await silent.go.click();
  await silent.idle();
  assert.match((await silent.block.locator(".run-note").textContent()) ?? "", /printed nothing/);
  assert.equal(await snippet(page, "Wheel").run(), "hello from a wheel\n");
  const missing = snippet(page, "Missing");
  await missing.run();
  assert.match(await missing.verdict(), /standard library/);
});

test("the keyboard alone edits, indents, runs and leaves", async (t) => {
  const { page } = await opened(t);
  const it = snippet(page, "Silent");
  await it.block.locator("pre").focus();
  await page.keyboard.press("Enter");
  await it.area.waitFor();
  assert.ok(await it.area.evaluate((area) => area === document.activeElement));
  await page.keyboard.press("Control+A");
  await page.keyboard.type("if True:");
  await page.keyboard.press("Enter");
  await page.keyboard.type("print(1)");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type("for i in 'ab':");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.type("print(i)");
  assert.equal(await it.area.inputValue(), "if True:\n    print(1)\nfor i in 'ab':\n    print(i)");
  await page.keyboard.press("Control+Z");
  assert.notEqual(await it.area.inputValue(), "if True:\n    print(1)\nfor i in 'ab':\n    print(i)");
  await page.keyboard.press("Control+Shift+Z");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Tab");
  assert.match(await it.area.inputValue(), /^ {4}if True:\n {8}print\(1\)\n/);
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Control+Enter");
  await it.idle();
  assert.equal(await it.text(), "1\na\nb\n");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  assert.ok(await it.block.evaluate((block) => block.querySelector("button:focus") !== null), "Tab leaves after Escape");
  assert.equal(await it.block.locator(".run-layer .k").first().textContent(), "if");
});

test("the export answers from file://, the plain site says what is missing there", async (t) => {
  const site = join(work, "file");
  execFileSync(BINARY, ["build", "--strict", "--book", BOOK, "--to", site], { stdio: "pipe" });
  const plain = await open(tab, t, pathToFileURL(join(site, "run.html")).href);
  const missing = snippet(plain.page, "Agrees");
  await missing.run();
  assert.match(await missing.verdict(), /in the guide's export only/);
  const folder = exported(BOOK, "guide");
  const { page, noted } = await open(tab, t, pathToFileURL(join(folder, "run.html")).href);
  assert.equal(await snippet(page, "Agrees").run(), "hello 2\naside\n");
  assert.equal(await snippet(page, "Wheel").run(), "hello from a wheel\n");
  const ours = `from elsewhere: ${pathToFileURL(folder).href}/`;
  assert.deepEqual(noted.filter((line) => !line.startsWith(ours)), []);
});

test("another engine can be put in its place", async (t) => {
  const book = join(work, "other");
  cpSync(BOOK, book, { recursive: true });
  const folder = join(book, "static/echo");
  mkdirSync(folder);
  writeFileSync(join(book, "book.toml"), 'title = "T"\n[python]\nengine = "static/echo"\n[python.setup]\nthree = ""\n');
  writeFileSync(join(folder, "engine.json"), '{ "python": "3.12", "name": "an echo" }');
  writeFileSync(join(folder, "word.txt"), "echo");
  writeFileSync(
    join(folder, "worker.js"),
    `let word = "";
self.onmessage = ({ data }) => {
  if (data.type === "init") {
    word = new TextDecoder().decode(data.files["word.txt"]);
    return postMessage({ type: "ready" });
  }
  data.snippets.forEach(({ source, name }, index) => {
    postMessage({ type: "output", index, stream: "out", text: word + " " + name + " " + source.length + "\\n" });
    postMessage({ type: "done", index, dropped: 0, raised: [], last: "", line: null, traceback: "" });
  });
};
`,
  );
  const other = await serveBook(book);
  const { page, noted } = await open(tab, t, `${other}run.html`);
  assert.equal(await snippet(page, "Silent").run(), "echo run.py 6\n");
  const versions = snippet(page, "Versions");
  await versions.run();
  assert.equal(await versions.agrees(), "false", "compared with the block for 3.12");
  assert.deepEqual(noted, []);
  const stray = await page.request.get(`${other}echo/worker.js`);
  assert.equal(stray.status(), 404, "an engine is published once");
});

test("an exercise is checked, gives the hint of the check that fails, and keeps the attempt", async (t) => {
  const { page } = await opened(t);
  const it = snippet(page, "Exercise");
  assert.equal(await it.go.textContent(), "Check");
  await it.run();
  assert.equal(await it.verdict(), "Add it to itself.");
  await it.write("def double(x):\n    return int(x) + x");
  await it.run();
  assert.match(await it.verdict(), /^A check ended with ValueError/);
  await it.write("def double(x)");
  await it.run();
  assert.match(await it.text(), /SyntaxError/);
  await it.write("def double(x):\n    print('doubling', x)\n    return x + x");
  await it.run();
  assert.equal(await it.verdict(), "Every check passes.");
  await page.reload();
  await it.go.click();
  await it.idle();
  assert.equal(await it.verdict(), "Every check passes.", "the attempt is kept");
  await it.block.locator(".run-reset").click();
  await page.reload();
  await it.run();
  assert.equal(await it.verdict(), "Add it to itself.", "Reset forgets the attempt");
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`what Run and the editor add can be read, reached and fits 320 px (${colorScheme})`, async (t) => {
    const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    const before = (/** @type {import("playwright-core").Page} */ page) => page.addInitScript({ path: axePath });
    const { page } = await open(tab, t, `${home}run.html`, { colorScheme, viewport: { width: 320, height: 800 }, reducedMotion: "reduce", before });
    for (const heading of ["Agrees", "Differs", "Raises", "Lines"]) await snippet(page, heading).run();
    const input = snippet(page, "Input");
    await input.write('name = input("a line that is much too long for a page of three hundred and twenty pixels")');
    await input.run();
    const endless = snippet(page, "Endless");
    await endless.go.click();
    await endless.live.getByText("before").waitFor();
    // @ts-ignore: axe comes with the page's first script.
    const results = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    assert.deepEqual(results.violations.map((/** @type {any} */ found) => `${found.id}: ${found.nodes.map((/** @type {any} */ node) => node.html.slice(0, 160)).join(" | ")}`), []);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
    await endless.go.click();
  });
}
