// @ts-check
// The letters that a module is inlined as (xtask/src/letters.rs), looked at from outside.
import { readFileSync } from "node:fs";

/**
 * The letters in a file of the package.
 * @param {string} file
 */
export function lettersIn(file) {
  const text = /"([ !#-~]{50000,})"/.exec(readFileSync(file, "utf8"))?.[1];
  if (text === undefined) throw new Error(`${file} holds no module`);
  return text;
}

/**
 * Other bytes, by the table that a text begins with.
 * @param {Uint8Array} bytes
 * @param {string} text
 */
export function lettersLike(text, bytes) {
  const letters = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)).filter((letter) => !'"$<\\`'.includes(letter));
  const isPair = Array.from(text.slice(0, 256), (letter) => letter === letters[0]);
  const prefixes = letters.length - isPair.filter((pair) => !pair).length;
  let [single, pair] = [prefixes, 0];
  const codes = isPair.map((two) => (two ? `${letters[Math.floor(pair / letters.length)]}${letters[pair++ % letters.length]}` : `${letters[single++]}`));
  return text.slice(0, 256) + Array.from(bytes, (byte) => codes[byte]).join("");
}
