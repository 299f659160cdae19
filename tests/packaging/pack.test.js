// @ts-check
// The tarball as npm would publish it: what is in it, what its manifest promises, and what bundlers make of it.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import test, { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { lettersIn } from "../js/letters.js";
import { consumer } from "./consumer.js";

const VALUES = [
  "CircuitOpenError",
  "HttpError",
  "PolicyError",
  "PolicyOptionError",
  "RateLimitError",
  "callRecord",
  "createExplainer",
  "createPolicy",
  "defaultPolicy",
  "defineCatalog",
  "defineMessages",
  "explain",
  "explainError",
  "explainResponse",
  "fetchWithPolicy",
  "formatExplanation",
  "initExplain",
  "initPolicy",
  "readQuotas",
];
/** @type {ReturnType<typeof consumer>} */
let installed;
let home = "";

before(() => {
  installed = consumer();
  home = join(installed.folder, "node_modules/fetch-with-policy");
});
after(() => installed.remove());

test("the tarball holds code, types, modules and licences, and nothing else", () => {
  const files = installed.files.filter((/** @type {string} */ name) => !/^((workerd|edge-light|messages|url)\/)?[\w-]+\.js(\.map)?$|^bin\/[\w-]+\.js\.map$|^messages\/[\w-]+\.d\.ts$/.test(name));
  assert.deepEqual(files, [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "bin/fetch-with-policy.js",
    "debug.d.ts",
    "devtools.d.ts",
    "explain.wasm",
    "index.d.ts",
    "opentelemetry.d.ts",
    "package.json",
    "policy.wasm",
    "profiles.d.ts",
    "share-durable-object.d.ts",
    "share-redis.d.ts",
    "share-tabs.d.ts",
    "share.d.ts",
    "state.d.ts",
    "static.d.ts",
    "testing.d.ts",
    "url.d.ts",
  ]);
});

test("each file that the manifest names is there, and the version is the crate's", () => {
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const named = (/** @type {unknown} */ value) => (typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(named));
  const paths = [manifest.main, manifest.module, manifest.types, manifest.bin, ...named(manifest.exports)];
  assert.ok(paths.length > 5);
  for (const path of paths) assert.ok(existsSync(join(home, path)), path);
  assert.match(readFileSync("Cargo.toml", "utf8"), new RegExp(`^version = "${manifest.version}"$`, "m"));
  assert.equal(manifest.dependencies, undefined, "nothing else is installed with it");
});

test("the main entry exports what the types declare", async () => {
  const entry = createRequire(join(installed.folder, "x.js")).resolve("fetch-with-policy");
  const exported = await import(pathToFileURL(entry).href);
  for (const name of VALUES) assert.equal(typeof exported[name], "function", name);
  const declared = [...readFileSync(join(home, "index.d.ts"), "utf8").matchAll(/^export (?:function|class|const) (\w+)/gm)].map(([, name]) => name);
  assert.deepEqual([...new Set(declared)].sort(), VALUES);
});

test("OpenTelemetry is asked for by its own entry alone, and is not installed with the package", () => {
  const manifest = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  assert.deepEqual(Object.keys(manifest.peerDependencies), ["@opentelemetry/api"]);
  assert.deepEqual(manifest.peerDependenciesMeta, { "@opentelemetry/api": { optional: true } });
  assert.ok(!existsSync(join(installed.folder, "node_modules/@opentelemetry")));
  const asking = installed.files.filter((/** @type {string} */ name) => name.endsWith(".js") && readFileSync(join(home, name), "utf8").includes("@opentelemetry"));
  assert.deepEqual(asking, ["node-opentelemetry.js", "opentelemetry.js"]);
});

test("each profile is exported by name and names its hosts", async () => {
  const profiles = await import(pathToFileURL(join(home, "profiles.js")).href);
  const written = readdirSync("pkg-template/profiles").map((name) => name.replace(".json", ""));
  assert.deepEqual(Object.keys(profiles).sort(), written.sort());
  for (const [name, profile] of Object.entries(profiles)) {
    assert.equal(profile.name, name);
    assert.ok(profile.hosts.length > 0, name);
  }
});

