// @ts-check
/**
 * What was sent for a response that says no, for the explainer: method, and of the headers the forms that tell mistakes. No value
 * that may be a secret is kept: of `Bearer abc` it is `Bearer [redacted]`; a media type stays, and the text of a missing value.
 *
 * A file of its own, since policy and explainer share nothing else.
 */

/** @type {WeakMap<object, { method: string, requestHeaders: [string, string][] | undefined }>} */
const sent = new WeakMap();

const MEDIA = /^(?:\*|application|audio|image|multipart|text|video)\/[\w.+*-]+(?:[;,]|$)/;
/** A scheme, and behind it or alone the text of what was missing. */
const MISSING = /^(?:[A-Za-z]{3,12} +)?(?:undefined|null|NaN|\[object \w+\])$/;

/**
 * @param {Response} response
 * @param {string} method
 * @param {Headers} [headers] undefined: not known whole
 */
export function note(response, method, headers) {
  const requestHeaders = headers && [...headers].map(([name, value]) => /** @type {[string, string]} */ ([name, formOf(value)]));
  sent.set(response, { method, requestHeaders });
}

/** @param {object} response */
export function sentFor(response) {
  return sent.get(response);
}

/** @param {string} value */
function formOf(value) {
  if (value === "" || MISSING.test(value)) return value;
  if (MEDIA.test(value)) return value.replace(/=[^;,]*/g, "=[redacted]");
  return `${/^[A-Za-z]{3,12} (?=\S)/.exec(value)?.[0] ?? ""}[redacted]`;
}
