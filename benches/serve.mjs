// How long from a saved file to its new bytes, and from the command to the first page: `fieldguide serve --watch` beside
// `hugo server`, `mdbook serve` and `zola serve --fast` on the same text.
//
//     cargo build --release && node benches/serve.mjs [--pages 1000,10000] [--edits 30] [--only fieldguide,hugo]
//
// Programs: FIELDGUIDE (default target/release/fieldguide), HUGO, MDBOOK, ZOLA (default: as found on PATH). One that isn't
// there is named and left out. The book is written by tests/search/large.mjs; the others get the same files with their own
// names and front matter, and a theme that is no more than a list of links and the text.
//
// What is measured: an editor's save (the file is opened, truncated, written and closed, with a sentence of prose changed),
// then GET of that page over one kept connection, again and again without a pause, until the answer holds the new
// sentence. Start-up is from spawn to the first answer that holds the text of a topic. Edits wait for 150 to 350 ms after the
// one before, so that no tool is measured while it still works on the last.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { createServer } from "node:net";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(fileURLToPath(import.meta.url), "../..");
const option = (name, otherwise) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : process.argv[at + 1];
};
const sizes = option("pages", "1000,10000").split(",").map(Number);
const edits = Number(option("edits", "30"));
const only = option("only", "fieldguide,hugo,mdbook,zola").split(",");
const work = mkdtempSync(join(tmpdir(), "fieldguide-serve-"));
process.on("exit", () => rmSync(work, { recursive: true, force: true }));

const sleep = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const freePort = () => new Promise((done) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const fetchText = (url) => new Promise((done) => {
  const request = get(url, { agent }, (answer) => {
    const parts = [];
    answer.on("data", (part) => parts.push(part)).on("end", () => done(Buffer.concat(parts).toString()));
    answer.on("error", () => done(""));
  });
  request.on("error", () => done(""));
});

/** All Markdown files below a folder. */
const files = (folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".md"));
const split = (text) => /^\+\+\+\n([\s\S]*?)\+\+\+\n([\s\S]*)$/.exec(text) ?? [text, "", text];

/** Sections are `_index.md` to Hugo and Zola, which know fewer keys. */
const renamed = (from, to, front) => {
  cpSync(join(from, "content"), join(to, "content"), { recursive: true });
  for (const path of files(join(to, "content"))) {
    const file = join(to, "content", path);
    const [, keys, body] = split(readFileSync(file, "utf8"));
    writeFileSync(file, `+++\n${front(keys)}+++\n${body}`);
    if (/(^|\/)index\.md$/.test(path)) renameSync(file, file.replace(/index\.md$/, "_index.md"));
  }
};

const tools = {
  fieldguide: {
    program: process.env.FIELDGUIDE ?? join(root, "target/release/fieldguide"),
    version: ["--version"],
    prepare: () => {},
    args: (folder, port) => ["serve", "--watch", "--book", folder, "--port", port],
    page: (stage, name) => `stage-${stage}/${name.replace(/^\d+-/, "")}.html`,
    source: (stage, name) => `content/${stage}/${name}.md`,
  },
  hugo: {
    program: process.env.HUGO ?? "hugo",
    version: ["version"],
    prepare: (from, to) => {
      renamed(from, to, (keys) => keys.replace(/^(objectives|takeaway).*\n/gm, ""));
      writeFileSync(join(to, "hugo.toml"), 'title = "A large book"\nbaseURL = "http://localhost/"\ndisableKinds = ["taxonomy", "term", "RSS", "sitemap"]\n');
      mkdirSync(join(to, "layouts/_default"), { recursive: true });
      const nav = '{{ range .Site.Home.Sections }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}';
      for (const name of ["single", "list", "home"]) writeFileSync(join(to, `layouts/_default/${name}.html`), `<!DOCTYPE html><html><head><title>{{ .Title }}</title></head><body><nav>${nav}</nav>{{ .Content }}</body></html>\n`);
    },
    args: (folder, port) => ["server", "--source", folder, "--port", port, "--bind", "127.0.0.1", "--disableLiveReload=false", "--renderToMemory"],
    page: (stage, name) => `${String(stage).padStart(3, "0")}-stage-${stage}/${name}/`,
    source: (stage, name) => `content/${stage}/${name}.md`,
  },
  zola: {
    program: process.env.ZOLA ?? "zola",
    version: ["--version"],
    prepare: (from, to) => {
      renamed(from, to, (keys) => keys.replace(/^summary = /m, "description = ").replace(/^(objectives|takeaway).*\n/gm, ""));
      writeFileSync(join(to, "config.toml"), 'base_url = "http://localhost"\ntitle = "A large book"\nbuild_search_index = false\n[markdown]\nhighlight_code = true\n');
      mkdirSync(join(to, "templates"), { recursive: true });
      for (const name of ["index", "section"]) writeFileSync(join(to, `templates/${name}.html`), "<!DOCTYPE html><html><head><title>{{ section.title }}</title></head><body>{{ section.content | safe }}</body></html>\n");
      writeFileSync(join(to, "templates/page.html"), "<!DOCTYPE html><html><head><title>{{ page.title }}</title></head><body>{{ page.content | safe }}</body></html>\n");
    },
    args: (folder, port) => ["--root", folder, "serve", "--fast", "--port", port, "--interface", "127.0.0.1"],
    page: (stage, name) => `${String(stage).padStart(3, "0")}-stage-${stage}/${name.replace(/^\d+-/, "")}/`,
    source: (stage, name) => `content/${stage}/${name}.md`,
  },
  mdbook: {
    program: process.env.MDBOOK ?? "mdbook",
    version: ["--version"],
    prepare: (from, to) => {
      cpSync(join(from, "content"), join(to, "src"), { recursive: true });
      const lines = ["# Summary\n"];
      for (const path of files(join(to, "src")).sort()) {
        const file = join(to, "src", path);
        const [, keys, body] = split(readFileSync(file, "utf8"));
        const title = /title = "(.*)"/.exec(keys)?.[1] ?? path;
        writeFileSync(file, `# ${title}\n${body}`);
        if (!path.endsWith("index.md")) lines.push(`- [${title.replaceAll(/[[\]]/g, "")}](${path})`);
      }
      writeFileSync(join(to, "src/SUMMARY.md"), `${lines.join("\n")}\n`);
      writeFileSync(join(to, "book.toml"), '[book]\ntitle = "A large book"\n');
    },
    args: (folder, port) => ["serve", folder, "--port", port, "--hostname", "127.0.0.1"],
    page: (stage, name) => `${String(stage).padStart(3, "0")}-stage-${stage}/${name}.html`,
    source: (stage, name) => `src/${stage}/${name}.md`,
  },
};

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const at95 = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)];
const rss = (pid) => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
};

