// @ts-check
// Finishes the source maps of the package in the folder that is named: paths are those of the repository's package, modules that are
// inlined as text are left out, and code that was changed after esbuild wrote its map is mapped where it stands now.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** What `build.rs` puts into `shell.js`, behind `import(`. */
const COMMENT = "/* webpackIgnore: true *//* @vite-ignore */";
/** What it replaces in the files for Node. */
const [ERRORS, NODE] = ['"./errors.js"', '"./node.js"'];
/** What `share.rs` replaces in the entries that share quotas, and what it puts there. */
const [SOURCE, SHARED] = ['"../src/errors.js"', /"\.\/(workerd\/)?errors\.js"/];

const [folder = ""] = process.argv.slice(2);
const names = /** @type {string[]} */ (readdirSync(folder, { recursive: true })).sort();
for (const name of names.filter((name) => name.endsWith(".js.map"))) {
  const map = JSON.parse(readFileSync(join(folder, name), "utf8"));
  // A text is no source that anybody steps through.
  map.sourcesContent = map.sourcesContent.map((/** @type {string} */ content, /** @type {number} */ at) => (/\.(letters|brotli)$/.test(map.sources[at]) ? "" : content));
  map.sources = map.sources.map((/** @type {string} */ source) => source.replace(/^(\.\.\/)*((pkg-template|target\/npm)\/)?/, ""));
  write(name, map);
}
const shell = readFileSync(join(folder, "shell.js"), "utf8");
const at = shell.indexOf(COMMENT);
if (at < 0) throw new Error("shell.js lacks the comment that bundlers go by");
write("shell.js.map", shifted(read("shell.js.map"), shell, at, COMMENT.length));
for (const name of names.filter((name) => /^share[\w-]*\.js$/.test(name))) {
  const code = readFileSync(join(folder, name), "utf8");
  const { index, 0: text } = /** @type {RegExpExecArray} */ (SHARED.exec(code));
  write(`${name}.map`, shifted(read(`${name}.map`), code, index + SOURCE.length, text.length - SOURCE.length));
}
for (const name of names.filter((name) => /^node-[\w-]+\.js$/.test(name))) {
  const origin = basename(name).replace("node-", "");
  const code = readFileSync(join(folder, origin), "utf8");
  write(`${name}.map`, shifted(read(`${origin}.map`), code, code.indexOf(ERRORS) + ERRORS.length, NODE.length - ERRORS.length));
  const own = readFileSync(join(folder, name), "utf8");
  writeFileSync(join(folder, name), own.replace(`sourceMappingURL=${origin}.map`, `sourceMappingURL=${name}.map`));
}

/** @param {string} name */
function read(name) {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

/** @param {string} name @param {any} map */
function write(name, map) {
  writeFileSync(join(folder, name), JSON.stringify(map));
}

/**
 * The map of code from whose place `at` on all that is in its line moved by so many columns.
 * @param {any} map
 * @param {string} code
 * @param {number} at
 * @param {number} by
 */
function shifted(map, code, at, by) {
  const lines = map.mappings.split(";");
  const line = code.slice(0, at).split("\n").length - 1;
  const place = at - (code.lastIndexOf("\n", at - 1) + 1);
  const segments = lines[line].split(",");
  let column = 0;
  for (const [index, segment] of segments.entries()) {
    const [step, rest] = first(segment);
    column += step;
    if (column < place) continue;
    // Columns are counted from the segment before.
    segments[index] = encode(step + by) + rest;
    break;
  }
  lines[line] = segments.join(",");
  return { ...map, mappings: lines.join(";") };
}

/** The first number of a segment, in base64 VLQ, and what follows it. @param {string} segment @returns {[number, string]} */
function first(segment) {
  let [value, shift, at] = [0, 0, 0];
  for (;;) {
    const digit = DIGITS.indexOf(segment[at++] ?? "");
    value |= (digit & 31) << shift;
    shift += 5;
    if (digit < 32) break;
  }
  return [value & 1 ? -(value >> 1) : value >> 1, segment.slice(at)];
}

/** @param {number} number */
function encode(number) {
  let value = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = "";
  do {
    const digit = value & 31;
    value >>= 5;
    text += DIGITS[value > 0 ? digit | 32 : digit];
  } while (value > 0);
  return text;
}
