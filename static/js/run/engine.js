"use strict";
// The Python behind Run: fetched once, then a worker for each run and a spare one that waits. The protocol between page
// and worker is in static/python/README.md.

/**
 * What a worker says.
 * @typedef {{ type: "ready" }
 *   | { type: "output", index: number, stream: "out" | "err", text: string }
 *   | { type: "dropped", lines: number }
 *   | { type: "done", index: number, dropped: number, raised: string[], last: string, line: number | null, traceback: string }
 *   | { type: "died", index: number, dropped: number, why: string }} EngineMessage
 */

/** The folder that this script came from, with a slash at its end; the engine's files are beside it. */
const engineFolder = (() => {
  const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  return (script?.dataset.src ?? script?.src ?? "").replace(/[^/]*$/, "");
})();

/** A spare worker of a page that nobody looks at is let go after this many milliseconds. */
const ENGINE_IDLE = 5 * 60 * 1000;

const engine = {
  /** @type {Promise<{ script: string, given: { type: "init", files: Record<string, unknown>, wheels: Record<string, unknown> } }> | null} */
  parts: null,
  /** @type {Promise<Worker> | null} */
  spare: null,
  idle: 0,

  /**
   * A worker that is ready for a run; it is the caller's to end.
   * @param {(loaded: number, all: number) => void} tell bytes, while the engine is fetched
   * @returns {Promise<Worker>}
   */
  async take(tell) {
    const waiting = this.spare ?? this.boot(tell);
    this.spare = null;
    return waiting;
  },

  /** Gets the next worker ready; one that fails to start says so when it is wanted. */
  prepare() {
    if (document.hidden) return;
    this.spare ??= this.boot(() => {});
    this.spare.catch(() => (this.spare = null));
  },

  /** Lets the spare worker go. */
  release() {
    this.spare?.then((worker) => worker.terminate()).catch(() => {});
    this.spare = null;
  },

  /**
   * @param {(loaded: number, all: number) => void} tell
   * @returns {Promise<Worker>}
   */
  async boot(tell) {
    this.parts ??= loadEngine(tell).catch((error) => {
      this.parts = null;
      throw error;
    });
    const { script, given } = await this.parts;
    const worker = new Worker(script);
    return new Promise((done, fail) => {
      worker.onmessage = ({ data }) => {
        if (data.type === "ready") done(worker);
        else if (data.type === "died") fail(new Error(data.why));
      };
      worker.onerror = (event) => fail(new Error(event.message || "the worker could not start"));
      worker.postMessage(given);
    });
  },
};

document.addEventListener("visibilitychange", () => {
  clearTimeout(engine.idle);
  if (document.hidden) engine.idle = setTimeout(() => engine.release(), ENGINE_IDLE);
});

/**
 * Fetches all files at once: scripts as text, programs compiled on their way, everything else as bytes.
 * @param {(loaded: number, all: number) => void} tell
 */
async function loadEngine(tell) {
  const { scripts, files, wheels } = engineManifest;
  const all = [...scripts, ...files, ...wheels].reduce((sum, { size }) => sum + size, 0);
  let loaded = 0;
  const count = (/** @type {number} */ bytes) => tell(Math.min((loaded += bytes), all), all);
  /** @param {EngineFile} file */
  const read = async (file) => {
    const response = await unpacked(file, await engineStream(file), count);
    if (file.name.endsWith(".wasm")) return WebAssembly.compileStreaming(response);
    return response.arrayBuffer();
  };
  /** @param {EngineFile[]} list */
  const record = async (list) => Object.fromEntries(await Promise.all(list.map(async (file) => [file.name, await read(file)])));
  const [texts, given, unzipped] = await Promise.all([
    Promise.all(scripts.map(async (file) => (await unpacked(file, await engineStream(file), count)).blob())),
    record(files),
    record(wheels),
  ]);
  const script = URL.createObjectURL(new Blob(texts.flatMap((text) => [text, "\n"]), { type: "text/javascript" }));
  return { script, given: { type: /** @type {const} */ ("init"), files: given, wheels: unzipped } };
}

/**
 * @param {EngineFile} file
 * @returns {Promise<ReadableStream<Uint8Array>>}
 */
async function engineStream({ path }) {
  try {
    return await streamFile(engineFolder + path);
  } catch (error) {
    if (location.protocol === "file:") throw new Error("from a file, Python runs in the guide's export only");
    throw error;
  }
}

/**
 * The bytes of a file, inflated. A server may have inflated them on their way, so that their first bytes decide.
 * @param {EngineFile} file
 * @param {ReadableStream<Uint8Array>} stream
 * @param {(bytes: number) => void} count
 * @returns {Promise<Response>}
 */
async function unpacked(file, stream, count) {
  const reader = stream.getReader();
  const first = await reader.read();
  const whole = new ReadableStream({
    start: (out) => pass(first, out),
    pull: async (out) => pass(await reader.read(), out),
  });
  /**
   * @param {ReadableStreamReadResult<Uint8Array>} chunk
   * @param {ReadableStreamDefaultController} out
   */
  function pass({ done, value }, out) {
    if (done) return out.close();
    count(value.length);
    out.enqueue(value);
  }
  const packed = file.gz && first.value?.[0] === 0x1f && first.value[1] === 0x8b;
  const type = file.name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
  return new Response(packed ? whole.pipeThrough(new DecompressionStream("gzip")) : whole, { headers: { "content-type": type } });
}
