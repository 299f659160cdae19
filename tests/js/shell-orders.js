// Random orders of what may happen to a page's calls before, while and after its core is loaded, and what must hold in each.
import { fakeGlobals, manual } from "./fresh-shell.js";
import { chance } from "./turns.js";

const ORIGINS = ["https://a.example", "https://b.example"];
const text = (status, body, headers) => () => new Response(status === 204 ? null : body, { status, headers });

/** What the server returns. */
const RESPONSES = {
  fine: text(200, "fine"),
  empty: text(204),
  quota: text(200, "fine", { "ratelimit-limit": "10", "ratelimit-remaining": "7", "ratelimit-reset": "30" }),
  slow: text(429, "slow down", { "retry-after": "2" }),
  refused: text(429, '{"error":"rate limit exceeded"}', { "content-type": "application/json" }),
  down: text(503, "down"),
  missing: text(404, "missing"),
  forbidden: text(403, '{"message":"API rate limit exceeded"}', { "content-type": "application/json" }),
  broken: () => new TypeError("fetch failed"),
};
const OPTIONS = [
  {},
  {},
  {},
  { rateLimit: { maxConcurrent: 3 } },
  { rateLimit: { probe: 2 } },
  { rateLimit: { quotas: [{ limit: 4, window: 1000 }] } },
  { rateLimit: false },
  { retry: false },
  { timeout: { attempt: 400 } },
  { timeout: { total: 3000 } },
  { retry: { decide: () => undefined } },
  { idempotencyKey: () => "key" },
  { idempotencyKey: "auto" },
  { prepare: () => ({ "x-trace": "1" }) },
  { prepare: async (_, attempt) => ({ authorization: `Bearer ${attempt}` }) },
  { throwHttpErrors: true },
  { unavailable: "throw" },
  { circuitBreaker: { minimumCalls: 3, openFor: 500 } },
  { hedge: { delay: 100 } },
];
const CALLS = [undefined, undefined, undefined, undefined, { priority: 2 }, { timeout: { attempt: 300 } }, { retry: false }, { hedge: { delay: 50 } }, { throwHttpErrors: true }];
const INPUTS = ["text", "text", "text", "post", "put", "request", "request-body", "keepalive"];
const KINDS = [
  [0.4, "call"],
  [0.72, "respond"],
  [0.8, "abort"],
  [0.88, "arrive"],
  [0.93, "fail"],
  [0.96, "hide"],
  [1, "look"],
];

/** Steps as [ms since the last one, what, ...]. */
export function scriptOf(next) {
  const pick = (list) => list[Math.floor(next() * list.length)];
  const steps = [];
  for (let left = 5 + Math.floor(next() * 25); left > 0; left--) {
    const kind = next();
    const [, what] = KINDS.find(([share]) => kind < share);
    const ms = next() < 0.05 ? 12_000 : Math.floor(next() * 250);
    if (what === "call") steps.push([ms, what, { origin: pick(ORIGINS), input: pick(INPUTS), signal: next() < 0.4, call: pick(CALLS), reads: next() < 0.5 }]);
    else if (what === "respond") steps.push([ms, what, next(), next() < 0.5 ? "fine" : pick(Object.keys(RESPONSES))]);
    else if (what === "hide") steps.push([ms, what, pick([500, 3000, 20_000])]);
    else if (what === "fail") steps.push([ms, what, next() < 0.5]);
    else steps.push([ms, what, next()]);
  }
  return { options: pick(OPTIONS), steps, comes: next() < 0.75 };
}

/** The arguments of a call by its kind. */
function argsOf(url, kind, signal) {
  const init = signal && { signal };
  if (kind === "post") return [url, { method: "POST", body: "sent", ...init }];
  if (kind === "put") return [url, { method: "PUT", body: "sent", ...init }];
  if (kind === "request") return [new Request(url, init)];
  if (kind === "request-body") return [new Request(url, { method: "PUT", body: "sent", ...init })];
  if (kind === "keepalive") return [url, { keepalive: true, ...init }];
  return init ? [url, init] : [url];
}

