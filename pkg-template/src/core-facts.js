// @ts-check
// Generated from the core's tables: `FACTS=write cargo test --test it shell_facts`. The test fails where the two differ.

/** The version of the core that the shell loads. */
export const VERSION = "0.1.0";
/** The longest wait that a server may ask for, ms: `rateLimit.maxWait`. */
export const MAX_WAIT = 120000;
/** The lowest status that is an error. */
export const FIRST_ERROR = 400;
/** In the name of each response header that reports a limit or a wait. */
export const LIMIT_HEADERS = /ratelimit|rate-limit|rate_limit|request-rate-|retry-|-retry|case-usage|quota-limit|call-limit|-limit-|remaining-t/;
/** The header that says how long to wait. */
export const RETRY_AFTER = "retry-after";
/** The request header that makes a retry safe. */
export const IDEMPOTENCY_KEY = "idempotency-key";
/** Methods that need no such header: `retry.methods`. */
export const METHODS = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"];
