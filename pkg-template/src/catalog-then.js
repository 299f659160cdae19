// @ts-check
/** The words of a rule's `then`: the lint's half of `src/explain/catalogs/apply.rs`. */
import { check, fits, isRecord, list, oneOf } from "./catalog-words.js";

/** The kinds, and the reasons of those that have some. */
const KINDS = /** @type {Record<string, string>} */ ({
  invalid_request: "bad_url unknown",
  malformed_body: "json_syntax empty encoding unknown",
  validation_failed: "",
  unauthenticated: "missing invalid expired grant_invalid step_up unknown",
  forbidden: "permission scope account region product blocked bot_challenge unknown",
  not_found: "resource route gone unknown",
  unexpected_response: "html_instead_of_json invalid_json opaque redirect truncated unknown",
  not_supported: "method feature media_type unknown",
  conflict: "",
  locked: "",
  too_large: "",
  rate_limited: "",
  quota_exhausted: "",
  business_rule: "",
  server_error: "",
  unavailable: "",
  timeout: "server",
});

const count = /** @type {const} */ ("a whole number of 0 or more");
const text = /** @type {const} */ ("a text");
/** The verdicts, and their members. */
const VERDICTS = /** @type {Record<string, Record<string, string>>} */ ({
  none: {},
  never: { until: text },
  backoff: { baseDelay: count, maxTries: count, requiresIdempotency: "true or false" },
  after: { delay: count, source: text },
  "at-reset": { delay: count, source: text },
  "after-reauth": { how: "refresh, sign-in, new-key or step-up" },
  soon: { delay: count, maxTries: count },
  "when-online": {},
});

const TEXTS = ["until", "title", "whatHappened", "action", "field", "fieldMessage", "code"];
const KEYS = ["kind", "reason", "retry", ...TEXTS, "causes", "docsUrl", "userMessageKey", "fields", "in", "fieldReason"];
/** What only the rule that decides says. */
const DECIDING = ["reason", "retry", "until", "title", "whatHappened", "action", "docsUrl", "userMessageKey"];

/** @param {any} rule @param {string} rulePath */
export function checkThen(rule, rulePath) {
  const { then } = rule;
  const at = `${rulePath}.then`;
  check(isRecord(then), at, "an object");
  oneOf(KEYS, then, at);
  const says = ["kind", "causes", "field", "fields", "code"].some((key) => then[key] !== undefined);
  check(says, at, "a kind, causes or fields: a rule that says something");
  const { kind, reason } = then;
  if (kind === undefined) {
    for (const key of DECIDING) check(then[key] === undefined, `${at}.${key}`, "none without a kind: a rule that decides names one");
  } else {
    check(typeof kind === "string" && Object.hasOwn(KINDS, kind), `${at}.kind`, `one of ${Object.keys(KINDS).join(", ")}`);
  }
  if (reason !== undefined) words(reason, KINDS[kind] ?? "", `${at}.reason`, `of ${kind}`);
  for (const key of TEXTS) if (then[key] !== undefined) check(typeof then[key] === "string" && then[key] !== "", `${at}.${key}`, text);
  if (then.docsUrl !== undefined) check(fits(/^https?:\/\/./, then.docsUrl), `${at}.docsUrl`, "a URL");
  if (then.userMessageKey !== undefined) check(fits(/^[\w.-]{1,100}$/, then.userMessageKey), `${at}.userMessageKey`, 'a key of messages: "acme.frozen"');
  if (then.in !== undefined) words(then.in, "body query path header", `${at}.in`, "");
  if (then.fieldReason !== undefined) words(then.fieldReason, "required format range choice unknown unique", `${at}.fieldReason`, "");
  list(then.fields, `${at}.fields`).forEach((name, index) => check(typeof name === "string" && name !== "", `${at}.fields[${index}]`, "a field's path"));
  list(then.causes, `${at}.causes`).forEach((cause, index) => checkCause(cause, `${at}.causes[${index}]`));
  if (then.retry !== undefined) checkRetry(then.retry, `${at}.retry`);
}

/** @param {any} value @param {string} known words @param {string} at @param {string} of */
function words(value, known, at, of) {
  check(known.split(" ").includes(value) && value !== "", at, known === "" ? `none: the kind has no reasons` : `one ${of && `${of}: `}${known.split(" ").join(", ")}`);
}

/** @param {any} cause @param {string} at */
function checkCause(cause, at) {
  check(isRecord(cause), at, "an object: { id, text, confidence, check? }");
  oneOf(["id", "text", "confidence", "check"], cause, at);
  for (const key of ["id", "text", ...(cause.check === undefined ? [] : ["check"])]) {
    check(typeof cause[key] === "string" && cause[key] !== "", `${at}.${key}`, text);
  }
  if (cause.confidence !== undefined) words(cause.confidence, "certain likely possible", `${at}.confidence`, "");
}

/** @param {any} retry @param {string} at */
function checkRetry(retry, at) {
  check(isRecord(retry), at, "an object: { verdict }");
  const known = typeof retry.verdict === "string" && Object.hasOwn(VERDICTS, retry.verdict) ? VERDICTS[retry.verdict] : undefined;
  check(known !== undefined, `${at}.verdict`, `one of ${Object.keys(VERDICTS).join(", ")}`);
  oneOf(["verdict", ...Object.keys(known)], retry, at);
  for (const [key, expected] of Object.entries(known)) {
    const value = retry[key];
    if (value === undefined) {
      check(key !== "until", `${at}.until`, text);
      continue;
    }
    const isRight =
      expected === count ? Number.isSafeInteger(value) && value >= 0 && value < 1e15
      : expected === text ? typeof value === "string" && value !== ""
      : key === "how" ? ["refresh", "sign-in", "new-key", "step-up"].includes(value)
      : typeof value === "boolean";
    check(isRight, `${at}.${key}`, expected);
  }
}
