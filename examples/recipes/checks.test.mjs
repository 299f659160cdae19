// @ts-check
// What the first lines of the recipes claim, beside the limit and the retries.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { idOf, page } from "./support/runs.mjs";
import { startFailing, startLimited } from "./support/server.mjs";
import { startWorkerd } from "./support/workerd.mjs";

/** @type {(() => unknown)[]} */
const stops = [];
after(() => Promise.all(stops.map((stop) => stop())));

const item = (/** @type {string} */ path) => JSON.stringify({ id: idOf(path) });
const limitedTo = async (/** @type {number} */ limit, /** @type {number} */ window, shape = /** @type {import("./support/server.mjs").Shape} */ (item)) =>
  kept(await startLimited({ shape, limit, window }));
const failing = async (status = 500) => kept(await startFailing(status));

for (const project of ["tsconfig.json", "tsconfig.service-worker.json", "tsconfig.workers.json"]) {
  test(`the types hold under strict: ${project}`, async () => {
    const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
    const run = promisify(execFile)(process.execPath, [tsc, "--project", join(import.meta.dirname, project)]);
    await run.catch(({ stdout }) => assert.fail(stdout));
  });
}

describe("what the limit and the retries are without a recipe", { concurrency: true }, () => {
  test("bare fetch loses 40 of 50 calls to the same server", async () => {
    const { url, met } = await limitedTo(10, 60_000);
    const statuses = await Promise.all(Array.from({ length: 50 }, async (_, id) => (await fetch(`${url}/items/${id}`)).status));
    assert.equal(statuses.filter((status) => status === 429).length, 40);
    assert.equal(met.limited, 40);
  });

  test("ofetch with its own retry left on makes more than four sends of a failing call", async () => {
    const { url, met } = await failing();
    await assert.rejects((await import("./ofetch.ts")).createClient(url)("/items/1", { retry: 1 }));
    assert.ok(met.sends > 4, `${met.sends}`);
  });

  test("supabase with its own retry left on makes more than four sends of a call that always gets a 520", async () => {
    const { url, met } = await failing(520);
    await assert.rejects(async () => (await import("./supabase.ts")).createClient(url, "key").from("items").select().retry(true).throwOnError());
    assert.ok(met.sends > 4, `${met.sends}`);
  });
});

describe("what is not idempotent is sent once", { concurrency: true }, () => {
  const MUTATION = "mutation Add($id: Int!) { add(id: $id) { id } }";

  test("Apollo's mutation", async () => {
    const { url, met } = await failing();
    const { gql } = await import("@apollo/client");
    await assert.rejects((await import("./apollo.ts")).createClient(url).mutate({ mutation: gql(MUTATION), variables: { id: 1 } }));
    assert.equal(met.sends, 1);
  });

  test("graphql-request's and urql's mutation", async () => {
    const [one, two] = [await failing(), await failing()];
    await assert.rejects((await import("./graphql-request.ts")).createClient(one.url).request(MUTATION, { id: 1 }));
    const { error } = await (await import("./urql.ts")).createClient(two.url).mutation(MUTATION, { id: 1 }).toPromise();
    assert.ok(error);
    assert.deepEqual([one.met.sends, two.met.sends], [1, 1]);
  });

  test("a completion of OpenAI and a message of Anthropic", async () => {
    const [one, two] = [await failing(), await failing()];
    const openai = (await import("./openai.ts")).createClient("a-token", one.url);
    const anthropic = (await import("./anthropic.ts")).createClient("a-token", two.url);
    await assert.rejects(openai.chat.completions.create({ model: "gpt", messages: [] }));
    await assert.rejects(anthropic.messages.create({ model: "claude", max_tokens: 1, messages: [] }));
    assert.deepEqual([one.met.sends, two.met.sends], [1, 1]);
  });

  test("but a POST to Stripe is sent again, with the same Idempotency-Key", async () => {
    const { url, met, headers } = await failing();
    const { hostname, port } = new URL(url);
    const stripe = (await import("./stripe.ts")).createClient("a-token", { host: hostname, port, protocol: "http" });
    await assert.rejects(stripe.customers.create({ name: "a" }));
    assert.equal(met.sends, 4);
    const keys = headers.map((sent) => sent["idempotency-key"]);
    assert.ok(keys[0]);
    assert.deepEqual(new Set(keys).size, 1);
  });
});

