// @ts-check
// Printed from the tables of the core by `WRITE=1 cargo test --lib option_schema`. Do not edit.

/**
 * Options in the order of their places, one a line, each below its object: the name (`*`: any), `!` if it is required, its names in
 * other libraries; then its kind, or the number of a kind above.
 *
 * A kind: what is expected, in words; the types that are accepted, each kept as its index in this list; a pattern for a string, or for
 * at least one member; for a number the least, the most and the step (1: whole, 2: rounded up). A string without a pattern must be one
 * of the words in quotes, if there are any.
 */
export const OPTIONS = `options;an object;object
 timeout;0
  total;a number of milliseconds, more than 0;number;;5e-324;Infinity;2
  attempt;1
 priority;a finite number;number;;-1e9;1e9
 cost;a whole number of 1 or more;object number;;1;Infinity;1
  requests;a whole number of 1 or more;number;;1;Infinity;1
  *;a whole number of 0 or more;number;;0;Infinity;1
 throwHttpErrors;true or false;false true
 idempotencyKey;false, "auto" or a function;false string function
 circuitBreaker;false or an object;false object
  failureRatio;a number from 0 to 1;number;;0;1
  minimumCalls;4
  window;1
  openFor;1
 hedge;8
  delay !;a finite number of milliseconds, 0 or more;number;;0;1.7976931348623157e308;2
  maxHedges;a whole number from 1 to 10;number;;1;10;1
 onEvent;a function or an array of functions;function array
  *;a function;function
 userTiming;6
 prepare;13
 fetch;13
 body;13
 host;0
 explainer;0
 unavailable;"throw" or "bypass";string
 coordinator;0
 profiles;an array of profiles;array
  *;0
   name;a string;string
   hosts !;an array of one host or more;array;^
    *;a host: "api.example.com", "*.example.com" or "localhost:8080";string;^[^/]+$
   catalog;0
   errorsUnder200;6
   dialects;an array of header dialects;array
    *;an object with one of limit, remaining, used and reset;object;^(limit|remaining|used|reset)$
     limit;a header's name;string;^[!#-'*+.0-9A-Z^-z|~-]+$
     remaining;21
     used;21
     reset;21
     bucket;21
     name;16
     unit;16
     resetUnit;"epoch-s", "epoch-ms", "delta-s", "delta-ms", "delta-min", "date" or "duration";string
     window;1
 retry;8
  maxAttempts maxRetries maxRetry retries attempts limit;a whole number of 1 or more, which counts the first send;number;;1;Infinity;1
  initialDelay retryDelay minTimeout delay minDelay;a number of milliseconds, 0 or more;number;;0;Infinity;2
  backoffFactor factor;a number of 1 or more;number;;1;1e6
  maxDelay backoffLimit maxTimeout;24
  jitter;"full", "equal" or "none";string
  maxRetryAfter;24
  retryNonIdempotent;6
  decide shouldRetry retryCondition;13
  budget;8
   ratio;9
   minPerWindow;5
   window;1
  statuses statusCodes retryStatusCodes;an array;array
   *;an HTTP status from 400 to 599;number;;400;599;1
  methods;27
   *;the name of an HTTP method;string;^[^/]+$
 rateLimit;8
  pacing;"burst" or "spread";string
  probe;4
  maxConcurrent concurrency;4
  maxWait;24
  maxQueue;5
  early;6
  quotas;an array of quotas;array
   *;0
    limit !;4
    window !;1
    name;16
    unit;16
    algorithm;"fixed", "sliding" or "token-bucket";string
  credentials;an array of header names;array
   *;the name of a header or of a query parameter;string;^[!#-'*+.0-9A-Z^-z|~-]+$
  buckets;an array of paths;array
   *;a path with a part in braces: "/channels/{id}";string;^/([^]*/)?[{][^/]*}(/|$)
  scope;13`;

/** From this line on, the options are a profile's, too. */
export const GROUPS = 46;

/** `expected` of an unknown option. */
export const UNKNOWN = "a known option";

/** How many calls are sent at once to an unknown scope: the default of `rateLimit.probe`. */
export const PROBES = 6;
