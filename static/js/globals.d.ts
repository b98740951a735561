/** What wasm-bindgen's glue defines (`--target no-modules`) once its script has run. */
declare const wasm_bindgen: {
  (init: { module_or_path: URL | string | BufferSource }): Promise<unknown>;
  /** `[canonical state, html, announcement, problem]` */
  draw(lab: string, id: string, state: string): string[];
  /** Runs a loop of the cost lab that often; the sum it gives back has no meaning. */
  cost_run(name: string, n: number, times: number): bigint;
};
