// @ts-check
import { pathOf, urlOf } from "./request.js";

/**
 * Where a fetch goes. A `URL` takes a kilobyte, and thousands may wait. `target`: its origin and its path, one a line.
 * @typedef {{ origin: string, href: string, target: string }} Address
 */

// The last address that was read: to parse it again takes as long as all else that is done at the start of a call. None
// with a query or a user in it, which may be secrets.
/** @type {{ input: unknown, base: unknown, address: Address }} */
let last = { input: undefined, base: undefined, address: { origin: "", href: "", target: "" } };

/**
 * The address that a fetch of `input` asks; throws where fetch would reject.
 * @param {any} input
 * @returns {Address}
 */
export function addressOf(input) {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  if (typeof input === "string" && input === last.input && base === last.base) return last.address;
  const { origin, href } = urlOf(input, base);
  // Calls go to few origins, and each need not have a string of its own.
  const shared = origin === last.address.origin ? last.address.origin : origin;
  const address = { origin: shared, href, target: `${shared}\n${pathOf(href)}\n` };
  if (typeof input === "string" && !/[?#@]/.test(href)) last = { input, base, address };
  return address;
}
