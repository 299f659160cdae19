// @ts-check
/**
 * Explains a failure while no explainer is loaded: by the status alone, with a table that is generated from the core, and by
 * whether the device is offline.
 */
import { blank } from "./blank.js";
import { KINDS, RETRIES } from "./status-kinds.js";

/**
 * @param {any} of a response, a report, or what was thrown
 * @returns {import("../index.js").Explanation}
 */
export function fallback(of) {
  let status = null;
  try {
    if (typeof of?.status === "number") ({ status } = of);
  } catch {
    // A getter of the value may throw.
  }
  const isOffline = status === null && globalThis.navigator?.onLine === false;
  const [kind = "unknown", reason, verdict = "never"] = isOffline ? ["network", "offline"] : rowOf(status);
  const title = kind.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());
  return /** @type {any} */ ({
    ...blank(status),
    id: `fallback.${kind}`,
    kind,
    ...(reason && { reason }),
    title,
    whatHappened: isOffline ? "The device is offline." : `${title}. The request failed${status === null ? "" : ` with status ${status}`}; nothing else was read.`,
    action: isOffline ? "Try again when the device is online." : "Import `explainResponse` from fetch-with-policy, or wait for `initExplain()`, and explain the error again.",
    userMessage: "Something went wrong. Please try again later.",
    retry: isOffline ? { verdict: "when-online" } : { .../** @type {any} */ (RETRIES)[verdict] },
  });
}

/** Whether an explanation is one of these. @param {any} explanation */
export function isFallback(explanation) {
  return `${explanation?.id}`.startsWith("fallback.");
}

/** @param {number | null} status */
function rowOf(status) {
  if (status === null) return [];
  // In the order of the statuses.
  const rows = KINDS.split("\n").map((row) => row.split(" "));
  return rows.reverse().find(([from]) => Number(from) <= Number(status))?.slice(1) ?? [];
}
