"use strict";
// The engine's side of the protocol (README.md beside this file): one worker answers `init` once, then any number of `run`s,
// each in a `__main__` of its own. `loadPyodide`, `createPyodideModule` and `pyodideLock` come from pyodide.js, which stands in front of this file.

(() => {
  /** Of a run's output this many characters are sent on; of the rest, lines are counted. */
  const MOST = 64 * 1024;

  /** @type {any} */
  let python = null;
  let runner = null;
  let index = 0;
  let sent = 0;
  let dropped = 0;
  let told = 0;
  /** @type {Uint8Array} what `input()` has yet to read */
  let typed = new Uint8Array();

  const post = self.postMessage.bind(self);

  /** Python writes bytes; a character may be cut in two. */
  const stream = (name) => {
    const decoder = new TextDecoder();
    return {
      isatty: false,
      write(bytes) {
        const text = decoder.decode(bytes, { stream: true });
        const room = Math.max(0, MOST - sent);
        sent += text.length;
        if (room > 0) post({ type: "output", index, stream: name, text: text.slice(0, room) });
        if (text.length > room) count(text.slice(room));
        return bytes.length;
      },
    };
  };

  /** @param {string} text that is not sent on */
  const count = (text) => {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) dropped += 1;
    const now = performance.now();
    if (now - told < 200) return;
    told = now;
    post({ type: "dropped", lines: dropped });
  };

  const stdin = {
    isatty: false,
    read(buffer) {
      const length = Math.min(buffer.length, typed.length);
      buffer.set(typed.subarray(0, length));
      typed = typed.subarray(length);
      return length;
    },
  };

  /** @param {{ files: Record<string, ArrayBuffer | WebAssembly.Module>, wheels: Record<string, ArrayBuffer> }} given */
  const init = async ({ files, wheels }) => {
    const module = files["pyodide.wasm"];
    // The loader asks for two files by their addresses; both are here already, and nothing else is to be had.
    WebAssembly.instantiateStreaming = async (_, imports) => ({ module, instance: await WebAssembly.instantiate(module, imports) });
    self.fetch = async (address) => {
      const path = String(address);
      if (path.endsWith("pyodide.asm.wasm")) return new Response();
      if (path.endsWith("python_stdlib.zip")) return new Response(files["stdlib.zip"]);
      throw new TypeError(`the engine fetches nothing: ${path}`);
    };
    python = await loadPyodide({
      createPyodideModule,
      indexURL: "engine:///",
      lockFileContents: pyodideLock,
      env: { HOME: "/home/reader", PYTHONHASHSEED: "0", NO_COLOR: "1", TZ: "UTC", LC_ALL: "C.UTF-8" },
      jsglobals: {},
      checkAPIVersion: false,
    });
    const extractDir = python.runPython("import sys; next(path for path in sys.path if path.endswith('site-packages'))");
    for (const bytes of Object.values(wheels)) python.unpackArchive(bytes, "wheel", { extractDir });
    python.setStdout(stream("out"));
    python.setStderr(stream("err"));
    python.setStdin(stdin);
    runner = python.runPython(new TextDecoder().decode(files["runner.py"]), { filename: "<runner>" });
    post({ type: "ready" });
  };

  /** @param {{ snippets: { source: string, name: string, kind: string }[], input: string }} given */
  const run = ({ snippets, input }) => {
    typed = new TextEncoder().encode(input);
    runner.begin(snippets.at(-1)?.name ?? "main.py");
    for (index = 0; index < snippets.length; index += 1) {
      const { source, name, kind } = snippets[index];
      sent = dropped = told = 0;
      const report = JSON.parse(runner.run(source, name, kind));
      post({ type: "done", index, dropped, ...report });
    }
  };

  self.onmessage = async ({ data }) => {
    try {
      if (data.type === "init") await init(data);
      else if (data.type === "run") run(data);
    } catch (error) {
      // Python's own errors are reports; what arrives here has ended the interpreter.
      post({ type: "died", index, dropped, why: String(error?.message ?? error) });
    }
  };
})();
