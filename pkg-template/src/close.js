// @ts-check
import { PolicyOptionError } from "./errors.js";
import { LONGEST } from "./host.js";
import { abort } from "./wait.js";

/**
 * Closes a policy: it sends no more, its calls that wait are rejected, and those in flight end as they do. True once none is left, false
 * if some are after `graceMs`.
 * @param {import("./driver.js").Inside} inside
 * @param {{ graceMs?: number }} [how]
 */
export async function close({ life, shared, clock }, how) {
  const graceMs = how?.graceMs ?? Infinity;
  if (typeof graceMs !== "number" || !(graceMs >= 0)) throw new PolicyOptionError("graceMs", "a number of milliseconds, 0 or more");
  life.isClosed = true;
  let newest = shared;
  while (newest.next !== undefined) newest = newest.next;
  for (const run of [...newest.parked]) if (run !== undefined) abort(run);
  if (life.open === 0) return true;
  /** @type {any} */
  let timer;
  await new Promise((resolve) => {
    const { end } = life;
    life.end = () => (end?.(), resolve(undefined));
    if (graceMs <= LONGEST) timer = clock.host.setTimeout(() => resolve(undefined), graceMs);
  });
  clock.host.clearTimeout(timer);
  return life.open === 0;
}
