// The explainer's types, by the names and shapes of the public contract. Nothing here runs: that it compiles is the test.
import { createExplainer, defineCatalog, explain } from "fetch-with-policy";
import de, { messages as named } from "fetch-with-policy/messages/de";
import zhHans from "fetch-with-policy/messages/zh-Hans";
import type {
  Catalog,
  CatalogCondition,
  CatalogMeaning,
  CatalogRule,
  CatalogTest,
  Cause,
  ErrorReport,
  Evidence,
  Explainer,
  Explanation,
  ExplanationBase,
  FieldError,
  HeaderDialect,
  Messages,
  Profile,
  Retry,
  RulePage,
} from "fetch-with-policy";

const report: Required<ErrorReport> = {
  status: null,
  headers: new Headers(),
  body: "",
  method: "GET",
  url: "",
  requestBody: "",
  requestHeaders: [["accept", "*/*"]],
  redirected: true,
  provider: "clever",
  data: {},
  error: new TypeError("fetch failed"),
  signal: new AbortController().signal,
  online: false,
  pageUrl: "",
  responseType: "opaqueredirect",
  now: 0,
};
explain({ status: 429, headers: { "retry-after": "1" } });
explain({ status: 429, headers: [["retry-after", "1"]], body: { message: "slow down" } });
explain({ status: 429, data: { message: "slow down" } });
explain(report);
explain(new DOMException("gone", "AbortError"));
explain(new TypeError());
explain("thrown");
explain(null);
export function caught(thrown: unknown, any: any, either: Error | undefined, code: { code: string; message: string }): Explanation[] {
  try {
    throw thrown;
  } catch (error) {
    explain({ error });
    return [explain(error), explain(any), explain(either), explain(code)];
  }
}
// @ts-expect-error a Response is explainResponse's
explain(new Response());
// @ts-expect-error a promise is to be awaited
explain(fetch("/"));
// @ts-expect-error a misspelt member
explain({ satus: 500 });
// @ts-expect-error another's name for the status
explain({ statusCode: 500 });
// @ts-expect-error a misspelt member beside a right one
explain({ status: 500, heders: {} });
// @ts-expect-error nothing
explain(undefined);
// @ts-expect-error nothing
explain(console.log());
export const statusless: ErrorReport = { error: new TypeError("Failed to fetch") };

/** Every kind with all its members; a kind that is missing or new fails in `default`. */
export function members(explanation: Explanation): unknown[] {
  switch (explanation.kind) {
    case "unauthenticated":
      return [explanation.reason satisfies "missing" | "invalid" | "expired" | "grant_invalid" | "step_up" | "unknown"];
    case "forbidden":
      return [
        explanation.reason satisfies "permission" | "scope" | "account" | "region" | "product" | "blocked" | "bot_challenge" | "unknown",
        explanation.missingScopes satisfies string[] | undefined,
      ];
    case "not_found":
      return [explanation.reason satisfies "resource" | "route" | "gone" | "unknown", explanation.entity?.type, explanation.entity?.id];
    case "not_supported":
      return [explanation.reason satisfies "method" | "feature" | "media_type" | "unknown", explanation.allow?.[0]];
    case "malformed_body":
      return [explanation.reason satisfies "json_syntax" | "empty" | "encoding" | "unknown"];
    case "unexpected_response":
      return [explanation.reason satisfies "html_instead_of_json" | "invalid_json" | "opaque" | "redirect" | "truncated" | "unknown"];
    case "rate_limited":
      return [explanation.bucket, explanation.limit, explanation.remaining];
    case "business_rule":
      return Object.keys(explanation.details);
    case "invalid_request":
      return [explanation.reason satisfies "bad_url" | "unknown"];
    case "network":
      return [reasons[explanation.reason]];
    case "timeout":
      return [explanation.reason satisfies "client_deadline" | "connect" | "headers" | "body" | "server"];
    case "aborted":
      return [explanation.reason satisfies "caller"];
    case "success":
    case "validation_failed":
    case "conflict":
    case "locked":
    case "too_large":
    case "quota_exhausted":
    case "server_error":
    case "unavailable":
    case "unknown":
      return [];
    default:
      explanation satisfies never;
      return [report];
  }
}

const reasons: Record<Extract<Explanation, { kind: "network" }>["reason"], true> = {
  offline: true,
  refused: true,
  dns: true,
  tls: true,
  reset: true,
  connection: true,
  truncated: true,
  protocol: true,
  redirect_loop: true,
  subrequests: true,
  mixed_content: true,
  csp: true,
  cors: true,
  unknown: true,
};

export function retry(verdict: Retry): unknown[] {
  switch (verdict.verdict) {
    case "none":
    case "when-online":
      return [];
    case "never":
      return [verdict.until];
    case "backoff":
      return [verdict.baseDelay, verdict.maxTries, verdict.requiresIdempotency];
    case "after":
      return [verdict.delay, verdict.source];
    case "at-reset":
      return [verdict.delay, verdict.resetAt satisfies number | null, verdict.source];
    case "after-reauth":
      return [verdict.how satisfies "refresh" | "sign-in" | "new-key" | "step-up"];
    case "soon":
      return [verdict.delay, verdict.maxTries];
    default:
      return [verdict satisfies never];
  }
}

