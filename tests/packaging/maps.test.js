// @ts-check
// Source maps: beside each bundle, whole, and true, also where the build changed the code after its map was written.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { SourceMap } from "node:module";
import { basename, dirname, join } from "node:path";
import test from "node:test";

const PKG = "pkg";
const files = /** @type {string[]} */ (readdirSync(PKG, { recursive: true })).filter((name) => name.endsWith(".js"));
/** Data, and a line that only names another file. */
const UNMAPPED = /^(messages\/|profiles\.js|static\.js|(workerd|edge-light)\/url\.js)/;

test("each bundle names a map beside it, with the text of each source and no path of a machine", () => {
  let maps = 0;
  for (const name of files.filter((name) => !UNMAPPED.test(name))) {
    const code = readFileSync(join(PKG, name), "utf8");
    const named = /^\/\/# sourceMappingURL=(.*)$/m.exec(code)?.[1];
    assert.equal(named, `${basename(name)}.map`, name);
    const map = JSON.parse(readFileSync(join(PKG, dirname(name), `${named}`), "utf8"));
    assert.ok(map.sources.length > 0 && map.sources.length === map.sourcesContent.length, name);
    for (const [at, source] of map.sources.entries()) {
      assert.match(source, /^(src|entry|url|testing|share|bin|bind|[a-z]+\.(letters|brotli|lua))(\/|$)/, `${name}: ${source}`);
      const origin = ["pkg-template", "target/npm"].map((folder) => join(folder, source)).find(existsSync) ?? assert.fail(source);
      assert.equal(map.sourcesContent[at], /\.(letters|brotli)$/.test(source) ? "" : readFileSync(origin, "utf8"), `${name}: ${source}`);
    }
    maps++;
  }
  assert.ok(maps > 40, `${maps} maps`);
  for (const name of files.filter((name) => UNMAPPED.test(name))) assert.ok(!existsSync(join(PKG, `${name}.map`)), name);
});

/** Texts that stand once in a bundle and once in one source: in front of what the build changed, and behind it. */
for (const [name, texts] of /** @type {[string, [string, string][]][]} */ ([
  ["shell.js", [["?retry=", "src/page.js"], [" instead of ", "src/page.js"], ["degraded", "src/early.js"]]],
  ["node-state.js", [["a policy", "src/state.js"]]],
  ["node-debug.js", [["its API hides its headers", "src/debug.js"]]],
  ["node-devtools.js", [["there is no page", "src/devtools.js"]]],
])) {
  test(`a place of the code is that of its source: ${name}`, () => {
    const code = readFileSync(join(PKG, name), "utf8");
    const payload = JSON.parse(readFileSync(join(PKG, `${name}.map`), "utf8"));
    const map = new SourceMap(payload);
    for (const [text, source] of texts) {
      const at = code.indexOf(text);
      assert.ok(at > 0 && code.indexOf(text, at + 1) < 0, `${text} stands once`);
      const line = code.slice(0, at).split("\n").length - 1;
      const column = at - (code.lastIndexOf("\n", at) + 1);
      const entry = /** @type {any} */ (map.findEntry(line, column));
      assert.equal(entry.originalSource, source, text);
      const origin = payload.sourcesContent[payload.sources.indexOf(source)].split("\n");
      // The literal begins at the mapped place, or a little before the text within it.
      const from = `${origin[entry.originalLine]}`.slice(entry.originalColumn);
      assert.ok(from.includes(text), `${text}: ${from}`);
      assert.match(`${code.split("\n")[line]?.[entry.generatedColumn]}`, /["'`}]/, `${text}: a literal, or a piece of one, begins at the mapped column`);
    }
  });
}

test("a stack of Node names the source", () => {
  const run = 'import("fetch-with-policy").then(({ createPolicy }) => createPolicy({ x: 1 })).catch(({ stack }) => console.log(stack))';
  const stack = execFileSync(process.execPath, ["--enable-source-maps", "--eval", run], { encoding: "utf8" });
  const line = readFileSync("pkg-template/src/check-options.js", "utf8").split("\n").findIndex((text) => text.includes("new PolicyOptionError(front + key, UNKNOWN")) + 1;
  assert.match(stack, new RegExp(`src/check-options\\.js:${line}:`));
});
