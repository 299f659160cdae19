// Time passes only from event to event, in their order, and promises run to their end in between.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Heap } from "../../pkg-template/testing/heap.js";
import { createRandom } from "../../pkg-template/testing/random.js";
import { Clock, takeOver } from "../world/index.js";

test("events come in the order of their instants, and of one instant in the order of planning", () => {
  const heap = new Heap();
  const random = createRandom(7);
  const planned = Array.from({ length: 500 }, (_, order) => ({ at: Math.floor(random() * 40), order }));
  for (const event of planned) heap.push(event.at, event);
  const popped = planned.map(() => heap.pop()?.value);
  assert.deepEqual(popped, planned.toSorted((a, b) => a.at - b.at || a.order - b.order));
  assert.equal(heap.pop(), undefined);
  assert.equal(heap.size, 0);
});

test("a sleeper that awaits much between two timers sees no time pass in it", async () => {
  const clock = new Clock(1000);
  const seen = [];
  const sleeper = async () => {
    for (const ms of [5, 10]) {
      await new Promise((resolve) => clock.setTimeout(resolve, ms));
      for (let n = 0; n < 50; n++) await null;
      seen.push(clock.now);
    }
  };
  clock.setTimeout(() => seen.push("between"), 12);
  sleeper();
  assert.equal(await clock.run(), false);
  assert.deepEqual(seen, [1005, "between", 1015]);
});

test("timers are a host's: whole milliseconds, at least one, and at once above what fits", async () => {
  for (const [asked, waited] of [[undefined, 1], [0, 1], [-5, 1], [NaN, 1], [1.9, 1], [17.99, 17], [2 ** 31 - 1, 2 ** 31 - 1], [2 ** 31, 1]]) {
    const clock = new Clock(0);
    clock.setTimeout(() => {}, asked);
    await clock.run();
    assert.equal(clock.now, waited, `${asked} ms`);
  }
});

test("a cleared timer does not fire, and an interval fires until it is cleared from within", async () => {
  const clock = new Clock(0);
  const fired = [];
  clock.clear(clock.setTimeout(() => fired.push("cleared"), 1));
  const interval = clock.setInterval(() => fired.push(clock.now) === 3 && clock.clear(interval), 10);
  await clock.run();
  assert.deepEqual(fired, [10, 20, 30]);
});

test("a run ends when it is done, or before what lies behind its limit", async () => {
  const clock = new Clock(0);
  clock.setInterval(() => {}, 10);
  assert.equal(await clock.run(() => clock.now >= 30), true);
  assert.equal(clock.now, 30);
  assert.equal(await clock.run(() => false, 55), false);
  assert.equal(clock.now, 50);
});

test("what was put in place of the globals follows the clock in use, with its skew, and is the host's own again after it", async () => {
  class FakeDate extends Date {}
  const target = { ...hostLike(), Date: FakeDate };
  const use = takeOver(target);
  const clock = new Clock(1_800_000_000_000.75);
  use({ clock, skew: -90_000, random: () => 0.25, fetch: async () => new Response("sent") });
  let fired = false;
  target.setTimeout((word) => (fired = word), 20, "fired");
  await clock.run();
  assert.equal(fired, "fired");
  assert.equal(target.Date.now(), 1_799_999_910_020);
  assert.equal(new target.Date().getTime(), 1_799_999_910_020);
  assert.equal(new target.Date(5).getTime(), 5);
  assert.ok(new target.Date() instanceof target.Date);
  assert.equal(target.performance.now(), 20);
  assert.equal(Math.round(target.performance.timeOrigin + target.performance.now()), 1_799_999_910_020);
  assert.equal(target.Math.random(), 0.25);
  assert.equal(await (await target.fetch("https://api.example.com/")).text(), "sent");
  use(undefined);
  assert.equal(target.setTimeout(), "own setTimeout");
  assert.equal(await target.fetch(), "own fetch");
  assert.equal(target.Math.random(), "own random");
  assert.ok(Math.abs(target.Date.now() - Date.now()) < 60_000);
});

test("AbortSignal.timeout of the globals fires on the clock", async () => {
  const target = hostLike();
  const clock = new Clock(0);
  takeOver(target)({ clock, skew: 0, random: () => 0, fetch });
  const signal = target.AbortSignal.timeout(30);
  await clock.run(() => false, 29);
  assert.equal(signal.aborted, false);
  await clock.run();
  assert.equal(signal.reason.name, "TimeoutError");
});

function hostLike() {
  const own = (name) => () => `own ${name}`;
  const names = ["setTimeout", "setInterval", "setImmediate", "clearTimeout", "clearInterval", "clearImmediate"];
  return {
    ...Object.fromEntries(names.map((name) => [name, own(name)])),
    fetch: async () => "own fetch",
    Date,
    Math: { random: own("random") },
    performance: { now: () => 0 },
    AbortSignal: {},
  };
}