const measure = async (tool, folder, pages) => {
  const stages = Math.max(1, Math.round(pages / 50));
  const stage = Math.ceil(stages / 2);
  const name = `${String(stage - 1).padStart(5, "0")}-topic-${stage - 1}`;
  const source = join(folder, tool.source(`${String(stage).padStart(3, "0")}-stage-${stage}`, name));
  const original = readFileSync(source, "utf8");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/${tool.page(stage, name)}`;
  const write = (marker) => writeFileSync(source, original.replace(/\n\n## /, `\n\nEdited, ${marker}.\n\n## `));
  write("at the start");
  const started = performance.now();
  const child = spawn(tool.program, tool.args(folder, String(port)), { stdio: "ignore" });
  const until = async (marker, limit, pause) => {
    while (performance.now() < limit) {
      if ((await fetchText(url)).includes(marker)) return true;
      if (child.exitCode !== null) throw new Error(`${tool.program} ${tool.args(folder, String(port)).join(" ")} ended with code ${child.exitCode}`);
      await pause();
    }
    throw new Error(`${url} never showed "${marker}"`);
  };
  try {
    // Who asks without a pause while nobody answers takes a core from the program that reads the book.
    await until("at the start", started + 300_000, () => sleep(2));
    const start = performance.now() - started;
    await sleep(3000);
    const times = [];
    for (let edit = 0; edit < edits; edit += 1) {
      const marker = `for the ${edit}th time`;
      const saved = performance.now();
      write(marker);
      await until(marker, saved + 60_000, () => new Promise(setImmediate));
      times.push(performance.now() - saved);
      await sleep(150 + ((edit * 37) % 200));
    }
    return { start, median: median(times), p95: at95(times), memory: rss(child.pid) };
  } finally {
    child.kill();
    writeFileSync(source, original);
  }
};

console.log(`${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0].toFixed(1)}, ${edits} edits each`);
for (const pages of sizes) {
  const book = join(work, `book-${pages}`);
  spawnSync(process.execPath, [join(root, "tests/search/large.mjs"), String(pages), book]);
  console.log(`\n${pages} pages         start → first page   save → new bytes   95 %      memory`);
  for (const [name, tool] of Object.entries(tools).filter(([name]) => only.includes(name))) {
    const version = spawnSync(tool.program, tool.version, { encoding: "utf8" });
    if (version.error || version.status !== 0) {
      console.log(`${name.padEnd(12)} not found (${tool.program})`);
      continue;
    }
    const folder = name === "fieldguide" ? book : join(work, `${name}-${pages}`);
    if (!existsSync(folder)) mkdirSync(folder);
    tool.prepare(book, folder);
    try {
      const found = await measure(tool, folder, pages);
      const cell = (value, unit, width) => `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`.padStart(width);
      console.log(`${name.padEnd(12)} ${cell(found.start, "ms", 20)} ${cell(found.median, "ms", 18)} ${cell(found.p95, "ms", 11)} ${cell(found.memory, "MB", 10)}   ${version.stdout.trim().split("\n")[0]}`);
    } catch (error) {
      console.log(`${name.padEnd(12)} ${error.message}`);
    }
  }
}
agent.destroy();
