"use strict";
// All progress as one JSON file, and back.

const FORMAT = "fieldguide-progress";
const VERSION = 1;

/**
 * @typedef {object} ProgressFile
 * @property {string} format
 * @property {number} version
 * @property {string} book
 * @property {string} exported
 * @property {Record<string, number>} read when topics were read, by their addresses; 0 is unknown
 * @property {Record<string, QuizScore>} quiz
 * @property {Record<string, number[]>} cards
 * @property {Record<string, number[]>} gone cards that the book no longer has
 * @property {any} settings
 * @property {Record<string, string>} unreadable what was kept and could not be read, as it was
 */

/**
 * What older versions of the file become; each step makes the next version.
 * @type {Record<number, (file: any) => any>}
 */
const MIGRATIONS = {
  // What the browser kept before there were files: a list of addresses.
  0: (file) => ({
    format: FORMAT,
    version: 1,
    read: Object.fromEntries(String(file.read ?? "").split(" ").filter(Boolean).map((path) => [path, 0])),
  }),
};

/** @returns {ProgressFile} */
function exportProgress() {
  const all = (/** @type {string} */ start) => Object.fromEntries(progress.keys(start).sort().map((key) => [key, progress.json(start + key)]));
  return {
    format: FORMAT,
    version: VERSION,
    book: document.documentElement.dataset.book ?? "",
    exported: new Date().toISOString(),
    read: all("read:"),
    quiz: all("quiz:"),
    cards: all("card:"),
    gone: all("gone:"),
    settings: progress.json("settings"),
    unreadable: Object.fromEntries(progress.keys("broken:").map((key) => [key, progress.get(`broken:${key}`) ?? ""])),
  };
}

/**
 * Takes a file in. Nothing that is newer here is replaced: of a card the later grade stays, of a quiz the better score.
 * @param {string} text
 * @returns {string} what was taken, as a sentence
 */
function importProgress(text) {
  /** @type {any} */
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("This file is not JSON: choose one that was exported here.");
  }
  if (file?.format !== FORMAT || !Number.isInteger(file.version)) throw new Error("This file holds no progress of a field guide.");
  if (file.version > VERSION) throw new Error(`This file is of version ${file.version}, which this guide does not know yet: reload the page, or open the file in the newer guide.`);
  const book = document.documentElement.dataset.book ?? "";
  if (file.book && file.book !== book) throw new Error(`This file belongs to another book, “${file.book}”.`);
  while (file.version < VERSION) {
    const step = MIGRATIONS[file.version];
    if (!step) throw new Error(`Files of version ${file.version} can't be read.`);
    file = step(file);
  }
  let taken = 0;
  let left = 0;
  const each = (/** @type {any} */ table, /** @type {(key: string, value: any) => boolean | null} */ take) => {
    for (const [key, value] of Object.entries(table && typeof table === "object" ? table : {})) {
      const done = take(key, value);
      if (done === null) left += 1;
      else if (done) taken += 1;
    }
  };
  const put = (/** @type {string} */ key, /** @type {any} */ value) => {
    progress.set(key, typeof value === "string" ? value : JSON.stringify(value));
    return true;
  };
  each(file.read, (path, at) => (Number.isFinite(at) ? progress.get(`read:${path}`) === null && put(`read:${path}`, at) : null));
  each(file.quiz, (page, score) => {
    const fine = [score?.best, score?.last, score?.of, score?.at].every(Number.isFinite) && score.of > 0;
    return fine ? (progress.quiz(page)?.best ?? -1) < score.best && put(`quiz:${page}`, score) : null;
  });
  for (const start of ["card:", "gone:"]) {
    each(start === "card:" ? file.cards : file.gone, (id, numbers) =>
      deck.valid(numbers) ? (deck.numbers(id)?.[5] ?? 0) < numbers[5] && put(start + id, numbers) : null,
    );
  }
  each(file.unreadable, (key, value) => (typeof value === "string" ? progress.get(`broken:${key}`) === null && put(`broken:${key}`, value) : null));
  if (file.settings && progress.get("settings") === null) put("settings", file.settings);
  deck.sort();
  const rest = left ? ` ${left} could not be read and ${left === 1 ? "was" : "were"} left out.` : "";
  return `${taken} ${taken === 1 ? "entry" : "entries"} taken in; what was newer here has stayed.${rest}`;
}

/** The part of the page that says where progress is kept, and moves it. */
function keepView() {
  const said = make("p", { class: "keep-said", role: "status" });
  const warning = make("p", { class: "keep-warning" });
  const warn = () => {
    const broken = progress.keys("broken:").length;
    const lines = [];
    if (progress.trouble === "denied") lines.push("This browser lets the page keep nothing: your grades last until you leave. Export them to keep them.");
    else if (progress.trouble === "full" && progress.unkept.size) lines.push(`The browser's storage is full: ${progress.unkept.size} changes last until you leave. Export them to keep them.`);
    if (broken) lines.push(`${broken} ${broken === 1 ? "entry" : "entries"} could not be read and ${broken === 1 ? "was" : "were"} set aside; the export holds ${broken === 1 ? "it" : "them"}.`);
    warning.textContent = lines.join(" ");
    warning.hidden = !lines.length;
  };
  const save = make("button", { class: "button", type: "button" }, "Export");
  save.addEventListener("click", () => {
    const url = URL.createObjectURL(new Blob([`${JSON.stringify(exportProgress(), null, 1)}\n`], { type: "application/json" }));
    const link = make("a", { href: url, download: `${document.documentElement.dataset.book || "guide"}-progress.json` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    said.textContent = "Exported.";
  });
  const input = make("input", { type: "file", accept: ".json,application/json", id: "progress-file", class: "visually-hidden" });
  const label = make("label", { class: "button", for: "progress-file" }, "Import");
  input.addEventListener("change", async () => {
    const [file] = input.files ?? [];
    if (!file) return;
    try {
      said.textContent = importProgress(await file.text());
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    }
    input.value = "";
  });
  const clear = make("button", { class: "button", type: "button" }, "Clear");
  clear.addEventListener("click", () => {
    if (clear.dataset.sure === undefined) {
      clear.dataset.sure = "";
      clear.textContent = "Clear everything? Press again";
      return;
    }
    for (const key of progress.keys("")) progress.set(key, null);
    progress.unkept.clear();
    reset();
    said.textContent = "Cleared.";
  });
  const reset = () => {
    delete clear.dataset.sure;
    clear.textContent = "Clear";
  };
  clear.addEventListener("blur", reset);
  addEventListener("progress", warn);
  warn();
  return make(
    "section",
    { class: "keep", "aria-labelledby": "keep-title" },
    make("h2", { id: "keep-title" }, "Your progress"),
    make("p", {}, "Grades, scores and what you have read stay in this browser; nothing is sent anywhere. A file takes them to another one."),
    warning,
    make("p", { class: "keep-actions" }, save, input, label, clear),
    said,
  );
}
