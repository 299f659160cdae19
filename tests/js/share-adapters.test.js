// @ts-check
// The coordinators without their servers: what they refuse, what they hand on, and what leaves.
import assert from "node:assert/strict";
import test from "node:test";
import { PolicyOptionError } from "fetch-with-policy";
import { createLedger, ledger, storeCoordinator } from "fetch-with-policy/share";
import { redis } from "fetch-with-policy/share/redis";
import { tabs } from "fetch-with-policy/share/tabs";
import { message } from "../share/messages.js";

const SCOPE = "c0ffee00c0ffee00c0ffee00c0ffee00";
const secret = "a secret of the tests";
const { signal } = new AbortController();

/** A store in memory with compare-and-swap, whose values are text. `race` runs between a read and its write. */
function store() {
  /** @type {Map<string, { text: string, version: number }>} */
  const values = new Map();
  const race = { before: () => {} };
  /** @type {{ key: string, ttl: number }[]} */
  const writes = [];
  /** @type {import("../../pkg-template/share.js").StoreOptions["update"]} */
  const update = async (key, change, ttl) => {
    for (;;) {
      const read = values.get(key);
      await undefined;
      const [value, result] = change(read === undefined ? undefined : JSON.parse(read.text));
      race.before();
      if (values.get(key)?.version !== read?.version) continue;
      values.set(key, { text: JSON.stringify(value), version: (read?.version ?? 0) + 1 });
      writes.push({ key, ttl });
      return result;
    }
  };
  return { update, values, writes, race };
}

test("an adapter whose scopes leave the origin needs a secret, and its error names it", () => {
  const { update } = store();
  const makers = /** @type {[string, (options: any) => unknown][]} */ ([
    ["redis()", (options) => redis(async () => "", options)],
    ["storeCoordinator()", (options) => storeCoordinator({ update, ...options })],
  ]);
  for (const [name, make] of makers) {
    for (const options of [undefined, {}, { secret: "" }, { secret: "short" }, { secret: 123456789012345678 }]) {
      assert.throws(
        () => make(options),
        (error) => PolicyOptionError.is(error) && error instanceof PolicyOptionError && error.field === "secret" && error.message.startsWith(`${name} needs \`secret\`: expected a string of at least 16`) && !error.message.includes("short"),
        name,
      );
    }
    assert.doesNotThrow(() => make({ secret }));
  }
});

test("what is no client, store, prefix or name is refused by its field", () => {
  const { update } = store();
  const cases = /** @type {[string, () => unknown][]} */ ([
    ["client", () => redis(/** @type {any} */ ({}), { secret })],
    ["client", () => redis(/** @type {any} */ (undefined), { secret })],
    ["prefix", () => redis(async () => "", { secret, prefix: "a{b}" })],
    ["update", () => storeCoordinator(/** @type {any} */ ({ secret }))],
    ["update", () => storeCoordinator(/** @type {any} */ (undefined))],
    ["prefix", () => storeCoordinator(/** @type {any} */ ({ update, secret, prefix: 1 }))],
    ["now", () => createLedger(/** @type {any} */ ({ now: 1 }))],
    ["name", () => tabs(/** @type {any} */ ({ name: 1 }))],
    ["name", () => tabs({ name: "" })],
  ]);
  for (const [field, make] of cases) assert.throws(make, (error) => error instanceof PolicyOptionError && error.field === field, field);
});

test("outside of a browser tabs() is an error that says where to go", () => {
  assert.throws(
    () => tabs(),
    (error) => error instanceof PolicyOptionError && error.field === "coordinator" && /IndexedDB and BroadcastChannel, which this host does not have.*share\/redis/.test(error.message),
  );
});

