// A server whose answers come in batches, on a virtual clock: all that are under way are settled in one turn of the event
// loop, as hosts do that hear of several sockets at once (Deno's ops, frames of HTTP/2, service workers, mocks).
import { createPolicy } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

/** Chance that a seed repeats: from 0 to 1. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** All orders of `items`. */
export function orders(items) {
  if (items.length < 2) return [items];
  return items.flatMap((item, n) => orders(items.toSpliced(n, 1)).map((rest) => [item, ...rest]));
}

/**
 * A policy over a server of `limit` in each `window` ms, which sends its quota with each answer. A request reaches the server up
 * to `latency` ms after it was sent, and all answers come `latency` ms after the first request of their batch: in the order that
 * `arrange` gives them, with `gap` microtasks between two. `next` is the chance of all that.
 */
export function turns({ limit = 3, window = 1000, latency = 50, gap = 0, next = () => 0.5, arrange = (batch) => batch } = {}, options = {}) {
  const clock = virtualHost();
  let batch = [];
  let current = -1;
  let used = 0;
  const answer = (at) => {
    if (Math.floor(at / window) > current) [current, used] = [Math.floor(at / window), 0];
    const isGranted = used < limit;
    if (isGranted) used++;
    const reset = Math.ceil(((current + 1) * window - at) / 1000);
    return new Response("x", { status: isGranted ? 200 : 429, headers: { ratelimit: `"a";r=${limit - used};t=${reset}` } });
  };
  const flush = async () => {
    const met = batch.sort((a, b) => a.at - b.at).map(({ at, resolve }) => ({ resolve, response: answer(at) }));
    batch = [];
    for (const { resolve, response } of arrange(met)) {
      resolve(response);
      for (let n = 0; n < gap; n++) await undefined;
    }
  };
  const fetch = (_, init) =>
    new Promise((resolve, reject) => {
      if (batch.length === 0) clock.host.setTimeout(flush, latency);
      batch.push({ at: clock.time + next() * latency, resolve });
      init?.signal?.addEventListener("abort", () => reject(init.signal.reason));
    });
  return { clock, policy: createPolicy({ host: { ...clock.host, random: next }, fetch, ...options }) };
}
