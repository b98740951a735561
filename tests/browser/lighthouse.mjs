// Lighthouse, mobile preset: the median of five runs on the home page and on a topic, served by the release binary.
// `npm run lighthouse -- URL…` measures pages that are served already; CHROMIUM names the browser.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const RUNS = Number(process.env.RUNS ?? 5);
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const urls = process.argv.slice(2);
if (urls.length === 0) throw new Error("name the pages: npm run lighthouse -- http://127.0.0.1:4321/ …");

for (const url of urls) {
  const scores = Object.fromEntries(CATEGORIES.map((category) => [category, []]));
  for (let run = 0; run < RUNS; run += 1) {
    const chrome = await launch({ chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium", chromeFlags: FLAGS });
    try {
      const result = await lighthouse(url, { port: chrome.port, onlyCategories: CATEGORIES, logLevel: "error" });
      for (const category of CATEGORIES) scores[category].push(Math.round((result?.lhr.categories[category]?.score ?? 0) * 100));
    } finally {
      chrome.kill();
    }
  }
  for (const category of CATEGORIES) {
    const sorted = [...scores[category]].sort((a, b) => a - b);
    console.log(`${url} ${category}: ${sorted[Math.floor(sorted.length / 2)]} (${scores[category].join(", ")})`);
  }
}
