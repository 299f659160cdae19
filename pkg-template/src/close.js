// @ts-check
import { PolicyOptionError } from "./errors.js";
import { LONGEST } from "./host.js";
import { UNKNOWN } from "./option-schema.js";
import { abort } from "./wait.js";

/** The option `graceMs`, ms. @param {{ graceMs?: number }} [how] */
export function graceOf(how = {}) {
  if (how !== Object(how)) throw new PolicyOptionError("", "an object with graceMs");
  for (const key of Object.keys(how)) if (key !== "graceMs") throw new PolicyOptionError(key, UNKNOWN, `unknown option "${key}"; did you mean "graceMs"?`);
  const { graceMs = Infinity } = how;
  if (typeof graceMs !== "number" || !(graceMs >= 0)) throw new PolicyOptionError("graceMs", "a number of milliseconds, 0 or more");
  return graceMs;
}

/**
 * Closes a policy: it sends no more, its calls that wait are rejected, and those in flight end as they do. True once none is left, false
 * if some are after `graceMs`.
 * @param {import("./driver.js").Inside} inside
 * @param {number} graceMs
 */
export async function close({ life, shared, clock }, graceMs) {
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
