// What the bundler makes of files that are not JS.

/** The bytes of a module, in hexadecimal. */
declare module "#wasm/*" {
  const hex: string;
  export default hex;
}

/** The same, compressed, in base64. */
declare module "#brotli/*" {
  const text: string;
  export default text;
}

/** What workerd gives for an imported `.wasm`. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
