/**
 * Quotas shared by the windows, workers and service workers of one origin.
 *
 * @packageDocumentation
 */
import type { Coordinator } from "./share.js";

/** Which database. */
export interface TabsOptions {
  /** The name of the database and of the channel. Tabs with different names do not share. @default "fetch-with-policy" */
  name?: string;
}

/**
 * Shares quotas within an origin, by a record in IndexedDB and news over BroadcastChannel. Call it wherever a policy of the origin is
 * made: in each tab, worker and service worker. No tab leads, and no lock is held: a tab that is closed, hidden or frozen does
 * not stop the others.
 *
 * The database holds hashes, counts and durations only; nothing leaves the origin. If IndexedDB is refused (some private windows,
 * sandboxed frames, blocked site data), each tab keeps to its quotas by itself, as without a coordinator.
 *
 * @example
 * ```js
 * import { createPolicy } from "fetch-with-policy";
 * import { tabs } from "fetch-with-policy/share/tabs";
 *
 * const policy = createPolicy({ coordinator: tabs() });
 * ```
 *
 * @throws {PolicyOptionError} outside of a browser, if `name` is not a string, or if it is empty
 */
export function tabs(options?: TabsOptions): Coordinator;
