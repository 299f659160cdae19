// Quotas that several policies share: the ledger by its properties, and whole runs on a simulated clock, which are exact.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy } from "fetch-with-policy";
import { even, FEW_UNITS, SERVERS, uneven } from "../../bench/shared/cases.js";
import { play } from "../../bench/shared/play.js";
import { BUCKET, LEASE, LOG, step, WINDOW } from "../../pkg-template/share/ledger.js";
import { createRandom } from "../../pkg-template/testing/random.js";
import { virtualHost } from "./virtual.js";

const quota = (more = {}) => ({ id: "0000000a", limit: 20, mode: WINDOW, used: 0, want: 0, units: 0, back: 0, window: 1000, alone: false, revision: 1, know: [1], ...more });
const message = (client, want, ...quotas) => ({ version: 1, scope: "a".repeat(32), client, want, sent: 0, held: 0, quotas });

test("grants of one window never exceed the limit, whoever asks when and for how much", () => {
  const random = createRandom(7);
  const pick = (most) => Math.floor(random() * most);
  for (let round = 0; round < 200; round++) {
    let state = null;
    const limit = 1 + pick(50);
    const held = new Map();
    for (let n = 0; n < 60; n++) {
      const client = `c${pick(12)}`;
      const units = held.get(client) ?? 0;
      const used = pick(units + 1);
      const asked = quota({ limit, used, units, want: pick(limit), back: 5000, window: 5000 });
      const { reply, ...next } = step(state, message(client, asked.want, asked), 1e6 + n);
      state = structuredClone(next.state);
      const [line] = reply.quotas;
      assert.ok(line.units >= used && line.units <= limit);
      held.set(client, line.units);
      const sum = [...held.values()].reduce((sum, units) => sum + units, 0);
      assert.ok(sum <= limit, `${sum} of ${limit}`);
    }
  }
});

test("equal wants get equal parts, to one unit", () => {
  let state = null;
  const parts = [];
  for (let n = 0; n < 7; n++) ({ state } = step(state, message(`c${n}`, 100), 1e6));
  for (let n = 0; n < 7; n++) {
    const result = step(state, message(`c${n}`, 100, quota({ limit: 100, want: 100, back: 900 })), 1e6 + n);
    state = result.state;
    parts.push(result.reply.quotas[0].units);
  }
  assert.equal(parts.reduce((sum, part) => sum + part), 100);
  assert.ok(Math.max(...parts) - Math.min(...parts) <= 1, `${parts}`);
});

test("where there are more clients than units, each has its turn within as many windows as it takes", () => {
  const clients = 30;
  const got = Array.from({ length: clients }, () => 0);
  let state = null;
  for (let n = 0; n < clients; n++) ({ state } = step(state, message(`c${n}`, 50), 1e6 + n));
  for (let window = 0; window < 6; window++) {
    for (let n = 0; n < clients; n++) {
      const now = 1e6 + 100 + 1000 * window + n;
      const result = step(state, message(`c${n}`, 50, quota({ want: 50, back: 900 - n })), now);
      state = result.state;
      const { units, next } = result.reply.quotas[0];
      got[n] += window === 0 ? units + next : next;
    }
  }
  assert.ok(Math.min(...got) >= 3 && Math.max(...got) <= 6, `${got}`);
});

test("a client that is gone takes nothing once its lease is over", () => {
  let state = null;
  ({ state } = step(state, message("gone", 100, quota({ want: 100, back: 900 })), 1e6));
  const late = step(state, message("here", 100, quota({ want: 100, back: 900 })), 1e6 + LEASE + 1);
  assert.deepEqual([late.reply.members, late.reply.quotas[0].units], [1, 20]);
});

test("tokens of a bucket come one after the other, at its rate", () => {
  let state = null;
  const times = [];
  for (let n = 0; n < 30; n++) {
    const asked = quota({ mode: BUCKET, limit: 20, used: 20, want: 1, window: 1000 });
    const result = step(state, message(`c${n}`, 1, asked), 1e6);
    state = result.state;
    const [{ units, next }] = result.reply.quotas;
    assert.equal(units, 1);
    times.push(next);
  }
  for (let n = 1; n < times.length; n++) assert.equal(times[n] - times[n - 1], 50);
});

