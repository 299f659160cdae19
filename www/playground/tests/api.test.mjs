import assert from "node:assert/strict";
import { test } from "node:test";
import { createSimulator } from "fetch-with-policy/testing";
import { createApi } from "../api.js";
import { rows } from "../rows.js";

const ORIGIN = "http://demo/api";

/** An API on a clock that only the test moves; nothing sleeps. */
function simulated(start = 900_000, options = {}) {
  const api = createApi(createSimulator, { clock: "virtual", start, latency: 0, limit: 3, window: 3000, ...options });
  const { simulator } = api;
  const ask = (token, path = "/items/1", init = {}) =>
    simulator.run(api.fetch(ORIGIN + path, { ...init, headers: token ? { authorization: `Bearer ${token}` } : {} }));
  return { api, ask, simulator };
}

test("a window admits its limit and refuses the rest with an empty 429", async () => {
  const { ask, api } = simulated();
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => ask("a")));
  assert.deepEqual(answers.map((answer) => answer.status), [200, 200, 200, 429, 429]);
  assert.deepEqual(answers.map((answer) => answer.headers.get("x-ratelimit-remaining")), ["2", "1", "0", "0", "0"]);
  assert.equal(await answers[3].text(), "");
  assert.equal(answers[3].headers.get("retry-after"), null);
  assert.deepEqual(api.statistics("a"), { requests: 5, ok: 3, limited: 2, windows: 1 });
});

test("windows are aligned to the clock and the reset is their end in epoch seconds", async () => {
  const { ask, simulator } = simulated(902_999);
  const last = await ask("a");
  assert.equal(last.headers.get("x-ratelimit-reset"), "903");
  await simulator.advance(1);
  const first = await ask("a");
  assert.equal(first.headers.get("x-ratelimit-remaining"), "2");
  assert.equal(first.headers.get("x-ratelimit-reset"), "906");
});

test("each token has a quota and a bucket of its own", async () => {
  const { ask } = simulated();
  for (let i = 0; i < 4; i += 1) await ask("a");
  const other = await ask("b");
  assert.equal(other.status, 200);
  assert.equal(other.headers.get("x-ratelimit-bucket"), "bucket-2");
});

test("a request counts when it arrives, not when it is sent or answered", async () => {
  const { ask } = simulated(902_990, { latency: 5000 });
  assert.equal((await ask("a")).headers.get("x-ratelimit-reset"), "906");
});

test("without a token nothing is counted and the answer is 401", async () => {
  const { ask } = simulated();
  assert.equal((await ask(undefined)).status, 401);
});

test("the token's statistics are told over the API and do not count themselves", async () => {
  const { ask } = simulated();
  await ask("a");
  const answer = await ask("a", "/statistics");
  assert.deepEqual(await answer.json(), { requests: 1, ok: 1, limited: 0, windows: 1 });
  assert.equal(answer.headers.get("x-ratelimit-remaining"), null);
});

test("every row is answered with its own status, headers and body", async () => {
  const { ask } = simulated();
  for (const row of rows) {
    const answer = await ask(undefined, `/rows/${row.id}`);
    assert.equal(answer.status, row.status, row.id);
    assert.equal(await answer.text(), row.body, row.id);
    assert.equal(answer.headers.get("content-type"), row.headers["content-type"] ?? null, row.id);
    for (const [name, value] of Object.entries(row.headers)) assert.equal(answer.headers.get(name), value, row.id);
  }
});

test("the list names every row and where to ask for it", async () => {
  const { ask } = simulated();
  const list = await (await ask(undefined, "/rows")).json();
  assert.equal(list.length, rows.length);
  assert.equal((await ask(undefined, list.at(-1).href.slice("/api".length))).status, rows.at(-1)?.status);
});

test("a page of another origin may read the quota", async () => {
  const { ask } = simulated();
  const preflight = await ask(undefined, "/items/1", { method: "OPTIONS" });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get("access-control-allow-headers") ?? "", /authorization/);
  const answer = await ask("a");
  assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  assert.match(answer.headers.get("access-control-expose-headers") ?? "", /x-ratelimit-remaining/);
});

test("what is no route is 404", async () => {
  const { ask, api, simulator } = simulated();
  for (const path of ["", "/", "/nothing", "/rows/none", "/rows/", "/items/1/2"]) {
    assert.equal((await ask("a", path)).status, 404, path);
  }
  assert.equal((await simulator.run(api.fetch("http://demo/apis/items/1"))).status, 404);
});

test("an abort on the way rejects with the signal's reason", async () => {
  const { api } = simulated();
  const reason = new Error("enough");
  await assert.rejects(api.fetch(`${ORIGIN}/rows`, { signal: AbortSignal.abort(reason) }), (error) => error === reason);
});

test("the tokens remembered are bounded", async () => {
  const { ask, api } = simulated();
  for (let i = 0; i <= 1000; i += 1) await ask(`t${i}`);
  assert.equal(api.statistics("t0").requests, 0);
  assert.equal(api.statistics("t1000").requests, 1);
});
