// A policy over a transport that answers from a list, on a virtual clock: what is sent and when, to the millisecond.
import { createPolicy } from "fetch-with-policy";
import { virtualHost } from "./virtual.js";

export const URL = "https://api.example.com/items";

/**
 * `answers` in turn, the last one for ever: [status, headers?, body?], what to throw, or a function of (input, init, clock)
 * that gives either. `chance` is what the host's random gives.
 */
export function scripted(answers, options = {}, { chance = 0.5, latency = 0 } = {}) {
  const clock = virtualHost();
  const delays = [];
  const setTimeout = (callback, ms) => (delays.push(ms), clock.host.setTimeout(callback, ms));
  const host = { ...clock.host, random: () => chance, setTimeout };
  const sends = [];
  async function fetch(input, init) {
    const number = sends.push({ at: clock.time, input, init });
    if (latency > 0) await new Promise((resolve) => host.setTimeout(resolve, latency));
    let answer = answers[Math.min(number, answers.length) - 1];
    if (typeof answer === "function") answer = await answer(input, init, clock);
    if (!Array.isArray(answer)) throw answer;
    const [status, headers = {}, body = null] = answer;
    return new Response(body, { status, headers });
  }
  const policy = createPolicy({ host, fetch, ...options });
  return {
    clock,
    sends,
    /** What timers were set to. */
    delays,
    policy,
    /** When each send was made, in ms. */
    get times() {
      return sends.map(({ at }) => at);
    },
    /** Makes a call and moves the clock until it settles, at most `most` ms. */
    async call(args = [URL], most = 300_000) {
      let settled;
      const promise = policy.fetch(...args);
      promise.then(
        (response) => (settled = { response, at: clock.time }),
        (error) => (settled = { error, at: clock.time }),
      );
      await clock.pass(0);
      while (settled === undefined && clock.time < most) await clock.pass(Math.min(...[...clock.timers.values()].map(({ at }) => at), most) - clock.time);
      if (settled === undefined) throw new Error(`not settled within ${most} ms`);
      return settled;
    },
  };
}
