// @ts-check
/**
 * The name of a scope outside of its origin: HMAC-SHA-256 by the user's secret. A scope is a hash of an origin and of credentials;
 * whoever reads a store could test guesses of weak ones against it, and against this they cannot.
 */
import { PolicyOptionError } from "../src/errors.js";

const LEAST = 16;
/** As many names are kept; a policy knows no more scopes than this at once. */
const KEPT = 512;

/**
 * Checks `secret` and gives a function from a scope to its name, 32 hex digits. It keeps values, and no promise: in workerd a
 * promise that another request has to resolve never settles.
 * @param {unknown} secret
 * @param {string} where what is configured, for the error
 */
export function scopeNames(secret, where) {
  if (typeof secret !== "string" || secret.length < LEAST) {
    throw new PolicyOptionError(
      "secret",
      `a string of at least ${LEAST} characters`,
      `${where} needs \`secret\`: expected a string of at least ${LEAST} characters, the same wherever the quotas are shared. Scopes are hashed by it before they leave this process`,
    );
  }
  /** @type {Map<string, string>} */
  const names = new Map();
  /** @type {CryptoKey | undefined} */
  let key;
  return async (/** @type {string} */ scope) => {
    const known = names.get(scope);
    if (known !== undefined) return known;
    const bytes = new TextEncoder();
    key ??= await crypto.subtle.importKey("raw", bytes.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const name = hex(await crypto.subtle.sign("HMAC", key, bytes.encode(scope))).slice(0, 32);
    if (names.size >= KEPT) names.clear();
    names.set(scope, name);
    return name;
  };
}

/** @param {ArrayBuffer} buffer */
export const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
