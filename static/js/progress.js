"use strict";
// What a reader did: topics read, quizzes taken, cards graded. It stays in this browser. Each thing is a key of its own, so that
// two tabs never write over each other's work; the practice page exports and imports all of it.

/** @typedef {{ best: number, last: number, of: number, at: number }} QuizScore */

const progress = {
  prefix: `fg:${document.documentElement.dataset.book ?? ""}:`,
  /** @type {Map<string, string | null>} what storage did not take; it ends with the page */
  unkept: new Map(),
  /** Why something was not kept: `denied`, `full` or nothing. */
  trouble: "",

  /** @returns {Storage | null} */
  storage() {
    try {
      return localStorage;
    } catch {
      progress.trouble = "denied";
      return null;
    }
  },

  /**
   * @param {string} key
   * @returns {string | null}
   */
  get(key) {
    const unkept = progress.unkept.get(key);
    if (unkept !== undefined) return unkept;
    try {
      return progress.storage()?.getItem(progress.prefix + key) ?? null;
    } catch {
      return null;
    }
  },

  /**
   * @param {string} key
   * @param {string | null} value
   */
  set(key, value) {
    try {
      const storage = progress.storage();
      if (!storage) throw new Error("denied");
      if (value === null) storage.removeItem(progress.prefix + key);
      else storage.setItem(progress.prefix + key, value);
      progress.unkept.delete(key);
    } catch {
      progress.trouble ||= "full";
      progress.unkept.set(key, value);
    }
    dispatchEvent(new Event("progress"));
  },

  /**
   * @param {string} start
   * @returns {string[]} the keys that start so, without that start
   */
  keys(start) {
    const found = new Set([...progress.unkept].filter(([, value]) => value !== null).map(([key]) => key));
    try {
      for (const key of Object.keys(progress.storage() ?? {})) {
        const own = key.startsWith(progress.prefix) ? key.slice(progress.prefix.length) : "";
        if (own && progress.unkept.get(own) !== null) found.add(own);
      }
    } catch {
      // Denied half way: what is in memory is all there is.
    }
    return [...found].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
  },

  /**
   * What a key holds as JSON; none where it is not what it should be.
   * @param {string} key
   * @returns {any}
   */
  json(key) {
    try {
      return JSON.parse(progress.get(key) ?? "null");
    } catch {
      return null;
    }
  },

  /**
   * @param {string} page the site path of a stage
   * @returns {QuizScore | null}
   */
  quiz(page) {
    const score = progress.json(`quiz:${page}`);
    return Number.isFinite(score?.best) && score.of > 0 ? score : null;
  },

  /** @returns {number} cards that are due; a card is a list of numbers, the fifth says when */
  due() {
    const now = Date.now();
    return progress.keys("card:").filter((id) => progress.json(`card:${id}`)?.[4] <= now).length;
  },
};

// Earlier the topics that were read were one list, for all books of an origin together.
{
  const old = store.get("read");
  if (old !== null) {
    for (const path of old.split(" ").filter(Boolean)) if (progress.get(`read:${path}`) === null) progress.set(`read:${path}`, "0");
    store.set("read", null);
  }
}

/** Loads a script that only some pages need. */
class Load extends HTMLElement {
  connectedCallback() {
    runScript(this.dataset.js ?? "").catch((error) => this.append(make("p", {}, `${error.message}.`)));
  }
}

/** On the home page: how far the reader is. Without a beginning it says what there is to do. */
class Progress extends HTMLElement {
  connectedCallback() {
    this.show();
    addEventListener("progress", () => this.show(), { signal: pageOver.signal });
  }

  show() {
    const read = progress.keys("read:").length;
    const quizzes = progress.keys("quiz:").length;
    const link = this.querySelector("a");
    if (!link || !(read || quizzes || progress.keys("card:").length)) return;
    const due = progress.due();
    const words = [`${Math.min(read, Number(this.dataset.topics))} of ${this.dataset.topics} topics read`];
    if (quizzes) words.push(`${quizzes} ${quizzes === 1 ? "quiz" : "quizzes"} taken`);
    link.textContent = due ? `${due} ${due === 1 ? "card is" : "cards are"} due` : "practise";
    this.querySelector("p")?.replaceChildren(`${words.join(", ")}; `, link, ".");
  }
}

// Due cards and scores of quizzes, wherever pages are listed.
eachPage((over) => {
  const show = () => {
    const due = progress.due();
    for (const link of document.querySelectorAll("a[data-due]")) {
      link.querySelector(".due")?.remove();
      if (due) link.append(make("span", { class: "due" }, ` ${due}`, make("span", { class: "visually-hidden" }, " due")));
    }
    const read = progress.keys("read:");
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll(".contents-stage > a, .map > li > a"))) {
      const page = fragment.path(link.href);
      const score = progress.quiz(page);
      const topics = Number(link.dataset.topics ?? 0);
      const done = topics ? read.filter((path) => path.startsWith(page.replace(/index\.html$/, ""))).length : 0;
      const words = [done ? `${done}/${topics} read` : "", score ? `quiz ${score.best}/${score.of}` : ""].filter(Boolean);
      link.querySelector(".score")?.remove();
      if (words.length) link.append(make("span", { class: "score" }, words.join(" · ")));
    }
  };
  show();
  addEventListener("progress", show, { signal: over });
});
// Another tab, or a page that comes back from the cache.
for (const event of ["storage", "pageshow"]) addEventListener(event, () => dispatchEvent(new Event("progress")));
document.addEventListener("fieldguide:patched", () => dispatchEvent(new Event("progress")));
customElements.define("fg-load", Load);
customElements.define("fg-progress", Progress);
