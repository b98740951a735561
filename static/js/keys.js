"use strict";

/** What each key does, for the help. */
const KEYS = [
  { keys: ["/", "Ctrl K"], does: "search" },
  { keys: ["←", "→"], does: "previous and next page" },
  { keys: ["?"], does: "this help" },
  { keys: ["Esc"], does: "close what is open" },
];

/** The help on keys: a button, and the dialog that it and `?` open. */
class Help extends HTMLElement {
  dialog = make("dialog", { class: "help", "aria-labelledby": "help-title" });

  connectedCallback() {
    if (this.firstChild) return;
    const button = make("button", { class: "quiet-button", type: "button" }, "Keyboard ", make("kbd", {}, "?"));
    button.addEventListener("click", () => this.open());
    const list = make("dl");
    for (const { keys, does } of KEYS) {
      const names = keys.flatMap((key) => [make("kbd", {}, key), " "]);
      list.append(make("div", {}, make("dt", {}, ...names), make("dd", {}, does)));
    }
    const close = make("button", { class: "button", type: "button" }, "Close");
    close.addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    this.dialog.append(make("div", {}, make("h2", { id: "help-title" }, "Keyboard"), list, close));
    this.append(button, this.dialog);
  }

  open() {
    if (!this.dialog.open) this.dialog.showModal();
  }
}
customElements.define("fg-help", Help);

addEventListener("keydown", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const held = event.ctrlKey || event.metaKey || event.altKey;
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;

  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    goToSearch();
    return;
  }
  const typing = target?.closest("input, textarea, select, [contenteditable]");
  if (held || typing) return;

  if (event.key === "/") {
    event.preventDefault();
    goToSearch();
  } else if (event.key === "?") {
    event.preventDefault();
    /** @type {Help | null} */ (document.querySelector("fg-help"))?.open();
  } else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && !event.shiftKey) {
    // A lab, a wide table and long code scroll or step with these keys.
    if (target?.closest("fg-lab, pre, [tabindex='0'], :popover-open")) return;
    const rel = event.key === "ArrowLeft" ? "prev" : "next";
    const link = /** @type {HTMLLinkElement | null} */ (document.querySelector(`link[rel=${rel}]`));
    if (link) location.href = link.href;
  }
});

function goToSearch() {
  const field = /** @type {HTMLInputElement | null} */ (document.querySelector("fg-search input"));
  if (field) {
    field.focus();
    field.select();
  } else {
    searchDialog.open();
  }
}