test("in memory: several clients share a scope, scopes do not mix, and others hear of news", async () => {
  const coordinator = createLedger();
  /** @type {[string, string | undefined][]} */
  const heard = [];
  const stop = coordinator.subscribe?.((scope, client) => heard.push([scope, client]));
  const first = await coordinator.exchange(message(SCOPE, "a", { want: 100 }), signal);
  const second = await coordinator.exchange(message(SCOPE, "b", { want: 100 }), signal);
  const other = await coordinator.exchange(message("d".repeat(32), "a", { want: 100 }), signal);
  assert.deepEqual([first.members, second.members, other.members], [1, 2, 1]);
  assert.ok(Number(first.quotas[0]?.units) + Number(second.quotas[0]?.units) <= 100);
  assert.deepEqual(heard[0], [SCOPE, "a"], "what the first one knows is news");
  stop?.();
  const before = heard.length;
  await coordinator.exchange(message("e".repeat(32), "a"), signal);
  assert.equal(heard.length, before);
});

test("over a store: each write is of the value that was read, and one who lost begins again", async () => {
  const { update, values, race, writes } = store();
  const coordinator = storeCoordinator({ update, secret });
  const clients = Array.from({ length: 20 }, (_, n) => `client-${n}`);
  const replies = await Promise.all(clients.map((client) => coordinator.exchange(message(SCOPE, client, { want: 50, window: 60_000 }), signal)));
  assert.deepEqual(replies.map(({ members }) => members).sort((a, b) => a - b), clients.map((_, n) => n + 1), "each saw all before it");
  assert.ok(replies.reduce((sum, { quotas }) => sum + (quotas[0]?.units ?? 0), 0) <= 100);
  assert.deepEqual(new Set(writes.map(({ ttl }) => ttl)), new Set([130_000]), "two windows and ten seconds");
  assert.equal(values.size, 1);
  let raced = 0;
  race.before = () => {
    if (raced++ > 0) return;
    for (const [key, { text, version }] of values) values.set(key, { text, version: version + 100 });
  };
  await coordinator.exchange(message(SCOPE, "late"), signal);
  assert.equal(raced, 2);
});

test("over a store: whose clock is behind or ahead does not run time backwards", async () => {
  const { values } = store();
  let now = 1_800_000_000_000;
  /** @type {unknown} */
  let value;
  const coordinator = storeCoordinator({
    secret,
    update: async (_key, change) => {
      const [next, result] = change(value, now);
      value = JSON.parse(JSON.stringify(next));
      return result;
    },
  });
  await coordinator.exchange(message(SCOPE, "a"), signal);
  for (const [shift, members] of /** @type {const} */ ([
    [-3000, 2],
    [2000, 3],
    // So far back that the record's clock cannot have been right.
    [-3_600_000, 1],
  ])) {
    now += shift;
    assert.equal((await coordinator.exchange(message(SCOPE, `client ${shift}`), signal)).members, members);
  }
  assert.equal(values.size, 0);
});

test("nothing leaves but hashes, counts and durations: no scope, no secret", async () => {
  const planted = "hunter2-hunter2-hunter2";
  const { update, values } = store();
  await storeCoordinator({ update, secret: planted }).exchange(message(SCOPE, "a"), signal);
  /** @type {string[]} */
  const sent = [];
  const run = async (/** @type {string} */ _script, /** @type {string[]} */ keys, /** @type {string[]} */ args) => {
    sent.push(...keys, ...args);
    return JSON.stringify({ members: 1, retry: 1, held: 0, quotas: [] });
  };
  await redis(run, { secret: planted }).exchange(message(SCOPE, "a"), signal);
  const everything = JSON.stringify([[...values], sent]);
  assert.match(everything, /fetch-with-policy:\{[0-9a-f]{32}\}/);
  for (const word of [planted, SCOPE, "hunter2"]) assert.ok(!everything.includes(word), word);
  const [key] = values.keys();
  assert.ok(sent[0]?.includes(String(key).slice(-32)), "one secret gives one name everywhere");
  await redis(run, { secret: `${planted}2` }).exchange(message(SCOPE, "a"), signal);
  assert.notEqual(sent[2], sent[0], "and another one another");
});

test("ledger() is the step that all of them run", () => {
  const { state, reply } = ledger(undefined, message(SCOPE, "a"), 1000);
  assert.equal(reply.members, 1);
  assert.equal(ledger(state, message(SCOPE, "b"), 1001).reply.members, 2);
});