test("an empty ledger grants what clients hold, and no more, for one lease", () => {
  const asked = (units, used) => quota({ limit: 100, units, used, want: 50, back: 900, window: 3000, mode: LOG });
  const first = step(null, message("c0", 50, asked(40, 10)), 1e6);
  const second = step(first.state, message("c1", 50, asked(0, 0)), 1e6 + 1);
  assert.deepEqual([first.reply.quotas[0].units, second.reply.quotas[0].units], [40, 0]);
  const later = step(second.state, message("c1", 50, asked(0, 0)), 1e6 + 3001);
  assert.ok(later.reply.quotas[0].units > 0);
});

for (const [server, most] of [["fixed", 1], ["first", 1], ["ietf", 1], ["two-limits", 1]]) {
  test(`four clients share a quota (${server}) a millisecond away: at most ${most} 429, none lost`, async () => {
    const run = await play({ server: SERVERS[server], calls: even(4), clients: 4, away: 1, phase: 0.13, seed: 1 });
    assert.equal(run.lost, 0, run.why);
    assert.ok(run.ratio <= 1.03 && run.limited <= most, JSON.stringify({ ...run, waits: [], log: [] }));
  });
}

// As processes on a busy machine do: sends and exchanges take a good part of a window, whose reset is told in whole seconds.
for (const [away, latency] of [[1, [5, 30]], [50, [20, 300]], [400, [20, 300]]]) {
  test(`eight clients share a window of two seconds, ${away} ms from their coordinator, sends take up to ${latency[1]} ms: few 429s`, async () => {
    for (const [n, phase] of [0.03, 0.31, 0.51, 0.87].entries()) {
      const run = await play({ server: SERVERS.seconds, calls: even(8), clients: 8, away, latency, phase, seed: 1 + 100 * n });
      assert.equal(run.lost, 0, run.why);
      assert.ok(run.limited <= 2 && run.ratio <= 1.2, JSON.stringify({ phase, ...run, waits: [], log: [] }));
    }
  });
}

test("who wants more gets what the others leave", async () => {
  const run = await play({ server: SERVERS.first, calls: uneven(), clients: 4, away: 1, phase: 0.13, seed: 1 });
  assert.equal(run.lost, 0, run.why);
  assert.ok(run.ratio <= 1.03 && run.limited <= 1, JSON.stringify({ ...run, waits: [], log: [] }));
});

test("thirty clients share twenty a second: a tenth longer than the least at most, and few 429s beside without", async () => {
  const calls = { server: FEW_UNITS.fixed, calls: even(30, 600), clients: 30, phase: 0.51, seed: 101 };
  const alone = await play({ ...calls, away: null });
  const run = await play({ ...calls, away: 1 });
  assert.equal(run.lost, 0, run.why);
  assert.ok(run.ratio <= 1.1 && 4 * run.limited <= alone.limited, JSON.stringify({ ...run, alone: alone.limited, waits: [], log: [] }));
});

test("no call is lost where the coordinator is down, hangs, or replies nonsense", async () => {
  const alone = await play({ server: SERVERS.first, calls: even(4, 400), clients: 4, away: null, phase: 0.13, seed: 1 });
  for (const fault of [() => "down", () => "hangs", () => () => ({ members: NaN, retry: 0, held: 0, quotas: "x" }), () => () => undefined]) {
    const run = await play({ server: SERVERS.first, calls: even(4, 400), clients: 4, away: 1, phase: 0.13, seed: 1, fault });
    assert.equal(run.lost, alone.lost, run.why);
  }
});

