"use strict";

/** A block of code: adds a button that copies it, and Run where it can be run. */
class CodeBlock extends HTMLElement {
  connectedCallback() {
    const code = this.querySelector("code");
    if (!code || this.querySelector(".code-copy")) return;
    const button = make("button", { class: "code-copy", type: "button" }, icon("copy"), make("span", {}, "Copy"));
    button.addEventListener("click", () => {
      const edited = /** @type {HTMLTextAreaElement | null} */ (this.querySelector(".run-area"));
      copy(edited?.value ?? code.textContent ?? "", button);
    });
    this.append(button);
    if (this.dataset.run !== undefined) runBar(this);
  }

  /** What still runs has nobody left to show its output to. */
  disconnectedCallback() {
    if (!this.isConnected && typeof RunSnippet !== "undefined") RunSnippet.all.get(this)?.stop("");
  }
}
customElements.define("fg-code", CodeBlock);
