// What the tests share: the built sites, their host, the server of the release binary, Chromium, and a watch over what a page does.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, relative, resolve, sep } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { host } from "./host.mjs";

/** The folder of the project, which is the guide's book. */
export const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");

/** @param {string} name */
function needed(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: these tests are run by \`cargo xtask test\``);
  return value;
}

export const BINARY = needed("FIELDGUIDE");
/** The folder of the guide's built site, and of the book that holds every kind of syntax. */
export const GUIDE = join(needed("SITES"), "guide");
export const SYNTAX = join(needed("SITES"), "syntax");

/**
 * The files below a folder, by their path in it.
 * @param {string} folder
 * @param {string} [ending]
 */
export function files(folder, ending = "") {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"))
    .sort();
}

/**
 * The pages of a site that stay: an address that has moved leads on at once. The page to print holds the others again.
 * @param {string} folder
 */
export const pages = (folder) =>
  files(folder, ".html").filter((path) => path !== "print.html" && !readFileSync(join(folder, path), "utf8").includes('http-equiv="refresh"'));

/** The labs' own pages. */
export const LABS = files(GUIDE, ".html").filter((path) => /^labs\/(?!index)/.test(path));

/** A page of each kind of the guide, and of each lab. */
export const KINDS = {
  home: "index.html",
  stage: "data-types/index.html",
  topic: "data-types/float-precision.html",
  "plain page": "glossary.html",
  pitfalls: "pitfalls.html",
  myths: "myths.html",
  questions: "questions.html",
  search: "search.html",
  tags: "tags/index.html",
  tag: files(GUIDE, ".html").find((path) => /^tags\/(?!index)/.test(path)) ?? "there is no page of a tag",
  labs: "labs/index.html",
  practice: "practice.html",
  map: "map.html",
  lab: "labs/broadcast.html",
  ...Object.fromEntries(LABS.filter((path) => !path.includes("broadcast")).map((path) => [path, path])),
  404: "404.html",
};

/** @param {string} path a file of the guide's site */
export const fileUrl = (path) => pathToFileURL(join(GUIDE, path)).href;

/** @returns {Promise<number>} a port that nothing listens on */
function freePort() {
  return new Promise((done, fail) => {
    const probe = createServer().once("error", fail);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : 0));
    });
  });
}

/** Addresses at which a site is served; nothing may be asked for above them. @type {string[]} */
const homes = [];

/** @type {Map<string, import("node:child_process").ChildProcess>} the servers by their address */
const servers = new Map();

/**
 * Serves the guide as a host does until the file's tests are over: under the path that it was built for, with the headers that
 * it brings, compressed.
 * @returns {Promise<string>} its address, with a slash at its end
 */
export async function serve() {
  const home = await host(GUIDE);
  homes.push(home);
  return home;
}

/**
 * Serves a book with the binary under test.
 * @param {string} book its folder
 * @param {string[]} more arguments; without a port, a free one is found
 * @returns {Promise<string>} its address, with a slash at its end
 */
export async function serveBook(book, ...more) {
  const port = more.includes("--port") ? more[more.indexOf("--port") + 1] : await freePort();
  const own = more.includes("--port") ? more : ["--port", String(port), ...more];
  const server = spawn(BINARY, ["serve", "--book", book, ...own], { stdio: ["ignore", "pipe", "pipe"] });
  after(() => server.kill("SIGINT"));
  let said = "";
  server.stderr.on("data", (text) => (said += text));
  await new Promise((done, fail) => {
    server.stdout.on("data", (text) => {
      said += text;
      if (said.includes("serving at")) done(undefined);
    });
    server.once("exit", (code) => fail(new Error(`serve ended with ${code}: ${said}`)));
  });
  const address = `http://127.0.0.1:${port}/`;
  servers.set(address, server);
  return address;
}

/**
 * Ends a server before the file's tests are over.
 * @param {string} address
 */
export async function stopServing(address) {
  const server = servers.get(address);
  assert.ok(server, `nothing serves ${address}`);
  const ended = new Promise((done) => server.once("exit", done));
  server.kill("SIGINT");
  await ended;
}

/**
 * Writes the offline guide of a book into a folder that goes when the file's tests are over.
 * @param {string} book its folder
 * @param {string} name what it is called: `.zip` and `.html` are those forms
 * @param {string[]} more arguments
 * @returns {string} its path
 */
export function exported(book, name, ...more) {
  const folder = mkdtempSync(join(tmpdir(), "fieldguide-export-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const to = join(folder, name);
  execFileSync(BINARY, ["export", "--book", book, "--to", to, ...more], { stdio: "pipe" });
  return to;
}

/** Chromium, until the file's tests are over. */
export async function browser() {
  const browser = await chromium.launch({
    executablePath: needed("CHROMIUM"),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  after(() => browser.close());
  return browser;
}

/**
 * Notes whatever a page does that it should not: words in the console, errors, failed requests, requests to elsewhere.
 * @param {import("playwright-core").Page} page
 * @param {string} home what all addresses must start with
 * @returns {string[]} what was noted so far
 */
export function watch(page, home) {
  /** @type {string[]} */
  const noted = [];
  page.on("console", (message) => {
    // Chromium notes the answer 404 to the page itself: where that answer is the one that is wanted, it is no mistake.
    const itself = message.location().url === page.url() && message.text().includes("404");
    if (!itself) noted.push(`console: ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => noted.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // What a page still waits for when it is left is broken off.
    if (why !== "net::ERR_ABORTED") noted.push(`failed: ${request.url()} ${why}`);
  });
  page.on("response", (response) => {
    const itself = response.request().isNavigationRequest();
    if (response.status() >= 400 && !itself) noted.push(`status ${response.status()}: ${response.url()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(home) && !/^(data|blob|about):/.test(url)) noted.push(`from elsewhere: ${url}`);
  });
  return noted;
}

/**
 * Until a page's labs can be used: that is a moment after it is painted, and never on the page to print, which has no script.
 * @param {import("playwright-core").Page} page
 */
export const ready = (page) =>
  page.waitForFunction(() => !document.querySelector('script[src*="assets/app-"]') || !document.querySelector("fg-lab .lab-body:disabled"));

/**
 * Opens a page in a context of its own, which ends with the test.
 * @param {import("playwright-core").Browser} browser
 * @param {import("node:test").TestContext} test
 * @param {string} url
 * @param {import("playwright-core").BrowserContextOptions & { before?: (page: import("playwright-core").Page) => Promise<unknown> }} [options]
 */
export async function open(browser, test, url, { before, ...options } = {}) {
  const context = await browser.newContext(options);
  test.after(() => context.close());
  const page = await context.newPage();
  // A test that starts on a blank page goes wherever it likes.
  const served = homes.find((home) => url.startsWith(home)) ?? (/^(about|file):/.test(url) ? "" : new URL("/", url).href);
  const home = url.startsWith("file:") ? pathToFileURL(GUIDE).href : served;
  const noted = watch(page, home);
  await before?.(page);
  if (options.javaScriptEnabled !== false) {
    const goto = page.goto.bind(page);
    page.goto = async (...where) => {
      const response = await goto(...where);
      await ready(page);
      return response;
    };
  }
  const response = await page.goto(url, { waitUntil: "load" });
  return { page, context, noted, response };
}
