// vitest's fake timers, put in place after the import, carry policy and simulator alike.
import { createPolicy, fetchWithPolicy } from "fetch-with-policy";
import { createSimulator } from "fetch-with-policy/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

const URL = "https://api.example.com/items";

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

test("three windows pass under fake timers, and nothing is tripped", async () => {
  const simulator = createSimulator({ clock: "host", limit: 10, window: 60_000 });
  const policy = createPolicy({ fetch: simulator.fetch, rateLimit: { maxWait: 300_000 } });
  const answers = Promise.all(Array.from({ length: 30 }, () => policy.fetch(URL)));
  await vi.advanceTimersByTimeAsync(119_000);
  expect(simulator.requests.length).toBe(20);
  await vi.advanceTimersByTimeAsync(6_000);
  expect((await answers).every(({ ok }) => ok)).toBe(true);
  expect(simulator.rejections.length).toBe(0);
});

test("a Retry-After is waited for to the millisecond, by fetchWithPolicy on the global fetch too", async () => {
  const simulator = createSimulator({ clock: "host", latency: 0 });
  simulator.fail(1, { status: 503, headers: { "retry-after": "30" } });
  vi.stubGlobal("fetch", simulator.fetch);
  const answer = fetchWithPolicy(URL);
  await vi.advanceTimersByTimeAsync(29_990);
  expect(simulator.requests.length).toBe(1);
  await vi.advanceTimersByTimeAsync(5_000);
  expect((await answer).status).toBe(200);
  vi.unstubAllGlobals();
});

test("a deadline is on the fake clock", async () => {
  const simulator = createSimulator({ clock: "host" });
  simulator.fail(1, "hang");
  const policy = createPolicy({ fetch: simulator.fetch, timeout: { total: 8_000 } });
  const ends = expect(policy.fetch(URL)).rejects.toMatchObject({ name: "TimeoutError" });
  await vi.advanceTimersByTimeAsync(8_100);
  await ends;
});

test("a fake Date and fake timers beside the host's own performance will do", async () => {
  vi.useRealTimers();
  vi.useFakeTimers({ now: 1_800_000_000_000, toFake: ["setTimeout", "clearTimeout", "Date"] });
  const simulator = createSimulator({ clock: "host", limit: 10, window: 60_000 });
  const policy = createPolicy({ fetch: simulator.fetch, rateLimit: { maxWait: 300_000 } });
  const answers = Promise.all(Array.from({ length: 30 }, () => policy.fetch(URL)));
  await vi.advanceTimersByTimeAsync(125_000);
  expect((await answers).every(({ ok }) => ok)).toBe(true);
  expect(simulator.rejections.length).toBe(0);
});
