// @ts-check
/** Events in words, for the logger and the panel. */

/** @typedef {import("../index.js").PolicyEvent} PolicyEvent */

/** What each wait is for; see `WaitReason`. @type {Record<string, string>} */
const REASONS = {
  backoff: "before it is sent again",
  "retry-after": "as the server asks",
  "rate-limit": "for a quota",
  probing: "for the first responses, which show what the API allows",
  locked: "for the server, which is busy with what the request is about",
  outage: "for its server, which is down",
  offline: "for the network",
  concurrency: "for a place: rateLimit.maxConcurrent",
};

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;

/** @param {import("../index.js").Quota} quota */
export const nameOf = ({ name, unit, limit, window }) => `${name ?? unit ?? "requests"}${limit === undefined ? "" : ` (${limit}${window === undefined ? "" : ` in ${seconds(window)}`})`}`;

/** @param {import("../index.js").Quota} quota */
export const leftOf = (quota) => `${quota.remaining ?? "?"} left of ${nameOf(quota)}`;

/**
 * What a wait is for.
 * @param {{ reason: string, quota?: import("../index.js").Quota }} event
 */
export function reasonOf({ reason, quota }) {
  const text = REASONS[reason] ?? reason;
  if (quota === undefined || quota.headersHidden) return text;
  const source = quota.source === "options" ? "your options say" : quota.source === "observed" ? "refusals taught" : `the header ${quota.source} reports`;
  return reason === "rate-limit" ? `for the quota ${nameOf(quota)}, which ${source}` : `${text}: ${quota.source}`;
}

/**
 * What a developer should know that is no step of a call; "" for the steps.
 * @param {PolicyEvent} event
 */
export function noteOf(event) {
  switch (event.type) {
    case "circuit":
      return `the circuit of ${event.scope} is ${event.state}`;
    case "credential-header":
      return `the header ${event.header} seems to hold credentials; name it in rateLimit.credentials if each has a quota of its own`;
    case "misuse":
      return event.what === "policy-as-fetch"
        ? "its transport is the fetch of another policy, which alone retries: the option retry of this one counts for nothing"
        : `fetch ignores "${event.option}" in its second argument; give it to createPolicy, or as an option of the call in the third argument`;
    case "core-failed":
    case "degraded":
      return `${event.type}: ${event.error}`;
    default:
      return "";
  }
}
