// @ts-check
/**
 * `explain` and `explainResponse`: gather facts without ever throwing, let the core decide, read its answer.
 *
 * A report may be anything at all (a proxy, a cyclic object, getters that throw), so every look at foreign values goes
 * through `look`. What crosses to the core are a few texts.
 */
import { core } from "#explain";
import { facts, look, text } from "./explain-facts.js";
import { front } from "./front.js";
import { MAX_BODY } from "./limits.js";
import { sentFor } from "./sent.js";
import { load } from "./wasm.js";

/** How long a clone may take to give that much: ms. */
const MAX_READ = 2000;

/** @type {any} made at the first call: it parses the catalogs once */
let builtIn;
/** @type {WeakMap<object, any>} by the list of catalogs */
const made = new WeakMap();

/**
 * The core's explainer with catalogs of the caller's in front, made once for a list.
 * @param {readonly object[]} [catalogs] plain JSON
 * @param {(index: number) => void} [refuse] told which one cannot be read whole
 */
export function engineOf(catalogs, refuse) {
  if (catalogs === undefined || catalogs.length === 0) return (builtIn ??= new (load(core).Explainer)());
  let engine = made.get(catalogs);
  if (engine === undefined) {
    engine = new (load(core).Explainer)();
    for (const [index, catalog] of catalogs.entries()) {
      const json = look(() => JSON.stringify({ ...catalog, tests: undefined }));
      if (json === undefined || !engine.add(json)) refuse?.(index);
    }
    made.set(catalogs, engine);
  }
  return engine;
}

/**
 * @param {any} engine
 * @param {unknown} reportOrThrown
 * @returns {import("../index.js").Explanation}
 */
export function ask(engine, reportOrThrown) {
  return JSON.parse(engine.explain(...facts(reportOrThrown)));
}

/**
 * Explains a report, or what fetch rejected with.
 * @param {unknown} reportOrThrown
 * @returns {import("../index.js").Explanation}
 */
export function explain(reportOrThrown) {
  return ask(engineOf(), reportOrThrown);
}

/**
 * Explains a response; it stays unread for the caller. A body that was read already, or may not be read, is done without.
 * @param {Response} response
 * @param {{ method?: string, url?: string, requestBody?: string, requestHeaders?: unknown }} [context]
 * @returns {Promise<import("../index.js").Explanation>}
 */
export async function explainResponse(response, context) {
  return explain(await reportOf(response, context));
}

/**
 * The report of a response, with the front of its body.
 * @param {Response} response
 * @param {{ method?: string, url?: string, requestBody?: string, requestHeaders?: unknown }} [context]
 */
export async function reportOf(response, context) {
  // What the policy knows, where the caller does not say it.
  const sent = look(() => sentFor(response));
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
    pageUrl: look(() => globalThis.location.href),
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
