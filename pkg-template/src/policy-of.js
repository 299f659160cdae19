// @ts-check
import { makePolicy } from "./driver.js";
import { change } from "./life.js";

/** @type {WeakMap<import("./shell.js").Shell, any>} */
const policies = new WeakMap();

/**
 * The core's policy for one that was made before the core was loaded.
 * @param {import("./shell.js").Shell} shell
 * @returns {any}
 */
export function policyOf(shell) {
  let policy = policies.get(shell);
  if (policy !== undefined) return policy;
  const { base, options, saved } = shell;
  policy = base ? policyOf(base).extend(options) : makePolicy({ unavailable: "bypass", ...options }, null, shell.life);
  policies.set(shell, policy);
  shell.saved = undefined;
  try {
    if (saved !== undefined) policy.restore(saved);
  } catch (error) {
    // Whoever gave a bad snapshot is no longer on the stack.
    console.error(error);
  }
  // It may know quotas from now on: of its snapshot.
  change(shell.life, 0);
  return policy;
}
