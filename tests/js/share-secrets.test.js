// Where quotas are shared, no secret is in what a coordinator is sent, in what a store keeps, in an event, in `quotas()` or in an
// error. Secrets are planted in all that a scope, a quota's name and an adapter are made of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { createLedger, storeCoordinator } from "fetch-with-policy/share";
import { redis } from "fetch-with-policy/share/redis";
import { step } from "../../pkg-template/share/ledger.js";
import { createRandom } from "../../pkg-template/testing/random.js";
import { found, secrets, textOf } from "./planted.js";
import { virtualHost } from "./virtual.js";

const planted = secrets(["authorization", "cookie", "apiKey", "query", "path", "body", "quota", "partition", "secret"]);
const headers = { authorization: `Bearer ${planted.authorization}`, cookie: `sid=${planted.cookie}`, "x-api-key": planted.apiKey };
/** Events of calls name the address, less its query, and the quotas that the server told; see secrets.test.js. */
const { path, quota, partition, ...elsewhere } = planted;

/** A server in front of which two calls of three wait, and whose names of quotas hold an account. */
const response = () =>
  new Response("{}", {
    headers: { "ratelimit-policy": `"${planted.quota}";q=2;w=1;pk=:${btoa(planted.partition)}:`, ratelimit: `"${planted.quota}";r=1;t=1;pk=:${btoa(planted.partition)}:` },
  });

/** Calls of two policies that share `coordinator`; gives the events, and what was asked and replied. */
async function share(coordinator) {
  const { host, pass } = virtualHost();
  // Clients are named by chance.
  host.random = createRandom(1);
  const events = [];
  const exchanged = [];
  const shares = [];
  const counted = {
    ...coordinator,
    async exchange(message, signal) {
      exchanged.push(message);
      const reply = await coordinator.exchange(message, signal);
      exchanged.push(reply);
      return reply;
    },
  };
  const policies = [0, 1].map(() => createPolicy({ host, coordinator: counted, fetch: async () => response(), onEvent: (event) => void events.push(event) }));
  await pass(0);
  const url = `https://api.example.com/${planted.path}?key=${planted.query}`;
  const calls = policies.flatMap(({ fetch }) => [0, 1, 2].map(() => fetch(url, { method: "POST", headers, body: planted.body })));
  // Names of scopes are hashed by the host, off the simulated clock.
  for (let waited = 0; waited < 100; waited++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    await pass(100);
    for (const { quotas } of policies) shares.push(...quotas().flatMap(({ shared = [] }) => shared));
  }
  for (const call of calls) assert.equal((await call).status, 200);
  assert.ok(exchanged.length >= 2, "they talk");
  return { events, exchanged, shares };
}

/** Fails where a secret is in `value`, which must hold `proof`, or it was not looked at. */
function clean(value, proof, what) {
  const text = textOf(value);
  assert.match(text, proof, what);
  assert.deepEqual(found(text, planted), [], what);
}

test("over a store: none in its keys and values, in messages, replies and the events of sharing", async () => {
  const values = new Map();
  const update = async (key, change) => {
    const [value, result] = change(values.get(key));
    values.set(key, JSON.parse(JSON.stringify(value)));
    return result;
  };
  const { events, exchanged, shares } = await share(storeCoordinator({ update, secret: planted.secret }));
  clean([...values], /fetch-with-policy:[0-9a-f]{32}/, "the store");
  clean(exchanged, /members/, "messages and replies");
  clean(events.filter(({ type }) => /^share/.test(type)), /share/, "events of sharing");
  assert.deepEqual(found(textOf(events), elsewhere), [], "all other events");
  assert.ok(events.some(({ type, members }) => type === "share" && members === 2), "it is shared");
  clean(shares, /members/, "what quotas() tells of sharing");
});

test("over Redis: none in keys and arguments", async () => {
  const sent = [];
  let state = null;
  const run = async (_script, keys, args) => {
    sent.push(keys, args);
    const result = step(state, JSON.parse(args[0]), 1_795_305_600_000 + sent.length);
    ({ state } = result);
    return JSON.stringify(result.reply);
  };
  const { events } = await share(redis(run, { secret: planted.secret }));
  clean(sent, /fetch-with-policy:\{[0-9a-f]{32}\}/, "commands");
  clean(events.filter(({ type }) => /^share/.test(type)), /members/, "events of sharing");
});

test("none in the error of a reply that breaks a rule, which quotes the reply alone", async () => {
  const { exchange } = createLedger();
  const lying = { exchange: async (message, signal) => ({ ...(await exchange(message, signal)), members: -1 }) };
  const { events } = await share(lying);
  const lost = events.filter(({ type }) => type === "share-lost");
  clean([lost, lost.map(({ error }) => [error.message, error.stack.split("\n")[0]])], /wrong members: -1/, "share-lost");
});

test("none in the error of an option of an adapter", () => {
  for (const make of [() => redis({}, { secret: planted.secret }), () => redis(async () => "", { secret: planted.secret.slice(0, 15) }), () => storeCoordinator({ secret: planted.secret })]) {
    assert.throws(make, (error) => (assert.deepEqual(found(textOf(error), { ...planted, short: planted.secret.slice(0, 15) }), []), true));
  }
});
