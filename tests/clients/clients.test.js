// The policy put under real clients: they are paced and retried by it, and are otherwise what they were.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { fixedWindows, script, serve } from "../js/server.js";
import { clients } from "./clients.js";

const JSON_TYPE = { "content-type": "application/json" };
const OK = [200, JSON_TYPE, '{"items":[1,2]}'];
const QUICK = { initialDelay: 10, jitter: "none" };

async function served(answer, body) {
  const server = await serve(answer);
  try {
    await body(server);
  } finally {
    await server.close();
  }
}

const told = (error) => [error.constructor.name, error.name, error.message, error.code, error.status ?? error.response?.status];
const caught = (promise) => promise.then(() => assert.fail("no error"), (error) => error);
/** What a request is, but for when it came. */
const essence = ({ method, url, headers, body }) => ({ method, url, headers, body: body.toString() });

for (const [name, client] of Object.entries(clients)) {
  test(`${name} is paced: a quota that only headers tell is kept by a burst`, () => {
    const windows = fixedWindows({ limit: 20, window: 1000 });
    const withBody = (request, response, stats) => {
      const { writeHead, end } = response;
      response.writeHead = (status, headers) => writeHead.call(response, status, { ...headers, ...JSON_TYPE });
      response.end = () => end.call(response, OK[2]);
      windows(request, response, stats);
    };
    return served(withBody, async ({ url, stats }) => {
      const { get } = client(url, createPolicy().fetch);
      const results = await Promise.all(Array.from({ length: 50 }, () => get()));
      for (const result of results) assert.deepEqual(result, { items: [1, 2] });
      assert.ok(stats.limited <= 1, `${stats.limited} 429s`);
      assert.equal(stats.requests.length, 50 + stats.limited);
    });
  });

  test(`${name} is retried: each send is the first one again, whole`, async () => {
    await served(script([503], [502], OK), async ({ url, stats }) => {
      const { get } = client(url, createPolicy({ retry: QUICK }).fetch);
      assert.deepEqual(await get(), { items: [1, 2] });
      assert.equal(stats.requests.length, 3);
      for (const request of stats.requests) assert.deepEqual(essence(request), essence(stats.requests[0]));
    });
    await served(script([429, { "retry-after": "0.3" }], OK), async ({ url, stats }) => {
      const { post } = client(url, createPolicy().fetch);
      assert.deepEqual(await post({ name: "thing" }), { items: [1, 2] });
      assert.equal(stats.requests.length, 2);
      for (const request of stats.requests) assert.deepEqual(essence(request), essence(stats.requests[0]));
      assert.deepEqual(JSON.parse(stats.requests[1].body), { name: "thing" });
      assert.ok(stats.requests[1].at - stats.requests[0].at >= 300);
    });
  });

  test(`${name} retries nothing itself: as many sends as the policy makes`, () =>
    served(script([503, JSON_TYPE, '{"message":"busy"}']), async ({ url, stats }) => {
      const { get, post } = client(url, createPolicy({ retry: { ...QUICK, maxAttempts: 3 } }).fetch);
      await caught(get());
      assert.equal(stats.requests.length, 3);
      await caught(post({ name: "thing" }));
      assert.equal(stats.requests.length, 4, "a POST that may have been done is sent once");
    }));

  test(`${name} is otherwise the same: requests, results, errors, aborts`, async () => {
    const policy = createPolicy({ retry: { ...QUICK, maxAttempts: 1 } });
    await served(script(OK), async ({ url, stats }) => {
      for (const fetch of [undefined, policy.fetch]) {
        assert.deepEqual(await client(url, fetch).get(), { items: [1, 2] });
        assert.deepEqual(await client(url, fetch).post({ name: "thing" }), { items: [1, 2] });
      }
      const [get, post, ourGet, ourPost] = stats.requests.map(essence);
      assert.deepEqual([ourGet, ourPost], [get, post]);
    });
    for (const status of [400, 401, 404, 500]) {
      await served(script([status, JSON_TYPE, '{"message":"what is wrong","error":{"message":"what is wrong"}}']), async ({ url }) => {
        assert.deepEqual(told(await caught(client(url, policy.fetch).get())), told(await caught(client(url).get())));
      });
    }
    await served(() => {}, async ({ url }) => {
      const [theirs, ours] = [undefined, policy.fetch].map((fetch) => {
        const controller = new AbortController();
        setTimeout(() => controller.abort(), 50);
        return caught(client(url, fetch).get(controller.signal));
      });
      assert.deepEqual(told(await ours), told(await theirs));
    });
  });

  test(`${name} hears of an abort in a wait of the policy's`, () =>
    served(script([429, { "retry-after": "30" }]), async ({ url, stats }) => {
      const controller = new AbortController();
      // Once the wait is under way, however long the client took to send.
      const onEvent = ({ type }) => void (type === "wait" && setImmediate(() => controller.abort()));
      const at = performance.now();
      await caught(client(url, createPolicy({ onEvent }).fetch).get(controller.signal));
      assert.ok(performance.now() - at < 10_000);
      assert.equal(stats.requests.length, 1);
    }));
}