describe("waiting", { concurrency: true }, () => {
  test("the proxy refuses a client at once whose wait would be too long, and says when to come back", async () => {
    const { url, met } = await limitedTo(1, 3_600_000);
    const app = (await import("./hono-proxy.ts")).createApp(url);
    assert.equal((await app.request("/api/items/1")).status, 200);
    const refused = await app.request("/api/items/2");
    assert.equal(refused.status, 429);
    const seconds = Number(refused.headers.get("retry-after"));
    assert.ok(seconds > 60 && seconds <= 3600, `${seconds} s`);
    assert.equal(met.sends, 1);
  });

  test("a client of the proxy that goes away leaves the queue", async () => {
    const { url, met } = await limitedTo(1, 3000);
    const app = (await import("./hono-proxy.ts")).createApp(url);
    assert.equal((await app.request("/api/items/1")).status, 200);
    const gone = new AbortController();
    const left = Promise.resolve(app.request("/api/items/2", { signal: gone.signal })).catch((error) => error);
    const stays = app.request("/api/items/3");
    gone.abort();
    await left;
    assert.equal((await stays).status, 200);
    assert.equal(met.sends - met.limited, 2);
  });

  test("a query that nobody looks at any more leaves the queue", async () => {
    const { url, met } = await limitedTo(1, 3000);
    const { itemQuery, queryClient } = await import("./tanstack-query.ts");
    const { QueryObserver } = await import("@tanstack/react-query");
    const look = (/** @type {number} */ id) => {
      const { promise, resolve, reject } = Promise.withResolvers();
      const observer = new QueryObserver(queryClient, itemQuery(`${url}/items/${id}`));
      return { promise, leave: observer.subscribe(({ data, error }) => (error ? reject(error) : data && resolve(data.id))) };
    };
    await look(1).promise;
    look(2).leave();
    assert.equal(await look(3).promise, 3);
    assert.equal(met.sends - met.limited, 2);
  });

  test("what a Durable Object knows of a quota outlives it", async () => {
    const { url, met } = await limitedTo(3, 3_600_000);
    const folder = await mkdtemp(join(tmpdir(), "gate-"));
    const first = await startWorkerd(url, folder);
    for (const id of [1, 2, 3]) assert.equal(await first.ask(id), id);
    await first.stop();
    const second = await startWorkerd(url, folder);
    await assert.rejects(second.ask(4), /429/);
    await second.stop();
    await rm(folder, { recursive: true });
    assert.equal(met.sends, 3, "the second one was refused without a send");
  });
});

describe("pagination", () => {
  /** @returns {import("./pagination.ts").Place & { next: string | null | undefined }} */
  const place = () => ({
    next: undefined,
    async load() {
      return this.next;
    },
    async save(next) {
      this.next = next;
    },
  });
  const lastOf7 = (/** @type {string} */ path) => (idOf(path) < 7 ? page(path, "") : JSON.stringify([7]));

  test("goes on after an abort with the page that was not finished, and ends with the last", async () => {
    const { pages } = await import("./pagination.ts");
    const { url, met } = await limitedTo(100, 60_000, lastOf7);
    const stored = place();
    const stopping = new AbortController();
    /** @type {number[]} */
    const got = [];
    await assert.rejects(async () => {
      for await (const records of pages(`${url}/pages/1`, stored, stopping.signal)) {
        got.push(.../** @type {number[]} */ (records));
        if (got.length === 3) stopping.abort();
      }
    }, { name: "AbortError" });
    assert.equal(stored.next, `${url}/pages/4`);
    for await (const records of pages(`${url}/pages/1`, stored)) got.push(.../** @type {number[]} */ (records));
    assert.deepEqual(got, [1, 2, 3, 4, 5, 6, 7]);
    assert.equal(stored.next, null);
    for await (const _ of pages(`${url}/pages/1`, stored)) assert.fail("all pages are done");
    assert.equal(met.sends, 7);
  });

  test("gets a page again that was being worked on when the program broke off", async () => {
    const { pages } = await import("./pagination.ts");
    const { url } = await limitedTo(100, 60_000, lastOf7);
    const stored = place();
    await assert.rejects(async () => {
      for await (const [id] of pages(`${url}/pages/1`, stored)) if (id === 3) throw new Error("broken off");
    }, /broken off/);
    for await (const [id] of pages(`${url}/pages/1`, stored)) {
      assert.equal(id, 3);
      break;
    }
  });

  test("does not follow a link to another server", async () => {
    const { pages } = await import("./pagination.ts");
    const { url, met } = await limitedTo(100, 60_000, () => ({ body: "[1]", headers: { link: '<http://elsewhere.example/2>; rel="next"' } }));
    await assert.rejects(async () => {
      for await (const _ of pages(`${url}/pages/1`, place()));
    }, /another server/);
    assert.equal(met.sends, 1);
  });
});

/** @template {{ stop: () => unknown }} T @param {T} server @returns {T} */
function kept(server) {
  stops.push(server.stop);
  return server;
}
