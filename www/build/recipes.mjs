// @ts-check
/** Pages of recipes, from the files of examples/recipes, which the tests run: a title, the comment at the top, the code. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FROM = fileURLToPath(new URL("../../examples/recipes", import.meta.url));
const OUT = fileURLToPath(new URL("../docs/recipes", import.meta.url));
const KINDS = new Set([".js", ".mjs", ".jsx", ".ts", ".mts", ".tsx"]);
const PROGRAMS = "Three whole programs stand in the repository: `examples/page`, a page with React and TanStack Query; `examples/worker-hono`, a Cloudflare Worker with Hono; `examples/sync`, a sync of many records in Node that can be stopped and goes on.";
const EMPTY = "There is no recipe yet. [Use it under an SDK](../guides/clients.md) names the option that each client takes.";

/** Writes the pages of the files in `from` to `out`, and gives their number and their sidebar. */
export function writeRecipes(from = FROM, out = OUT) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const names = existsSync(from) ? readdirSync(from).filter((name) => KINDS.has(extname(name)) && !/\.(test|spec|d)\./.test(name)) : [];
  const recipes = names.sort().map((name) => ({ name, file: name.replace(/\.\w+$/, ""), ...read(readFileSync(join(from, name), "utf8"), name) }));
  for (const { name, file, title, text, code } of recipes) {
    const page = `---\ntitle: ${JSON.stringify(title.replaceAll("`", ""))}\n---\n\n# ${title}\n\n${text}\n\n\`\`\`${extname(name).replace(/^\.m?/, "")}\n${code}\n\`\`\`\n\nThe file is \`examples/recipes/${name}\`; the tests run it.\n`;
    writeFileSync(join(out, `${file}.md`), page);
  }
  const list = recipes.map(({ file, title, text }) => `- [${title}](./${file}.md)${text ? `: ${sentence(text)}` : ""}`).join("\n");
  const intro = "How to use the package with other libraries and hosts, and what to switch off in them. Each recipe is a file that the tests run.";
  writeFileSync(join(out, "index.md"), `---\ntitle: Recipes\n---\n\n# Recipes\n\n${intro}\n\n${list ? `${list}\n\n${PROGRAMS}` : EMPTY}\n`);
  const sidebar = [{ text: "All recipes", link: "/recipes/" }, ...recipes.map(({ file, title }) => ({ text: title.replace(/ over a policy\b.*/, "").replaceAll("`", ""), link: `/recipes/${file}` }))];
  return { pages: 1 + recipes.length, sidebar };
}

/**
 * The parts of a recipe. Its title is the first sentence of the comment if that is short, else the file's name.
 * @param {string} source @param {string} name
 */
export function read(source, name) {
  const body = source.replace(/^#!.*\n/, "").replace(/^(\s*\/\/ @ts-\w+[^\n]*\n|\s*\/\/\/[^\n]*\n)+/, "");
  const block = /^\s*\/\*\*?([\s\S]*?)\*\/\n?/.exec(body);
  const lines = block ? undefined : /^\s*((?:\/\/[^\n]*\n)+)/.exec(body);
  const raw = block ? (block[1] ?? "").replace(/^[ \t]*\*? ?/gm, "") : (lines?.[1] ?? "").replace(/^\/\/ ?/gm, "");
  const code = body.slice((block ?? lines)?.[0].length ?? 0).trim();
  const comment = raw.replace(/^@module.*$|^@file(overview)? ?/gm, "").trim();
  const [, first = ""] = /^([^\n]{1,70}?)[.:](?=\s|$)/.exec(comment) ?? [];
  const title = (first || nameOf(name)).replace(/^#+ /, "");
  return { title: escape(title), text: escape(comment.slice(first.length).replace(/^[.:]\s*/, "")), code };
}

/** @param {string} name */
function nameOf(name) {
  const words = name.replace(/\.\w+$/, "").replaceAll("-", " ");
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
}

/** @param {string} text */
function sentence(text) {
  return (/^[\s\S]*?[.:](?=\s|$)/.exec(text)?.[0] ?? text).replace(/\s+/g, " ").replace(/:$/, ".");
}

/** Vue reads tags and braces in Markdown; code spans are left alone. @param {string} text */
function escape(text) {
  return text
    .split(/(`[^`]*`)/)
    .map((part, at) => (at % 2 === 1 ? part : part.replace(/</g, "&lt;").replaceAll("{{", "&#123;&#123;")))
    .join("");
}
