// Writes a large book for measurements: `node large.mjs PAGES DIR`. Its pages are made of the guide's own paragraphs and
// snippets, with words put in so that the vocabulary grows with the book as it does in real ones.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [pages = 1000, folder = "large"] = [Number(process.argv[2]), process.argv[3]];
const content = resolve(fileURLToPath(import.meta.url), "../../../content");

/** The same numbers on every run. */
let seed = 1;
const random = () => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) / 2 ** 24;
};
const pick = (/** @type {string[]} */ list) => list[Math.floor(random() * list.length)] ?? "";

const texts = readdirSync(content, { recursive: true, encoding: "utf8" })
  .filter((path) => /\/\d+-.*\.md$/.test(path))
  .map((path) => readFileSync(join(content, path), "utf8").replace(/^\+\+\+[\s\S]*?\+\+\+\n/, ""));
const blocks = texts.flatMap((text) => text.split(/\n(?=```)|\n\n/));
const prose = blocks.filter((block) => /^[A-Z]/.test(block) && !/[`|$\]]{2}|\]\(/.test(block));
const code = blocks.filter((block) => /^```python/.test(block) && /```\s*$/.test(block)).map((block) => block.replace(/^```python.*/, "```python"));
const headings = texts.flatMap((text) => text.match(/^## (?!Pitfall|Q:).*$/gm) ?? []).map((heading) => heading.slice(3).replaceAll("`", ""));

const syllables = "ba be bi bo da de di du fa fe fi ga go ka ke ki la le li lo ma me mi mo na ne ni no pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi".split(" ");
/** The word of a rank: the more words there are, the longer they get. */
const word = (/** @type {number} */ rank) => {
  let text = "";
  for (let rest = rank + 50; rest > 0; rest = Math.floor(rest / syllables.length)) text += syllables[rest % syllables.length];
  return text;
};
/** A word of a vocabulary of that size, the frequent ones far more often. */
const zipf = (/** @type {number} */ size) => word(Math.floor(size ** random()));
const vocabulary = Math.round(400 * Math.sqrt(pages * 10));
const paragraph = () => pick(prose).split(" ").map((part) => (/^[a-z]{6,}$/.test(part) && random() < 0.25 ? zipf(vocabulary) : part)).join(" ");
const snippet = () => pick(code).replaceAll(/\b[a-z]{4,}\b(?=\s*=)/g, (name) => (random() < 0.3 ? `${name}_${zipf(vocabulary)}` : name));

const page = (/** @type {number} */ number) => {
  const parts = [`+++\ntitle = "${pick(headings).replaceAll('"', "'")}: ${zipf(vocabulary)}"\nsummary = "About ${zipf(vocabulary)}."\n+++\n`, paragraph()];
  for (let section = 0; section < 3; section += 1) parts.push(`## ${pick(headings)} of ${zipf(vocabulary)}`, paragraph(), snippet(), paragraph());
  parts.push(`## Pitfall: ${zipf(vocabulary)} is not ${zipf(vocabulary)}`, paragraph(), "### Fix", snippet(), paragraph());
  parts.push(`## Q: Why ${zipf(vocabulary)} number ${number}?`, paragraph());
  return `${parts.join("\n\n")}\n`;
};

mkdirSync(join(folder, "content"), { recursive: true });
writeFileSync(join(folder, "book.toml"), 'title = "A large book"\n');
writeFileSync(join(folder, "content/index.md"), '+++\ntitle = "A large book"\n+++\n\nFor measurements.\n');
const stages = Math.max(1, Math.round(pages / 50));
for (let stage = 0; stage < stages; stage += 1) {
  const own = join(folder, "content", `${String(stage + 1).padStart(3, "0")}-stage-${stage + 1}`);
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "index.md"), `+++\ntitle = "Stage ${stage + 1}"\nsummary = "s"\nobjectives = ["o"]\ntakeaway = "t"\n+++\n`);
  for (let number = stage; number < pages; number += stages) writeFileSync(join(own, `${String(number).padStart(5, "0")}-topic-${number}.md`), page(number));
}
console.log(`${pages} pages in ${stages} stages, a vocabulary of ${vocabulary} words and the guide's: ${folder}`);
