// @ts-check
/**
 * What a load has come to so far: its counters, each call's spans, the quota's remaining. Events in, numbers out; it
 * draws nothing and knows no clock.
 */

/** @typedef {import("./load-worker.js").LoadEvent} LoadEvent */
/** @typedef {"waiting" | "ok" | "limited" | "failed"} SpanKind */
/** Instants are ms since the start. */
/** @typedef {{ item: number, from: number, to: number, kind: SpanKind }} Span */
/** Since when it waits or is in flight, and what it waited so far, ms. */
/** @typedef {{ waiting?: number, inFlight?: number, waited: number }} Open */
/** @typedef {ReturnType<typeof createRecord>} LoadRecord */

/** @param {number} count calls of the load */
export function createRecord(count) {
  const counts = { sent: 0, 429: 0, retries: 0, waited: 0, ok: 0, lost: 0, stopped: 0 };
  /** @type {Span[]} */
  const spans = [];
  /** @type {Open[]} */
  const open = Array.from({ length: count }, () => ({ waited: 0 }));
  /** Remaining against time: two columns, as a plot wants them. @type {[number[], (number | null)[]]} */
  const remaining = [[], []];
  let resetAt = -Infinity;
  let limit = 0;
  let start = 0;
  let end = 0;

  /** @param {LoadEvent} event */
  function apply(event) {
    const call = open[event.item];
    if (!call) return;
    const at = event.at - start;
    if (event.type === "wait") beginWait(call, at);
    if (event.type === "attempt") {
      endWait(event.item, call, at);
      call.inFlight = at;
      counts.sent += 1;
      if (event.attempt > 1) counts.retries += 1;
    }
    if (event.type === "response") {
      land(event.item, call, at, event.status === 429 ? "limited" : event.status < 400 ? "ok" : "failed");
      if (event.status === 429) counts[429] += 1;
      if (event.quota) observe(event.quota, at);
    }
    if (event.type === "failure") land(event.item, call, at, "failed");
    if (event.type === "settled") {
      endWait(event.item, call, at);
      counts[event.outcome] += 1;
      end = Math.max(end, at);
    }
  }

  /** @param {Open} call @param {number} at */
  function beginWait(call, at) {
    if (call.waiting !== undefined) return;
    if (call.waited === 0) counts.waited += 1;
    call.waiting = at;
  }

  /** @param {number} item @param {Open} call @param {number} at */
  function endWait(item, call, at) {
    if (call.waiting === undefined) return;
    // A wait of no length still is one: it must not be counted twice.
    call.waited += Math.max(at - call.waiting, Number.MIN_VALUE);
    spans.push({ item, from: call.waiting, to: at, kind: "waiting" });
    call.waiting = undefined;
  }

  /** @param {number} item @param {Open} call @param {number} at @param {SpanKind} kind */
  function land(item, call, at, kind) {
    if (call.inFlight === undefined) return;
    spans.push({ item, from: call.inFlight, to: at, kind });
    call.inFlight = undefined;
  }

  /** @param {{ limit?: number, remaining?: number, resetAt?: number }} quota @param {number} at */
  function observe(quota, at) {
    if (quota.remaining === undefined) return;
    const [times, values] = remaining;
    const reset = (quota.resetAt ?? Infinity) - start;
    limit = Math.max(limit, quota.limit ?? quota.remaining);
    // Resets of one window differ by a clock's correction; those of two windows by a second at least.
    const newer = reset > resetAt + 500;
    if (newer && Number.isFinite(resetAt) && resetAt < at) {
      times.push(resetAt / 1000);
      values.push(limit);
    }
    // Answers overtake each other: within a window the least that was told is the latest.
    const last = values.at(-1);
    times.push(at / 1000);
    values.push(newer || last == null ? quota.remaining : Math.min(last, quota.remaining));
    if (newer) resetAt = reset;
  }

  return {
    count,
    counts,
    spans,
    open,
    remaining,
    apply,
    /** @param {number} at epoch ms */
    begin(at) {
      start = at;
    },
    get start() {
      return start;
    },
    get limit() {
      return limit;
    },
    /** When the last call so far settled, ms since the start. */
    get end() {
      return end;
    },
    get settled() {
      return counts.ok + counts.lost + counts.stopped;
    },
    /** Median and longest of what the calls waited, ms. */
    get waits() {
      const sorted = open.map((call) => call.waited).sort((a, b) => a - b);
      return { median: sorted[Math.floor(count / 2)] ?? 0, longest: sorted.at(-1) ?? 0 };
    },
  };
}
