// @ts-check

/**
 * An explanation with nothing but a status.
 * @param {number | null} status
 * @returns {import("../index.js").Explanation}
 */
export function blank(status) {
  const text = "The request failed.";
  return /** @type {any} */ ({
    id: "fallback.unknown",
    kind: "unknown",
    status,
    title: text,
    whatHappened: text,
    causes: [],
    action: text,
    userMessage: text,
    userMessageKey: "user.unknown",
    params: {},
    retry: { verdict: "never", until: "the request is changed" },
    fields: [],
    api: {},
    format: "unread",
    provider: null,
    confidence: 0,
    notes: ["The explainer is not loaded: this is a fallback."],
  });
}
