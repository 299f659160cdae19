// @ts-check
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Files as a server sends them, each compressed by itself. */
export const brotli = (/** @type {Uint8Array[]} */ files) =>
  sum(files, (file) => brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: file.length } }).length);
export const gzip = (/** @type {Uint8Array[]} */ files) => sum(files, (file) => gzipSync(file, { level: 9 }).length);
export const raw = (/** @type {Uint8Array[]} */ files) => sum(files, (file) => file.length);

function sum(/** @type {Uint8Array[]} */ files, /** @type {(file: Uint8Array) => number} */ size) {
  return files.reduce((total, file) => total + size(file), 0);
}