test("a reply that breaks a rule counts as none, and the event says which", async () => {
  const inQuota = (more) => (reply) => ({ ...reply, quotas: reply.quotas.map((quota) => ({ ...quota, ...more })) });
  const rows = [
    ["members", (reply) => ({ ...reply, members: 0 })],
    ["members", (reply) => ({ ...reply, members: "4" })],
    ["retry", (reply) => ({ ...reply, retry: NaN })],
    ["held", (reply) => ({ ...reply, held: 99_999_999 })],
    ["units", inQuota({ units: -1 })],
    ["units", inQuota({ units: 201 })],
    ["lease", inQuota({ lease: -1 })],
    ["alone", inQuota({ alone: 99_999 })],
    ["revision", inQuota({ revision: null })],
    ["age", inQuota({ age: Infinity })],
    ["know", inQuota({ know: ["x"] })],
  ];
  for (const [name, fault] of rows) {
    const lost = [];
    const onEvent = (event) => event.type === "share-lost" && lost.push(event.error);
    const run = await play({ server: SERVERS.first, calls: even(2, 20), clients: 2, away: 1, phase: 0.13, seed: 1, fault: () => fault, options: { onEvent } });
    assert.equal(run.lost, 0, run.why);
    assert.match(String(lost[0]), new RegExp(`^TypeError: the coordinator's reply has a wrong ${name}`), name);
  }
});

test("a quota that is granted for longer than it can be, or that nobody asked for, is left out of a reply", async () => {
  const fault = () => (reply) => ({ ...reply, quotas: [...reply.quotas.map((quota) => ({ ...quota, lease: 900_000 })), { id: "x" }] });
  const lost = [];
  const onEvent = (event) => event.type === "share-lost" && lost.push(event.error);
  const run = await play({ server: SERVERS.first, calls: even(2, 20), clients: 2, away: 1, phase: 0.13, seed: 1, fault, options: { onEvent } });
  assert.deepEqual([run.lost, lost], [0, []]);
});

test("the first send does not wait for a coordinator that never replies, and nothing but hashes and counts reaches it", async () => {
  const messages = [];
  let sent = 0;
  const coordinator = { exchange: (message) => (messages.push(message), new Promise(() => {})) };
  const fetch = () => (sent++, Promise.resolve(new Response("")));
  const policy = createPolicy({ coordinator, fetch });
  await new Promise((resolve) => setTimeout(resolve));
  const call = policy.fetch("https://api.example.com/PLANTED?key=PLANTED", { headers: { authorization: "Bearer PLANTED" } });
  assert.equal(sent, 1);
  assert.equal((await call).status, 200);
  assert.equal(messages.length, 1);
  assert.match(messages[0].scope, /^[0-9a-f]{32}$/);
  assert.doesNotMatch(JSON.stringify(messages), /PLANTED|example/);
});

test("a coordinator without exchange, or for a policy that has its state already, is refused", () => {
  const isRefused = (make) => assert.throws(make, ({ name, field }) => name === "PolicyOptionError" && field === "coordinator");
  isRefused(() => createPolicy({ coordinator: {} }));
  isRefused(() => createPolicy({ coordinator: 1 }));
  isRefused(() => createPolicy().extend({ coordinator: { exchange: () => Promise.reject() } }));
});

test("a coordinator whose replies never name the quota, or never grant a turn, holds no call for long", async () => {
  for (const [members, limit] of [[3, 1], [1, 1], [100, 1], [3, 10]]) {
    const { host, pass } = virtualHost();
    const headers = { ratelimit: `"a";r=${limit - 1};t=4`, "ratelimit-policy": `"a";q=${limit};w=4` };
    const exchange = async () => ({ members, retry: 1000, held: 0, quotas: [] });
    const policy = createPolicy({ host, coordinator: { exchange }, fetch: async () => new Response("fine", { headers }) });
    for (let n = 0; n < 3; n++) {
      let status = 0;
      policy.fetch("https://a.example/").then((response) => (status = response.status));
      for (let waited = 0; status === 0 && waited < 15; waited++) await pass(1000);
      assert.equal(status, 200, `call ${n + 1} of a limit of ${limit}, ${members} clients`);
    }
  }
});
