// @ts-check
import { fallback } from "./fallback.js";
import { copyOf, loaded } from "./lazy-explain.js";

// Members of an object keep their names in minified code: see policy.js.
export const { createExplainer } = {
  /**
   * Makes an explainer, and checks its options, once the explainer is loaded; an error goes to the console.
   * @param {any} [options]
   * @returns {import("../index.js").Explainer}
   */
  createExplainer(options) {
    /** @type {import("../index.js").Explainer | undefined} */
    let own;
    const make = async () => (await loaded()) && (own ??= (await import("./explainer.js")).createExplainer(options));
    make().catch(console.error);
    return {
      explain: (/** @type {any} */ value) => own?.explain(value) ?? fallback(value),
      async explainResponse(response, context) {
        if (own) return own.explainResponse(response, context);
        const copy = copyOf(response);
        return (await make())?.explainResponse(copy, context) ?? fallback(response);
      },
      lookup: (id) => own?.lookup(id),
    };
  },
};
