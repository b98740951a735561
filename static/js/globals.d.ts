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
