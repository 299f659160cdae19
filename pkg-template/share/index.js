// @ts-check
/** Quotas shared in one process, and by any store that can swap a value if nobody else did. */
import { PolicyOptionError } from "../src/errors.js";
import { createListeners } from "./listeners.js";
import { advance, lifetime } from "./record.js";
import { scopeNames } from "./secret.js";

export { step as ledger } from "./ledger.js";

/**
 * @typedef {import("../share.js").Coordinator} Coordinator
 * @typedef {import("./record.js").ShareRecord} ShareRecord
 */

/** Scopes are looked through for ones that ended whenever so many were added. */
const SWEEP = 256;

/**
 * A coordinator in memory: for several policies of one process, and for tests.
 * @param {import("../share.js").LedgerOptions} [options]
 * @returns {Coordinator}
 */
export function createLedger(options) {
  // Looked up at each step: fake timers put others in its place.
  const { now: clock = () => Date.now() } = options ?? {};
  if (typeof clock !== "function") throw new PolicyOptionError("now", "a function that returns epoch milliseconds");
  /** @type {Map<string, ShareRecord>} */
  const records = new Map();
  const listeners = createListeners();
  let sweep = SWEEP;
  return {
    async exchange(message) {
      const now = clock();
      const { record, reply, news } = advance(records.get(message.scope), message, now);
      records.set(message.scope, record);
      if (records.size >= sweep) {
        for (const [scope, { until }] of records) if (until <= now) records.delete(scope);
        sweep = records.size + SWEEP;
      }
      if (news) listeners.tell(message.scope, message.client);
      return reply;
    },
    subscribe: listeners.add,
  };
}

/**
 * A coordinator over a store that can replace a value only if nobody else did: Deno KV, Postgres, etcd, DynamoDB and others.
 * @param {import("../share.js").StoreOptions} options
 * @returns {Coordinator}
 */
export function storeCoordinator(options) {
  const { update, secret, prefix = "fetch-with-policy:" } = options ?? {};
  if (typeof update !== "function") throw new PolicyOptionError("update", "a function (key, change, ttl, signal) => Promise that replaces the value of `key` in one step");
  if (typeof prefix !== "string") throw new PolicyOptionError("prefix", "a string");
  const nameOf = scopeNames(secret, "storeCoordinator()");
  return {
    async exchange(message, signal) {
      const scope = await nameOf(message.scope);
      signal.throwIfAborted();
      /** @type {(old: unknown, now?: number) => [unknown, any]} */
      const change = (old, now = Date.now()) => {
        const { record, reply } = advance(old, { ...message, scope }, now);
        return [record, reply];
      };
      return update(prefix + scope, change, lifetime(message), signal);
    },
  };
}
