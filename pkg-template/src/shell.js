// @ts-check
/**
 * The policy as a page loads it, without WebAssembly: the first calls go out at once, and the core is loaded when a call needs it.
 *
 * The core alone decides. `early.js` has what a call does before, `page.js` what loads the core.
 */
import { checkOptions } from "./check-options.js";
import { begin } from "./early.js";
import { withOwn } from "./emit.js";
import { mark } from "./host.js";
import { closedError, newLife, subscribe } from "./life.js";
import { core, load, restored, want } from "./page.js";
import { passOn } from "./pass-on.js";
import { urlOf } from "./request.js";
import { argsOf, subjectBy } from "./subject-by.js";

export { callRecord } from "./record.js";

/**
 * A policy before the core is loaded: its options as the core takes them, its own, and those over its base's; a snapshot for the core
 * to restore.
 * @typedef {object} Shell
 * @property {import("./check-options.js").Leaf[]} leaves
 * @property {any} options
 * @property {Shell | undefined} base
 * @property {any} hooks
 * @property {Record<string, import("./early.js").Scope>} scopes by origin
 * @property {any} saved
 * @property {import("./life.js").Life} life
 * @property {boolean} isWarned whether the event "degraded" was sent
 */

/** @param {any} options @param {Shell} [base] @returns {Shell} */
const makeShell = (options, base) => ({
  leaves: [...(base?.leaves ?? []), ...checkOptions(options, base?.leaves)],
  options,
  base,
  hooks: merged(base?.hooks, options),
  scopes: base?.scopes ?? {},
  saved: undefined,
  life: base?.life ?? newLife(),
  isWarned: false,
});

/**
 * Options over others; objects are merged member by member, listeners are added.
 * @param {any} base
 * @param {any} more
 */
function merged(base, more) {
  const all = { ...base };
  for (const [name, value] of Object.entries(more ?? {})) {
    if (name === "onEvent") all[name] = withOwn(all[name], /** @type {any} */ (value));
    else if (value !== undefined) all[name] = all[name] && typeof value === "object" && value.length === undefined ? merged(all[name], value) : value;
  }
  return all;
}

/**
 * Runs one call. Never throws: what does is given as a rejection, as by fetch.
 * @param {Shell} shell
 * @param {any[]} args
 * @param {any} [options] the call's own
 * @returns {Promise<Response>}
 */
function run(shell, args, options) {
  // Not an async function: a rejection of the host's would come some microtasks later.
  try {
    if (core) return core.runOn(core.policyOf(shell), args, options);
    if (shell.life.isClosed) throw closedError();
    const subject = args.length === 0 ? undefined : subjectBy(urlOf, args[0], args[1]);
    if (!subject) return passOn(options?.fetch ?? shell.hooks.fetch, args);
    if (options != null) checkOptions(options, shell.leaves);
    return begin(shell, args, options, merged(shell.hooks, options), subject);
  } catch (error) {
    return Promise.reject(error);
  }
}

/** @param {Shell} shell */
function policyOver(shell) {
  const { life } = shell;
  const policy = {
    /** @param {any} input @param {any} [init] @param {any} [call] */
    fetch(input, init = undefined, call = undefined) {
      return run(shell, argsOf(arguments), call);
    },
    // Empty until the core is loaded.
    quotas: () => core?.policyOf(shell).quotas() ?? (want(), []),
    /** @param {any} more */
    extend: (more) => policyOver(makeShell(more, shell)),
    snapshot: () => core?.policyOf(shell).snapshot() ?? (want(), shell.saved ?? { version: 1, quotas: [] }),
    /** @param {any} snapshot */
    restore(snapshot) {
      if (core) core.policyOf(shell).restore(snapshot);
      else {
        shell.saved = snapshot;
        restored.add(shell);
      }
    },
    pending: () => life.open,
    /** @param {any} listener */
    subscribe: (listener) => subscribe(life, listener),
    getState: () => core?.policyOf(shell).getState() ?? (life.state ??= Object.freeze({ pending: life.open, waiting: 0, quotas: [] })),
    /** @param {any} [how] */
    async close(how) {
      life.isClosed = true;
      // Where no call is open there is nothing to load the core for.
      if (!core && !life.open) return true;
      return (await load()) && core?.policyOf(shell).close(how);
    },
  };
  mark(policy.fetch);
  return policy;
}

const shared = makeShell({});
const sharedPolicy = policyOver(shared);

// Members of an object keep their names in minified code, so stacks, logs and `name` show them.
export const { createPolicy, defaultPolicy, fetchWithPolicy, initPolicy, readQuotas } = {
  /**
   * A policy with state of its own.
   * @param {any} [options]
   */
  createPolicy: (options) => policyOver(makeShell(options ?? {})),

  /** The policy of `fetchWithPolicy` where none is given. */
  defaultPolicy: () => sharedPolicy,

  /**
   * `fetch`, with a policy: the default one, or the one given; plain options extend the default one for this call.
   * @param {any} input
   * @param {any} [init]
   * @param {any} [policy]
   * @returns {Promise<Response>}
   */
  fetchWithPolicy(input, init = undefined, policy = undefined) {
    const args = argsOf(arguments);
    // Of this copy of the package, or of another one.
    if (typeof policy?.fetch === "function" && typeof policy.quotas === "function") return policy.fetch(...args);
    return run(shared, args, policy);
  },

  /** Loads the core now: true once it is loaded; false if it cannot be loaded for now, and calls go out as plain fetch. */
  initPolicy: () => load(),

  /**
   * Reads quotas and retry hints from a response; none before the core is loaded.
   * @param {any} headers
   * @param {any} [context]
   */
  readQuotas: (headers, context) => (core ? core.readQuotas(headers, context) : (want(), { quotas: [] })),
};
mark(fetchWithPolicy);
