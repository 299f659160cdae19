// @ts-check
import { brotliCompressSync } from "node:zlib";
import * as vite from "vite";

/**
 * Builds the page of a folder; returns the bytes of the scripts that it loads without an `import()`, compressed one by one.
 * @param {string} root with an index.html
 * @param {string} outDir
 * @returns {Promise<number>}
 */
export async function buildPage(root, outDir) {
  const built = await vite.build({ root, base: "./", logLevel: "error", configFile: false, build: { outDir, emptyOutDir: true } });
  const chunks = /** @type {any[]} */ (/** @type {any} */ (built).output).filter(({ type }) => type === "chunk");
  const files = new Set(chunks.filter(({ isEntry }) => isEntry).map(({ fileName }) => fileName));
  // The loop also visits items that it adds to the Set.
  for (const file of files) for (const name of chunks.find(({ fileName }) => fileName === file).imports) files.add(name);
  return chunks.filter(({ fileName }) => files.has(fileName)).reduce((sum, { code }) => sum + brotliCompressSync(code).length, 0);
}
