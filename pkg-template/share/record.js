// @ts-check
/** What a store keeps of a scope, and one step of the ledger on it. */
import { step } from "./ledger.js";

/** How far a clock may have been ahead of this one, ms. Beyond it the record's clock was wrong, and its leases mean nothing. */
const AHEAD = 10_000;
/** The least time that a record is kept: members that are quiet are forgotten by then. ms */
const LEAST = 10_000;

/**
 * @typedef {import("../share.js").ShareMessage} ShareMessage
 * @typedef {import("../share.js").ShareReply} ShareReply
 * @typedef {{ at: number, until: number, state: any }} ShareRecord `at`: of the last step; `until`: for how long it matters; ms
 */

/**
 * One step. Time never runs backwards in it: the writers of a record may be several machines.
 * @param {unknown} old what the store has; anything but a record is none
 * @param {ShareMessage} message
 * @param {number} now
 * @returns {{ record: ShareRecord, reply: ShareReply, news: boolean }}
 */
export function advance(old, message, now) {
  const last = isRecord(old) && old.at <= now + AHEAD && old.until > now ? old : undefined;
  const at = last === undefined ? now : Math.max(now, last.at);
  const { state, reply, news } = step(last?.state, message, at);
  const until = Math.max(at + lifetime(message), last?.until ?? 0);
  return { record: { at, until, state }, reply, news };
}

/** For how long a record matters after `message`, ms. @param {ShareMessage} message */
export const lifetime = (message) => Math.max(LEAST, ...message.quotas.map(({ window }) => 2 * window + LEAST));

/** @param {unknown} value @returns {value is ShareRecord} */
function isRecord(value) {
  const { at, until, state } = /** @type {any} */ (value ?? {});
  return typeof at === "number" && typeof until === "number" && typeof state === "object";
}
