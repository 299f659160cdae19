// The upstream API under one policy. It stands at module scope: all requests of an isolate share what is known of the quotas.
// Quotas are kept apart by credentials, so each user has one of their own, as the upstream counts them.
import { createPolicy, RateLimitError } from "fetch-with-policy";

export const policy = createPolicy({
  // A client is refused at once where it would have to wait for longer.
  rateLimit: { maxWait: 5_000 },
  // Less than a client's own time limit, usually 30 s.
  timeout: { total: 25_000 },
});

/** Seconds until `error` is over, if it is the policy's refusal or the total timeout. */
export function refusalOf(error: unknown): { status: 429 | 504; seconds: number } | undefined {
  if (RateLimitError.is(error)) return { status: 429, seconds: Math.max(1, Math.ceil((error.retryAt - Date.now()) / 1000)) };
  if (error instanceof DOMException && error.name === "TimeoutError") return { status: 504, seconds: 1 };
  return undefined;
}
