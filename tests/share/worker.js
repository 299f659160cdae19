// @ts-check
// One of several Workers, an isolate each, whose policy stands at module scope and shares quotas through a Durable Object.
import { env } from "cloudflare:workers";
import { createPolicy } from "fetch-with-policy";
import { durableObject, Quotas as Shared } from "fetch-with-policy/share/durable-object";

/** @type {Record<string, number>} */
const events = {};
const add = (/** @type {string} */ name) => (events[name] = (events[name] ?? 0) + 1);
let name = "";
const namespace = { idFromName: (/** @type {string} */ asked) => env.QUOTAS.idFromName((name = asked)), get: (/** @type {any} */ id) => env.QUOTAS.get(id) };
const coordinator = durableObject(namespace, { secret: "a secret of the tests" });
const counted = { exchange: (/** @type {[any, AbortSignal]} */ ...args) => (add("exchange"), coordinator.exchange(...args)) };
const retry = { maxAttempts: 10 };
const shared = createPolicy({ retry, coordinator: counted, onEvent: ({ type }) => void (/^share/.test(type) && add(type)) });
const alone = createPolicy({ retry });

export class Quotas extends Shared {
  /** Ends the object, as the host does at times; all that it kept in memory is gone. */
  evict() {
    this.ctx.abort("evicted");
  }
  /** What it was asked, and how often. @type {any[]} */
  messages = [];
  exchange(/** @type {any} */ message) {
    this.messages.push(message);
    return super.exchange(message);
  }
  told() {
    return this.messages;
  }
}

export default {
  /**
   * `/?url=…&calls=…`: so many calls in one request; `/alone?…` without a coordinator. `/abandon`: a call that nobody waits for. `/evict` ends the object
   * of the scope that was used last; `/messages` gives what that one was sent since it began; `/events` what the policy told.
   */
  async fetch(/** @type {Request} */ request) {
    const { pathname, searchParams } = new URL(request.url);
    const url = searchParams.get("url") ?? "";
    if (pathname === "/events") return Response.json(events);
    const policy = pathname === "/alone" ? alone : shared;
    const call = async () => {
      const response = await policy.fetch(url, { headers: { authorization: "Bearer hunter2-hunter2-hunter2" } });
      await response.text();
      return response.status;
    };
    if (pathname === "/messages") return Response.json({ name, messages: await namespace.get(namespace.idFromName(name)).told() });
    if (pathname === "/evict") {
      await namespace.get(namespace.idFromName(name)).evict().catch(() => {});
      return new Response("evicted");
    }
    if (pathname === "/abandon") {
      call().catch(() => {});
      return new Response("gone");
    }
    const all = Array.from({ length: Number(searchParams.get("calls")) }, () => call().catch(String));
    return Response.json(await Promise.all(all));
  },
};
