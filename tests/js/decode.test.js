// @ts-check
// What is inlined is the module, to the byte.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { bytesOf, decode } from "../../pkg-template/entry/inline/decode.js";
import { lettersIn, lettersLike } from "./letters.js";

for (const name of ["policy", "explain"]) {
  test(`the letters in ${name}.js are the bytes of ${name}.wasm`, () => {
    assert.ok(Buffer.from(decode(lettersIn(`pkg/${name}.js`))).equals(readFileSync(`pkg/${name}.wasm`)));
  });

  test(`each byte comes back from the letters of ${name}.js, next to each other one`, () => {
    const text = lettersIn(`pkg/${name}.js`);
    const bytes = Uint8Array.from({ length: 65_536 * 2 }, (_, n) => ((n & 1) === 0 ? n >> 9 : n >> 1));
    assert.ok(Buffer.from(bytesOf(lettersLike(text, bytes))).equals(bytes));
  });
}

test("no host, minifier or page escapes a letter", () => {
  assert.match(lettersIn("pkg/policy.js"), /^[^"$<\\`]+$/);
});
