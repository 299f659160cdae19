// @ts-check

/**
 * What a page may read of a response from another origin that exposes nothing (Fetch standard, CORS-safelisted
 * response-header names).
 */
const SAFELISTED = new Set(["cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"]);

/**
 * @typedef {object} NetworkOptions
 * @property {[number, number]} [latency] least and most of a round trip, ms, drawn evenly. Default: [5, 30]
 * @property {boolean} [hidden] responses are from another origin that exposes no header. Default: false
 *
 * @typedef {object} Time
 * @property {number} now epoch ms
 * @property {(at: number, callback: () => void) => any} plan
 * @property {(timer: any) => void} clear
 */

/**
 * A `fetch` whose requests reach `server` over a network that takes its time: a round trip is drawn, and of it the way
 * there is a quarter up to three quarters, so that requests overtake one another both ways.
 * @param {Time} clock
 * @param {{ answer(t: number, request?: any): import("./server.js").Answer | Promise<import("./server.js").Answer> }} server
 * @param {() => number} random
 * @param {NetworkOptions} [options]
 * @returns {(input: string | URL | Request, init?: RequestInit) => Promise<Response>}
 */
export function createFetch(clock, server, random, { latency: [least, most] = [5, 30], hidden = false } = {}) {
  return (input, init) =>
    new Promise((resolve, reject) => {
      const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined);
      const fail = () => {
        clock.clear(leg);
        signal?.removeEventListener("abort", fail);
        reject(signal?.reason);
      };
      const whole = least + (most - least) * random();
      const there = whole * (0.25 + 0.5 * random());
      const back = (/** @type {import("./server.js").Answer} */ answer) => {
        if (answer.lost === "hang" || signal?.aborted) return;
        leg = clock.plan(clock.now + whole - there, () => {
          signal?.removeEventListener("abort", fail);
          if (answer.lost === "network") reject(refusal());
          else resolve(responseOf(answer, urlOf(input), hidden));
        });
      };
      let leg = clock.plan(clock.now + there, () => {
        const answer = server.answer(clock.now, input);
        if ("then" in answer) answer.then(back, reject);
        else back(answer);
      });
      if (signal?.aborted) fail();
      else signal?.addEventListener("abort", fail);
    });
}

// As undici rejects where nobody listens.
function refusal() {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  return new TypeError("fetch failed", { cause });
}

/**
 * @param {import("./server.js").Answer} answer
 * @param {string} url
 * @param {boolean} hidden
 */
function responseOf({ status, headers, body }, url, hidden) {
  const readable = hidden ? Object.entries(headers).filter(([name]) => SAFELISTED.has(name.toLowerCase())) : Object.entries(headers);
  const isText = typeof body === "string";
  const response = new Response(isText ? streamOf(body) : body, { status, headers: readable });
  // As of a body that is text.
  if (isText && !response.headers.has("content-type")) response.headers.set("content-type", "text/plain;charset=UTF-8");
  // A Response that a program makes is of type "default" and has no URL; only the host's own tell them.
  Object.defineProperties(response, { type: { value: hidden ? "cors" : "basic" }, url: { value: url } });
  return response;
}

/**
 * A body that is read in microtasks: Chromium reads one of text in turns of its event loop, in which the virtual clock goes on.
 * @param {string} text
 */
function streamOf(text) {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      controller.close();
    },
  });
}

/** @param {string | URL | Request} input */
function urlOf(input) {
  return input instanceof Request ? input.url : String(input);
}
