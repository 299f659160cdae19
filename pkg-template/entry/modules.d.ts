// What the bundler makes of files that are not JS.

/** The bytes of a module, as letters. */
declare module "#wasm/*" {
  const text: string;
  export default text;
}

/** The same bytes, compressed, in base64. */
declare module "#brotli/*" {
  const text: string;
  export default text;
}

/** What edge runtimes give for an imported `.wasm?module`. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

/** What workerd gives for an imported `.wasm`. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
