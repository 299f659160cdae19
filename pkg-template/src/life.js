// @ts-check
import { PolicyError } from "./policy-errors.js";

/**
 * Of a policy and of those that are extended from it: how many calls are not over, and whether it sends more.
 * @typedef {{ open: number, isClosed: boolean, end?: () => void }} Life
 */

/** @returns {Life} */
export const newLife = () => ({ open: 0, isClosed: false });

/** @param {string} [of] the call @param {import("./record.js").CallRecord} [record] */
export const closedError = (of = "", record = undefined) => new PolicyError("closed", `${of}the policy is closed: it sends no more`, { record });
