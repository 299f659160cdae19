// @ts-check
// Runs one of vectors.json's vectors through any fetch that keeps a policy, against answers that are played for it.

/**
 * All times are ms. Calls are made one after the other, or `atOnce`. Answers are given in the order of the sends; where there
 * are no more, the send is one too many. The body of one that tells none never ends.
 * @typedef {object} Vector
 * @property {string} name
 * @property {"pace" | "retry" | "abort"} topic
 * @property {any} options the policy's
 * @property {string} method
 * @property {string} [body] it is to arrive whole with each send
 * @property {number} [calls] 1 where it is not said
 * @property {boolean} [atOnce]
 * @property {number} [abortAt] from the last of the sends that are expected; the signal is that of every call
 * @property {Answer[]} answers
 * @property {Expected} expect
 *
 * @typedef {{ status: number, headers?: Record<string, string>, body?: string, delay?: number } | { error: "network", delay?: number } | { hang: true }} Answer
 *
 * @typedef {object} Expected
 * @property {number} sends
 * @property {number} [status] every call's
 * @property {string} [rejects] or how every call is rejected
 * @property {(number | string)[]} [ends] or how each one ends
 * @property {string} [body] what every call's response still holds
 * @property {number[]} [minGaps] between each send and the next
 * @property {number} [minTotal] from the start to the end of the last call
 * @property {number} [maxTotal] but for `LATE`
 * @property {true} [promptly] the last call ends within a few turns of the event loop after the abort
 *
 * Rejections: "network" is with the host's own error, "reason" with the signal's own reason, else with an error of that name.
 */

// A clock that is read in whole milliseconds is up to this much behind.
const FLOOR = 1;
// A busy machine is late by this at most. What is planned too late by less is found on the core's simulated clock.
const LATE = 10_000;
// Turns of the event loop in which a call that is aborted settles: counted, since how long they take hangs on the machine.
const TURNS = 4;
// Nothing may be sent in this time after an aborted call has settled.
const QUIET = 400;
const URL = "https://vectors.example/items";

/**
 * @param {Vector} vector
 * @param {(input: string, init: RequestInit) => Promise<Response>} fetch with `vector.options`, and with state that no other vector has touched
 * @returns {Promise<string[]>} what is wrong, in words; empty where all is as expected
 */
export async function run(vector, fetch) {
  const host = globalThis.fetch;
  const stage = play(vector.answers, vector.expect.sends);
  globalThis.fetch = /** @type {any} */ (stage.fetch);
  try {
    return await judge(vector, fetch, stage);
  } finally {
    globalThis.fetch = host;
  }
}

/**
 * @param {Vector} vector
 * @param {(input: string, init: RequestInit) => Promise<Response>} fetch
 * @param {ReturnType<typeof play>} stage
 */
