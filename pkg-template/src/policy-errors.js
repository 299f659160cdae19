// @ts-check
/** The errors that a page may need before the core is loaded; the core's are in `errors.js`, with these. */

// Shared by all copies of the package and by all realms, so that `is` knows an error wherever it was made.
const BRAND = Symbol.for("fetch-with-policy.error");

/** @param {any} value @param {string} kind @returns {boolean} */
export function isOf(value, kind) {
  try {
    return value?.[BRAND]?.includes(kind) === true;
  } catch {
    return false;
  }
}

/**
 * Gives a class the name that its errors have: minifiers rename classes.
 * @param {any} Class
 * @param {string} name
 */
export function named(Class, name) {
  for (const [of, key, value] of [
    [Class, "name", name],
    [Class.prototype, "name", name],
    [Class.prototype, BRAND, ["PolicyError", name]],
  ]) Object.defineProperty(of, key, { value, configurable: true, writable: true });
}

/** Any failure of the policy's own. `code` is stable; `record` is what happened to the call, where there was one. */
export class PolicyError extends Error {
  /** @param {unknown} value */
  static is(value) {
    return isOf(value, "PolicyError");
  }

  /**
   * @param {string} code
   * @param {string} message
   * @param {{ cause?: unknown, record?: import("./record.js").CallRecord }} [details]
   */
  constructor(code, message, details) {
    // Of the details, the error takes its cause.
    super(message, details);
    this.code = code;
    this.record = details?.record;
  }
}

/** An option is not what it should be: `field` is its path, `expected` what belongs there. */
export class PolicyOptionError extends PolicyError {
  /** @param {unknown} value */
  static is(value) {
    return isOf(value, "PolicyOptionError");
  }

  /**
   * @param {string} field
   * @param {string} expected
   * @param {string} [message]
   * @param {{ cause?: unknown, code?: string }} [details] `cause`: what was thrown where it was read
   */
  constructor(field, expected, message = `${field || "options"}: expected ${expected}`, details = undefined) {
    super(details?.code ?? "invalid-option", message, details);
    this.field = field;
    this.expected = expected;
  }
}

/** An error response, where `throwHttpErrors` asks for it. `response` is unread. */
export class HttpError extends PolicyError {
  /** @param {unknown} value */
  static is(value) {
    return isOf(value, "HttpError");
  }

  /** @type {() => Promise<any>} */
  #explain;

  /**
   * @param {string} message
   * @param {{ response: Response, explanation: any, explain: () => Promise<any>, record: import("./record.js").CallRecord }} details
   */
  constructor(message, details) {
    super("http-error", message, details);
    this.response = details.response;
    this.explanation = details.explanation;
    this.#explain = details.explain;
  }

  explain() {
    return this.#explain();
  }
}

named(PolicyError, "PolicyError");
named(PolicyOptionError, "PolicyOptionError");
named(HttpError, "HttpError");
