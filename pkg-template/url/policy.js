// @ts-check
import { module } from "../entry/url/policy.js";
import { load } from "../src/core.js";
import { mark } from "../src/host.js";
import { fetchWithPolicy as fetchNow } from "../src/policy.js";

export * from "../src/policy.js";

// A member's name survives minifiers: see ../src/policy.js.
export const { fetchWithPolicy, initPolicy } = {
  /**
   * As the main entry's, but that a call waits for the module where it is not there yet.
   * @param {any} input
   * @param {any} [init]
   * @param {any} [policy]
   * @returns {Promise<Response>}
   */
  fetchWithPolicy(input, init = undefined, policy = undefined) {
    const args = /** @type {[any, any?, any?]} */ ([...arguments]);
    if (module.isReady) return fetchNow(...args);
    // The call itself reports a module that is not available, as in the main entry.
    return module.ready().then(() => fetchNow(...args), () => fetchNow(...args));
  },

  /**
   * Rejects as the first call of the main entry throws.
   * @param {any} [source]
   * @returns {Promise<WebAssembly.Module>}
   */
  initPolicy: (source) => module.ready(source).catch(() => (load(), module.ready())),
};
mark(fetchWithPolicy);
