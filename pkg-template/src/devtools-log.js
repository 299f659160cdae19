// @ts-check
/** What the panel knows of calls: their events, in a bounded list. */
import { noteOf, reasonOf } from "./event-texts.js";
import { FIRST_ERROR } from "./core-facts.js";

/** The most calls that are kept; of those that are over the oldest go first. */
const CALLS = 100;
/** The most notes that are kept. */
const NOTES = 20;

/**
 * A call. `cause` says what it waits for or how it ended; `until` is when its wait ends at the latest, epoch ms.
 * @typedef {{ call: number, method: string, url: string, state: "sent" | "waits" | "done" | "failed", cause: string, sends: number, until?: number }} CallLine
 */

/** The log of a panel. */
export function createLog() {
  /** @type {Map<number, CallLine>} */
  const calls = new Map();
  /** @type {string[]} */
  const notes = [];
  return {
    calls,
    notes,
    /** Takes an event of a policy. @param {import("../index.js").PolicyEvent} event */
    take(event) {
      const note = noteOf(event);
      if (note) return add(notes, `#${event.call} ${event.method} ${event.url}: ${note}`);
      const { call, method, url, attempt } = event;
      const known = calls.get(call) ?? { call, method, url, state: "sent", cause: "", sends: 0 };
      const next = after(known, event, attempt);
      if (next === undefined) return;
      calls.set(call, next);
      if (calls.size > CALLS) drop(calls);
    },
    /** Forgets notes and calls that are over. */
    clear() {
      notes.length = 0;
      for (const { call, state } of calls.values()) if (state === "done" || state === "failed") calls.delete(call);
    },
  };
}

/** @param {CallLine} line @param {import("../index.js").PolicyEvent} event @param {number} attempt @returns {CallLine | undefined} */
function after(line, event, attempt) {
  const { until: _, ...rest } = line;
  switch (event.type) {
    case "attempt":
      return { ...rest, state: "sent", cause: "", sends: Math.max(line.sends, attempt) };
    case "wait":
      return { ...rest, state: "waits", cause: reasonOf(event), until: event.until };
    case "response":
      return { ...rest, state: event.status < FIRST_ERROR ? "done" : line.state, cause: `status ${event.status}` };
    case "failure":
      return { ...rest, cause: event.label };
    case "give-up":
      return { ...rest, state: "failed", cause: [line.cause, event.reason].filter(Boolean).join(", ") };
    default:
      return undefined;
  }
}

/** @param {Map<number, CallLine>} calls */
function drop(calls) {
  for (const { call, state } of calls.values()) {
    if (state === "sent" || state === "waits") continue;
    calls.delete(call);
    return;
  }
  calls.delete(calls.keys().next().value ?? 0);
}

/** @param {string[]} notes @param {string} note */
function add(notes, note) {
  notes.push(note);
  if (notes.length > NOTES) notes.shift();
}
