// @ts-check

/**
 * An explanation that says no more than its arguments.
 * @param {number | null} status
 * @param {string} [kind]
 * @param {string} [reason]
 * @param {object} [retry]
 * @returns {import("../index.js").Explanation}
 */
export function blank(status, kind = "unknown", reason = undefined, retry = { verdict: "never", until: "the request is changed" }) {
  const isOffline = reason === "offline";
  const title = kind.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
  return /** @type {any} */ ({
    id: `fallback.${kind}`,
    kind,
    ...(reason && { reason }),
    status,
    title,
    whatHappened: isOffline ? "The device is offline." : `${title}. The request failed${status === null ? "" : ` with status ${status}`}; nothing else was looked at.`,
    causes: [],
    action: isOffline ? "Try again when the device is online." : "Import `explainResponse` from fetch-with-policy, or wait for `initExplain()`, and explain the error again.",
    userMessage: "Something went wrong. Please try again later.",
    userMessageKey: "user.unknown",
    params: {},
    retry,
    fields: [],
    api: {},
    format: "unread",
    provider: null,
    confidence: 0,
    notes: ["The explainer is not loaded: this is a fallback."],
  });
}
