// What the bundler makes of files that are not JS.

/** The bytes of a module, as base64. */
declare module "#wasm/*" {
  const base64: string;
  export default base64;
}

/** What workerd gives for an imported `.wasm`. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
