// The entry whose modules are files: read from disk here; each test has a copy of its own, not yet loaded.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import * as main from "fetch-with-policy";

const URL = "https://api.example.com/";
const folder = mkdtempSync(join(tmpdir(), "url-entry-"));
after(() => rmSync(folder, { recursive: true }));

let copies = 0;
async function fresh() {
  const home = join(folder, `${++copies}`);
  cpSync("pkg", home, { recursive: true });
  const entry = await import(pathToFileURL(join(home, "url/index.js")).href);
  return { entry, home };
}
const answering = { fetch: async () => new Response("sent") };
const isNotReady = (error) => main.PolicyError.is(error) && error.code === "wasm-not-ready" && /initPolicy/.test(error.message);

test("it has the names of the main entry", async () => {
  const { entry } = await fresh();
  assert.deepEqual(Object.keys(entry).sort(), Object.keys(main).sort());
  assert.equal(entry.fetchWithPolicy.length, main.fetchWithPolicy.length);
});

test("the first call waits for the module, and does as the main entry's", async () => {
  const { entry } = await fresh();
  const response = await entry.fetchWithPolicy(URL, undefined, answering);
  assert.equal(await response.text(), "sent");
  assert.equal(entry.callRecord(response).attempts.length, 1);
  assert.equal((await entry.explainResponse(new Response(null, { status: 404 }))).kind, "not_found");
});

test("what cannot wait says that the module is not there yet, and works when it is", async () => {
  const { entry } = await fresh();
  assert.throws(() => entry.createPolicy(), isNotReady);
  assert.throws(() => entry.readQuotas({}), isNotReady);
  assert.throws(() => entry.explain(new TypeError("x")), isNotReady);
  await Promise.all([entry.initPolicy(), entry.initPolicy(), entry.initExplain()]);
  assert.equal((await entry.createPolicy(answering).fetch(URL)).status, 200);
  assert.equal(entry.readQuotas({ "x-ratelimit-limit": "5", "x-ratelimit-remaining": "4" }).quotas[0].limit, 5);
  assert.equal(entry.explain({ status: 404 }).kind, "not_found");
});

test("the module is taken as bytes, compiled, a promise, or from an address, whatever type the server says it is", async () => {
  const bytes = readFileSync("pkg/policy.wasm");
  const server = createServer(({ url }, response) => response.writeHead(200, { "content-type": url === "/typed" ? "application/wasm" : "text/plain" }).end(bytes));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${server.address().port}`;
  const sources = [
    () => bytes,
    () => new WebAssembly.Module(bytes),
    () => Promise.resolve(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    () => `${origin}/typed`,
    () => `${origin}/plain`,
    () => fetch(`${origin}/typed`),
    () => pathToFileURL("pkg/policy.wasm"),
  ];
  try {
    for (const source of sources) {
      const { entry, home } = await fresh();
      rmSync(join(home, "policy.wasm"));
      await entry.initPolicy(source());
      assert.equal((await entry.createPolicy(answering).fetch(URL)).status, 200, String(source));
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("a module that is not to be had is a typed error, the next try may do better, and a bypass goes round it", async () => {
  const { entry, home } = await fresh();
  rmSync(join(home, "policy.wasm"));
  const isUnavailable = (error) => main.PolicyError.is(error) && error.code === "wasm-unavailable";
  await assert.rejects(entry.initPolicy(), isUnavailable);
  await assert.rejects(entry.initPolicy("http://127.0.0.1:9/policy.wasm"), (error) => isUnavailable(error) && /127.0.0.1:9\/policy.wasm/.test(error.message));
  await assert.rejects(entry.fetchWithPolicy(URL, undefined, answering), isUnavailable);
  assert.equal(await (await entry.createPolicy({ ...answering, unavailable: "bypass" }).fetch(URL)).text(), "sent");
  await entry.initPolicy(pathToFileURL("pkg/policy.wasm"));
  assert.equal((await entry.fetchWithPolicy(URL, undefined, answering)).status, 200);
});

test("a worker that is handed the compiled module compiles none", async () => {
  const { entry, home } = await fresh();
  const modules = [await entry.initPolicy(), await entry.initExplain()];
  assert.ok(modules.every((module) => module instanceof WebAssembly.Module));
  assert.equal(await entry.initPolicy(), modules[0], "the same once more");
  const code = `
    import { parentPort, workerData } from "node:worker_threads";
    let compiled = 0;
    // By their sizes: Node compiles a parser of its own for its fetch.
    const count = (bytes) => void (compiled += workerData.sizes.includes(bytes.byteLength));
    const { compile, Module } = WebAssembly;
    WebAssembly.compile = (bytes) => (count(bytes), compile(bytes));
    WebAssembly.Module = new Proxy(Module, { construct: (target, args) => (count(args[0]), new target(...args)) });
    const { createPolicy, explain, initExplain, initPolicy } = await import(workerData.entry);
    await Promise.all([initPolicy(workerData.modules?.[0]), initExplain(workerData.modules?.[1])]);
    const response = await createPolicy({ fetch: async () => new Response("sent", { status: 404 }) }).fetch("https://api.example.com/");
    parentPort.postMessage([response.status, explain({ status: 404 }).kind, compiled]);`;
  const sizes = ["policy", "explain"].map((name) => statSync(`pkg/${name}.wasm`).size);
  for (const [handed, compiled] of [[modules, 0], [undefined, 2]]) {
    const workerData = { entry: pathToFileURL(join(home, "url/index.js")).href, modules: handed, sizes };
    const worker = new Worker(new globalThis.URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData });
    const [result] = await once(worker, "message");
    await worker.terminate();
    assert.deepEqual(result, [404, "not_found", compiled]);
  }
});
