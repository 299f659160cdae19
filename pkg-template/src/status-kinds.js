// @ts-check
// Generated from what the explainer says of a status alone: `STATUS_KINDS=write cargo test --test it status_kinds`.

/** The first status of a run of them, and their kind, reason (or nothing) and verdict. */
export const KINDS = "200 success  none\n300 unexpected_response redirect never\n304 success  none\n305 unexpected_response redirect never\n400 invalid_request  never\n401 unauthenticated unknown after-reauth\n402 quota_exhausted  never\n403 forbidden permission never\n404 not_found unknown never\n405 not_supported method never\n406 not_supported media_type never\n407 unauthenticated unknown after-reauth\n408 timeout  backoff\n409 conflict  never\n410 not_found gone never\n411 invalid_request  never\n412 conflict  never\n413 too_large  never\n415 not_supported media_type never\n416 invalid_request  never\n420 rate_limited  backoff\n421 invalid_request  never\n422 validation_failed  never\n423 locked  soon\n424 invalid_request  never\n425 unavailable  backoff\n426 invalid_request  never\n429 rate_limited  backoff\n430 invalid_request  never\n431 too_large  never\n432 invalid_request  never\n440 unauthenticated unknown after-reauth\n441 invalid_request  never\n451 forbidden blocked never\n452 invalid_request  never\n500 server_error  backoff\n501 not_supported feature never\n502 unavailable  backoff\n504 timeout  backoff\n505 not_supported feature never\n506 server_error  backoff\n511 unauthenticated invalid after-reauth\n512 server_error  backoff\n520 unavailable  backoff\n531 server_error  backoff\n599 unavailable  backoff";

/** `retry` by verdict. */
export const RETRIES = {
  "after-reauth": {
    "how": "sign-in",
    "verdict": "after-reauth"
  },
  "backoff": {
    "baseDelay": 1000,
    "maxTries": 5,
    "requiresIdempotency": true,
    "verdict": "backoff"
  },
  "never": {
    "until": "the request is changed",
    "verdict": "never"
  },
  "none": {
    "verdict": "none"
  },
  "soon": {
    "delay": 3000,
    "maxTries": 3,
    "verdict": "soon"
  }
};
