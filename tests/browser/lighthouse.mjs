// Lighthouse, mobile and desktop: the median of some runs on the home page and on a topic of a built site, sent as a host sends it:
// compressed, with `_headers`. `npm run lighthouse -- SITE` (a folder that `build --compress` wrote); CHROMIUM names the browser, RUNS
// says how many (5), PAGES which pages. Says which audits take points off, and how fast Lighthouse found the machine: it takes a
// phone to be four times slower than this one, whatever that is.
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { host } from "./host.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const PAGES = (process.env.PAGES ?? "index.html,data-types/float-precision.html").split(",");
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const folder = process.argv[2];
if (!folder) throw new Error("name the site's folder: npm run lighthouse -- ../../site");
const home = await host(folder);

for (const page of PAGES) {
  for (const [preset, config] of /** @type {const} */ ([["mobile", undefined], ["desktop", desktopConfig]])) {
    const scores = Object.fromEntries(CATEGORIES.map((category) => [category, []]));
    const lost = new Set();
    const speeds = [];
    for (let run = 0; run < RUNS; run += 1) {
      const chrome = await launch({ chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium", chromeFlags: FLAGS });
      try {
        const result = await lighthouse(home + page, { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" }, config);
        if (result.lhr.runtimeError) {
          console.log(`a run that doesn't count: ${result.lhr.runtimeError.message}`);
          continue;
        }
        speeds.push(Math.round(result.lhr.environment.benchmarkIndex));
        for (const category of CATEGORIES) {
          const found = result.lhr.categories[category];
          scores[category].push(Math.round((found.score ?? 0) * 100));
          for (const { id, weight } of found.auditRefs) {
            const audit = result.lhr.audits[id];
            if (weight > 0 && audit.score !== null && audit.score < 0.995) lost.add(`${id} ${audit.displayValue ?? audit.explanation ?? ""}`);
          }
        }
      } finally {
        chrome.kill();
      }
    }
    for (const category of CATEGORIES) {
      const sorted = [...scores[category]].sort((a, b) => a - b);
      console.log(`${page} ${preset} ${category}: ${sorted[Math.floor(sorted.length / 2)]} (${scores[category].join(", ")})`);
    }
    console.log(`  speed of the machine (benchmarkIndex): ${speeds.join(", ")}`);
    for (const audit of lost) console.log(`  ${audit}`);
  }
}
// The host ends with the tests that it is made for; there are none here.
process.exit(0);
