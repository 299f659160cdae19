// @ts-check
/**
 * The explainer that an application imports, for the errors of its policies. The policy does not import it: a build of one file
 * would carry it for everyone. A file of its own, since policy and explainer share one copy of it.
 */

/**
 * @callback Explain
 * @param {Response} response
 * @param {{ method?: string, url?: string, requestBody?: string, requestHeaders?: unknown }} context
 * @param {object[]} [catalogs] of profiles
 * @returns {Promise<import("../index.js").Explanation>}
 */

/** @type {Explain | undefined} */
let registered;

/** Called where an explainer is loaded; the last one counts. @param {Explain} explain */
export function register(explain) {
  registered = explain;
}

/** @returns {Explain | undefined} */
export function explainerHere() {
  return registered;
}
