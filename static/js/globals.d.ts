/** What wasm-bindgen's glue defines (`--target no-modules`) once its script has run. */
declare const wasm_bindgen: {
  (init: { module_or_path: URL | string | BufferSource }): Promise<unknown>;
  /** `[canonical state, html, announcement, problem]` */
  draw(lab: string, id: string, state: string): string[];
};

/** The same of the search's module; JSON crosses the border. */
declare const wasm_search: {
  (init: { module_or_path: BufferSource }): Promise<unknown>;
  open(core: Uint8Array): string;
  give(name: string, file: Uint8Array): string;
  ask(query: string, kind: string, stage: number, limit: number): string;
};
