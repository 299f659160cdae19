/**
 * The calls of policies as a value that changes, for user interfaces.
 *
 * @packageDocumentation
 */
import type { Policy, PolicyEvent, QuotaState, WaitReason } from "./index.js";

/** A call that is not over. */
export interface CallState {
  /** Its number, as in its events. */
  readonly call: number;
  /** Its method. */
  readonly method: string;
  /** Its address, as in its events. */
  readonly url: string;
  /** The number of its newest send, from 1; of a wait, of the send before it. */
  readonly attempt: number;
  /** What it waits for; absent while it is sent. */
  readonly waitsFor?: WaitReason;
  /** Until when it waits at the latest, epoch ms; absent while it is sent. */
  readonly until?: number;
}

/** What a {@link CallStore} shows. */
export interface CallsState {
  /** Calls that are not over, oldest first. */
  readonly calls: readonly CallState[];
  /** How many of them wait. */
  readonly waiting: number;
  /** When the first of those that wait goes on at the latest, epoch ms: for a countdown. Undefined while none waits. */
  readonly nextAt: number | undefined;
}

/** See {@link callStore}. Its members may be used without it. */
export interface CallStore {
  /** For a policy's option `onEvent`; of several policies, too. */
  onEvent(event: PolicyEvent): void;
  /** Calls `listener` after each change, until the function that it returns is called. @throws {PolicyOptionError} where it is no function */
  subscribe(listener: () => void): () => void;
  /** The state: the same object until something changes. */
  getState(): CallsState;
}

/**
 * A store that follows the events of policies.
 *
 * @example
 * ```js
 * const store = callStore();
 * const policy = createPolicy({ onEvent: store.onEvent });
 * // In React: const { waiting, nextAt } = useSyncExternalStore(store.subscribe, store.getState);
 * ```
 */
export function callStore(): CallStore;

/** How a quota changed: it is new (no `previous`), another one than before, or no longer known (no `quota`). */
export type QuotaChange =
  | {
      /** As it is now. */
      readonly quota: QuotaState;
      /** As it was before. */
      readonly previous: QuotaState | undefined;
    }
  | {
      /** It is no longer known: its scope is forgotten, or refusals no longer bear it out. */
      readonly quota: undefined;
      /** As it was before. */
      readonly previous: QuotaState;
    };

/**
 * Calls `listener` for each quota of `policy` whose limit, remaining units, reset or source changes, whatever it was learned from, until
 * the function that it returns is called. Changes in one turn of the event loop count as one. The reset of a quota by time alone is no change.
 *
 * @throws {PolicyOptionError} where `policy` is no policy of this package or `listener` no function
 * @example
 * ```js
 * const stop = watchQuotas(policy, ({ quota }) => {
 *   if (quota?.remaining === 0) console.warn(`${quota.scope} is used up until ${new Date(quota.resetAt ?? 0).toISOString()}`);
 * });
 * ```
 */
export function watchQuotas(policy: Policy, listener: (change: QuotaChange) => void): () => void;
