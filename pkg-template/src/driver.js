// @ts-check
import { core, nudges } from "#policy";
import { createClock } from "./clock.js";
import { HttpError, PolicyError, RateLimitError } from "./errors.js";
import { globals, hostFetch, mark } from "./host.js";
import { apply, hooksOf } from "./options.js";
import { keep, label } from "./record.js";
import { describe, freeze, isReplayable, isRequest, lines, methodOf, pick, urlOf, viewOf, withHeaders } from "./request.js";
import { sleep } from "./sleep.js";

// What the core says to do.
const SEND = 0;
const WAIT = 1;
const RESOLVE = 2;
const REJECT = 3;
const ASK = 4;

/**
 * A policy's inside. `shared` is its state, one for all that are extended from it.
 * @typedef {object} Inside
 * @property {any} plan
 * @property {import("./options.js").Hooks} hooks
 * @property {Shared} shared
 * @property {import("./clock.js").Clock} clock
 *
 * @typedef {object} Shared
 * @property {any} engine
 * @property {Map<number, () => void>} sleepers
 * @property {number} calls
 */

/** @type {WeakMap<object, Inside | null>} */
const insides = new WeakMap();

/** @type {Set<string> | undefined} */
let requestNames;
/** @type {RegExp | undefined} */
let responseNames;
/** @type {Map<string, boolean>} */
const seen = new Map();

/** @param {string} name */
function isWanted(name) {
  let known = seen.get(name);
  if (known === undefined) {
    responseNames ??= new RegExp(core().response_headers());
    known = responseNames.test(name);
    // Names come from servers: what is remembered of them is bounded.
    if (seen.size < 500) seen.set(name, known);
  }
  return known;
}

function load() {
  try {
    return core();
  } catch (cause) {
    throw new PolicyError(
      "wasm-unavailable",
      "WebAssembly cannot be compiled here. In a page, add 'wasm-unsafe-eval' to script-src of the Content-Security-Policy, " +
        'or let calls through unmanaged with unavailable: "bypass"',
      { cause },
    );
  }
}

/**
 * A policy over `base`'s state, or over a new one.
 * @param {any} options
 * @param {Inside | null} [base]
 */
export function makePolicy(options, base) {
  /** @type {Inside | null} */
  let inside = null;
  try {
    inside = makeInside(options, base);
  } catch (error) {
    if (options?.unavailable !== "bypass" || /** @type {any} */ (error)?.code !== "wasm-unavailable") throw error;
  }
  const policy = {
    /** @type {any} */
    fetch: mark(
      /** @param {any} input @param {any} [init] @param {any} [call] */
      function fetch(input, init = undefined, call = undefined) {
        return run(inside, arguments.length > 1 ? [input, init] : [input], call);
      },
    ),
    quotas: () => (inside === null ? [] : JSON.parse(inside.shared.engine.quotas(inside.clock.host.now(), inside.clock.monotonic()))),
    /** @param {any} more */
    extend: (more) => makePolicy(more, inside),
  };
  insides.set(policy, inside);
  return policy;
}

/**
 * @param {any} options
 * @param {Inside | null} [base]
 * @returns {Inside}
 */
function makeInside(options, base) {
  const { Engine, Plan } = load();
  const plan = base ? base.plan.fork() : new Plan();
  apply(plan, options ?? {});
  const hooks = hooksOf(base?.hooks ?? {}, options ?? {});
  const clock = base && options?.host === undefined ? base.clock : createClock({ ...globals, ...hooks.host });
  const shared = base?.shared ?? { engine: new Engine(nudges), sleepers: new Map(), calls: 0 };
  return { plan, hooks, shared, clock };
}

/** @param {unknown} policy */
export function isPolicy(policy) {
  return insides.has(/** @type {object} */ (policy));
}

/**
 * Runs one call with options of its own over `policy`'s.
 * @param {object} policy
 * @param {any[]} args
 * @param {any} options
 */
export function runOn(policy, args, options) {
  return run(insides.get(policy) ?? null, args, options);
}

/**
 * @param {Inside | null} inside
 * @param {any[]} args as the caller gave them
 * @param {any} options
 * @returns {Promise<Response>}
 */
