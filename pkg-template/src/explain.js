// @ts-check
/**
 * `explain` and `explainResponse`: gather facts without ever throwing, let the core decide, read its verdict.
 *
 * A report may be anything at all (a proxy, a cyclic object, getters that throw), so every look at foreign values goes
 * through `look`. What crosses to the core are a few texts.
 */
import { instantiate } from "#explain";
import { HttpError } from "./errors.js";
import { facts, look, text } from "./explain-facts.js";
import { front } from "./front.js";
import { MAX_BODY } from "./limits.js";
import { canLoad, replaced, retried } from "./instance.js";
import { isFallback } from "./fallback.js";
import { register } from "./registered.js";
import { sentFor } from "./sent.js";

/** The explainer's core. */
export const load = replaced(instantiate);

/** How long a clone may take to give that much: ms. */
const MAX_READ = 2000;

/** @typedef {ReturnType<typeof createEngine>} Engine */

/** @type {Engine | undefined} made at the first call: it parses the catalogs once */
let builtIn;
/** @type {WeakMap<object, Engine>} by the list of catalogs */
const made = new WeakMap();

/**
 * The core's explainer with catalogs of the caller's in front, made once for a list.
 * @param {readonly object[]} [catalogs] plain JSON
 * @param {(index: number) => void} [refuse] told which one cannot be read whole
 */
export function engineOf(catalogs, refuse) {
  if (catalogs === undefined || catalogs.length === 0) return (builtIn ??= createEngine([]));
  let engine = made.get(catalogs);
  if (engine === undefined) {
    engine = createEngine(catalogs, refuse);
    made.set(catalogs, engine);
  }
  return engine;
}

/**
 * @param {readonly object[]} catalogs
 * @param {(index: number) => void} [refuse]
 */
function createEngine(catalogs, refuse) {
  // A core has one list of catalogs.
  const own = catalogs.length === 0 ? load : replaced(instantiate);
  const texts = catalogs.map((catalog) => look(() => JSON.stringify({ ...catalog, tests: undefined })));
  const make = () => {
    const core = own();
    core.prepare();
    texts.forEach((json, index) => {
      if (json === undefined || !core.add(json)) refuse?.(index);
    });
    return core;
  };
  let inUse = retried(make);
  // Made again where its core has failed. What was refused is known.
  refuse = undefined;
  const working = () => {
    if (inUse.failure !== undefined) inUse = make();
    return inUse;
  };
  return {
    /**
     * As JSON. What the core cannot take whole, because its memory cannot grow, it is given without its texts.
     * @param {import("./explain-facts.js").Facts} facts
     */
    explain(facts) {
      try {
        return retried(() => working().explain(...facts));
      } catch {
        return working().explain(facts[0], "", undefined, "", "", "");
      }
    },
    /** @param {string} id */
    lookup: (id) => retried(() => working().lookup(id)),
  };
}

/**
 * @param {Engine} engine
 * @param {unknown} reportOrThrown
 * @returns {import("../index.js").Explanation}
 */
export function ask(engine, reportOrThrown) {
  const error = look(() => httpErrorOf(reportOrThrown));
  // Nothing is read of an error that is none: an exception that is caught costs 18 us in V8.
  const explanation = error && look(() => error.explanation);
  if (explanation && !isFallback(explanation)) return { ...explanation };
  // An error that was made where no explainer was: by its response, whose body takes its time.
  const report = error && look(() => ({ status: error.response.status, headers: error.response.headers, url: error.response.url }));
  return JSON.parse(engine.explain(facts(report ?? reportOrThrown)));
}

/** An HttpError, be it alone, a report's or a cause. @param {any} value */
function httpErrorOf(value) {
  return [value, value.error, value.cause].find((error) => HttpError.is(error));
}

// Members of an object, since a member's name survives minifiers: see policy.js.
export const { explain, explainError, explainResponse, initExplain } = {
  /**
   * Explains a report, or what fetch rejected with.
   * @param {unknown} reportOrThrown
   * @returns {import("../index.js").Explanation}
   */
  explain: (reportOrThrown) => ask(engineOf(), reportOrThrown),

  /**
   * The same as a promise, as where the explainer is loaded when it is needed.
   * @param {unknown} thrown
   * @returns {Promise<import("../index.js").Explanation>}
   */
  explainError: async (thrown) => ask(engineOf(), thrown),

  /** Makes the explainer now. True where it can be had. */
  initExplain: async () => canLoad(load),

  /**
   * Explains a response; it stays unread for the caller. A body that was read already, or may not be read, is done without.
   * @param {Response} response
   * @param {{ method?: string, url?: string, requestBody?: string, requestHeaders?: unknown }} [context]
   * @returns {Promise<import("../index.js").Explanation>}
   */
  explainResponse: async (response, context) => ask(engineOf(), await reportOf(response, context)),
};

register(async (response, context, catalogs) => ask(engineOf(catalogs), await reportOf(response, context)));

/**
 * The report of a response, with the front of its body.
 * @param {Response} response
 * @param {{ method?: string, url?: string, requestBody?: string, requestHeaders?: unknown }} [context]
 * @param {Response} [original] that it is a copy of
 */
export async function reportOf(response, context, original = response) {
  // What the policy knows, where the caller does not say it.
  const sent = look(() => sentFor(original));
  return {
    status: look(() => response.status) ?? null,
    headers: look(() => response.headers),
    body: await excerpt(response),
    method: look(() => context?.method) ?? sent?.method,
    url: text(look(() => context?.url)) || text(look(() => response.url)),
    requestBody: look(() => context?.requestBody),
    requestHeaders: look(() => context?.requestHeaders) ?? sent?.requestHeaders,
    redirected: look(() => response.redirected),
    responseType: look(() => response.type),
    pageUrl: look(() => globalThis.location?.href),
  };
}

/**
 * The front of a response's body; undefined where there is none to read.
 * @param {Response} response
 * @returns {Promise<string | undefined>}
 */
async function excerpt(response) {
  // The mark is kept, so that the offsets of evidence are those of the body.
  const read = await front(response, MAX_BODY, within, { ignoreBOM: true });
  return read ?? look(() => (response.body === null && !response.type.startsWith("opaque") ? "" : undefined));
}

/** @param {() => void} stop */
function within(stop) {
  const timer = setTimeout(stop, MAX_READ);
  return () => clearTimeout(timer);
}
