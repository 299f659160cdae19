// @ts-check
import { copyHeaders, freeze, isPlain } from "./request.js";

/**
 * Like `freeze`, for a call that waits: thousands of calls with equal inits share one copy. Send it through `thaw`.
 * @param {any} init
 * @param {{ kept: any }} shared where the last copy is kept
 */
export function keepInit(init, shared) {
  if (!isPlain(init)) return init;
  if (shared.kept !== undefined && isSame(init, shared.kept)) return shared.kept;
  const copy = freeze(init);
  if (Object.getOwnPropertySymbols(init).length === 0) shared.kept = copy;
  return copy;
}

/**
 * A copy for one send, so that a transport that changes it does not change the shared one.
 * @param {any} init
 */
export function thaw(init) {
  if (!isPlain(init)) return init;
  return init.headers === undefined ? { ...init } : { ...init, headers: copyHeaders(init.headers) };
}

/**
 * Whether `copy` equals `init`.
 * @param {any} init
 * @param {any} copy
 */
function isSame(init, copy) {
  const keys = Object.keys(init);
  return (
    keys.length === Object.keys(copy).length &&
    keys.every((key) => init[key] === copy[key] || (key === "headers" && areSame(init.headers, copy.headers))) &&
    Object.getOwnPropertySymbols(init).length === 0
  );
}

/**
 * @param {any} headers
 * @param {any} copy
 * @returns {boolean}
 */
function areSame(headers, copy) {
  if (headers === null || typeof headers !== "object" || typeof copy !== "object" || copy === null) return false;
  if (Object.getPrototypeOf(headers) !== Object.getPrototypeOf(copy)) return false;
  if (headers[Symbol.iterator] !== undefined) {
    if (typeof headers.forEach !== "function") return false;
    const [ours, theirs] = [[...copy], [...headers]];
    return theirs.length === ours.length && theirs.every((pair, n) => `${pair[0]}` === ours[n][0] && `${pair[1]}` === ours[n][1]);
  }
  const names = Object.keys(headers);
  return names.length === Object.keys(copy).length && names.every((name) => headers[name] === copy[name]);
}
