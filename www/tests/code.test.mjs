// @ts-check
// Every block of code of the README, the site's pages and the examples in the types compiles under TypeScript strict; those marked
// "run" are run. The recipes are compiled and run by tests of their own, blocks of Rust by rustdoc.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { before } from "node:test";
import { transformSync } from "esbuild";

const OUT = "target/site-code";
const DOCS = "www/docs";
/** Generated: the types' signatures, responses of APIs, the recipes. */
const GENERATED = /^(changes|errors|recipes|reference)\b/;
/** What examples in the types leave out. */
const AROUND = `
declare const url: string, signal: AbortSignal, error: unknown, response: Response, element: HTMLElement, worker: Worker;
declare const policy: import("fetch-with-policy").Policy, acme: import("fetch-with-policy").Catalog;
declare function useSyncExternalStore<T>(subscribe: (listener: () => void) => () => void, get: () => T): T;
declare function signIn(): Promise<string>;
declare function refresh(): Promise<string>;
declare function assert(condition: boolean): void;
declare const simulator: import("fetch-with-policy/testing").Simulator;
declare const vi: any;
`;
/** The names of the package. */
const NAMES = ["callRecord", "createExplainer", "createPolicy", "defaultPolicy", "defineCatalog", "defineMessages", "explain", "explainError", "explainResponse", "fetchWithPolicy", "formatExplanation", "HttpError", "readQuotas"];
/** Modules that are not installed here. */
const AMBIENT = 'declare module "vitest" { export const expect: any, test: any, vi: any }\ndeclare module "ioredis" { const Redis: any; export default Redis; }\ndeclare module "cloudflare:workers" { export const env: any; export class DurableObject {} }\ndeclare const Bun: any, Deno: any;\ndeclare module "*/errors-page.js" {}\ndeclare module "*/cdn.js" { export * from "fetch-with-policy" }\n';

/** @typedef {{ file: string, at: number, kind: string, code: string, prelude: string, isRun: boolean }} Block */

const pages = ["README.md", ...written()].flatMap((file) => blocksOf(file, readFileSync(file, "utf8")));
const examples = readdirSync("pkg-template").filter((name) => name.endsWith(".d.ts")).flatMap((name) => examplesOf(join("pkg-template", name)));
const isCode = (/** @type {Block} */ { kind }) => kind === "ts" || kind === "js";

before(() => {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
});

test("every block of code compiles, strictly", () => {
  const all = [...pages.filter(isCode), ...examples];
  assert.ok(all.length >= 60, `${all.length} blocks`);
  const files = all.map((block, n) => {
    const name = `${n}-${block.file.replace(/\W+/g, "-")}.ts`;
    writeFileSync(join(OUT, name), `${block.code}\n\n${block.prelude}\nexport {};\n`);
    return name;
  });
  writeFileSync(join(OUT, "ambient.d.ts"), AMBIENT);
  const compilerOptions = { strict: true, noEmit: true, target: "es2022", lib: ["es2023", "dom", "dom.iterable"], module: "esnext", moduleResolution: "bundler", resolveJsonModule: true, skipLibCheck: true, types: ["node"] };
  writeFileSync(join(OUT, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["ambient.d.ts", ...files] }));
  const { status, stdout } = spawnSync("node_modules/.bin/tsc", ["--project", OUT, "--pretty", "false"], { encoding: "utf8" });
  const named = stdout.replace(/(?:target\/site-code\/)?(\d+)-[\w-]+\.ts\((\d+)/g, (_, n, line) => `${all[n]?.file}:${(all[n]?.at ?? 0) + Number(line)} (`);
  assert.equal(status, 0, named);
});

for (const { file, at, code } of pages.filter(({ isRun }) => isRun)) {
  test(`${file}:${at} runs`, () => {
    const path = join(OUT, `run-${file.replace(/\W+/g, "-")}-${at}.mjs`);
    writeFileSync(path, transformSync(code, { loader: "ts", format: "esm" }).code);
    execFileSync(process.execPath, [path], { timeout: 60_000, stdio: ["ignore", "ignore", "pipe"] });
  });
}

