// @ts-check
/**
 * The policy as a page loads it, without WebAssembly: the first calls go out at once, and the core is loaded when a call needs it.
 *
 * The core alone decides. `early.js` has what a call does before, `page.js` what loads the core.
 */
import { checkOptions } from "./check-options.js";
import { Early } from "./early.js";
import { mark } from "./host.js";
import { load, page, want } from "./page.js";
import { passOn } from "./pass-on.js";
import { argsOf, subjectOf } from "./subject.js";

export { callRecord } from "./record.js";

/** @type {WeakMap<object, Shell>} */
const shells = new WeakMap();

/** @type {any} */
let shared;

/** A policy before the core is loaded. */
export class Shell {
  /** @param {any} options @param {Shell} [base] */
  constructor(options, base) {
    /** The options, as the core takes them. */
    this.leaves = [...(base?.leaves ?? []), ...checkOptions(options, base?.leaves)];
    this.options = options;
    this.base = base;
    /** Its own options over its base's. @type {any} */
    this.hooks = merged(base?.hooks ?? {}, options);
    this.scopes = /** @type {Map<string, import("./early.js").Scope>} */ (base ? base.scopes : new Map());
    /** The core's policy. @type {any} */
    this.inner = undefined;
    /** A snapshot for the core to restore. @type {any} */
    this.saved = undefined;
    this.isWarned = false;
  }

  /** The core's policy, once the core is loaded. @returns {any} */
  policyOf() {
    if (this.inner === undefined) {
      const core = /** @type {import("./page.js").Core} */ (page.adopting ?? page.core);
      this.inner = this.base ? this.base.policyOf().extend(this.options) : core.makePolicy({ unavailable: "bypass", ...this.options });
      const { saved } = this;
      this.saved = undefined;
      try {
        if (saved !== undefined) this.inner.restore(saved);
      } catch (error) {
        // Whoever gave a bad snapshot is no longer on the stack.
        console.error(error);
      }
    }
    return this.inner;
  }

  /** @param {string} origin */
  scopeOf(origin) {
    let scope = this.scopes.get(origin);
    if (scope === undefined) this.scopes.set(origin, (scope = { inFlight: 0, isClosed: false, until: -Infinity, isWaking: false, queue: [] }));
    return scope;
  }

  /**
   * @param {any[]} args
   * @param {any} options the call's own
   * @returns {Promise<Response>}
   */
  run(args, options) {
    try {
      if (page.core) return page.core.runOn(this.policyOf(), args, options);
      const subject = args.length === 0 ? undefined : subjectOf(args[0], args[1]);
      if (subject === undefined) return passOn(options?.fetch ?? this.hooks.fetch, args);
      if (options != null) checkOptions(options, this.leaves);
      return new Early(this, args, options, options == null ? this.hooks : merged(this.hooks, options), subject).begin();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Sends the event "degraded", once. @param {Early} early */
  warn(early) {
    if (page.failure === undefined || this.isWarned) return;
    this.isWarned = true;
    early.report("degraded", { error: page.failure });
  }
}

/**
 * Options over others; objects are merged member by member.
 * @param {any} base
 * @param {any} more
 */
function merged(base, more) {
  const all = { ...base };
  for (const [name, value] of Object.entries(more)) {
    if (value !== undefined) all[name] = isPlain(value) && isPlain(base[name]) ? merged(base[name], value) : value;
  }
  return all;
}

/** @param {any} value */
const isPlain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** @param {any} options @param {Shell} [base] */
function makePolicy(options, base) {
  const shell = new Shell(options, base);
  const policy = {
    /** @param {any} input @param {any} [init] @param {any} [call] */
    fetch(input, init = undefined, call = undefined) {
      return shell.run(argsOf(arguments), call);
    },
    // Empty until the core is loaded.
    quotas: () => (page.core ? shell.policyOf().quotas() : (want(), [])),
    /** @param {any} more */
    extend: (more) => makePolicy(more, shell),
    snapshot: () => (page.core ? shell.policyOf().snapshot() : (want(), shell.saved ?? { version: 1, quotas: [] })),
    /** @param {any} snapshot */
    restore(snapshot) {
      if (page.core) shell.policyOf().restore(snapshot);
      else shell.saved = snapshot;
    },
  };
  mark(policy.fetch);
  shells.set(policy, shell);
  return policy;
}

// Members of an object keep their names in minified code, so stacks, logs and `name` show them.
export const { createPolicy, fetchWithPolicy, initPolicy, readQuotas } = {
  /**
   * A policy with state of its own.
   * @param {any} [options]
   */
  createPolicy: (options) => makePolicy(options ?? {}),

  /**
   * `fetch`, with a policy: the default one, or the one given; plain options extend the default one for this call.
   * @param {any} input
   * @param {any} [init]
   * @param {any} [policy]
   * @returns {Promise<Response>}
   */
  fetchWithPolicy(input, init = undefined, policy = undefined) {
    const args = argsOf(arguments);
    const shell = shells.get(policy);
    if (shell) return shell.run(args, undefined);
    // Of another copy of the package.
    if (typeof policy?.fetch === "function" && typeof policy.quotas === "function") return policy.fetch(...args);
    return /** @type {Shell} */ (shells.get((shared ??= makePolicy({})))).run(args, policy);
  },

  /** Loads the core now: true once it is loaded; false if it cannot be loaded for now, and calls go out as plain fetch. */
  initPolicy: () => load(),

  /**
   * Reads quotas and retry hints from a response; none before the core is loaded.
   * @param {any} headers
   * @param {any} [context]
   */
  readQuotas: (headers, context) => (page.core ? page.core.readQuotas(headers, context) : (want(), { quotas: [] })),
};
mark(fetchWithPolicy);
