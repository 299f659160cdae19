// @ts-check
/** What a policy does, a line for each event: who waits, for what and until when. */
import { PolicyOptionError } from "./errors.js";
import { leftOf, noteOf, reasonOf, seconds } from "./event-texts.js";

/** @typedef {import("../index.js").PolicyEvent} PolicyEvent */

const LABEL = "[fetch-with-policy]";
/** A wait of this length is a warning, ms. */
const SLOW = 5000;

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
        case "share":
          return say(`${LABEL} ${event.scope}: shared by ${event.members}; units of this client: ${event.units}${event.scarce ? "; they want more than there is" : ""}`);
        case "share-lost":
          return alert(`${LABEL} ${event.scope}: its coordinator does not reply, and is asked again at ${new Date(event.until).toISOString()}: ${event.error}`);
        case "share-back":
          return say(`${LABEL} ${event.scope}: its coordinator replies again`);
        default: {
          const note = noteOf(event);
          if (note) alert(`${who}: ${note}`);
        }
      }
    };
  },
};
