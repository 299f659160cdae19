// @ts-check
// The program as a process of its own, against an API that keeps its quota and fails now and then: it is stopped, killed, and
// started again, and in the end has every record once.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { Store } from "./store.ts";

const PAGES = 60;
const PER_PAGE = 100;
const LIMIT = 15;
const WINDOW = 2000;

test("the types hold under strict", async () => {
  const tsc = resolve("node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "--project", import.meta.dirname]).catch(({ stdout }) => assert.fail(stdout));
});

test("6,000 records through a stop and a kill: none is lost, and no page that was saved is asked for again", { timeout: 120_000 }, async (context) => {
  const api = await startApi(context);
  const file = join(await mkdtemp(join(tmpdir(), "sync-")), "records.db");
  context.after(() => rm(join(file, ".."), { recursive: true }));
  const saved = () => {
    const store = new Store(file);
    const found = { pages: store.donePages(), count: store.count() };
    store.close();
    return found;
  };

  const stopped = run(api.url, file);
  await api.reached(20);
  stopped.process.kill("SIGTERM");
  assert.deepEqual(await stopped.ended, { code: 1, signal: null });
  assert.match(stopped.output(), /stopped by SIGTERM; run it again to go on\n$/);

  const first = saved();
  assert.ok(first.pages.size >= 1 && first.pages.size < PAGES, `${first.pages.size} pages were saved`);
  assert.equal(first.count, first.pages.size * PER_PAGE);
  api.forget();

  const killed = run(api.url, file);
  await api.reached(20);
  killed.process.kill("SIGKILL");
  assert.equal((await killed.ended).signal, "SIGKILL");
  for (const page of first.pages) if (page !== 1) assert.ok(!api.asked.has(page), `page ${page} was saved before`);
  const second = saved();
  assert.ok(second.pages.size >= first.pages.size && second.pages.size < PAGES, `${second.pages.size} pages were saved`);
  api.forget();

  const last = run(api.url, file);
  assert.deepEqual(await last.ended, { code: 0, signal: null }, last.output());
  assert.match(last.output(), /done: 6000 records, 60 of 60 pages/);
  for (const page of second.pages) if (page !== 1) assert.ok(!api.asked.has(page), `page ${page} was saved before`);
  assert.deepEqual(saved(), { pages: new Set(Array.from({ length: PAGES }, (_, index) => index + 1)), count: PAGES * PER_PAGE });
  assert.ok(api.met.failed >= 5, "some pages failed at first");
  // One for each process: a killed one has not said what it sent.
  assert.ok(api.met.limited <= 3, `${api.met.limited} sends were refused by a 429`);
});

test("what goes wrong is explained, and exits with 1", { timeout: 60_000 }, async (context) => {
  const api = await startApi(context);
  const failed = run(`${api.url}/nothing`, ":memory:");
  assert.deepEqual(await failed.ended, { code: 1, signal: null });
  assert.match(failed.output(), /404/);
});

/** @param {string} url @param {string} file */
function run(url, file) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), url, file], { stdio: ["ignore", "inherit", "pipe"] });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (output += text));
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return { process: child, ended, output: () => output };
}

async function startApi(/** @type {import("node:test").TestContext} */ context) {
  const met = { limited: 0, failed: 0 };
  /** @type {Set<number>} */
  const asked = new Set();
  /** @type {Set<number>} */
  const failedOnce = new Set();
  let served = 0;
  const heard = new EventTarget();
  let used = 0;
  let ends = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://api");
    if (url.pathname !== "/records") return void response.writeHead(404).end();
    const page = Number(url.searchParams.get("page"));
    asked.add(page);
    const now = Date.now();
    if (now >= ends) [ends, used] = [now + WINDOW, 0];
    const allowed = used < LIMIT;
    if (allowed) used++;
    const reset = Math.ceil((ends - now) / 1000);
    response.setHeader("x-ratelimit-limit", LIMIT).setHeader("x-ratelimit-remaining", LIMIT - used).setHeader("x-ratelimit-reset", reset);
    if (!allowed) {
      met.limited++;
      return void response.writeHead(429, { "retry-after": String(reset) }).end();
    }
    if (page % 10 === 3 && !failedOnce.has(page)) {
      failedOnce.add(page);
      met.failed++;
      return void response.writeHead(503).end("<html>Service unavailable</html>");
    }
    const records = Array.from({ length: PER_PAGE }, (_, index) => ({ id: (page - 1) * PER_PAGE + index, name: `record ${index}` }));
    response.writeHead(200, { "content-type": "application/json", "x-total-pages": PAGES }).end(JSON.stringify(records));
    served++;
    heard.dispatchEvent(new Event("served"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => (server.closeAllConnections(), server.close()));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}/records`,
    met,
    /** The pages that were asked for since `forget`. */
    asked,
    async reached(/** @type {number} */ count) {
      while (served < count) await once(heard, "served");
    },
    forget() {
      asked.clear();
      served = 0;
    },
  };
}
