// @ts-check

// Shared by all copies of the package and by all realms, so that `is` knows an error wherever it was made.
const BRAND = Symbol.for("fetch-with-policy.error");

/**
 * @param {unknown} value
 * @param {string} kind
 */
function has(value, kind) {
  try {
    return typeof value === "object" && value !== null && /** @type {any} */ (value)[BRAND]?.includes(kind) === true;
  } catch {
    return false;
  }
}

/** Any failure of the policy's own. `code` is stable; `record` is what happened to the call, where there was one. */
export class PolicyError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{ cause?: unknown, record?: import("./record.js").CallRecord }} [details]
   */
  constructor(code, message, details) {
    super(message, details !== undefined && "cause" in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.record = details?.record;
  }

  /** @param {unknown} value */
  static is(value) {
    return has(value, "PolicyError");
  }
}

/** An option is not what it should be: `field` is its path, `expected` what belongs there. */
export class PolicyOptionError extends PolicyError {
  /**
   * @param {string} field
   * @param {string} expected
   * @param {string} [message]
   * @param {{ cause?: unknown, code?: string }} [details] `cause`: what was thrown where it was read
   */
  constructor(field, expected, message = `${field === "" ? "options" : field}: expected ${expected}`, details = undefined) {
    super(details?.code ?? "invalid-option", message, details);
    this.field = field;
    this.expected = expected;
  }

  /** @param {unknown} value */
  static is(value) {
    return has(value, "PolicyOptionError");
  }
}

/** Refused before it was sent: its turn would come too late, or too many wait. `retryAt` is when there may be room. */
export class RateLimitError extends PolicyError {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{ retryAt: number, quota?: any, record: import("./record.js").CallRecord }} details
   */
  constructor(code, message, details) {
    super(code, message, { record: details.record });
    this.retryAt = details.retryAt;
    this.quota = details.quota;
  }

  /** @param {unknown} value */
  static is(value) {
    return has(value, "RateLimitError");
  }
}

/** Refused before it was sent: the circuit of its route is open until `retryAt`. */
export class CircuitOpenError extends PolicyError {
  /**
   * @param {string} message
   * @param {{ retryAt: number, record?: import("./record.js").CallRecord }} details
   */
  constructor(message, details) {
    super("circuit-open", message, { record: details.record });
    this.retryAt = details.retryAt;
  }

  /** @param {unknown} value */
  static is(value) {
    return has(value, "CircuitOpenError");
  }
}

/** An error response, where `throwHttpErrors` asks for it. `response` is unread. */
export class HttpError extends PolicyError {
  /** @type {() => Promise<any>} */
  #explain;

  /**
   * @param {string} message
   * @param {{ response: Response, explanation: any, explain: () => Promise<any>, record: import("./record.js").CallRecord }} details
   */
  constructor(message, details) {
    super("http-error", message, { record: details.record });
    this.response = details.response;
    this.explanation = details.explanation;
    this.#explain = details.explain;
  }

  explain() {
    return this.#explain();
  }

  /** @param {unknown} value */
  static is(value) {
    return has(value, "HttpError");
  }
}

// Minifiers rename classes; names that are set last.
for (const [Class, name] of /** @type {[any, string][]} */ ([
  [PolicyError, "PolicyError"],
  [PolicyOptionError, "PolicyOptionError"],
  [RateLimitError, "RateLimitError"],
  [CircuitOpenError, "CircuitOpenError"],
  [HttpError, "HttpError"],
])) {
  Object.defineProperty(Class, "name", { value: name, configurable: true });
  Object.defineProperty(Class.prototype, "name", { value: name, configurable: true, writable: true });
  Object.defineProperty(Class.prototype, BRAND, { value: ["PolicyError", name] });
}
