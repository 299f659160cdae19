// @ts-check
import { load } from "./core.js";
import { isPolicy, makePolicy, runOn } from "./driver.js";
import { mark } from "./host.js";
import { canLoad, retried } from "./instance.js";
import { MAX_BODY, MAX_VALUE } from "./limits.js";
import { argsOf } from "./subject.js";

export { callRecord } from "./record.js";

/** @type {ReturnType<typeof makePolicy> | undefined} */
let shared;

// The public functions are members of an object: a member's name survives minifiers, so stacks, logs and `name` show it.
export const { createPolicy, defaultPolicy, fetchWithPolicy, initPolicy, readQuotas } = {
  /**
   * A policy with state of its own.
   * @param {any} [options]
   */
  createPolicy(options) {
    // JavaScriptCore leaves whoever makes a call in the last place out of stacks; within a `try` none is.
    try {
      return makePolicy(options);
    } catch (error) {
      throw error;
    }
  },

  /** The policy of `fetchWithPolicy` where none is given. */
  defaultPolicy: () => (shared ??= makePolicy({})),

  /**
   * `fetch`, with a policy: the default one, or the one given; plain options extend the default one for this call.
   * @param {any} input
   * @param {any} [init]
   * @param {any} [policy]
   * @returns {Promise<Response>}
   */
  fetchWithPolicy(input, init = undefined, policy = undefined) {
    try {
      const args = argsOf(arguments);
      if (policy === undefined) return runOn(defaultPolicy(), args, undefined);
      if (isPolicy(policy)) return runOn(policy, args, undefined);
      // Of another copy of the package.
      if (typeof policy?.fetch === "function" && typeof policy.quotas === "function") return policy.fetch(...args);
      return runOn(defaultPolicy(), args, policy);
    } catch (error) {
      return Promise.reject(error);
    }
  },

  /** Makes the core now. True where it can be had. */
  initPolicy: async () => canLoad(load),

  /**
   * Reads quotas and retry hints from a response.
   * @param {any} headers
   * @param {{ status?: number, now?: number, url?: string, body?: string }} [context]
   */
  readQuotas(headers, context) {
    let text = "";
    /** @param {any} value @param {any} name */
    const add = (value, name) => {
      text += `${`${name}`.toLowerCase()}:${`${value}`.slice(0, MAX_VALUE).replace(/[\r\n]/g, " ")}\n`;
    };
    if (typeof headers?.forEach === "function" && !Array.isArray(headers)) headers.forEach(add);
    else if (Array.isArray(headers)) for (const [name, value] of headers) add(value, name);
    else for (const name of Object.keys(headers ?? {})) add(headers[name], name);
    const { status = 0, now = Date.now(), body = "" } = context ?? {};
    return JSON.parse(retried(() => load().read_quotas(text, now, status, `${body}`.slice(0, MAX_BODY))));
  },
};
mark(fetchWithPolicy);
