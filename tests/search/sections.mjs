// The sections of a built site, as its own search has them: cut from the pages, so that other engines index the same.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * A section: `own` says whether it starts with a heading of the text, as opposed to a question, a quiz's question or a term.
 * @typedef {{ anchor: string, own: boolean, title: string, text: string }} Section
 * @typedef {{ path: string, stage: string, sections: Section[] }} Page the first of its sections is its start
 */

/** Lists that are made of other pages' text; the site's own search leaves them out, too. */
const LISTS = /^(404|search|questions|pitfalls|myths|labs\/index)\.html$|^tags\//;

/**
 * The pages of a built site.
 * @param {string} site
 * @param {import("playwright-core").Page} browser a page of any kind: it parses
 * @returns {Promise<Page[]>}
 */
export async function pages(site, browser) {
  const paths = readdirSync(site, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".html") && !LISTS.test(path));
  const found = [];
  for (const path of paths.sort()) found.push({ path, ...(await browser.evaluate(cut, readFileSync(join(site, path), "utf8"))) });
  return found;
}

/**
 * Cuts a page; it runs in the browser and sees nothing but what it is given.
 * @param {string} html
 */
function cut(html) {
  const STARTS = ".prose :is(h2, h3, h4, h5, h6)[id], .pitfall[id], .question[id], .follow-up[id], .quiz-question[id], dt[id]";
  // What stands on every page of its kind, what is said twice, and what only draws.
  const NO_TEXT = "nav, script, style, svg, template, form, .facts, .requires, .divider, .permalink, .fn-ref, .fn-back, .kind:not(h2), .masthead-number, .question-mark, .follow-up-label, .answer-link, .quiz-count, .quiz-right, .quiz-answer > summary, .output-label, .stage-topics, .index-group";
  const BLOCKS = "p, li, tr, dd, dt, div, pre, td, th, blockquote, ul, ol, table, section, header, h2, h3, h4, h5, h6, br, figcaption";
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = page.querySelector("main") ?? page.body;
  main.querySelectorAll(NO_TEXT).forEach((element) => {
    if (!element.matches("nav.crumbs")) element.remove();
  });
  const stage = [...main.querySelectorAll(".crumbs li")].slice(1).map((item) => item.textContent?.trim() ?? "").join(" » ");
  main.querySelector(".crumbs")?.remove();
  /** @type {Map<Element | null | undefined, Element>} */
  const titles = new Map();
  for (const start of main.querySelectorAll(STARTS)) titles.set(start.matches("h2, h3, h4, h5, h6, dt") ? start : start.querySelector("h2, h3"), start);
  const sections = [{ anchor: "", own: true, title: "", text: "" }];
  const last = () => sections[sections.length - 1] ?? { anchor: "", own: true, title: "", text: "" };
  const tidy = (/** @type {string} */ text) => text.replaceAll(/[ \t]+/g, " ").replaceAll(/\s*\n\s*/g, "\n").trim();
  const visit = (/** @type {Node} */ node) => {
    if (node instanceof Text) {
      last().text += node.data;
      return;
    }
    if (!(node instanceof Element)) return;
    if (node.matches(STARTS)) sections.push({ anchor: node.id, own: !node.matches(".question, .follow-up, .quiz-question, dt"), title: "", text: "" });
    if (node.matches("h1") || titles.has(node)) {
      last().title = tidy(node.textContent ?? "");
      return;
    }
    node.childNodes.forEach(visit);
    if (node.matches(BLOCKS)) last().text += "\n";
  };
  visit(main);
  for (const section of sections) section.text = tidy(section.text);
  return { stage, sections };
}
