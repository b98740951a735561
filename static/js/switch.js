"use strict";

/** The theme: as the system has it, light or dark. */
class ThemeSwitch extends HTMLElement {
  /** @type {readonly ["system", "light", "dark"]} */
  static themes = ["system", "light", "dark"];

  connectedCallback() {
    if (this.firstChild) return;
    const button = make("button", { class: "bar-button", type: "button" });
    const say = () => {
      const now = this.now();
      button.title = `Theme: ${now}`;
      button.setAttribute("aria-label", `Theme: ${now}. Change it`);
      button.replaceChildren(icon(now));
    };
    button.addEventListener("click", () => {
      const { themes } = ThemeSwitch;
      const next = themes[(themes.indexOf(this.now()) + 1) % themes.length] ?? "system";
      if (next === "system") delete document.documentElement.dataset.theme;
      else document.documentElement.dataset.theme = next;
      store.set("theme", next === "system" ? null : next);
      say();
      announce(`Theme: ${next}`);
    });
    say();
    this.append(button);
  }

  /** @returns {"system" | "light" | "dark"} */
  now() {
    const theme = document.documentElement.dataset.theme;
    return theme === "light" || theme === "dark" ? theme : "system";
  }
}
customElements.define("fg-theme", ThemeSwitch);
