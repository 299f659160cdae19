// @ts-check

/** @typedef {{ name: string, cat: string, ph: string, ts: number, dur?: number, tts?: number, tdur?: number, pid: number, tid: number, args: any }} TraceEvent */

/**
 * What a page's main thread did from the start of its navigation, ms: what its script took to be compiled and evaluated, and its call
 * until the mark "sent"; all tasks until "sent" and until "handed-on"; the longest task. By the thread's own clock, which stands still
 * while other programs run.
 * @param {TraceEvent[]} events of a trace of Chromium
 */
export function busyOf(events) {
  const mark = (/** @type {string} */ name) => {
    const found = events.find((event) => event.cat.includes("blink.user_timing") && event.name === name);
    if (found === undefined) throw new Error(`the page has no mark ${name}`);
    return found;
  };
  const [first, imported, sent, handedOn] = [mark("begun"), mark("imported"), mark("sent"), mark("handed-on")];
  const begun = sent.ts - sent.args.data.startTime * 1000;
  const tasks = events
    .filter(({ name, ph, pid, tid, ts, dur = 0 }) => name === "RunTask" && ph === "X" && pid === sent.pid && tid === sent.tid && ts + dur > begun)
    .map(({ tts = NaN, tdur = 0 }) => ({ from: tts, to: tts + tdur }));
  if (tasks.length === 0) throw new Error("the trace has no task of the page");
  const until = (/** @type {number} */ end) => tasks.map(({ from, to }) => Math.max(0, Math.min(to, end) - from) / 1000);
  const [sentAt, handedOnAt] = [Number(sent.tts), Number(handedOn.tts)];
  const sum = (/** @type {number[]} */ list) => list.reduce((a, b) => a + b, 0);
  const compiled = events.filter(({ name, pid, tid, ts }) => name === "v8.compileModule" && pid === sent.pid && tid === sent.tid && ts > begun).map(({ tdur = 0 }) => tdur / 1000);
  const between = (/** @type {any} */ a, /** @type {any} */ b) => (b.tts - a.tts) / 1000;
  return { imported: sum(compiled) + between(first, imported), call: between(imported, sent), sent: sum(until(sentAt)), handedOn: sum(until(handedOnAt)), longest: Math.max(...until(handedOnAt)) };
}
