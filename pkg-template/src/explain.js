// @ts-check
/**
 * `explain` and `explainResponse`: gather facts without ever throwing, let the core decide, read its answer.
 *
 * A report may be anything at all (a proxy, a cyclic object, getters that throw), so every look at foreign values goes
 * through `look`. What crosses to the core is one JSON text of strings, numbers and booleans.
 */
import { core } from "#explain";
import { facts, look, text } from "./explain-facts.js";
import { load } from "./wasm.js";

/** What of a body is read: bytes. */
const MAX_BODY = 65536;
/** @type {any} made at the first call: it parses the catalogs once */
let explainer;

/** How long a clone may take to give that much: ms. */
const MAX_READ = 2000;

/**
 * Explains a report, or what fetch rejected with.
 * @param {unknown} reportOrThrown
 * @returns {import("../index.js").Explanation}
 */
export function explain(reportOrThrown) {
  explainer ??= new (load(core).Explainer)();
  return JSON.parse(explainer.explain(JSON.stringify(facts(reportOrThrown))));
}

/**
 * Explains a response; it stays unread for the caller. A body that was read already, or may not be read, is done without.
 * @param {Response} response
 * @param {{ method?: string, url?: string, requestBody?: string }} [context]
 * @returns {Promise<import("../index.js").Explanation>}
 */
export async function explainResponse(response, context) {
  return explain({
    status: look(() => response.status) ?? null,
    headers: look(() => response.headers),
    body: await excerpt(response),
    method: look(() => context?.method),
    url: text(look(() => context?.url)) || text(look(() => response.url)),
    requestBody: look(() => context?.requestBody),
    responseType: look(() => response.type),
    pageUrl: look(() => globalThis.location.href),
  });
}

/**
 * The front of a clone's body; undefined where there is none to read.
 * @param {Response} response
 * @returns {Promise<string | undefined>}
 */
async function excerpt(response) {
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  const reader = look(() => (response.bodyUsed ? undefined : response.clone().body?.getReader()));
  if (reader === undefined) return look(() => (response.body === null && !response.type.startsWith("opaque") ? "" : undefined));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, MAX_READ, undefined);
  });
  // The mark is kept, so that the offsets of evidence are those of the body.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let front = "";
  let size = 0;
  try {
    while (size < MAX_BODY) {
      const step = /** @type {ReadableStreamReadResult<Uint8Array> | undefined} */ (await Promise.race([reader.read(), late]));
      if (step === undefined || step.done) break;
      front += decoder.decode(step.value.subarray(0, MAX_BODY - size), { stream: true });
      size += step.value.length;
    }
  } catch {
    // A body that breaks off is explained as far as it came.
  } finally {
    clearTimeout(timer);
    // Not awaited: the cancel of one half settles only when the caller's own half is read or cancelled.
    reader.cancel().catch(() => {});
  }
  return front;
}
