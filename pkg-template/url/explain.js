// @ts-check
import { module } from "../entry/url/explain.js";
import { ask, engineOf, explain as explainNow, explainResponse as explainResponseNow, load, reportOf as reportNow } from "../src/explain.js";
import { register } from "./registered.js";

export * from "../src/explain.js";

// A member's name survives minifiers: see ../src/policy.js.
export const { explainError, explainResponse, initExplain } = {
  /** @param {unknown} thrown */
  async explainError(thrown) {
    await initExplain();
    return explainNow(thrown);
  },

  /**
   * As the main entry's, but that it waits for the module where it is not there yet.
   * @param {Response} response
   * @param {{ method?: string, url?: string, requestBody?: string }} [context]
   * @returns {Promise<import("../index.js").Explanation>}
   */
  async explainResponse(response, context) {
    await initExplain();
    return explainResponseNow(response, context);
  },

  /**
   * Rejects as the first call of the main entry throws.
   * @param {any} [source]
   * @returns {Promise<WebAssembly.Module>}
   */
  initExplain: (source) => module.ready(source).catch(() => (load(), module.ready())),
};

/**
 * What explainers of a caller's own, and the policy, begin with: they wait too.
 * @param {Response} response
 * @param {any} [context]
 */
export async function reportOf(response, context) {
  await initExplain();
  return reportNow(response, context);
}

// In place of the main entry's, which does not wait.
register(async (response, context, catalogs) => {
  const report = await reportOf(response, context);
  return ask(engineOf(catalogs), report);
});
