// Who waits, and until when: the policy's events as a store for `useSyncExternalStore`.
import type { PolicyEvent } from "fetch-with-policy";
import { useEffect, useState, useSyncExternalStore } from "react";

export interface Waits {
  /** How many calls wait. */
  count: number;
  /** When the next of them goes, epoch ms; 0 if none waits. */
  until: number;
}

const NONE: Waits = { count: 0, until: 0 };
const untilByCall = new Map<number, number>();
const listeners = new Set<() => void>();
// React compares by identity: there is a new object only where something changed.
let current = NONE;

export const waits = {
  onEvent(event: PolicyEvent): void {
    if (event.type === "wait") untilByCall.set(event.call, event.until);
    else if (!untilByCall.delete(event.call)) return;
    current = untilByCall.size === 0 ? NONE : { count: untilByCall.size, until: Math.min(...untilByCall.values()) };
    for (const listener of listeners) listener();
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
  read: (): Waits => current,
};

/** How many calls wait, and the seconds until the next one goes. */
export function useWaits(): { count: number; seconds: number } {
  const { count, until } = useSyncExternalStore(waits.subscribe, waits.read);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (count === 0) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [count, until]);
  return { count, seconds: Math.max(0, Math.ceil((until - now) / 1000)) };
}
