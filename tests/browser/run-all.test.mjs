// Every snippet of the guide that a reader can run, in the engine that the page runs it with, against its recording.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { GUIDE, ROOT, browser, files, open, pages, serve } from "./site.mjs";

/** A snippet that is still running after this many seconds is stopped. */
const LIMIT = 30;

/**
 * In a page: shows another page of the guide in its place and runs the snippets one after another, each in a `__main__` of its
 * own, as the page itself would. The worker is kept from page to page. Exercises print nothing that is recorded: the proof holds
 * their solutions.
 * @param {{ url: string, limit: number }} task the page, and seconds for a snippet
 */
async function runPage({ url, limit }) {
  const text = await (await fetch(url)).text();
  const main = new DOMParser().parseFromString(text, "text/html").querySelector("main");
  document.querySelector("main")?.replaceWith(document.adoptNode(/** @type {HTMLElement} */ (main)));
  const blocks = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("fg-code[data-run]:not([data-exercise])")]);
  await runProgram.load();
  /** @type {{ kept?: Worker | null }} */
  const shared = window;
  const results = [];
  for (const block of blocks) {
    const snippet = RunSnippet.of(block);
    const snippets = snippet.snippets();
    const { recorded, unordered, approx, raises, differs } = block.dataset;
    const running = (shared.kept ??= await engine.boot(() => {}));
    let printed = "";
    let errors = "";
    const report = await new Promise((done) => {
      const late = setTimeout(() => done({ died: `still running after ${limit} s` }), limit * 1000);
      const end = (/** @type {object} */ what) => {
        clearTimeout(late);
        done(what);
      };
      running.onerror = (event) => end({ died: event.message });
      running.onmessage = ({ data }) => {
        if (data.type === "output" && data.index === snippets.length - 1) data.stream === "out" ? (printed += data.text) : (errors += data.text);
        else if (data.type === "done" && data.index === snippets.length - 1) end(data);
        else if (data.type === "died") end({ died: data.why });
      };
      running.postMessage({ type: "run", snippets, input: "" });
    });
    if (report.died) {
      running.terminate();
      shared.kept = null;
    }
    const wanted = recorded === undefined ? null : snippet.recorded.flatMap((element) => [...element.querySelectorAll("samp")])[Number(recorded)]?.textContent ?? "";
    const shown = printed + (raises !== undefined && report.raised?.length ? `${printed && !printed.endsWith("\n") ? "\n" : ""}${report.last}\n` : "");
    let problem = report.died ?? "";
    if (!problem && raises === undefined && report.raised.length > 0) problem = `it fails: ${report.last}`;
    if (!problem && raises !== undefined && !report.raised.includes(raises.split(".").at(-1))) problem = `it raises ${report.raised[0] ?? "nothing"}, not ${raises}`;
    if (!problem && wanted !== null && !(await recordingAgrees(wanted, shown, unordered !== undefined, Number(approx ?? 0)))) problem = "it prints something else";
    if (!problem && (await recordingAgrees(`${wanted ?? ""}\nnever printed`, shown, unordered !== undefined, Number(approx ?? 0)))) problem = "anything agrees with it";
    const heading = [...document.querySelectorAll("h1, h2, h3")].filter((title) => title.compareDocumentPosition(block) & Node.DOCUMENT_POSITION_FOLLOWING).at(-1);
    results.push({ place: heading?.textContent?.trim() ?? "", code: snippets.at(-1)?.source, differs: differs ?? null, problem, wanted, shown, errors: errors.slice(0, 400) });
  }
  return results;
}

const tab = await browser();
const home = await serve();
const paths = pages(GUIDE).filter((path) => /<fg-code[^>]* data-run/.test(readFileSync(join(GUIDE, path), "utf8")));

test("every snippet that can be run prints in the page what is recorded, or says why it doesn't", async (t) => {
  assert.ok(paths.length > 0, "the guide has nothing to run");
  /** @type {(Awaited<ReturnType<typeof runPage>>[number] & { path: string })[]} */
  const all = [];
  const queue = [...paths];
  const work = async () => {
    const { page } = await open(tab, t, home + paths[0]);
    for (let path = queue.shift(); path; path = queue.shift()) {
      const found = await page.evaluate(runPage, { url: home + path, limit: LIMIT });
      all.push(...found.map((result) => ({ ...result, path: path ?? "" })));
    }
  };
  await Promise.all([work(), work()]);
  if (process.env.RUN_REPORT) writeFileSync(process.env.RUN_REPORT, JSON.stringify(all, null, 1));
  const wrong = all.filter(({ problem, differs }) => problem && !differs);
  const untrue = all.filter(({ problem, differs }) => !problem && differs);
  t.diagnostic(`${all.length} snippets on ${paths.length} pages, ${all.filter(({ differs }) => differs).length} say why they differ`);
  const say = wrong.map(({ path, place, problem, wanted, shown, code }) => `${path}, "${place}": ${problem}\n--- code\n${code}--- recorded\n${wanted}\n--- printed\n${shown}`);
  assert.equal(wrong.length, 0, `mend these, take \`run\` off, or say \`differs="why"\`:\n\n${say.join("\n\n")}`);
  assert.deepEqual(untrue.map(({ path, place }) => `${path}, "${place}"`), [], "these say that they differ and don't: take `differs` off");
});

test("four of five snippets that need no package can be run in the page", () => {
  const content = join(ROOT, "content");
  const pinned = readFileSync(join(content, "requirements.txt"), "utf8").match(/^[\w-]+/gm) ?? [];
  // A package's name is that of its module, but for this one; joblib comes with it.
  const modules = [...pinned, "sklearn", "joblib"].join("|");
  const packaged = new RegExp(`^\\s*(?:import|from)\\s+(?:${modules})\\b`, "m");
  let all = 0;
  let run = 0;
  for (const path of files(content, ".md")) {
    let plain = true;
    for (const [, braces = "", code] of readFileSync(join(content, path), "utf8").matchAll(/^```python *(\{[^\n]*\})?\n([^]*?)^```$/gm)) {
      if (/\b(hidden|exercise|solution|checks|norun)\b/.test(braces)) continue;
      if (!/\bcontinue\b/.test(braces)) plain = true;
      plain &&= !packaged.test(code) && !/\bsetup\b/.test(braces);
      if (!plain) continue;
      all += 1;
      run += Number(/\brun\b/.test(braces));
    }
  }
  assert.ok(all > 300, `${all} snippets`);
  assert.ok(run / all >= 0.8, `${run} of ${all}`);
});
