// @ts-check
// Generated from the core's tables: `FACTS=write cargo test --test it shell_facts`. The test fails where the two differ.

/** The version of the core that the shell loads. */
export const VERSION = "0.1.0";
/** The longest wait that a server may ask for, ms: `rateLimit.maxWait`. */
export const MAX_WAIT = 120000;
/** The lowest status that is an error. */
export const FIRST_ERROR = 400;
/** Names of response headers that report a limit or a wait. */
export const LIMIT_HEADERS = /ratelimit|rate-limit|rate_limit|request-rate-|error-limit-|retry-after|retry-in|should-retry$|^grpc-retry-pushback-ms$|^x-business-use-case-usage$|^auth0-client-quota-limit$|^auth0-organization-quota-limit$|^sforce-limit-info$|^x-shopify-shop-api-call-limit$|^x-limit-per-|^x-remaining-t|^x-app-limit-24hour-|^x-user-limit-24hour-/;
/** The header that says how long to wait. */
export const RETRY_AFTER = "retry-after";
/** The request header that makes a retry safe. */
export const IDEMPOTENCY_KEY = "idempotency-key";
/** Methods that need no such header: `retry.methods`. */
export const METHODS = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "QUERY"];
