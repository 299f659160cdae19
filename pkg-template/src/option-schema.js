// @ts-check
// Printed from the tables of the core by `WRITE=1 cargo test --lib option_schema`. Do not edit.

/**
 * Kinds of options: what is expected, in words; which values are taken, each kept as its place here, by letters (f: false, t: true,
 * o: an object, l: an array, k: an object that is kept as it is, c: a function, n: a number, s: a string, w: a word in quotes);
 * a pattern (of a string; of one member at least of an object or array); of a number the least, the most and the step (1: whole,
 * 2: rounded up).
 * @type {[expected: string, takes: string, pattern?: string, least?: number, most?: number, step?: number][]}
 */
export const KINDS = [
  ["a number of milliseconds, more than 0", "n", , Number.MIN_VALUE, Infinity, 2],
  ["a finite number", "n", , -1000000000, 1000000000],
  ["a whole number of 1 or more", "on", , 1, Infinity, 1],
  ["true or false", "ft"],
  ['false, "auto" or a function', "fwc"],
  ["false or an object", "fo"],
  ["a number from 0 to 1", "n", , 0, 1],
  ["a whole number of 1 or more", "n", , 1, Infinity, 1],
  ["a finite number of milliseconds, 0 or more", "n", , 0, Number.MAX_VALUE, 2],
  ["a whole number from 1 to 10", "n", , 1, 10, 1],
  ["an object", "o"],
  ["a whole number of 0 or more", "n", , 0, Infinity, 1],
  ["an array of profiles", "l"],
  ["an array of one host or more", "l", ""],
  ['a host: "api.example.com", "*.example.com" or "localhost:8080"', "s", "^[^/]+$"],
  ["a string", "s"],
  ["an object", "k"],
  ["an array of header dialects", "l"],
  ["a function", "c"],
  ['"throw" or "bypass"', "w"],
  ["undefined: quotas shared beyond one realm are not in this version", ""],
  ["an object with one of limit, remaining, used and reset", "o", "^(limit|remaining|used|reset)$"],
  ["a header's name", "s", "^[!#-'*+.0-9A-Z^-z|~-]+$"],
  ['"epoch-s", "epoch-ms", "delta-s", "delta-ms", "delta-min", "date" or "duration"', "w"],
  ["a number of milliseconds, 0 or more", "n", , 0, Infinity, 2],
  ["a number of 1 or more", "n", , 1, 1000000],
  ['"full", "equal" or "none"', "w"],
  ["an array", "l"],
  ["an HTTP status from 400 to 599", "n", , 400, 599, 1],
  ["the name of an HTTP method", "s", "^[^/]+$"],
  ['"burst" or "spread"', "w"],
  ["an array of quotas", "l"],
  ['"fixed", "sliding" or "token-bucket"', "w"],
  ["an array of header names", "l"],
  ["the name of a header or of a query parameter", "s", "^[!#-'*+.0-9A-Z^-z|~-]+$"],
  ["an array of paths", "l"],
  ['a path with a part in braces: "/channels/{id}"', "s", "^/([^]*/)?[{][^/]*}(/|$)"],
];

/**
 * Options, in the order of their places: the path (`*` is any index, `**` any name), the kind, `!` where it must be there, and what
 * other libraries call it.
 */
export const ROWS = `timeout.attempt 0
timeout.total 0
priority 1
cost 2
throwHttpErrors 3
idempotencyKey 4
circuitBreaker 5
circuitBreaker.failureRatio 6
circuitBreaker.minimumCalls 7
circuitBreaker.window 0
circuitBreaker.openFor 0
hedge 5
hedge.delay 8!
hedge.maxHedges 9
 10
timeout 10
cost.requests 7
cost.** 11
profiles 12
profiles.* 10
profiles.*.hosts 13!
profiles.*.hosts.* 14
profiles.*.name 15
profiles.*.catalog 16
profiles.*.errorsUnder200 3
profiles.*.dialects 17
onEvent 18
userTiming 3
prepare 18
fetch 18
body 18
host 16
explainer 16
unavailable 19
coordinator 20
profiles.*.dialects.* 21
profiles.*.dialects.*.limit 22
profiles.*.dialects.*.remaining 22
profiles.*.dialects.*.used 22
profiles.*.dialects.*.reset 22
profiles.*.dialects.*.bucket 22
profiles.*.dialects.*.name 15
profiles.*.dialects.*.unit 15
profiles.*.dialects.*.resetUnit 23
profiles.*.dialects.*.window 0
retry 5
retry.maxAttempts 7 maxRetries maxRetry retries attempts limit
retry.initialDelay 24 retryDelay minTimeout delay minDelay
retry.backoffFactor 25 factor
retry.maxDelay 24 backoffLimit maxTimeout
retry.jitter 26
retry.maxRetryAfter 24
retry.retryNonIdempotent 3
retry.decide 18 shouldRetry retryCondition
retry.budget 5
retry.budget.ratio 6
retry.budget.minPerWindow 11
retry.budget.window 0
retry.statuses 27 statusCodes retryStatusCodes
retry.statuses.* 28
retry.methods 27
retry.methods.* 29
rateLimit 5
rateLimit.pacing 30
rateLimit.probe 7
rateLimit.maxConcurrent 7 concurrency
rateLimit.maxWait 24
rateLimit.maxQueue 11
rateLimit.early 3
rateLimit.quotas 31
rateLimit.quotas.* 10
rateLimit.quotas.*.limit 7!
rateLimit.quotas.*.window 0!
rateLimit.quotas.*.name 15
rateLimit.quotas.*.unit 15
rateLimit.quotas.*.algorithm 32
rateLimit.credentials 33
rateLimit.credentials.* 34
rateLimit.buckets 35
rateLimit.buckets.* 36
rateLimit.scope 18`;

/** The first row that a profile has, too, under a path of its own. */
export const WINGS = 45;

/** What is expected where there is no option. */
export const UNKNOWN = "a known option";

/** How many calls are sent at once to a scope of which nothing is known, where nobody sets `rateLimit.probe`. */
export const PROBES = 6;
