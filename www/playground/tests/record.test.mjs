import assert from "node:assert/strict";
import { test } from "node:test";
import { createRecord } from "../record.js";

/** A record that has seen `events`; their instants are ms since its start. */
function seen(count, ...events) {
  const record = createRecord(count);
  record.begin(1_000_000);
  for (const event of events) record.apply({ item: 0, ...event, at: event.at + 1_000_000 });
  return record;
}
const told = (remaining, resetAt) => ({ limit: 200, remaining, resetAt: resetAt + 1_000_000 });

test("a call that waits, meets a 429, waits again and comes through is counted once in each", () => {
  const record = seen(
    1,
    { type: "wait", at: 0 },
    { type: "attempt", at: 100, attempt: 1 },
    { type: "response", at: 110, status: 429 },
    { type: "wait", at: 110 },
    { type: "attempt", at: 3000, attempt: 2 },
    { type: "response", at: 3020, status: 200 },
    { type: "settled", at: 3021, outcome: "ok" },
  );
  assert.deepEqual({ ...record.counts }, { sent: 2, 429: 1, retries: 1, waited: 1, ok: 1, lost: 0, stopped: 0 });
  assert.deepEqual(record.spans.map(({ from, to, kind }) => [kind, from, to]), [
    ["waiting", 0, 100],
    ["limited", 100, 110],
    ["waiting", 110, 3000],
    ["ok", 3000, 3020],
  ]);
  assert.deepEqual(record.waits, { median: 2990, longest: 2990 });
  assert.equal(record.end, 3021);
});

test("a wait that is told twice is one wait, even where it had no length", () => {
  const record = seen(1, { type: "wait", at: 5 }, { type: "wait", at: 9 }, { type: "attempt", at: 5, attempt: 1 },
    { type: "wait", at: 20 });
  assert.equal(record.counts.waited, 1);
  assert.deepEqual(record.spans.map(({ from, to }) => [from, to]), [[5, 5]]);
});

test("a call stopped while it waits ends its wait", () => {
  const record = seen(1, { type: "wait", at: 0 }, { type: "settled", at: 40, outcome: "stopped" });
  assert.deepEqual([record.counts.stopped, record.counts.lost, record.settled], [1, 0, 1]);
  assert.deepEqual(record.spans, [{ item: 0, from: 0, to: 40, kind: "waiting" }]);
});

test("answers that overtake each other never raise what remains within a window", () => {
  const record = seen(
    3,
    { type: "response", at: 10, status: 200, quota: told(198, 3000) },
    { type: "response", at: 11, status: 200, quota: told(199, 3000) },
    { type: "response", at: 12, status: 200, quota: told(197, 3000) },
  );
  assert.deepEqual(record.remaining, [[0.01, 0.011, 0.012], [198, 198, 197]]);
});

test("at its reset the quota is whole again, though it was told later", () => {
  const record = seen(
    2,
    { type: "response", at: 10, status: 200, quota: told(0, 3000) },
    { type: "response", at: 3100, status: 200, quota: told(199, 6000) },
  );
  assert.deepEqual(record.remaining, [[0.01, 3, 3.1], [0, 200, 199]]);
});

test("events of calls that the load does not have, and quotas without numbers, change nothing", () => {
  const record = seen(
    1,
    { type: "attempt", item: 7, at: 1, attempt: 1 },
    { type: "attempt", item: NaN, at: 1, attempt: 1 },
    { type: "response", at: 2, status: 200, quota: {} },
  );
  assert.equal(record.counts.sent, 0);
  assert.deepEqual(record.remaining, [[], []]);
});