const evidence: Required<Evidence> = { rule: "", from: "environment", name: "", text: "", start: 0, end: 0 };
const cause: Required<Cause> = { id: "", text: "", confidence: "certain", evidence: [evidence], check: "" };
const field: Required<FieldError> = { path: "a.0", raw: "", message: "", in: "body", reason: "unique", allowed: [] };
const base: ExplanationBase = {
  id: "",
  status: null,
  title: "",
  whatHappened: "",
  causes: [cause],
  action: "",
  userMessage: "",
  userMessageKey: "",
  params: {},
  retry: { verdict: "none" },
  fields: [field],
  api: { code: "", message: "", userMessage: "", requestId: "", docsUrl: "", details: {} },
  format: "empty",
  provider: null,
  confidence: 1,
  notes: [],
};
export const explained: Explanation = { ...base, kind: "aborted", reason: "caller" };
// @ts-expect-error a kind with a reason has one
export const reasonless: Explanation = { ...base, kind: "aborted" };

const page: Required<RulePage> = { id: "", kind: "locked", title: "", whatHappened: "", causes: [""], action: "", docsUrl: "" };
export const explainer: Explainer = { explain, explainResponse: async () => explained, lookup: () => page };

const rule: Required<CatalogRule> = { id: "", priority: 1, when: { status: 423 }, then: { kind: "locked" } };
const test: CatalogTest = { status: 423, expect: { id: "acme.locked" } };
const catalog: Required<Catalog> = {
  catalog: 1,
  provider: "acme",
  name: "Acme",
  hosts: [],
  extends: [],
  recognise: { json: { "/acme": true } },
  rules: [rule],
  tests: [test],
};
const dialect: Required<HeaderDialect> = {
  name: "",
  unit: "",
  limit: "",
  remaining: "",
  used: "",
  reset: "",
  resetUnit: "epoch-ms",
  window: 1,
  bucket: "",
};
export const profile: Required<Profile> = {
  name: "acme",
  hosts: ["api.acme.test"],
  rateLimit: { quotas: [{ limit: 1, window: 1000 }] },
  retry: { maxAttempts: 2 },
  dialects: [dialect],
  errorsUnder200: true,
  catalog,
};
export const messages: Messages = { "user.locked": "Someone else is at it.", "acme.sold": "Sold out." };

const when: CatalogCondition = {
  status: [404, "5xx"],
  header: { "x-acme": { exists: false } },
  json: { "/error": { type: "object" }, "/error/code": { equals: ["a", 1, true] } },
  url: { path: "/v1/*", param: "limit", gt: 10 },
  any: [{ message: ["a*", { contains: "b" }] }, { not: { bodyIs: "html" } }],
};
const then: CatalogMeaning = { kind: "locked", retry: { verdict: "soon" }, causes: [{ id: "a", text: "b" }], in: "query" };
// @ts-expect-error a success is no error's meaning
export const success: CatalogMeaning = { kind: "success" };
// @ts-expect-error what is unknown is no rule's meaning
export const unknown: CatalogMeaning = { kind: "unknown" };
export const defined: Catalog = defineCatalog({ catalog: 1, provider: "acme", rules: [{ id: "acme.a", when, then }] });
// An editor completes the members of a rule, and shows one that is misspelt.
defineCatalog({ catalog: 1, provider: "acme", rules: [{ id: "acme.b", when: { status: 409, message: "seat {seat} is taken" }, then: { kind: "conflict", action: "Offer a seat other than {seat}." } }] });
// @ts-expect-error a condition that is none
defineCatalog({ catalog: 1, provider: "acme", rules: [{ id: "acme.c", when: { stauts: 409 }, then: { kind: "conflict" } }] });
// @ts-expect-error the same within another
defineCatalog({ catalog: 1, provider: "acme", rules: [{ id: "acme.d", when: { not: { mesage: "x" } }, then: { kind: "conflict" } }] });
// @ts-expect-error a meaning that is none
defineCatalog({ catalog: 1, provider: "acme", rules: [{ id: "acme.e", when: { status: 409 }, then: { kind: "conflict", acton: "x" } }] });
// @ts-expect-error a kind that is none
defineCatalog({ catalog: 1, provider: "acme", rules: [{ id: "acme.f", when: { status: 409 }, then: { kind: "conflct" } }] });
export const own: Explainer = createExplainer({ catalogs: [defined], messages: [de, named, zhHans, messages], locale: "de-CH" });
createExplainer({ messages: de });
createExplainer();
// @ts-expect-error texts are texts
createExplainer({ messages: { a: 5 } });
export const title: string | undefined = own.lookup("acme.a")?.title;
