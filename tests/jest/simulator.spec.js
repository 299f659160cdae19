// jest's fake timers, put in place after the import, carry policy and simulator alike.
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { createPolicy, fetchWithPolicy } from "fetch-with-policy";
import { createSimulator } from "fetch-with-policy/testing";

const URL = "https://api.example.com/items";
const hostFetch = globalThis.fetch;

beforeEach(() => void jest.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => {
  jest.useRealTimers();
  globalThis.fetch = hostFetch;
});

test("two windows pass under fake timers, and nothing is tripped", async () => {
  const simulator = createSimulator({ clock: "host", limit: 10, window: 60_000 });
  const policy = createPolicy({ fetch: simulator.fetch });
  const answers = Promise.all(Array.from({ length: 20 }, () => policy.fetch(URL)));
  await jest.advanceTimersByTimeAsync(59_000);
  expect(simulator.requests.length).toBe(10);
  await jest.advanceTimersByTimeAsync(6_000);
  expect((await answers).every(({ ok }) => ok)).toBe(true);
  expect(simulator.rejections.length).toBe(0);
});

test("a Retry-After is waited for to the second, by fetchWithPolicy on the global fetch too", async () => {
  const simulator = createSimulator({ clock: "host", latency: 0 });
  simulator.fail(1, { status: 503, headers: { "retry-after": "30" } });
  globalThis.fetch = simulator.fetch;
  const answer = fetchWithPolicy(URL);
  await jest.advanceTimersByTimeAsync(29_990);
  expect(simulator.requests.length).toBe(1);
  await jest.advanceTimersByTimeAsync(5_000);
  expect((await answer).status).toBe(200);
});
