// @ts-check
/**
 * Runs one load off the page's thread, so that drawing never delays a call, and tells what happens in small batches.
 *
 * In: `{ type: "start", load: "policy" | "bare", api, count, token }`, then perhaps `{ type: "stop" }`. Without an address
 * `api` is in here: the demo's API as a stand-in for `fetch`.
 * Out: `{ type: "started", at }`, `{ type: "events", events: LoadEvent[] }`, `{ type: "ended", at, statistics }`,
 * or `{ type: "broken", message }` where the package could not be loaded.
 */
import { WINDOW, createApi } from "./api.js";
import { fire } from "./load.js";
import { untilOpening } from "./quota.js";

/**
 * What happened to one call, both loads alike. Instants are epoch ms.
 * @typedef {{ item: number, at: number } & (
 *   | { type: "wait" }
 *   | { type: "attempt", attempt: number }
 *   | { type: "response", status: number, quota?: { limit?: number, remaining?: number, resetAt?: number } }
 *   | { type: "failure" }
 *   | { type: "settled", outcome: "ok" | "lost" | "stopped" }
 * )} LoadEvent
 */

/** Between two batches, ms: about two frames. */
const BATCH_EVERY = 32;

const stop = new AbortController();
/** @type {LoadEvent[]} */
let batch = [];
/** @type {(input: string, init?: RequestInit) => Promise<Response>} */
let transport = (input, init) => fetch(input, init);

addEventListener("message", ({ data }) => {
  if (data.type === "stop") stop.abort();
  else run(data).catch((error) => postMessage({ type: "broken", message: String(error?.message ?? error) }));
});

/** @param {{ load: "policy" | "bare", api?: string, count: number, token: string }} order */
async function run({ load, api, count, token }) {
  if (api === undefined) {
    const { createSimulator } = await import("./pkg/testing.js");
    transport = createApi(createSimulator, { seed: Math.floor(Math.random() * 2 ** 32) }).fetch;
    api = `${location.origin}/api`;
  }
  const fetcher = await fetchers[load]();
  await opening();
  const timer = setInterval(flush, BATCH_EVERY);
  postMessage({ type: "started", at: Date.now() });
  await fire({
    api,
    count,
    token,
    fetch: fetcher,
    signal: stop.signal,
    onSettled(item, { response }) {
      const outcome = response?.ok ? "ok" : stop.signal.aborted ? "stopped" : "lost";
      batch.push({ type: "settled", item, at: Date.now(), outcome });
    },
  });
  const at = Date.now();
  clearInterval(timer);
  flush();
  const answer = await transport(`${api}/statistics`, { headers: { authorization: `Bearer ${token}` } });
  postMessage({ type: "ended", at, statistics: await answer.json() });
}

/** Resolves as a window of the quota opens, or at a stop. */
function opening() {
  return new Promise((resolve) => {
    setTimeout(resolve, untilOpening(Date.now(), WINDOW));
    stop.signal.addEventListener("abort", resolve, { once: true });
  });
}

/** Each makes a fetch that reports to the batch. */
const fetchers = {
  async policy() {
    const { createPolicy } = await import("./pkg/index.js");
    // A policy of its own for each run: it starts knowing nothing.
    return createPolicy({ fetch: transport, onEvent: relay }).fetch;
  },
  async bare() {
    const { readQuotas } = await import("./pkg/index.js");
    /** @param {string} url @param {RequestInit} init */
    return async (url, init) => {
      const about = { url, attempt: 1 };
      relay({ ...about, type: "attempt", at: Date.now() });
      try {
        const response = await transport(url, init);
        const { quotas } = readQuotas(response.headers, { status: response.status });
        relay({ ...about, type: "response", at: Date.now(), status: response.status, quotas });
        return response;
      } catch (error) {
        relay({ ...about, type: "failure", at: Date.now() });
        throw error;
      }
    };
  },
};

/** Keeps of a policy's event what is drawn. @param {any} event */
function relay({ type, url, at, attempt, status, quotas }) {
  const item = Number(url.slice(url.lastIndexOf("/") + 1));
  if (type === "attempt") batch.push({ type, item, at, attempt });
  if (type === "wait" || type === "failure") batch.push({ type, item, at });
  if (type === "response") batch.push({ type, item, at, status, quota: slim(quotas[0]) });
}

/** @param {any} quota */
function slim(quota) {
  return quota && { limit: quota.limit, remaining: quota.remaining, resetAt: quota.resetAt };
}

function flush() {
  if (batch.length === 0) return;
  postMessage({ type: "events", events: batch });
  batch = [];
}
