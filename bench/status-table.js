// @ts-check
/**
 * What a page may have in place of an explainer: a table by status, the usual members of a body, and one look for errors under
 * a 2xx. About 1 kB, minified and compressed. It is what `cargo xtask eval` prints beside the explainer.
 */
const KINDS = {
  400: "invalid_request", 401: "unauthenticated", 402: "quota_exhausted", 403: "forbidden", 404: "not_found",
  405: "not_supported", 406: "not_supported", 407: "unauthenticated", 408: "timeout", 409: "conflict", 410: "not_found",
  412: "conflict", 413: "too_large", 414: "too_large", 415: "not_supported", 422: "validation_failed", 423: "locked",
  425: "unavailable", 429: "rate_limited", 431: "too_large", 451: "forbidden", 501: "not_supported", 502: "unavailable",
  503: "unavailable", 504: "timeout",
};
const RETRY = {
  success: "none", unauthenticated: "after-reauth", rate_limited: "backoff", unavailable: "backoff", timeout: "backoff",
  server_error: "backoff", network: "backoff", locked: "soon",
};

/** @param {any} report */
export function explain({ status, headers = {}, body, error }) {
  const root = parse(body);
  const inner = first(root?.error ?? root?.errors ?? root?.fault) ?? root;
  const isObject = inner !== null && typeof inner === "object";
  const message = isObject
    ? (inner.message ?? inner.detail ?? inner.error_description ?? inner.msg ?? inner.title ?? inner.description)
    : inner;
  const code = isObject ? (inner.code ?? inner.error_code ?? inner.errorCode ?? inner.type) : root?.error;
  const fails = root?.success === false || root?.ok === false || root?.error || root?.errors?.length > 0;
  let kind = KINDS[status] ?? (status >= 500 ? "server_error" : status >= 400 ? "invalid_request" : status >= 300 ? "unexpected_response" : "success");
  if (kind === "success" && fails) kind = "business_rule";
  if (!status) kind = error?.name === "AbortError" ? "aborted" : error?.name === "TimeoutError" ? "timeout" : "network";
  const wait = headers["retry-after"];
  return {
    kind,
    retry: { verdict: wait && RETRY[kind] === "backoff" ? "after" : (RETRY[kind] ?? "never") },
    api: {
      code: code === undefined || code === null ? null : String(code),
      message: typeof message === "string" ? message : null,
      requestId: headers["x-request-id"] ?? headers["request-id"] ?? root?.request_id ?? root?.requestId ?? null,
    },
    fields: [root?.errors, inner?.errors, inner?.details].flat().flatMap((item) => {
      const path = item?.field ?? item?.param ?? item?.path;
      return typeof path === "string" ? [{ path }] : [];
    }),
  };
}

/** @param {unknown} text */
function parse(text) {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}

/** @param {any} value */
function first(value) {
  return Array.isArray(value) ? value[0] : value;
}
