// @ts-check
/**
 * The explainer as a page loads it: with the first error. Until it is loaded, and where it cannot be loaded, explanations are
 * fallbacks by the status alone, and a note in them says that.
 */
import { fallback } from "./fallback.js";
import { explainerHere, register } from "./registered.js";

/** From a failed load to the next one, ms. */
const PAUSE = 1000;

/** @type {typeof import("./explain.js") | undefined} */
let explainer;
/** @type {Promise<boolean> | undefined} */
let loading;
let failedAt = -Infinity;

/** @returns {Promise<boolean>} */
function load() {
  return (loading ??= import("./explain.js")
    .then(async (module) => {
      // False where WebAssembly is forbidden.
      if (!(await module.initExplain())) throw module;
      explainer = module;
      return true;
    })
    .catch(() => {
      failedAt = Date.now();
      loading = undefined;
      return false;
    }));
}

/** The explainer, loaded if the last load did not fail within the last second; undefined without it. */
export const loaded = async () => explainer ?? (Date.now() - failedAt > PAUSE ? (await load(), explainer) : undefined);

/**
 * A copy of `response` for an explainer that is still loading: the caller may read the response meanwhile.
 * @param {Response} response
 */
export function copyOf(response) {
  try {
    return response.bodyUsed ? response : response.clone();
  } catch {
    return response;
  }
}

// Members of an object keep their names in minified code: see policy.js.
export const { explain, explainError, explainResponse, initExplain } = {
  /** Loads the explainer now: true once it is loaded. */
  initExplain: () => load(),

  /**
   * Loads the explainer and explains what was thrown, or a report.
   * @param {unknown} thrown
   * @returns {Promise<import("../index.js").Explanation>}
   */
  async explainError(thrown) {
    const module = await loaded();
    return module ? module.explain(thrown) : fallback(thrown);
  },

  /**
   * Loads the explainer and explains a response, which stays unread for the caller.
   * @param {Response} response
   * @param {{ method?: string, url?: string, requestBody?: string, requestHeaders?: unknown }} [context]
   * @returns {Promise<import("../index.js").Explanation>}
   */
  async explainResponse(response, context) {
    if (explainer) return explainer.explainResponse(response, context);
    const copy = copyOf(response);
    const module = await loaded();
    if (module) return module.ask(module.engineOf(), await module.reportOf(copy, context, response));
    if (copy !== response) copy.body?.cancel().catch(() => {});
    return fallback(response);
  },

  /**
   * Explains synchronously: with the fallback until the explainer is loaded.
   * @param {unknown} reportOrThrown
   * @returns {import("../index.js").Explanation}
   */
  explain(reportOrThrown) {
    if (explainer) return explainer.explain(reportOrThrown);
    loaded();
    return fallback(reportOrThrown);
  },
};

/** Explains the errors of policies until the explainer is loaded, which then registers itself. @type {import("./registered.js").Explain} */
const later = async (response, context, catalogs) => {
  const copy = copyOf(response);
  await loaded();
  const own = explainerHere();
  if (own !== undefined && own !== later) return own(copy, context, catalogs);
  if (copy !== response) copy.body?.cancel().catch(() => {});
  return fallback(response);
};
// Where `defineCatalog` is imported too, the explainer is loaded already.
if (explainerHere() === undefined) register(later);
