// @ts-check
import { addressOf } from "./address.js";
import { subjectBy } from "./subject-by.js";

export { argsOf, signalOf } from "./subject-by.js";

/** @typedef {{ address: import("./address.js").Address, method: string, signal: AbortSignal | null | undefined }} Subject */

/**
 * See `subjectBy`.
 * @param {any} input
 * @param {any} init
 * @returns {Subject | undefined}
 */
export const subjectOf = (input, init) => subjectBy(addressOf, input, init);
