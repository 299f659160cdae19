// @ts-check
/**
 * Shows attempts and waits in the browser's performance panel, as User Timing measures with a track of their own
 * (https://developer.chrome.com/docs/devtools/performance/extension).
 *
 * A page buffers measures for ever, so each is cleared as soon as it is made: a recording panel and a
 * `PerformanceObserver` have seen it by then, and a page that lives for months keeps nothing.
 */
import { shownUrl } from "./request.js";

/** @typedef {import("./run.js").Run} Run */

/**
 * @param {Run} run
 * @param {number} number of the send
 * @param {number} ms how long it took
 */
export function measureAttempt(run, number, ms) {
  const { response, record } = run;
  const outcome = response === undefined ? ["error", record.attempts[number - 1]?.error] : ["status", `${response.status}`];
  measure(run, ms, `attempt ${number}`, response?.ok ? "primary" : "error", outcome);
}

/**
 * @param {Run} run
 * @param {number} ms
 */
export function measureWait(run, ms) {
  measure(run, ms, `wait ${run.why?.reason}`, "secondary-light", ["before attempt", `${run.attempt + 1}`]);
}

/**
 * @param {Run} run
 * @param {number} ms
 * @param {string} what
 * @param {string} color
 * @param {(string | undefined)[]} property
 */
function measure({ call, origin, href, method }, ms, what, color, property) {
  try {
    const name = `fetch-with-policy ${method} ${shownUrl(href)} ${what}`;
    const end = performance.now();
    const devtools = { dataType: "track-entry", track: origin, trackGroup: "fetch-with-policy", color, properties: [["call", `${call}`], property] };
    performance.measure(name, { start: Math.max(0, end - ms), end, detail: { devtools } });
    performance.clearMeasures(name);
  } catch {
    // A host without measures, or one that patched them badly, makes its calls all the same.
  }
}
