"use strict";
// All that a page carries for its snippets before the reader runs one; the rest is `run/`, loaded at the first press.

const runProgram = {
  /** @type {Promise<void> | null} */
  loading: null,

  /** @returns {Promise<void>} */
  load() {
    this.loading ??= runScript(document.documentElement.dataset.run ?? "").catch((error) => {
      this.loading = null;
      throw error;
    });
    return this.loading;
  },
};

/** @param {KeyboardEvent} event */
const runKey = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey);

/**
 * The bar below a snippet that can be run.
 * @param {HTMLElement} block
 */
function runBar(block) {
  const go = make("button", { class: "run-go", type: "button" }, icon("lab"), make("span", {}, block.dataset.exercise === undefined ? "Run" : "Check"));
  const edit = make("button", { class: "run-edit", type: "button" }, "Edit");
  const bar = make("div", { class: "run-bar" }, go, edit, make("span", { class: "run-note", role: "status" }));

  /**
   * @param {"go" | "edit"} what
   * @param {MouseEvent} [event] the click that says where the caret goes
   */
  const act = async (what, event) => {
    try {
      await runProgram.load();
    } catch {
      bar.lastElementChild?.replaceChildren("What runs this could not be loaded: is the page offline?");
      return;
    }
    RunSnippet.of(block)[what](event);
  };
  go.addEventListener("click", () => act("go"));
  edit.addEventListener("click", () => act("edit"));
  const code = block.querySelector("pre");
  code?.addEventListener("click", (event) => {
    if (getSelection()?.isCollapsed !== false) act("edit", event);
  });
  code?.addEventListener("keydown", (event) => {
    if (event.target !== code || event.key !== "Enter") return;
    event.preventDefault();
    act(runKey(event) ? "go" : "edit");
  });
  if (store.get(`exercise-${block.dataset.exercise}`) !== null) bar.lastElementChild?.append("Your last attempt is kept: Edit shows it.");
  block.append(bar);
}
