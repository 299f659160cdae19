// @ts-check
/**
 * The explainer as a page loads it: with the first error. Errors come when a network is gone, too; then, and until it is loaded, there
 * is a fallback, which says what it is in its notes.
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
      // Where WebAssembly is forbidden it cannot be made.
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

/** A load, where the last one did not fail just now. */
export const loaded = async () => explainer ?? (Date.now() - failedAt > PAUSE ? (await load(), explainer) : undefined);

/**
 * `response`, for an explainer that is not there yet: its caller may read the response meanwhile.
 * @param {Response} response
 */
export function copyOf(response) {
  try {
    return response.bodyUsed ? response : response.clone();
  } catch {
    return response;
  }
}

// Members of an object, since a member's name survives minifiers: see policy.js.
export const { explain, explainError, explainResponse, initExplain } = {
  /** Loads the explainer now. True once it is there. */
  initExplain: () => load(),

  /**
   * Explains what was thrown, or a report, once the explainer is there.
   * @param {unknown} thrown
   * @returns {Promise<import("../index.js").Explanation>}
   */
  async explainError(thrown) {
    const module = await loaded();
    return module ? module.explain(thrown) : fallback(thrown);
  },

  /**
   * Explains a response, once the explainer is there; it stays unread for the caller.
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
   * Explains in this turn: by the fallback until the explainer is there.
   * @param {unknown} reportOrThrown
   * @returns {import("../index.js").Explanation}
   */
  explain(reportOrThrown) {
    if (explainer) return explainer.explain(reportOrThrown);
    loaded();
    return fallback(reportOrThrown);
  },
};

/** For the errors of policies, until the explainer, which registers itself, is there. @type {import("./registered.js").Explain} */
const later = async (response, context, catalogs) => {
  const copy = copyOf(response);
  await loaded();
  const own = explainerHere();
  if (own !== undefined && own !== later) return own(copy, context, catalogs);
  if (copy !== response) copy.body?.cancel().catch(() => {});
  return fallback(response);
};
// Where `defineCatalog` is imported too, it is there already.
if (explainerHere() === undefined) register(later);