test("the commands that pages name are there", () => {
  const usage = readFileSync("xtask/src/main.rs", "utf8");
  const named = new Set(["README.md", ...written()].flatMap((file) => [...readFileSync(file, "utf8").matchAll(/cargo xtask ([a-z]+)/g)].map(([, word]) => word)));
  assert.ok(named.size >= 5);
  for (const word of named) assert.ok(usage.includes(`cargo xtask ${word}`), `cargo xtask ${word}`);
});

test("blocks are of kinds that somebody checks or that are no code", () => {
  for (const { kind, file, at } of pages) assert.ok(["js", "ts", "sh", "text", "http", "rust,no_run"].includes(kind), `${file}:${at} ${kind}`);
});

function written() {
  return /** @type {string[]} */ (readdirSync(DOCS, { recursive: true })).filter((name) => name.endsWith(".md") && !GENERATED.test(name)).sort().map((name) => join(DOCS, name));
}

/** The fenced blocks of a page, each with what its comments say. @param {string} file @param {string} text @returns {Block[]} */
function blocksOf(file, text) {
  const pattern = /((?:<!--(?:(?!-->)[\s\S])*-->\s*)*)^```([\w,]+)\n([\s\S]*?)^```/gm;
  return [...text.matchAll(pattern)].map(({ 1: comments = "", 2: kind = "", 3: code = "", index }) => ({
    file,
    at: text.slice(0, index + comments.length).split("\n").length,
    kind,
    code,
    prelude: /<!-- prelude\n([\s\S]*?)-->/.exec(comments)?.[1] ?? "",
    isRun: /<!-- run -->/.test(comments),
  }));
}

/** The examples in a file of types: the names of the package are imported where they do not do it themselves. @param {string} file @returns {Block[]} */
function examplesOf(file) {
  const text = readFileSync(file, "utf8");
  return [...text.matchAll(/^( *)\* ```js\n([\s\S]*?)^ *\* ```/gm)].map(({ 2: body = "", index }) => {
    const code = body.replace(/^ *\* ?/gm, "");
    return { file, at: text.slice(0, index).split("\n").length, kind: "js", code, prelude: around(code), isRun: false };
  });
}


/** @param {string} code */
function around(code) {
  const isOwn = (/** @type {string} */ name) => new RegExp(`(import [^;]*|const \\{[^}]*|(const|let|function) |declare function )\\b${name}\\b`).test(code);
  const isUsed = (/** @type {string} */ name) => new RegExp(`(?<![.\\w])${name}\\b`).test(code) && !isOwn(name);
  const imports = NAMES.filter(isUsed);
  const more = [
    imports.length > 0 ? `import { ${imports.join(", ")} } from "fetch-with-policy";` : "",
    isUsed("createSimulator") ? 'import { createSimulator } from "fetch-with-policy/testing";' : "",
    isUsed("logger") ? 'import { logger } from "fetch-with-policy/debug";' : "",
    isUsed("watchQuotas") ? 'import { watchQuotas } from "fetch-with-policy/state";' : "",
    isUsed("callStore") ? 'import { callStore } from "fetch-with-policy/state";' : "",
    isUsed("telemetry") ? 'import { telemetry } from "fetch-with-policy/opentelemetry";' : "",
  ];
  const declared = AROUND.split("\n").flatMap((line) => {
    const [, start = "", list = ""] = /^(declare const )(.*);$/.exec(line) ?? [];
    if (!start) return /function (\w+)/.exec(line)?.[1] && isUsed(/function (\w+)/.exec(line)?.[1] ?? "") ? [line] : [];
    return list.split(/, (?=\w+:)/).filter((part) => isUsed(part.split(":")[0] ?? "")).map((part) => `${start}${part};`);
  });
  return [...more, ...declared].join("\n");
}