function run(inside, args, options) {
  const [input, init] = args;
  const custom = options?.fetch ?? inside?.hooks.fetch;
  /** @param {any[]} given */
  const send = (given) => (custom === undefined ? hostFetch() : custom)(...given);
  const subject = inside === null ? undefined : subjectOf(input, init);
  if (inside === null || subject === undefined) return passOn(send, args);
  return drive(inside, args, options, send, subject.url, subject.method, subject.signal);
}

/**
 * What is asked, or undefined where the policy has no say: an aborted call is the host's to reject, and what fetch
 * cannot send, or sends nowhere (data:, blob:), is the host's to judge.
 * @param {any} input
 * @param {any} init
 */
function subjectOf(input, init) {
  try {
    const request = isRequest(input) ? input : undefined;
    /** @type {AbortSignal | null | undefined} */
    const signal = init?.signal === undefined ? request?.signal : init.signal;
    const url = urlOf(input);
    if (signal?.aborted || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
    return { url, method: methodOf(init?.method ?? request?.method), signal };
  } catch {
    return undefined;
  }
}

/**
 * @param {(args: any[]) => Promise<Response>} send
 * @param {any[]} args
 */
function passOn(send, args) {
  try {
    return send(args);
  } catch (error) {
    return Promise.reject(error);
  }
}

/**
 * @param {Inside} base
 * @param {any[]} args
 * @param {any} options
 * @param {(args: any[]) => Promise<Response>} send
 * @param {URL} url
 * @param {string} method
 * @param {AbortSignal | null | undefined} signal
 * @returns {Promise<Response>}
 */
async function drive(base, args, options, send, url, method, signal) {
  const { clock, shared } = base;
  const { engine, sleepers } = shared;
  const { host } = clock;
  let { plan, hooks } = base;
  if (options !== undefined) {
    plan = plan.fork();
    try {
      apply(plan, options);
      hooks = hooksOf(hooks, options);
    } catch (error) {
      plan.free();
      throw error;
    }
  }
  let [input, init] = args;
  const view = () => viewOf(input, init, url, method);
  requestNames ??= new Set(core().request_headers().split("\n"));
  const body = init?.body;
  const call = engine.start(
    plan,
    method,
    url.origin,
    pick(input, init, requestNames),
    hooks.scope === undefined ? "" : `${hooks.scope(view())}`,
    hooks.body !== undefined || isReplayable(body),
    host.now(),
    clock.monotonic(),
  );
  if (options !== undefined) plan.free();
  /** @type {import("./record.js").CallRecord} */
  const record = { call: ++shared.calls, attempts: [], waited: 0 };
  const emit = emitter(hooks.onEvent, record, url, method, host);

  let attempt = 0;
  /** @type {Response | undefined} */
  let response;
  /** @type {any} */
  let failure;
  let waitedBefore = 0;
  /** @type {string | undefined} */
  let waitReason;
  /** @type {any} */
  let waitQuota;
  /** @type {any} */
  let extra;
  /** @type {Request | undefined} */
  let spare;
  let first = true;

  /** Wakes whom the core says may go now, in its order. */
  const wakeOthers = () => {
    while (sleepers.size > 0) {
      const woken = engine.woken(host.now(), clock.monotonic());
      if (woken < 0) return;
      sleepers.get(woken)?.();
    }
  };

  try {
    let action = engine.begin(call, host.now(), clock.monotonic(), host.random());
    if (hooks.idempotencyKey !== undefined && hooks.idempotencyKey !== false) extra = keyFor(engine, call, hooks.idempotencyKey, view);
    for (;;) {
      if (action === SEND) {
        const timeout = engine.delay();
        attempt++;
        emit?.("attempt", attempt, {});
        /** @type {any[]} */
        let given = args;
        let last = attempt === 1 ? undefined : { status: response?.status, error: failure };
        if (attempt === 1) {
          if (isRequest(input) && input.body !== null && body === undefined && engine.may_repeat(call)) spare = input.clone();
        } else if (spare !== undefined) {
          given = [spare, init];
          spare = spare.clone();
        } else {
          given = [input, init];
        }
        if (hooks.body !== undefined) {
          const made = hooks.body();
          given = [given[0], { ...given[1], body: made instanceof Promise ? await made : made }];
        }
        if (hooks.prepare !== undefined) {
          const made = hooks.prepare(view(), attempt, last);
          const headers = made instanceof Promise ? await made : made;
          if (headers !== undefined) given = [given[0], withHeaders(given[0], given[1], headers)];
        }
        if (extra !== undefined) given = [given[0], withHeaders(given[0], given[1], extra)];
        const limit = timeout > 0 ? deadline(clock, timeout, signal) : undefined;
        if (limit !== undefined) given = [given[0], { ...given[1], signal: limit.signal }];
        const startedAt = host.now();
        const promise = send(given);
        if (first) {
          // Sent in the caller's own turn, with the caller's own objects; from here on they are the caller's to change.
          first = false;
          if (engine.may_repeat(call)) init = freeze(init);
        }
        response = failure = undefined;
        let code;
        try {
          response = await promise;
          code = engine.respond(call, response.status, lines(response.headers, isWanted), host.now(), clock.monotonic(), host.random());
        } catch (error) {
          failure = limit?.expired() ? limit.reason : error;
          if (signal?.aborted && !limit?.expired()) {
            code = engine.abort(call, host.now(), clock.monotonic());
          } else {
            const { name, message, code: errorCode } = limit?.expired() ? { name: "TimeoutError", message: "", code: "" } : describe(error);
            code = engine.fail(call, name, message, errorCode, host.now(), clock.monotonic(), host.random());
          }
        } finally {
          limit?.end();
        }
        action = code;
        record.attempts.push({
          startedAt,
          endedAt: host.now(),
          ...(response === undefined ? { error: label(describe(failure)) } : { status: response.status }),
          waitedBefore,
          ...(waitReason === undefined ? undefined : { waitReason }),
          ...(waitQuota === undefined ? undefined : { quota: waitQuota }),
        });
        waitedBefore = 0;
        waitReason = waitQuota = undefined;
        if (emit !== undefined) {
          if (response !== undefined) emit("response", attempt, { status: response.status, quotas: JSON.parse(engine.told(call, host.now())) });
          else emit("failure", attempt, { error: failure });
        }
      } else if (action === ASK) {
        const decision = engine.flag();
        const delay = engine.delay();
        const said = await hooks.decide?.({ attempt, request: view(), response, error: failure, delay, decision });
        action = engine.decided(call, said === undefined ? -1 : said ? 1 : 0, host.now(), clock.monotonic(), host.random());
      } else if (action === WAIT) {
        const delay = engine.delay();
        waitReason = engine.reason();
        const quota = engine.quota(call, host.now(), clock.monotonic());
        waitQuota = quota === "" ? undefined : shareQuota(quota);
        emit?.("wait", attempt + 1, { reason: waitReason, delay, until: host.now() + delay, ...(waitQuota === undefined ? undefined : { quota: waitQuota }) });
        response?.body?.cancel().catch(() => {});
        if (first) {
          // Nothing is sent in this turn: what the caller does with its objects after it must not reach the send.
          first = false;
          init = freeze(init);
          if (args.length > 1) args = [input, init];
        }
        wakeOthers();
        const since = clock.monotonic();
        if (!signal?.aborted) await sleep(clock, delay, signal, (wake) => sleepers.set(call, wake));
        sleepers.delete(call);
        const waited = Math.max(0, clock.monotonic() - since);
        waitedBefore += waited;
        record.waited += waited;
        action = signal?.aborted ? engine.abort(call, host.now(), clock.monotonic()) : engine.elapse(call, host.now(), clock.monotonic(), host.random());
      } else if (action === RESOLVE || action === REJECT) {
        const reason = engine.reason();
        const retryAt = engine.retry_at();
        if (reason !== "") record.gaveUp = reason;
        if (retryAt !== 0) record.retryAt = retryAt;
        const throws = engine.flag();
        if (reason !== "") emit?.("give-up", attempt, { reason, ...(retryAt === 0 ? undefined : { retryAt }) });
        if (action === RESOLVE && response !== undefined) {
          keep(response, record);
          if (throws) throw await httpError(response, record, url, method);
          return response;
        }
        const error = action === RESOLVE ? failure : rejection(reason, retryAt, record, url, method, signal, failure, engine, call, clock);
        keep(error, record);
        throw error;
      } else {
        throw new PolicyError("internal", `${method} ${url.origin}: the core refused an event`, { record });
      }
      wakeOthers();
    }
  } finally {
    engine.end(call);
    wakeOthers();
  }
}

/**
 * @param {string} reason
 * @param {number} retryAt
 * @param {import("./record.js").CallRecord} record
 * @param {URL} url
 * @param {string} method
 * @param {AbortSignal | null | undefined} signal
 * @param {any} failure
 * @param {any} engine
 * @param {number} call
 * @param {import("./clock.js").Clock} clock
 */
function rejection(reason, retryAt, record, url, method, signal, failure, engine, call, clock) {
  if (signal?.aborted) return failure ?? signal.reason;
  if (reason === "deadline") {
    return failure?.name === "TimeoutError" ? failure : timeoutError(`${method} ${url.origin}: the deadline for the whole call`);
  }
  const quota = record.attempts.length === 0 ? lastQuota(engine, clock, url) : undefined;
  const message = `${method} ${url.origin}: not sent, ${reason === "queue-full" ? "too many calls wait for the quota" : "the wait for the quota is too long"}`;
  return new RateLimitError(reason, message, { retryAt, quota, record });
}

/**
 * @param {any} engine
 * @param {import("./clock.js").Clock} clock
 * @param {URL} url
 */
function lastQuota(engine, clock, url) {
  /** @type {any[]} */
  const states = JSON.parse(engine.quotas(clock.host.now(), clock.monotonic()));
  return states.find((state) => state.scope.startsWith(url.origin) && state.remaining === 0);
}

/**
 * @param {Response} response
 * @param {import("./record.js").CallRecord} record
 * @param {URL} url
 * @param {string} method
 */
async function httpError(response, record, url, method) {
  const { explainResponse } = await import("./explain.js");
  const explanation = await explainResponse(response, { method, url: url.href });
  const error = new HttpError(`${method} ${url.origin}: status ${response.status}`, { response, explanation, record });
  keep(error, record);
  return error;
}

/**
 * The header that makes the call safe to repeat, if the caller wants one and the core agrees.
 * @param {any} engine
 * @param {number} call
 * @param {any} option
 * @param {() => any} view
 */
function keyFor(engine, call, option, view) {
  const key = typeof option === "function" ? option(view()) : engine.wants_key(call) ? crypto.randomUUID() : undefined;
  if (key === undefined) return undefined;
  engine.set_keyed(call);
  return [[core().idempotency_header(), `${key}`]];
}

/** @param {string} what */
function timeoutError(what) {
  return new DOMException(`${what} has passed`, "TimeoutError");
}

/**
 * A signal that also fires after `ms`, until `end` is called. What was joined stays joined: the caller's abort must reach
 * the body too.
 * @param {import("./clock.js").Clock} clock
 * @param {number} ms
 * @param {AbortSignal | null | undefined} signal
 */
function deadline(clock, ms, signal) {
  const controller = new AbortController();
  const reason = timeoutError("the time for one attempt");
  const timer = clock.host.setTimeout(() => controller.abort(reason), Math.min(ms, 2 ** 31 - 1));
  return {
    signal: signal ? join(signal, controller) : controller.signal,
    reason,
    expired: () => controller.signal.reason === reason,
    end: () => clock.host.clearTimeout(timer),
  };
}

/**
 * @param {AbortSignal} signal
 * @param {AbortController} controller
 */
function join(signal, controller) {
  if (typeof AbortSignal.any === "function") return AbortSignal.any([signal, controller.signal]);
  signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller.signal;
}

/** @type {{ text: string, quota: any }} */
let lastShared = { text: "", quota: undefined };

/**
 * Thousands wait for the same quota: they share one object.
 * @param {string} text
 */
function shareQuota(text) {
  if (lastShared.text !== text) lastShared = { text, quota: Object.freeze(JSON.parse(text)) };
  return lastShared.quota;
}

/**
 * @param {((event: any) => void) | undefined} onEvent
 * @param {import("./record.js").CallRecord} record
 * @param {URL} url
 * @param {string} method
 * @param {import("./host.js").Host} host
 */
function emitter(onEvent, record, url, method, host) {
  if (onEvent === undefined) return undefined;
  const address = url.origin + url.pathname;
  /** @param {string} type @param {number} attempt @param {object} more */
  return (type, attempt, more) => {
    try {
      onEvent({ type, call: record.call, url: address, method, attempt, at: host.now(), ...more });
    } catch (error) {
      console.error(error);
    }
  };
}
