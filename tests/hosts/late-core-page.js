// @ts-check
// A page whose core comes late, broken or not at all: what its calls come to.
import { callRecord, createPolicy, explainResponse, fetchWithPolicy, initPolicy } from "/pkg/browser.js";

const place = /** @type {{ api: string, later: string }} */ (Object.fromEntries(new URLSearchParams(location.search)));
const url = (/** @type {string} */ steps) => `${place.api}/script?steps=${steps}&token=${Math.random()}`;
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
let warnings = 0;
console.warn = () => void warnings++;
/** @type {string[]} */
const events = [];
const policy = createPolicy({ retry: { initialDelay: 20 }, onEvent: (/** @type {any} */ { type }) => void events.push(type) });
const outcomeOf = async (/** @type {Promise<Response>} */ call) => {
  const response = await call;
  return [response.status, callRecord(response)?.attempts.length, (await response.text()).length > 0];
};

async function main() {
  const quiet = await outcomeOf(policy.fetch(url("200")));
  const asked = performance.getEntriesByType("resource").filter(({ name }) => name.includes("core-chunk")).length;
  // The burst is what asks for the core.
  const started = performance.now();
  const burst = await Promise.all(Array.from({ length: 30 }, () => fetchWithPolicy(url("200"))));
  const down = await outcomeOf(policy.fetch(url("503,200")));
  const waited = Math.floor((performance.now() - started) / 1000);
  const explained = (await explainResponse(await policy.fetch(url("404")))).id;
  await sleep(Number(place.later));
  await policy.fetch(url("404"));
  const isThere = await initPolicy();
  const later = await outcomeOf(policy.fetch(url("503,200")));
  return { quiet, asked, burst: burst.filter(({ status }) => status === 200).length, down, waited, explained, degraded: events.filter((type) => type === "degraded").length, warnings, isThere, later };
}

const outcome = await main().catch((error) => ({ failed: `${error} ${error.stack}` }));
await fetch("/report?scope=page", { method: "POST", body: JSON.stringify(outcome) });
