/**
 * What a policy does, in lines to read.
 *
 * @packageDocumentation
 */
import type { PolicyEvent } from "./index.js";

/** Where {@link logger} writes, and what it warns of. */
export interface LoggerOptions {
  /** Takes a line. @default console.debug */
  log?: (line: string) => void;
  /** Takes a line that deserves attention. @default console.warn */
  warn?: (line: string) => void;
  /** A longer wait is a warning, ms. @default 5000 */
  slow?: number;
}

/**
 * An `onEvent` that writes a line for each event: which call, and who waits for what until when. Warnings are: a wait of over `slow` ms,
 * a call that gives up, an API that hides its rate-limit headers from a page (once for each origin), a circuit that changes, a
 * coordinator that does not reply, a header that seems to hold credentials, an option in the place of one of `fetch`, a policy whose
 * transport is another policy, and a core that failed or cannot be loaded. One logger may serve several policies.
 *
 * A line has the address as events have it, and names of quotas, headers and errors: nothing that may be secret.
 *
 * @throws {PolicyOptionError} where an option is not of its type
 * @example
 * ```js
 * const policy = createPolicy({ onEvent: logger() });
 * // [fetch-with-policy] #12 GET https://api.example.com/items: waits 4.2 s, until 2026-01-31T17:03:12.000Z, for the quota default (10 in 60 s), which the header ratelimit reports
 * ```
 */
export function logger(options?: LoggerOptions): (event: PolicyEvent) => void;