/**
 * Plays a script against a shell whose core comes and fails by `core`; `met` counts what was met.
 * @returns {Promise<string[]>} what does not hold
 */
export async function playOrder({ options, steps, comes }, shell, core, seed, met) {
  const { clock, restore } = fakeGlobals(chance(seed));
  const warn = console.warn;
  let warnings = 0;
  console.warn = () => void warnings++;
  const count = (what) => (met[what] = (met[what] ?? 0) + 1);
  const { sends, fetch } = manual();
  globalThis.fetch = (...args) => {
    const promise = fetch(...args);
    const send = sends.at(-1);
    send.url = args[0].url ?? String(args[0]);
    if (calls.find(({ url }) => url === send.url).ends > 0) faults.push(`${send.url}: sent after its end`);
    send.init?.signal?.addEventListener("abort", () => (send.isDone = true));
    args[0].signal?.addEventListener("abort", () => ((send.isDone = true), send.reject(args[0].signal.reason)));
    return promise;
  };
  const events = [];
  const calls = [];
  const faults = [];
  const { rest } = shell;
  try {
    const policy = shell.createPolicy({ ...options, onEvent: (event) => events.push(event) });
    const respond = async (send, kind) => {
      send.isDone = true;
      send.result = RESPONSES[kind]();
      if (send.result instanceof Response) {
        send.text = await send.result.clone().text();
        send.resolve(send.result);
      } else send.reject(send.result);
      await rest();
      if (kind === "fine" && !options.retry?.decide && calls.find(({ url }) => url === send.url).ends === 0) faults.push(`${send.url}: a good response is held`);
    };
    const begin = ({ origin, input, signal, call: own, reads }) => {
      const controller = signal ? new AbortController() : undefined;
      const url = `${origin}/${calls.length}`;
      const call = { url, controller, own, ends: 0, result: undefined, isError: false, text: undefined, reason: undefined };
      calls.push(call);
      policy.fetch(...argsWithCall(argsOf(url, input, controller?.signal), own)).then(
        async (response) => {
          [call.ends, call.result] = [call.ends + 1, response];
          if (reads) call.text = await response.text().catch((error) => `${error}`);
        },
        (error) => ([call.ends, call.result, call.isError] = [call.ends + 1, error, true]),
      );
    };
    for (const [ms, what, which, how] of steps) {
      await clock.pass(ms, 0, rest);
      if (what === "call") begin(which);
      else if (what === "respond") {
        const open = sends.filter((send) => !send.isDone);
        const send = open[Math.floor(which * open.length)];
        if (send) await respond(send, how);
      } else if (what === "abort") {
        const open = calls.filter(({ controller, reason }) => controller && !reason);
        const call = open[Math.floor(which * open.length)];
        if (call) call.controller.abort((call.reason = new DOMException("by the caller", "AbortError")));
      } else if (what === "hide") (await clock.pass(which, which, rest), count("hidden"));
      else if (what === "look") which < 0.5 ? policy.quotas() : policy.snapshot();
      else core[what](which);
      await rest();
    }
    if (comes) core.arrive();
    else core.fail(true);
    await rest();
    for (let turn = 0; turn < 200 && (turn < 3 || calls.some(({ ends }) => ends === 0)); turn++) {
      for (const send of sends.filter(({ isDone }) => !isDone)) await respond(send, "fine");
      await clock.pass(turn < 20 ? 1000 : 30_000, 0, rest);
    }
    const isLoaded = await shell.initPolicy();
    await rest();
    if (comes && !isLoaded) faults.push("the core is not loaded");
    for (const call of calls) await check(call);
    if (isLoaded) for (const { scope, inFlight, waiting } of policy.quotas()) if (inFlight !== 0 || waiting !== 0) faults.push(`${scope}: ${inFlight} in flight, ${waiting} waiting`);
    if (warnings > 1) faults.push(`${warnings} warnings`);
    const degraded = events.filter(({ type }) => type === "degraded").length;
    if (degraded > 1) faults.push(`${degraded} events "degraded"`);
    if (degraded > 0) count("degraded");
    if (shell.loads > 0 && isLoaded) count("adopted");
    // Whatever has happened, new calls are sent, too.
    const before = sends.length;
    for (const origin of ORIGINS) begin({ origin, input: "text" });
    for (let turn = 0; turn < 10; turn++) {
      await clock.pass(20_000, 0, rest);
      for (const send of sends.filter(({ isDone }) => !isDone)) await respond(send, "fine");
    }
    if (sends.length < before + ORIGINS.length && options.unavailable !== "throw") faults.push("a call that begins after the end is not sent");
    if (clock.timers.size > 0) faults.push(`${clock.timers.size} timers are left`);
    return faults;
  } finally {
    restore();
    console.warn = warn;
  }

  /** What must hold of a call once it is over. */
  async function check({ url, own, ends, result, isError, text, reason }) {
    const fault = (what) => faults.push(`${url}: ${what}`);
    if (ends !== 1) return void fault(`settled ${ends} times`);
    const mine = sends.filter((send) => send.url === url);
    const record = shell.callRecord(result);
    const name = isError ? result.name : "";
    count(isError ? "error" : "response");
    if (isError) count(name);
    if (mine.length > 1) count("retried");
    const isHedged = options.hedge || own?.hedge;
    // The right thing: the last send's own.
    if (isError) {
      const isOwn = mine.some((send) => send.result === result || (name === "HttpError" && send.result === result.response));
      const isTold = ["TimeoutError", "RateLimitError", "CircuitOpenError"].includes(name) || (name === "PolicyError" && result.code === "wasm-unavailable" && options.unavailable === "throw");
      if (!(isOwn || isTold || result === reason)) fault(`ends with ${result?.stack}`);
      if (reason === undefined && name === "AbortError") fault("AbortError without an abort");
    } else {
      const send = mine.find((send) => send.result === result);
      if (send === undefined) fault("resolves with a response that is not the server's");
      else if (send !== mine.at(-1) && !isHedged) fault("resolves with an older response");
      else if ((text ??= await result.text()) !== send.text) fault(`body ${text} instead of ${send.text}`);
      if (text !== undefined) count("read");
    }
    if (record === undefined) return void fault("no record");
    const list = events.filter((event) => event.call === record.call);
    const types = list.map(({ type }) => type);
    const all = (type) => list.filter((event) => event.type === type);
    const tell = `record ${JSON.stringify(record)}, events ${types}`;
    if (record.attempts.length !== mine.length) fault(`${mine.length} sends: ${tell}`);
    if (all("attempt").length !== mine.length) fault(`${mine.length} sends, ${all("attempt").length} events: ${tell}`);
    if (!isHedged) {
      const ended = list.filter(({ type }) => type === "response" || type === "failure");
      if (ended.length !== mine.length) fault(`${mine.length} sends, ${ended.length} ends: ${tell}`);
      mine.forEach((send, n) => {
        const status = send.result instanceof Response ? send.result.status : undefined;
        if (status !== undefined && reason === undefined && name !== "TimeoutError" && (record.attempts[n]?.status !== status || ended[n]?.status !== status)) fault(`send ${n} ended with ${status}: ${tell}`);
      });
      all("attempt").forEach(({ attempt }, n) => attempt === n + 1 || fault(`attempt ${attempt} is number ${n + 1}: ${tell}`));
    }
    const times = list.map(({ at }) => at);
    if (times.some((at, n) => at < times[n - 1])) fault(`events out of order: ${JSON.stringify(list)}`);
    const gaveUp = all("give-up");
    if (gaveUp.length !== (record.gaveUp === undefined ? 0 : 1)) fault(`gave up ${record.gaveUp}: ${tell}`);
    else if (gaveUp.length > 0 && (gaveUp[0].reason !== record.gaveUp || types.at(-1) !== "give-up")) fault(`gave up ${record.gaveUp}, reported ${JSON.stringify(gaveUp)}: ${tell}`);
    if (record.gaveUp === undefined && (isError || result.status >= 400)) fault(`no reason: ${tell}`);
    if (JSON.stringify(list).includes("undefined")) fault("undefined in an event");
  }
}

const argsWithCall = (args, call) => (call === undefined ? args : [args[0], args[1], call]);
