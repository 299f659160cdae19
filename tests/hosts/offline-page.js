// @ts-check
// A page that is offline when it makes its first calls, as far as it can be told: `navigator.onLine`, failing requests, a core that is
// not there, and then the event "online".
import { callRecord, createPolicy, initPolicy } from "/pkg/browser.js";

const place = /** @type {{ api: string }} */ (Object.fromEntries(new URLSearchParams(location.search)));
const url = () => `${place.api}/script?steps=200&token=${Math.random()}`;
let isOnline = false;
Object.defineProperty(navigator, "onLine", { configurable: true, get: () => isOnline });
let warnings = 0;
console.warn = () => void warnings++;
/** @type {string[]} */
const events = [];

async function main() {
  // Not a server that resets: Firefox sends again by itself.
  const send = (/** @type {[any]} */ ...args) => (isOnline ? fetch(...args) : Promise.reject(new TypeError("Failed to fetch")));
  const policy = createPolicy({ fetch: send, retry: { initialDelay: 20 }, onEvent: (/** @type {any} */ { type }) => void events.push(type) });
  const calls = [policy.fetch(url()), policy.fetch(url())];
  const waits = new Promise((resolve) => setTimeout(resolve, 2000, "waits"));
  const before = await Promise.all(calls.map((call) => Promise.race([call.then(() => "ended", String), waits])));
  isOnline = true;
  dispatchEvent(new Event("online"));
  const responses = await Promise.all(calls);
  const after = responses.map(({ status }) => status);
  const attempts = callRecord(responses[0])?.attempts.length;
  return { before, after, attempts, degraded: events.filter((type) => type === "degraded").length, warnings, isThere: await initPolicy() };
}

const outcome = await main().catch((error) => ({ failed: `${error} ${error.stack}` }));
await fetch("/report?scope=page", { method: "POST", body: JSON.stringify(outcome) });
