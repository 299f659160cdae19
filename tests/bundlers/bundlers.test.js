// @ts-check
// The packed package in each bundler, and what comes out in Chromium or workerd; and what two checkers of packages say.
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import test, { after, before } from "node:test";
import { publint } from "publint";
import { open, serve } from "../hosts/browsers.js";
import { startUpstream } from "../hosts/upstream.js";
import { lettersIn } from "../js/letters.js";
import { consumer, pack } from "../packaging/consumer.js";
import { workerOf } from "../runtimes/miniflare.js";
import { BUILDS, KNOW_URLS, tool } from "./builds.js";

// Inline scripts too: Parcel writes an import map into the page.
const CSP = "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src *";
const LIMIT = { timeout: 180_000 };
const EXPECTED = { flaky: [503, 200], kind: "not_found" };
/** @type {ReturnType<typeof consumer>} */
let installed;
/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;
let inlined = "";

before(async () => {
  installed = consumer();
  cpSync(join(import.meta.dirname, "app"), installed.folder, { recursive: true });
  inlined = lettersIn("pkg/explain.js").slice(1000, 5000);
  upstream = await startUpstream();
});
after(() => {
  upstream.stop();
  installed.remove();
});

for (const [bundler, build] of Object.entries(BUILDS)) {
  test(`${bundler} builds the package with no configuration, and Chromium runs what it made`, LIMIT, async (context) => {
    const out = join(installed.folder, `dist-${bundler}`);
    await build(installed.folder, out);
    const small = await run(context, out, "small");
    assert.deepEqual(small.told, { status: 200 });
    assert.ok(!small.served.some((text) => text.includes(inlined)), "who imports only fetchWithPolicy loads no explainer");
    const { told, served } = await run(context, out, "main");
    assert.ok(served.some((text) => text.includes(inlined)), "who explains does");
    assert.deepEqual(told, { ...EXPECTED, thrown: "forbidden" });
    if (KNOW_URLS.includes(bundler)) assert.deepEqual((await run(context, out, "url")).told, { status: 200, wasm: 1 });
  });
}

test("wrangler builds the package with no configuration, and workerd runs what it made", LIMIT, async (context) => {
  const out = join(installed.folder, "dist-wrangler");
  tool("wrangler", ["deploy", "worker.js", "--dry-run", "--name", "app", "--compatibility-date", "2026-07-01", "--outdir", out], installed.folder);
  const names = readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name));
  const files = names.map((name) => ({ path: join(out, name), contents: readFileSync(join(out, name)) }));
  const worker = await workerOf(files, out, "2026-07-01");
  context.after(() => worker.dispose());
  const response = await worker.dispatchFetch(`http://worker/?api=${encodeURIComponent(upstream.address)}`);
  assert.deepEqual(await response.json(), EXPECTED);
});

test("publint has nothing to say", LIMIT, async () => {
  const { messages } = await publint({ pkgDir: join(installed.folder, "node_modules/fetch-with-policy"), level: "suggestion", pack: false, strict: true });
  assert.deepEqual(messages, []);
});

test("are-the-types-wrong finds nothing but that require() gets an ES module", LIMIT, () => {
  const { tarball } = pack(installed.folder);
  // The package is ES modules alone; Node 20.19 and newer can require() them.
  const told = JSON.parse(tool("attw", [tarball, "--format", "json", "--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"], installed.folder));
  const problems = Object.values(told.problems ?? {}).flat().filter(({ kind }) => kind !== "CJSResolvesToESM");
  assert.deepEqual(problems, []);
});

/**
 * Runs an app in Chromium: by the page that the bundler made of it, or by a plain one around its script.
 * @param {import("node:test").TestContext} context
 * @param {string} out
 * @param {string} app
 */
async function run(context, out, app) {
  const page = app === "main" ? "index" : app;
  // webpack finds out where its files lie by the script's element, which a module has not.
  const kind = app === "url" ? "defer" : 'type="module"';
  const site = await serve((path) => {
    const made = join(out, path === "/" ? `${page}.html` : path);
    if (path === "/" && !existsSync(made)) return `<!doctype html><title>app</title><link rel="icon" href="data:,"><script ${kind} src="/${app}.js"></script>`;
    assert.ok(made.startsWith(out + sep));
    return readFileSync(made);
  }, CSP);
  context.after(site.stop);
  const stop = open("chromium", `${site.address}/?api=${encodeURIComponent(upstream.address)}`);
  try {
    return { told: await site.report("app", 30_000), served: site.served };
  } finally {
    await stop();
  }
}
