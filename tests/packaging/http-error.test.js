// @ts-check
// An HttpError's explanation, by what else the application imports. Bundled, since unbundled all of the package is there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { lettersIn } from "../js/letters.js";
import { consumer } from "./consumer.js";

const CALL = `
  const fetch = async () => new Response('{"message":"No such item"}', { status: 404, headers: { "content-type": "application/json" } });
  const error = await createPolicy({ fetch, retry: false, throwHttpErrors: true }).fetch("https://api.example/").catch((error) => error);
  const tell = ({ id, kind, api }) => [id, kind, api.message ?? null];`;
const TELL = 'console.log(JSON.stringify([tell(error.explanation), tell(await error.explain()), await error.response.text()]));';
const FALLBACK = ["fallback.not_found", "not_found", null];
const WHOLE = ["http.404", "not_found", "No such item"];
const BODY = '{"message":"No such item"}';
/** @type {ReturnType<typeof consumer>} */
let installed;
/** A stretch of the explainer's module. */
let part = "";
let count = 0;

before(() => {
  installed = consumer();
  part = lettersIn(join(installed.folder, "node_modules/fetch-with-policy/explain.js")).slice(1000, 5000);
});
after(() => installed.remove());

/** Bundles and runs a script; returns its output, and whether the explainer is among the files that are loaded at once. */
async function run(/** @type {string} */ code, splitting = false) {
  const out = join(installed.folder, `out-${++count}`);
  await build({ stdin: { contents: code, resolveDir: installed.folder }, bundle: true, format: "esm", splitting, minify: true, outdir: out, logLevel: "error" });
  writeFileSync(join(out, "package.json"), '{ "type": "module" }');
  const told = JSON.parse(execFileSync(process.execPath, [join(out, "stdin.js")], { encoding: "utf8" }));
  // esbuild writes a file for each import(), of code that it leaves out, too; what counts is what can be reached.
  const reached = new Set(["stdin.js"]);
  for (const name of reached) for (const other of readdirSync(out)) if (readFileSync(join(out, name), "utf8").includes(`"./${other}"`)) reached.add(other);
  const holds = [...reached].filter((name) => readFileSync(join(out, name), "utf8").includes(part));
  return { told, holds };
}

test("who imports only the policy has no explainer in any file, and an HttpError says what its status means", async () => {
  for (const splitting of [false, true]) {
    const { told, holds } = await run(`import { createPolicy } from "fetch-with-policy"; ${CALL} ${TELL}`, splitting);
    assert.deepEqual({ told, holds }, { told: [FALLBACK, FALLBACK, BODY], holds: [] });
  }
});

test("who imports explain, explainResponse or createExplainer has whole explanations, also without giving `explainer`", async () => {
  for (const name of ["explain", "explainResponse", "createExplainer"]) {
    const { told, holds } = await run(`import { createPolicy, ${name} } from "fetch-with-policy"; globalThis.used = ${name}; ${CALL} ${TELL}`);
    assert.deepEqual({ told, holds }, { told: [WHOLE, WHOLE, BODY], holds: ["stdin.js"] });
  }
});

for (const folder of ["", "url/"]) {
  // By the files of an entry, since esbuild splits a file off only where nothing else names it.
  const alone = (/** @type {string} */ file) => JSON.stringify(pathToFileURL(join(installed.folder, "node_modules/fetch-with-policy", folder, file)).href);

  test(`./${folder}: an explainer that is loaded after the error explains it, by its response or by its status alone`, () => {
    const code = `const { createPolicy, initPolicy } = await import(${alone("policy.js")}); await initPolicy?.(); ${CALL}
      const { explain, initExplain } = await import(${alone("explain.js")}); await initExplain?.();
      console.log(JSON.stringify([tell(error.explanation), tell(explain(error)), tell(await error.explain()), await error.response.text()]));`;
    const told = JSON.parse(execFileSync(process.execPath, ["--input-type=module", "--eval", code], { encoding: "utf8" }));
    assert.deepEqual(told, [FALLBACK, ["http.404", "not_found", null], WHOLE, BODY]);
  });
}
