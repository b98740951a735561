/** What wasm-bindgen's glue defines (`--target no-modules`) once its script has run. */
declare const wasm_bindgen: {
  (init: { module_or_path: URL | string | BufferSource }): Promise<unknown>;
  /** `[canonical state, html, announcement, problem]` */
  draw(lab: string, id: string, state: string): string[];
  /** Whether a run printed what is recorded; `approx` is zero where numbers must be the same. */
  agrees(recorded: string, printed: string, unordered: boolean, approx: number): boolean;
  /** Runs a loop of the cost lab that often; the sum it gives back has no meaning. */
  cost_run(name: string, n: number, times: number): bigint;
};

/** A file of the engine, beside the script that is loaded when Run is first pressed. */
interface EngineFile {
  name: string;
  path: string;
  size: number;
  gz: boolean;
}

/** What the builder puts in front of that script. */
declare const engineManifest: {
  python: string;
  name: string;
  scripts: EngineFile[];
  files: EngineFile[];
  wheels: EngineFile[];
  licence?: string;
};

/** The same of the search's module; JSON crosses the border. */
declare const wasm_search: {
  (init: { module_or_path: BufferSource }): Promise<unknown>;
  open(core: Uint8Array): string;
  give(name: string, file: Uint8Array): string;
  ask(query: string, kind: string, stage: number, limit: number): string;
};

/** The same of the practice's module: a card is six numbers, see `wasm/src/practice/fsrs.rs`. */
declare const wasm_practice: {
  (init: { module_or_path: BufferSource }): Promise<unknown>;
  /** A card's numbers after each of the four grades, one behind the other. */
  grades(card: Float64Array, now: number): Float64Array;
  /** `[next, due, soon, new]`; `next` is -1 where there is none. */
  choose(cards: Float64Array, now: number, fresh: number, last: number): Int32Array;
  interval(milliseconds: number): string;
};
