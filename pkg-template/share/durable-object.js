// @ts-check
/**
 * Quotas shared by the isolates of a Cloudflare Worker: one Durable Object for each scope. The object keeps the ledger in memory
 * and stores nothing: an object that was evicted starts with an empty ledger, and learns from the next messages what is lent out.
 */
import { DurableObject } from "cloudflare:workers";
import { PolicyOptionError } from "../src/errors.js";
import { advance } from "./record.js";
import { scopeNames } from "./secret.js";

export class Quotas extends DurableObject {
  /** @type {import("./record.js").ShareRecord | undefined} */
  #record;

  /** @param {import("../share.js").ShareMessage} message */
  exchange(message) {
    const { record, reply } = advance(this.#record, message, Date.now());
    this.#record = record;
    return reply;
  }
}

/**
 * @param {any} namespace the binding of {@link Quotas}
 * @param {import("../share-durable-object.js").DurableObjectOptions} options
 * @returns {import("../share.js").Coordinator}
 */
export function durableObject(namespace, options) {
  if (typeof namespace?.idFromName !== "function" || typeof namespace.get !== "function") {
    throw new PolicyOptionError("namespace", "the binding of a Durable Object namespace whose class is Quotas, such as env.QUOTAS");
  }
  const { secret } = options ?? {};
  const nameOf = scopeNames(secret, "durableObject()");
  return {
    async exchange(message, signal) {
      const scope = await nameOf(message.scope);
      signal.throwIfAborted();
      return namespace.get(namespace.idFromName(scope)).exchange({ ...message, scope });
    },
  };
}
