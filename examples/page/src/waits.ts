// Who waits, and until when.
import { callStore } from "fetch-with-policy/state";
import { useEffect, useState, useSyncExternalStore } from "react";

export const calls = callStore();

/** How many calls wait, and the seconds until the next one goes. */
export function useWaits(): { count: number; seconds: number } {
  const { waiting, nextAt = 0 } = useSyncExternalStore(calls.subscribe, calls.getState);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (waiting === 0) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [waiting, nextAt]);
  return { count: waiting, seconds: Math.max(0, Math.ceil((nextAt - now) / 1000)) };
}
