// Draws the states on standard input, `lab state` a line, with the module of the pages: see labs.rs. Prints milliseconds of the
// first drawing by a module that was just compiled, and of the best of several.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const [glue, module, rounds] = process.argv.slice(2);
const bytes = readFileSync(module);
const compiled = () => {
  const bindings = runInThisContext(`(() => { ${readFileSync(glue, "utf8")}\nreturn wasm_bindgen; })()`);
  bindings.initSync({ module: new WebAssembly.Module(bytes) });
  return bindings;
};

/** @param {any} bindings @param {string} lab @param {string} state */
function took(bindings, lab, state) {
  const start = performance.now();
  const [, html, , problem] = bindings.draw(lab, "lab", state);
  const time = performance.now() - start;
  if (problem || !html) throw new Error(`${lab} ${state.slice(0, 100)}: ${problem}`);
  return time;
}

const warm = compiled();
for (const line of readFileSync(0, "utf8").split("\n").filter(Boolean)) {
  const blank = line.indexOf(" ");
  const [lab, state] = [line.slice(0, blank), line.slice(blank + 1)];
  const first = took(compiled(), lab, state);
  const best = Math.min(...Array.from({ length: Number(rounds) }, () => took(warm, lab, state)));
  console.log(`${first.toFixed(3)} ${best.toFixed(3)}`);
}
