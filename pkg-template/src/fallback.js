// @ts-check

/**
 * What can be said of a failure while the explainer is not there: no more than what its words are sure of.
 * @param {any} of a response, a report, or what was thrown
 * @returns {import("../index.js").Explanation}
 */
export function fallback(of) {
  const isOffline = globalThis.navigator?.onLine === false;
  const kind = isOffline ? "network" : "unknown";
  /** @type {any} */
  let status = null;
  try {
    if (typeof of?.status === "number") status = of.status;
  } catch {
    // A report may be anything at all.
  }
  return /** @type {any} */ ({
    id: `fallback.${kind}`,
    kind,
    ...(isOffline && { reason: "offline" }),
    status,
    title: isOffline ? "Offline" : "Request failed",
    whatHappened: isOffline ? "The device is offline." : `The request failed${status ? ` with status ${status}` : ""}.`,
    causes: [],
    action: isOffline ? "Try again when the device is online." : "Load the explainer (initExplain) and explain the error again.",
    userMessage: isOffline ? "You are offline. Please check your connection." : "Something went wrong. Please try again later.",
    userMessageKey: `user.${kind}`,
    params: {},
    retry: isOffline ? { verdict: "when-online" } : { verdict: "never", until: "the error is known" },
    fields: [],
    api: {},
    format: "unknown",
    provider: null,
    confidence: 0,
    notes: ["The explainer is not loaded: this is a fallback."],
  });
}
