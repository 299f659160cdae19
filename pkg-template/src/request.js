// @ts-check

/** @typedef {import("./address.js").Address} Address */

/** @param {unknown} value @returns {value is Request} */
export function isRequest(value) {
  return typeof value === "object" && Object.prototype.toString.call(value) === "[object Request]";
}

/**
 * The method as fetch will send it: the standard ones in capitals, others as they are.
 * @param {unknown} method
 */
export function methodOf(method) {
  const text = `${method ?? "GET"}`;
  const upper = text.toUpperCase();
  return /^(DELETE|GET|HEAD|OPTIONS|POST|PUT)$/.test(upper) ? upper : text;
}

/**
 * The URL that a fetch of `input` asks; throws where fetch rejects.
 * @param {any} input
 * @param {string} [base]
 */
export const urlOf = (input, base = globalThis.document?.baseURI ?? globalThis.location?.href) => new URL(isRequest(input) ? input.url : input, base);

/**
 * The path of an address, as `URL.href` has it: after the third slash, since user names have theirs escaped.
 * @param {string} href
 */
export function pathOf(href) {
  const path = href.slice(href.indexOf("/", href.indexOf("//") + 2));
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

/**
 * The address as events, records and errors show it: without user, query and fragment, and with `*` for parts of the path that may be
 * tokens. Those have 20 letters or more, of which one is a digit.
 * @param {string} href
 */
export const shownUrl = (href) => href.replace(/^(\w+:\/\/)[^/?#]*@|[?#].*/g, "$1").replace(/[^/]{20,}/g, (part, at) => (at > 8 && /\d/.test(part) ? "*" : part));

/**
 * The headers that a fetch with this input and init sends, or undefined. Never reads what can be read only once.
 * @param {any} input
 * @param {any} init
 * @returns {any}
 */
export function sourceOf(input, init) {
  return init?.headers ?? (isRequest(input) ? input.headers : undefined);
}

/**
 * What callbacks are shown of a request, for which none is built.
 * @param {{ input: any, init: any, href: string, method: string }} run
 */
export function viewOf({ input, init, href, method }) {
  const source = sourceOf(input, init);
  return { url: href, method, headers: new Headers(isReplayable(source) ? source : undefined) };
}

/**
 * Whether a body, or headers, can be sent again as they stand: not what is gone once it was read.
 * @param {any} value
 */
export function isReplayable(value) {
  return typeof value !== "object" || value === null || !(Symbol.asyncIterator in value || typeof value.getReader === "function" || typeof value.next === "function");
}

/**
 * Lets go of a stream that will not be sent, as fetch does on an abort.
 * @param {{ input: any, init: any }} run
 * @param {unknown} reason
 */
export function cancelBody({ input, init }, reason) {
  const body = init?.body ?? (isRequest(input) ? input.body : undefined);
  if (body instanceof ReadableStream) body.cancel(reason).catch(() => {});
}

/**
 * A copy of init that later changes by the caller do not reach, for a send that is not made in this turn: callers build
 * one object and use it in a loop. What is not a plain object is taken as it is, since its members may not survive a copy.
 * @param {any} init
 */
export function freeze(init) {
  if (!isPlain(init)) return init;
  const copy = { ...init };
  copy.headers &&= copyHeaders(copy.headers);
  copy.body &&= copyBody(copy.body);
  return copy;
}

/** @param {any} init */
export function isPlain(init) {
  const prototype = typeof init === "object" && init !== null && Object.getPrototypeOf(init);
  return prototype === Object.prototype || prototype === null;
}

/** @param {any} headers */
export function copyHeaders(headers) {
  if (headers === null || typeof headers !== "object") return headers;
  if (Array.isArray(headers)) return headers.map((pair) => (Array.isArray(pair) ? [...pair] : pair));
  if (typeof headers.get === "function" && typeof headers.forEach === "function") return new Headers(headers);
  return headers[Symbol.iterator] === undefined ? { ...headers } : headers;
}

/** @param {any} body */
function copyBody(body) {
  if (body instanceof ArrayBuffer) return body.slice(0);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (!/FormData|URLSearchParams/.test(Object.prototype.toString.call(body))) return body;
  const copy = new body.constructor();
  for (const [name, value] of body) copy.append(name, value);
  return copy;
}

/**
 * Arguments with these members in their init. A Request that is given an init forgets its referrer and its policy
 * (Fetch standard, the Request constructor), so these are told anew.
 * @param {any[]} args
 * @param {object} members
 */
export function withMembers([input, init], members) {
  const kept = isRequest(input) ? { referrer: input.referrer, referrerPolicy: input.referrerPolicy } : undefined;
  return [input, { ...kept, ...init, ...members }];
}

/**
 * Arguments with these headers set over those that the request has.
 * @param {any[]} args
 * @param {any} more
 */
export function withHeaders(args, more) {
  const headers = new Headers(sourceOf(args[0], args[1]));
  new Headers(more).forEach((value, name) => headers.set(name, value));
  return withMembers(args, { headers });
}

/**
 * Cancels the body of a response that nobody waits for any more, if it is one.
 * @param {any} response
 */
export async function letGo(response) {
  await response?.body?.cancel();
}
