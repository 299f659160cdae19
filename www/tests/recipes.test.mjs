// @ts-check
// What the generator makes of the files of recipes.
import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { writeRecipes } from "../build/recipes.mjs";

const make = (/** @type {Record<string, string>} */ files) => {
  const folder = mkdtempSync(join(tmpdir(), "recipes-"));
  mkdirSync(join(folder, "from"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, "from", name), text);
  const made = writeRecipes(join(folder, "from"), join(folder, "out"));
  const pages = Object.fromEntries(readdirSync(join(folder, "out")).map((name) => [name, readFileSync(join(folder, "out", name), "utf8")]));
  rmSync(folder, { recursive: true });
  return { ...made, pages };
};

test("without a file there is one page that says where to look", () => {
  for (const { pages, sidebar } of [make({}), { ...writeRecipes("/no/such/folder", join(tmpdir(), "recipes-none")), pages: undefined }]) {
    assert.equal(sidebar.length, 1);
    if (pages) assert.match(pages["index.md"] ?? "", /There is no recipe yet/);
  }
  rmSync(join(tmpdir(), "recipes-none"), { recursive: true });
});

test("a short first sentence is the title, the rest of the comment the text, and what follows the code", () => {
  const { pages, sidebar } = make({ "ky.mts": "// @ts-check\n// ky over a policy. Its `Retry<T>` is off,\n// its <timeout> too.\nimport ky from \"ky\";\n\n// Why.\nexport default ky;\n" });
  assert.deepEqual(sidebar[1], { text: "ky", link: "/recipes/ky" });
  const page = pages["ky.md"] ?? "";
  assert.match(page, /^# ky over a policy$/m);
  assert.match(page, /^Its `Retry<T>` is off,\nits &lt;timeout> too\.$/m);
  assert.match(page, /```ts\nimport ky from "ky";\n\n\/\/ Why\.\nexport default ky;\n```/);
});

test("a block comment is read as well; without a short sentence the title is the file's name", () => {
  const long = "word ".repeat(30).trim();
  const { pages } = make({ "p-map.mjs": `/**\n * ${long}.\n */\nexport {};\n`, "swr.ts": "export {};\n", "swr.test.ts": "test();", "notes.md": "x" });
  assert.deepEqual(Object.keys(pages).sort(), ["index.md", "p-map.md", "swr.md"]);
  assert.match(pages["p-map.md"] ?? "", new RegExp(`^# P map\\n\\n${long}\\.$`, "m"));
  assert.match(pages["swr.md"] ?? "", /^# Swr$/m);
});