async function judge({ method, body, calls = 1, atOnce, abortAt, expect }, fetch, stage) {
  /** @type {string[]} */
  const wrong = [];
  /** @param {boolean} holds @param {string} what */
  const check = (holds, what) => void (holds || wrong.push(what));
  const controller = new AbortController();
  const reason = { left: "the page" };
  let abortedAt = Infinity;
  const start = performance.now();
  let [ended, turns] = [false, 0];
  const count = () => void (ended || turns++ > TURNS || setTimeout(count));
  const abort = () => {
    abortedAt = performance.now();
    controller.abort(reason);
    setTimeout(count);
  };
  if (abortAt !== undefined) {
    const last = Promise.race([stage.last, new Promise((resolve) => setTimeout(resolve, LATE))]);
    void last.then(() => setTimeout(abort, abortAt));
  }

  /** @returns {Promise<{ response?: Response, error?: any, endedAt: number }>} */
  const call = async () => {
    try {
      return { response: await fetch(URL, { method, body, signal: controller.signal }), endedAt: performance.now() };
    } catch (error) {
      return { error, endedAt: performance.now() };
    }
  };
  const ends = [];
  if (atOnce) ends.push(...(await Promise.all(Array.from({ length: calls }, call))));
  else for (let index = 0; index < calls; index++) ends.push(await call());
  ended = true;
  const endedAt = Math.max(...ends.map((end) => end.endedAt));
  if (abortAt !== undefined) await new Promise((resolve) => setTimeout(resolve, QUIET));

  const { sends, errors, cancelled, answered } = stage;
  check(sends.length === expect.sends, `sent ${sends.length} times, not ${expect.sends}`);
  for (const send of sends) {
    check(send.method === method, `sent by ${send.method}, not ${method}`);
    check(send.body === (body ?? ""), `the body ${JSON.stringify(send.body)} was sent, not ${JSON.stringify(body)}`);
    check(send.at <= abortedAt, `sent ${send.at - abortedAt} ms after the abort`);
  }
  for (const [index, { response, error }] of ends.entries()) {
    const end = expect.ends?.[index] ?? expect.status ?? expect.rejects;
    const holds =
      typeof end === "number" ? response?.status === end
      : end === "network" ? error !== undefined && errors.includes(error)
      : end === "reason" ? error === reason
      : error?.name === end;
    check(holds, `call ${index + 1} ended in ${response?.status ?? error}, not in ${end}`);
  }
  const kept = ends.filter((end) => stage.isEndless(end.response)).length;
  if (expect.body !== undefined) {
    for (const { response } of ends) {
      const left = response?.bodyUsed ? "a body that was read" : await response?.text();
      check(left === expect.body, `the caller found ${left}`);
    }
  }
  check(cancelled() === answered() - kept, `${cancelled()} bodies were cancelled of ${answered()} answers, of which ${kept} were kept`);
  // The clock is read before the send that the gap is measured from, which on a busy machine takes a few ms.
  for (const [index, gap] of (expect.minGaps ?? []).entries()) {
    const measured = sends[index + 1]?.at - sends[index]?.at;
    check(measured >= 0.8 * gap - FLOOR, `${measured} ms between send ${index + 1} and the next, not ${gap}`);
  }
  const total = endedAt - start;
  check(total >= (expect.minTotal ?? 0) - FLOOR, `took ${total} ms, less than ${expect.minTotal}`);
  check(total <= (expect.maxTotal ?? Infinity) + LATE, `took ${total} ms, far more than ${expect.maxTotal}`);
  check(!expect.promptly || turns <= TURNS, `settled ${endedAt - abortedAt} ms after the abort`);
  return wrong;
}

/**
 * A fetch that gives these answers.
 * @param {Answer[]} answers
 * @param {number} expected sends; `last` resolves with the last of them
 */
function play(answers, expected) {
  const script = [...answers];
  /** @type {{ at: number, method: string, body: string | undefined }[]} */
  const sends = [];
  /** @type {unknown[]} */
  const errors = [];
  /** @type {WeakSet<Response>} */
  const endless = new WeakSet();
  let cancelled = 0;
  let answered = 0;
  let reached = () => {};
  /** @type {Promise<void>} */
  const last = new Promise((resolve) => (reached = resolve));

  /** @param {Answer} answer */
  const settle = (answer) => {
    if ("error" in answer) {
      const error = new TypeError("Failed to fetch");
      errors.push(error);
      throw error;
    }
    if ("hang" in answer) return undefined;
    if (answer.body !== undefined) return new Response(answer.body, { status: answer.status, headers: answer.headers });
    answered++;
    // Never ends, so that who lets go of it must cancel it.
    const body = new ReadableStream({
      cancel() {
        cancelled++;
      },
    });
    const response = new Response(body, { status: answer.status, headers: answer.headers });
    endless.add(response);
    return response;
  };

  /** @param {any} input @param {any} init */
  const fetch = (input, init) => {
    const signal = init?.signal ?? input.signal;
    const request = new Request(input, init);
    /** @type {typeof sends[number]} */
    const send = { at: performance.now(), method: request.method, body: undefined };
    sends.push(send);
    if (sends.length === expected) reached();
    const answer = script.shift() ?? { status: 200 };
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return void reject(signal.reason);
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      const give = async () => {
        send.body = await request.text();
        if ("delay" in answer) await new Promise((later) => setTimeout(later, answer.delay));
        if (!("hang" in answer)) resolve(settle(answer));
      };
      give().catch(reject);
    });
  };
  return { fetch, last, sends, errors, cancelled: () => cancelled, answered: () => answered, isEndless: (/** @type {Response | undefined} */ response) => response !== undefined && endless.has(response) };
}
