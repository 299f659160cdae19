import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFile, mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const SERVE = fileURLToPath(new URL("../serve.mjs", import.meta.url));
const BUILT = fileURLToPath(new URL("../../../pkg", import.meta.url));
let folder, server, origin, printed = "";

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "demo-"));
  await mkdir(join(folder, "pkg"));
  await mkdir(join(folder, "uplot", "dist"), { recursive: true });
  await writeFile(join(folder, "pkg", "index.js"), "export {};");
  for (const name of ["testing.js", "errors.js", "policy-errors.js"]) await copyFile(join(BUILT, name), join(folder, "pkg", name));
  await writeFile(join(folder, "secret.js"), "secret");
  await writeFile(join(folder, "uplot", "dist", "uPlot.esm.js"), "export default 1;");
  await writeFile(join(folder, "uplot", "dist", "uPlot.min.css"), "");
  server = spawn(process.execPath, [SERVE, "--pkg", join(folder, "pkg"), "--modules", folder]);
  let failed = "";
  server.stderr.on("data", (data) => (failed += data));
  origin = await new Promise((resolve, reject) => {
    server.on("exit", () => reject(new Error(`the server ended: ${failed}`)));
    server.stdout.on("data", (data) => {
      printed += data;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed);
      if (found) resolve(found[0]);
    });
  });
});
after(async () => {
  server.kill();
  await rm(folder, { recursive: true });
});

/** A GET whose path is sent as it is written: fetch would tidy it. */
function get(path) {
  return new Promise((resolve, reject) => {
    request(origin, { path }, (response) => resolve(response.resume().statusCode)).on("error", reject).end();
  });
}

test("when it is ready it prints one line with the address", () => {
  assert.equal(printed.trimEnd().split("\n").length, 1);
});

test("the page, the package, the listed modules and the API are served, and nothing else is", async () => {
  const rows = [
    ["/", 200],
    ["/style.css", 200],
    ["/pkg/index.js", 200],
    ["/vendor/uplot.js", 200],
    ["/vendor/curl.js", 200],
    ["/vendor/uplot.css", 200],
    ["/api/rows", 200],
    ["/api/rows/s000-503", 503],
    ["/api/none", 404],
    ["/vendor/uplot/dist/uPlot.esm.js", 404],
    ["/serve.mjs", 404],
    ["/tests/api.test.mjs", 404],
    ["/pkg/../secret.js", 404],
    ["/pkg/%2e%2e/secret.js", 404],
    ["/pkg/..%2fsecret.js", 404],
    ["/%", 404],
    ["//", 404],
  ];
  for (const [path, status] of rows) assert.equal(await get(path), status, path);
});

test("the page may load from nobody else", async () => {
  const answer = await fetch(origin);
  assert.match(answer.headers.get("content-security-policy") ?? "", /default-src 'none'/);
  assert.doesNotMatch(await answer.text(), /(src|href)="(https?:)?\/\//);
});

test("a policy that paces nothing makes --once say what fell short and exit with 1", async () => {
  const pkg = join(folder, "bare");
  await mkdir(pkg);
  const bare = "export const fetchWithPolicy = (...all) => fetch(...all); export const callRecord = () => undefined;";
  await writeFile(join(pkg, "package.json"), '{ "type": "module" }');
  await writeFile(join(pkg, "index.js"), bare);
  for (const name of ["testing.js", "errors.js", "policy-errors.js"]) await copyFile(join(BUILT, name), join(pkg, name));
  const run = spawn(process.execPath, [SERVE, "--once", "--calls", "1000", "--pkg", pkg]);
  let told = "";
  run.stdout.on("data", (data) => (told += data));
  const code = await new Promise((resolve) => run.on("close", resolve));
  assert.equal(code, 1);
  // How many are lost hangs on how many windows the machine takes for a thousand; each was refused once.
  assert.match(told, /fell short: (\d+) calls lost, none may be; \1 times 429, at most 1 is allowed\n$/);
  assert.match(told, /requests sent +1000 +1000\n/);
});

test("a package that is not built is told as such", async () => {
  const failing = spawn(process.execPath, [SERVE, "--pkg", join(folder, "none")]);
  let told = "";
  failing.stderr.on("data", (data) => (told += data));
  const code = await new Promise((resolve) => failing.on("exit", resolve));
  assert.equal(code, 1);
  assert.match(told, /build the package/);
});