async function bundle(/** @type {string} */ code, /** @type {string[]} */ conditions = []) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: installed.folder },
    bundle: true,
    format: "esm",
    outdir: "out",
    conditions,
    loader: { ".wasm": "copy" },
    write: false,
  });
  return outputFiles;
}

const inlined = (/** @type {string} */ name) => lettersIn(join(home, `${name}.js`)).slice(1000, 5000);

test("a bundle that imports only the policy has no explainer in it, and the other way round", async () => {
  const [policy] = await bundle('import { fetchWithPolicy } from "fetch-with-policy"; fetchWithPolicy("/");');
  assert.ok(policy?.text.includes(inlined("policy")) && !policy.text.includes(inlined("explain")));
  const [explain] = await bundle('import { explain } from "fetch-with-policy"; explain(1);');
  assert.ok(explain?.text.includes(inlined("explain")) && !explain.text.includes(inlined("policy")));
});

test("a bundle that only formats has neither module in it", async () => {
  const [format] = await bundle('import { formatExplanation } from "fetch-with-policy"; formatExplanation({});');
  assert.ok(format?.text.includes("What happened"));
  assert.ok((format?.text.length ?? 0) < 20_000, "no module is inlined");
});

test("a bundle that explains has no lint and no texts of other languages in it", async () => {
  const [explainer] = await bundle('import { createExplainer } from "fetch-with-policy"; import de from "fetch-with-policy/messages/de"; createExplainer({ messages: de });');
  assert.ok(explainer?.text.includes(inlined("explain")) && explainer.text.includes("Erledigt.") && !explainer.text.includes("Listo."));
  assert.ok(!explainer.text.includes("holes that a template"));
  const [lint] = await bundle('import { defineCatalog } from "fetch-with-policy"; defineCatalog({});');
  assert.ok(lint?.text.includes("holes that a template"));
  const [plain] = await bundle('import { explain } from "fetch-with-policy"; explain(1);');
  assert.ok(!plain?.text.includes("RelativeTimeFormat"));
});

test("a bundle that uses one profile has no other, and one that uses nothing is empty", async () => {
  const [one] = await bundle('import { clever } from "fetch-with-policy/profiles"; console.log(clever);');
  assert.ok(one?.text.includes("clever") && !one.text.includes("unit21"));
  const [none] = await bundle('import { createPolicy, explain } from "fetch-with-policy";');
  assert.ok((none?.text.trim().length ?? 0) < 40, none?.text);
});

test("by /url the modules are named by address and not inlined, and a bundle with the simulator alone has no core in it", async () => {
  const [url] = await bundle('import { explain, fetchWithPolicy } from "fetch-with-policy/url"; console.log(explain, fetchWithPolicy);');
  for (const name of ["policy", "explain"]) {
    assert.ok(url?.text.includes(`new URL("../${name}.wasm", import.meta.url)`), name);
    assert.ok(!url?.text.includes(inlined(name)), name);
  }
  const [simulator] = await bundle('import { createSimulator } from "fetch-with-policy/testing"; createSimulator();');
  assert.ok((simulator?.text.length ?? 0) > 1000 && !/wasm/i.test(simulator?.text.replaceAll("wasm-unavailable", "") ?? ""));
});

test("for workerd the modules are imported as files, and nothing is inlined", async () => {
  const files = await bundle('import { explain, fetchWithPolicy } from "fetch-with-policy"; export default [explain, fetchWithPolicy];', ["workerd"]);
  const modules = files.filter(({ path }) => path.endsWith(".wasm")).map(({ contents }) => contents.length).sort();
  const expected = ["explain", "policy"].map((name) => readFileSync(join(home, `${name}.wasm`)).length).sort();
  assert.deepEqual(modules, expected);
  const code = files.find(({ path }) => path.endsWith(".js"))?.text ?? "";
  assert.ok(code.length > 0 && !code.includes(inlined("policy")) && !code.includes(inlined("explain")));
});
