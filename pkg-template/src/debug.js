// @ts-check
/** What a policy does, a line for each event: who waits, for what and until when. */
import { PolicyOptionError } from "./errors.js";

/** @typedef {import("../index.js").PolicyEvent} PolicyEvent */

const LABEL = "[fetch-with-policy]";
/** A wait of this length is a warning, ms. */
const SLOW = 5000;

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

// A member's name survives minifiers.
export const { logger } = {
  /**
   * An `onEvent` that writes lines.
   * @param {{ log?: (line: string) => void, warn?: (line: string) => void, slow?: number }} [options]
   * @returns {(event: PolicyEvent) => void}
   */
  logger(options = {}) {
    const { log, warn, slow = SLOW } = options;
    for (const [name, value] of Object.entries({ log, warn })) {
      if (value !== undefined && typeof value !== "function") throw new PolicyOptionError(name, "a function");
    }
    if (typeof slow !== "number" || !(slow >= 0)) throw new PolicyOptionError("slow", "a number of milliseconds, 0 or more");
    // Looked up for each line: tests and consoles put others in their place.
    const say = (/** @type {string} */ line) => (log ?? console.debug)(line);
    const alert = (/** @type {string} */ line) => (warn ?? console.warn)(line);
    /** Origins that are known to hide their headers. @type {Set<string>} */
    const hiding = new Set();
    return (event) => {
      const { call, method, url, attempt } = event;
      const who = `${LABEL} #${call} ${method} ${url}`;
      switch (event.type) {
        case "attempt":
          return say(`${who}: send ${attempt}`);
        case "response":
          return say(`${who}: status ${event.status}${event.quotas.map((quota) => `; ${leftOf(quota)}`).join("")}`);
        case "failure":
          return say(`${who}: ${event.label}`);
        case "wait": {
          const { delay, until, quota } = event;
          const line = `${who}: waits ${seconds(delay)}, until ${new Date(until).toISOString()}, ${reasonOf(event)}`;
          if (quota?.headersHidden && !hiding.has(new URL(url).origin)) {
            hiding.add(new URL(url).origin);
            alert(`${line}; its API hides its headers from the page and should send ${quota.expose}`);
          } else if (delay > slow) alert(line);
          else say(line);
          return;
        }
        case "give-up":
          return alert(`${who}: gives up: ${event.reason}${event.retryAt ? `, worth a try again at ${new Date(event.retryAt).toISOString()}` : ""}`);
        case "circuit":
          return alert(`${who}: the circuit of ${event.scope} is ${event.state}`);
        case "share":
          return say(`${LABEL} ${event.scope}: shared by ${event.members}; units of this client: ${event.units}${event.scarce ? "; they want more than there is" : ""}`);
        case "share-lost":
          return alert(`${LABEL} ${event.scope}: its coordinator does not reply, and is asked again at ${new Date(event.until).toISOString()}: ${event.error}`);
        case "share-back":
          return say(`${LABEL} ${event.scope}: its coordinator replies again`);
        case "credential-header":
          return alert(`${who}: the header ${event.header} seems to hold credentials; name it in rateLimit.credentials if each has a quota of its own`);
        case "core-failed":
        case "degraded":
          return alert(`${who}: ${event.type}: ${event.error}`);
      }
    };
  },
};

/** @param {number} ms */
const seconds = (ms) => `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;

/** @param {import("../index.js").Quota} quota */
const nameOf = ({ name, unit, limit, window }) => `${name ?? unit ?? "requests"}${limit === undefined ? "" : ` (${limit}${window === undefined ? "" : ` in ${seconds(window)}`})`}`;

/** @param {import("../index.js").Quota} quota */
const leftOf = (quota) => `${quota.remaining ?? "?"} left of ${nameOf(quota)}`;

/** @param {{ reason: string, quota?: import("../index.js").Quota }} event */
function reasonOf({ reason, quota }) {
  const text = REASONS[reason] ?? reason;
  if (quota === undefined || quota.headersHidden) return text;
  const source = quota.source === "options" ? "your options say" : quota.source === "observed" ? "refusals taught" : `the header ${quota.source} reports`;
  return reason === "rate-limit" ? `for the quota ${nameOf(quota)}, which ${source}` : `${text}: ${quota.source}`;
}
