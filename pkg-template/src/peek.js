// @ts-check
import { listen, unlisten } from "./abort.js";
import { tell } from "./core.js";
import { abort } from "./wait.js";

/**
 * Tells the core the front of the body of the answer in hand, as much and for as long as it asked for. It is read off a copy:
 * the caller's response stays unread.
 * @param {import("./run.js").Run} run
 * @returns {Promise<number>} what to do next
 */
export async function peek(run) {
  const { engine, id, clock, signal } = run;
  const response = /** @type {Response} */ (run.response);
  const text = await front(run, response, engine.number(id, 2) * 1024, engine.number(id, 0));
  if (signal?.aborted) {
    response.body?.cancel().catch(() => {});
    return tell(run, tell.ABORT);
  }
  return engine.body(id, text, clock.host.now(), clock.monotonic(), clock.host.random());
}

/**
 * @param {import("./run.js").Run} run
 * @param {Response} response
 * @param {number} bytes
 * @param {number} within ms
 */
async function front(run, response, bytes, within) {
  const { signal, clock } = run;
  let text = "";
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  let reader;
  /** @type {unknown} */
  let timer;
  try {
    // A mock's response may have no body to read, or one that was read already.
    reader = response.clone().body?.getReader();
    if (reader === undefined) return text;
    const late = new Promise((resolve) => (run.resume = resolve));
    timer = clock.host.setTimeout(() => abort(run), within);
    if (signal?.aborted) abort(run);
    else if (signal) listen(signal, run);
    const decoder = new TextDecoder();
    while (bytes > 0) {
      const step = await Promise.race([reader.read(), late]);
      if (step === undefined || step.done) break;
      text += decoder.decode(step.value.subarray(0, bytes), { stream: true });
      bytes -= step.value.length;
    }
  } catch {
    // A body that breaks off is judged as far as it came.
  } finally {
    clock.host.clearTimeout(timer);
    if (signal) unlisten(signal, run);
    run.resume = undefined;
    // Not awaited: the cancel of one half settles only when the caller's own half is read or cancelled.
    reader?.cancel().catch(() => {});
  }
  return text;
}
