// What other documentation sites search with, configured as they configure it, over the sections that it is given.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import elasticlunr from "elasticlunr";
import MiniSearch from "minisearch";
import * as pagefind from "pagefind";

const require = createRequire(import.meta.url);

/** The options of VitePress's local search. */
export const VITEPRESS = {
  fields: ["title", "titles", "text"],
  storeFields: ["title", "titles"],
  searchOptions: { fuzzy: 0.2, prefix: true, boost: { title: 4, text: 2, titles: 1 } },
};

/** What mdBook gives to elasticlunr where a book says nothing else. */
export const MDBOOK = { bool: "OR", expand: true, fields: { title: { boost: 2 }, body: { boost: 1 }, breadcrumbs: { boost: 1 } } };

/** @param {string} text */
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/**
 * Every section with its page; the address is the page's path and the anchor.
 * @param {import("./sections.mjs").Page[]} pages
 */
const all = (pages) =>
  pages.flatMap((page) =>
    page.sections.map((section) => ({ ...section, page, name: page.sections[0]?.title ?? "", url: section.anchor ? `${page.path}#${section.anchor}` : page.path })),
  );

/**
 * Writes `pagefind/` to the folder. Each page is a heading and a text for each of its sections: no navigation to leave out,
 * and an anchor that a result can lead to also where the site has a question, a quiz or a term instead of a heading.
 * @param {import("./sections.mjs").Page[]} pages
 * @param {string} folder
 */
export async function writePagefind(pages, folder) {
  const { index, errors } = await pagefind.createIndex({ forceLanguage: "en", keepIndexUrl: true });
  if (!index) throw new Error(errors.join("\n"));
  for (const page of pages) {
    const parts = page.sections.map(({ anchor, title, text }) => {
      const heading = anchor ? `<h2 id="${escaped(anchor).replaceAll('"', "&quot;")}">${escaped(title)}</h2>` : `<h1>${escaped(title)}</h1>`;
      return `${heading}\n${text.split("\n").map((line) => `<p>${escaped(line)}</p>`).join("\n")}`;
    });
    const content = `<!doctype html><html lang="en"><body><main data-pagefind-body>${parts.join("\n")}</main></body></html>`;
    const added = await index.addHTMLFile({ url: `/${page.path}`, content });
    if (added.errors.length > 0) throw new Error(`${page.path}: ${added.errors.join("\n")}`);
  }
  const written = await index.writeFiles({ outputPath: join(folder, "pagefind") });
  if (written.errors.length > 0) throw new Error(written.errors.join("\n"));
  await pagefind.close();
}

/**
 * Writes `minisearch/` to the folder: the index that VitePress makes, and the library.
 * @param {import("./sections.mjs").Page[]} pages
 * @param {string} folder
 */
export function writeMiniSearch(pages, folder) {
  const index = new MiniSearch(VITEPRESS);
  for (const { url, title, name, text, anchor } of all(pages)) index.add({ id: url, title, titles: anchor ? [name] : [], text });
  mkdirSync(join(folder, "minisearch"));
  writeFileSync(join(folder, "minisearch/index.json"), JSON.stringify(index));
  copyFileSync(require.resolve("minisearch").replace(/cjs.index\.cjs$/, "umd/index.js"), join(folder, "minisearch/library.js"));
}

/**
 * Writes `elasticlunr/` to the folder: the index that mdBook makes, with the text that it keeps in it, and the library.
 * @param {import("./sections.mjs").Page[]} pages
 * @param {string} folder
 */
export function writeElasticlunr(pages, folder) {
  const index = elasticlunr();
  for (const field of ["title", "body", "breadcrumbs"]) index.addField(field);
  index.setRef("id");
  const sections = all(pages);
  sections.forEach(({ title, text, page, name, anchor }, id) => {
    const breadcrumbs = [page.stage, name, anchor ? title : ""].filter(Boolean).join(" » ");
    index.addDoc({ id: String(id), title, body: text, breadcrumbs });
  });
  mkdirSync(join(folder, "elasticlunr"));
  writeFileSync(join(folder, "elasticlunr/index.json"), JSON.stringify({ doc_urls: sections.map(({ url }) => url), index }));
  copyFileSync(join(require.resolve("elasticlunr"), "../elasticlunr.min.js"), join(folder, "elasticlunr/library.js"));
}
