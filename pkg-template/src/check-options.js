// @ts-check
/**
 * Until the schema is here, the core checks them.
 * @param {unknown} _options
 */
export function checkOptions(_options) {}
