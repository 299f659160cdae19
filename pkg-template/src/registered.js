// @ts-check
/**
 * The explainer that an application imports, for the errors of its policies. The policy does not import it, because a build without
 * splitting would then always include it. Policy and explainer share this file.
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

/** Called when an explainer is loaded; the last one is used. @param {Explain} explain */
export function register(explain) {
  registered = explain;
}

/** @returns {Explain | undefined} */
export function explainerHere() {
  return registered;
}
