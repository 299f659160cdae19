// The shell's own source: imports go one way, and what crosses to the core has a name.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";

const SOURCE = join(import.meta.dirname, "../../pkg-template");
const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((name) => /^(?:src|testing)\/.*\.js$/.test(name));
/** Code without comments: types that a comment names are no imports. */
const codeOf = (text) => text.replace(/\/\*[^]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
const source = new Map(files.map((name) => [name, codeOf(readFileSync(join(SOURCE, name), "utf8"))]));

/** What a file imports at once, by its path in the folder. */
function importsOf(name, code) {
  const imports = code.matchAll(/^(?:import|export)\b(?!\s*\()[^;"]*?"(\.[^"]+\.js)";/gm);
  return [...imports].map(([, path]) => relative(SOURCE, join(SOURCE, dirname(name), path)));
}

/** The first circle in a graph; undefined where there is none. @param {Map<string, string[]>} graph */
function circleIn(graph) {
  const done = new Set();
  const path = [];
  const visit = (name) => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    path.push(name);
    for (const next of graph.get(name) ?? []) {
      const circle = visit(next);
      if (circle !== undefined) return circle;
    }
    path.pop();
    done.add(name);
    return undefined;
  };
  for (const name of graph.keys()) {
    const circle = visit(name);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

test("no two files of the shell import each other, be it by way of others", () => {
  const graph = new Map([...source].map(([name, code]) => [name, importsOf(name, code)]));
  assert.ok([...graph.values()].flat().length > 150, "imports are found");
  for (const name of [...graph.values()].flat()) assert.ok(graph.has(name), `${name} is a file`);
  assert.equal(circleIn(graph)?.join(" -> "), undefined);
});

test("a circle is found, and each form of import", () => {
  assert.deepEqual(circleIn(new Map([["a", ["b"]], ["b", ["c", "d"]], ["c", []], ["d", ["b"]]])), ["b", "d", "b"]);
  const code = 'import { a,\n b } from "./a.js";\nexport * from "../b.js";\nimport "./c.js";\nimport * as d from "./d.js";\nconst e = import("./e.js");\n';
  assert.deepEqual(importsOf("x/y.js", code), ["x/a.js", "b.js", "x/c.js", "x/d.js"]);
});

test("each number that crosses to the core, or comes back, has a name", () => {
  const bare = /\b(?:tell|detail|is|wake)\(\w+, -?\d|\b(?:quotas|names)\(-?\d|\bcase -?\d|\baction [!=]== -?\d/;
  for (const [name, code] of source) if (name.startsWith("src")) assert.doesNotMatch(code, bare, name);
  for (const wrong of ["engine.tell(id, 3)", "engine.quotas(-1, 0, now)", "names(2)", "case 4:", "action === 1"]) assert.match(wrong, bare);
});
