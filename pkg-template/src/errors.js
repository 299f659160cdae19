// @ts-check
import { isOf, named, PolicyError } from "./policy-errors.js";

export { HttpError, PolicyError, PolicyOptionError } from "./policy-errors.js";

/** Refused before it was sent: its turn would come too late, or too many wait. `retryAt` is when there may be room. */
export class RateLimitError extends PolicyError {
  /** @param {unknown} value */
  static is(value) {
    return isOf(value, "RateLimitError");
  }

  /**
   * @param {string} code
   * @param {string} message
   * @param {{ retryAt: number, quota?: any, record: import("./record.js").CallRecord }} details
   */
  constructor(code, message, details) {
    super(code, message, details);
    this.retryAt = details.retryAt;
    this.quota = details.quota;
  }
}

/** Refused before it was sent: the circuit of its route is open until `retryAt`. */
export class CircuitOpenError extends PolicyError {
  /** @param {unknown} value */
  static is(value) {
    return isOf(value, "CircuitOpenError");
  }

  /**
   * @param {string} message
   * @param {{ retryAt: number, record?: import("./record.js").CallRecord }} details
   */
  constructor(message, details) {
    super("circuit-open", message, details);
    this.retryAt = details.retryAt;
  }
}

named(RateLimitError, "RateLimitError");
named(CircuitOpenError, "CircuitOpenError");
