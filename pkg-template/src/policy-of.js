// @ts-check
import { makePolicy } from "./driver.js";

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
  policy = base ? policyOf(base).extend(options) : makePolicy({ unavailable: "bypass", ...options });
  policies.set(shell, policy);
  shell.saved = undefined;
  if (shell.life.isClosed) policy.close();
  try {
    if (saved !== undefined) policy.restore(saved);
  } catch (error) {
    // Whoever gave a bad snapshot is no longer on the stack.
    console.error(error);
  }
  return policy;
}
