// @ts-check
/**
 * A call that begins before the core is loaded. The first calls to an origin are sent at once, with the caller's own arguments: as many
 * as the core would send to an origin that it does not know. The core decides everything else, and calls wait for it.
 */
import { blank } from "./blank.js";
import { FIRST_ERROR, IDEMPOTENCY_KEY, LIMIT_HEADERS, MAX_WAIT, METHODS, RETRY_AFTER } from "./core-facts.js";
import { emit } from "./emit.js";
import { HttpError, PolicyError } from "./errors.js";
import { globals, hostFetch, LONGEST } from "./host.js";
import { PROBES } from "./option-schema.js";
import { log, page, want } from "./page.js";
import { keep, nextCall } from "./record.js";
import { explainerHere } from "./registered.js";
import { cancelBody, freeze, isRequest, letGo, viewOf, withHeaders, withMembers } from "./request.js";
import { isPending, limitOf } from "./settle.js";

/** Error names that events may show without the core, which recognises secrets. */
const NAMES = /^(Abort|Network|Timeout|Type)Error$/;

/** Options whose first send needs the core. */
const NEEDS_CORE = ["hedge", "body", "circuitBreaker", "host", "cost", "userTiming"];

/**
 * The sends of a policy to one origin.
 * @typedef {{ inFlight: number, isClosed: boolean, until: number, isWaking: boolean, queue: Early[] }} Scope
 */

const none = () => {};

export class Early {
  /**
   * @param {import("./shell.js").Shell} shell
   * @param {any[]} args the caller's
   * @param {any} options the call's own
   * @param {any} hooks all options of the call
   * @param {import("./subject.js").Subject} subject
   */
  constructor(shell, args, options, hooks, { address: { origin, href }, method, signal }) {
    this.shell = shell;
    this.args = args;
    this.options = options;
    this.hooks = hooks;
    this.origin = origin;
    this.href = href;
    this.method = method;
    this.signal = signal;
    this.clock = { host: globals };
    this.abort = () => this.stop();
    this.call = nextCall();
    /** @type {import("./record.js").CallRecord} */
    this.record = { call: this.call, attempts: [], waited: 0 };
    /** Types of the events that its listener has received. @type {Set<string>} */
    this.reported = new Set();
    this.begunAt = globals.monotonic();
    this.sentAt = 0;
    this.isQueued = false;
    this.isSent = false;
    /** The transport's promise. @type {Promise<Response> | undefined} */
    this.promise = undefined;
    /** Whether the log has the end of its send. */
    this.hasEnded = false;
    /** What `prepare` and `idempotencyKey` returned. @type {{ headers?: any, key?: any, error?: any } } */
    this.made = {};
    /** Its attempt's time limit. @type {ReturnType<typeof limitOf> | undefined} */
    this.limit = undefined;
    /** The core has it. */
    this.isTaken = false;
    this.isOver = false;
    /** It ended as a plain fetch does. */
    this.isPlain = false;
    /** @type {Response | undefined} */
    this.response = undefined;
    /** @type {any} */
    this.failure = undefined;
    /** @type {(outcome: any) => void} */
    this.resolve = none;
    /** @type {(error: unknown) => void} */
    this.reject = none;
    /** @type {any} */
    this.timer = undefined;
    this.startedAt = 0;
    this.stoppedAt = 0;
    /** @type {import("./page.js").Item | undefined} */
    this.end = undefined;
    this.scope = shell.scopeOf(origin);
  }

  /** @returns {Promise<Response>} */
  begin() {
    return new Promise((resolve, reject) => {
      [this.resolve, this.reject] = [resolve, reject];
      this.start();
    });
  }

  start() {
    log("begin", this);
    page.open.add(this);
    this.signal?.addEventListener("abort", this.abort);
    const total = this.hooks.timeout?.total;
    if (total < Infinity) this.timer = globals.setTimeout(() => this.stop(new DOMException(`${this.method} ${this.origin}: the deadline is over`, "TimeoutError")), total);
    if (this.mayGo()) this.send();
    else {
      // It is sent later: the caller may change its objects until then.
      this.keepArgs(this.args[0]);
      this.isQueued = true;
      this.scope.queue.push(this);
      if (page.adopting === undefined && !this.waits()) this.goOn();
    }
  }

  mayGo() {
    const { scope, shell, hooks } = this;
    if (page.adopting) return false;
    if (page.failure !== undefined) return hooks.unavailable !== "throw" && scope.inFlight < PROBES && globals.monotonic() >= scope.until;
    const most = Math.min(hooks.rateLimit === false ? Infinity : (hooks.rateLimit?.probe ?? PROBES), hooks.rateLimit?.maxConcurrent ?? Infinity);
    return !shell.saved && !scope.isClosed && (scope.inFlight < most || this.args[1]?.keepalive) && !NEEDS_CORE.some((name) => (hooks[name] ?? false) !== false);
  }

  /** Loads the core if it can be loaded now. Whether the call and its events wait for it. */
  waits() {
    if (!want()) return false;
    page.reports ??= [];
    return true;
  }

  async send() {
    const { scope, hooks, signal } = this;
    const { prepare, idempotencyKey, timeout, body } = hooks;
    const own = this.made;
    scope.inFlight++;
    // One call cannot exceed a quota that the options name; the core counts from the second one on.
    if (hooks.profiles?.length > 0 || hooks.rateLimit?.quotas?.length > 0) scope.isClosed = this.waits();
    try {
      const left = (timeout?.total ?? Infinity) - (globals.monotonic() - this.begunAt);
      const most = Math.min(timeout?.attempt ?? Infinity, left);
      const limit = most < Infinity ? (this.limit = limitOf(this.clock, Math.max(1, most))) : undefined;
      let given = this.args;
      if (idempotencyKey) {
        const key = (own.key = typeof idempotencyKey === "function" ? idempotencyKey(viewOf(this.view)) : this.wantsKey() ? crypto.randomUUID() : undefined);
        if (isPending(key)) key.then(undefined, () => {});
      }
      if (body) given = withMembers(given, { body: await within(body(), limit) });
      if (prepare) {
        const made = (own.headers = prepare(viewOf(this.view), 1));
        const headers = isPending(made) ? await within(made, limit) : made;
        if (headers !== undefined) given = withHeaders(given, headers);
      }
      const key = isPending(own.key) ? await within(own.key, limit) : own.key;
      if (key !== undefined) given = withHeaders(given, [[IDEMPOTENCY_KEY, `${key}`]]);
      if (this.isTaken || this.isOver) return;
      // @ts-ignore: of newer hosts
      if (limit) given = withMembers(given, { signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal });
      const { input, init } = this.view;
      const spare = isRequest(input) && input.body && !input.bodyUsed && init?.body == null && hooks.retry !== false ? input.clone() : input;
      this.report("attempt");
      log("sent", this);
      [this.isSent, this.sentAt, this.startedAt] = [true, globals.monotonic(), globals.now()];
      const sent = (hooks.fetch ?? hostFetch())(...given);
      this.promise = Promise.resolve(sent);
      this.keepArgs(spare);
      this.ended(await within(sent, limit));
    } catch (error) {
      if (!this.isSent) own.error = error;
      this.ended(undefined, this.limit?.signal.aborted ? this.limit.signal.reason : error);
    }
  }

  /** @param {Response} [response] @param {any} [error] */
  ended(response, error) {
    const { scope, signal } = this;
    scope.inFlight--;
    if (this.isTaken) return;
    this.limit?.end();
    if (this.isOver) letGo(response).catch(() => {});
    else if (signal?.aborted) this.stop();
    else {
      [this.response, this.failure] = [response, error];
      this.hasEnded = true;
      this.end = log("ended", this, { response, error });
      this.note(response ? { status: response.status } : { error: labelOf(error) });
      if (response && response.status < FIRST_ERROR && !this.isForCore(response)) this.finish();
      else if (this.waits()) scope.isClosed = true;
      else this.goOn();
    }
    this.next();
  }

  /** Adds its send to its record. @param {{ status: number, endedAt?: number } | { error: string }} outcome */
  note(outcome) {
    const { startedAt, record } = this;
    record.waited = Math.floor(this.sentAt - this.begunAt);
    record.attempts.push({ startedAt, endedAt: globals.now(), waitedBefore: record.waited, ...outcome });
  }

  /** Whether only the core can read this response. @param {Response} response */
  isForCore(response) {
    const { profiles, retry } = this.hooks;
    let isForCore = profiles?.length > 0 || retry?.decide !== undefined;
    response.headers.forEach((_, name) => (isForCore ||= LIMIT_HEADERS.test(name)));
    return isForCore;
  }

  /** Ends the call with the result of its send. */
  finish() {
    const { response, failure, hooks, record } = this;
    this.isPlain = page.failure !== undefined;
    const isGood = response !== undefined && response.status < FIRST_ERROR;
    this.reportEnd();
    if (!isGood) {
      record.gaveUp = "core-failed";
      this.report("give-up", { reason: record.gaveUp });
    }
    const isThrown = !response || (hooks.throwHttpErrors && !isGood);
    const error = response && isThrown ? httpErrorOf(this, response) : failure;
    keep(isThrown ? error : response, record);
    const { resolve, reject } = this;
    this.over();
    if (isThrown) reject(error);
    else resolve(response);
  }

  reportEnd() {
    const { response, failure } = this;
    if (response) this.report("response", { status: response.status, quotas: [] });
    else this.report("failure", { error: failure, label: labelOf(failure) });
  }

  /** Ends the call by its signal, or with `late` by its deadline. @param {unknown} [late] */
  stop(late) {
    const { signal } = this;
    const reason = late ?? signal?.reason ?? new DOMException("The call was aborted", "AbortError");
    if (late === undefined) log("aborted", this, reason);
    if (!this.isSent) cancelBody(this.view, reason);
    this.limit?.abort(reason);
    this.giveUp(late === undefined ? "aborted" : "deadline", reason);
    keep(reason, this.record);
    const { reject } = this;
    this.over();
    reject(reason);
  }

  /**
   * Records why a call ends without a response, and reports it unless the core does that.
   * @param {string} reason @param {unknown} error
   */
  giveUp(reason, error) {
    this.record.gaveUp = reason;
    this.stoppedAt = globals.now();
    if (this.isSent && !this.hasEnded) {
      this.note({ error: labelOf(error) });
      this.failure = error;
    }
    this.isPlain = page.failure !== undefined || (this.hooks.onEvent !== undefined && !this.waits());
    if (this.isSent) this.reportEnd();
    this.report("give-up", { reason });
  }

  /** Removes its timers and listeners. */
  leave() {
    this.limit?.end();
    globals.clearTimeout(this.timer);
    this.signal?.removeEventListener("abort", this.abort);
    page.open.delete(this);
  }

  /** Keeps only what the log needs for the core, and no body. */
  over() {
    this.leave();
    const { response, args } = this;
    let headers;
    try {
      headers = viewOf(this.view).headers;
    } catch {
      // The host rejected these headers: nothing was sent.
    }
    this.args = args.length > 1 || isRequest(args[0]) ? [this.href, { method: this.method, headers }] : [this.href];
    if (response && this.end) {
      const { status, ok, type, url, redirected, headers } = response;
      this.end.value = { response: { status, ok, type, url, redirected, headers, body: null } };
    }
    this.isOver = true;
    this.promise = this.response = undefined;
    this.resolve = this.reject = none;
  }

  /** The core cannot be loaded for now: goes on as plain fetch. */
  goOn() {
    const { scope, hooks, response, failure } = this;
    this.shell.warn(this);
    if (response !== undefined || failure !== undefined) {
      const asked = response && response.status >= FIRST_ERROR && response.headers.get(RETRY_AFTER);
      if (asked) scope.until = globals.monotonic() + Math.min(Number(asked) * 1000 || Date.parse(asked) - globals.now() || 0, MAX_WAIT);
      this.finish();
    } else if (!this.isSent && hooks.unavailable === "throw" && page.failure !== undefined) {
      const { reject, record } = this;
      const error = new PolicyError("wasm-unavailable", "the policy's core cannot be loaded", { cause: page.failure, record });
      this.giveUp("core-failed", error);
      keep(error, record);
      this.over();
      reject(error);
    }
    scope.isClosed = false;
    this.next();
  }

  /** Sends the queued calls that may be sent now. */
  next() {
    const { queue } = this.scope;
    while (queue[0]?.isOver || queue[0]?.isTaken || queue[0]?.mayGo()) {
      const early = /** @type {Early} */ (queue.shift());
      if (!early.isOver && !early.isTaken) early.send();
    }
    const { scope } = this;
    const held = scope.until - globals.monotonic();
    if (page.failure === undefined || queue.length === 0 || held <= 0 || scope.isWaking) return;
    scope.isWaking = true;
    globals.setTimeout(() => {
      scope.isWaking = false;
      this.next();
    }, held);
  }

  /**
   * Sends an event to the caller's listener: now, or in order when the core is loaded.
   * @param {string} type @param {object} [more]
   */
  report(type, more) {
    const at = globals.now();
    const report = () => {
      // A call that is over is reported to its end: the core reports none of it.
      this.isPlain ||= this.isOver;
      this.reported.add(type);
      emit(this, type, 1, { at, ...more });
    };
    if (page.reports && page.failure === undefined) page.reports.push(report);
    else report();
  }

  wantsKey() {
    const { retry } = this.hooks;
    return retry !== false && !(retry?.methods ?? METHODS).some((/** @type {string} */ known) => known.toUpperCase() === this.method) && !viewOf(this.view).headers.has(IDEMPOTENCY_KEY);
  }

  get view() {
    const { args, href, method } = this;
    return { input: args[0], init: args[1], href, method };
  }

  /** Keeps what a retry may send. @param {any} input */
  keepArgs(input) {
    const { args, href } = this;
    this.args = [isRequest(input) ? input : href, freeze(args[1])].slice(0, args.length);
  }
}

/** @param {Early} early @param {Response} response */
function httpErrorOf({ method, origin, href, record }, response) {
  const explanation = blank(response.status);
  const explain = async () => (await explainerHere()?.(response, { method, url: href })) ?? explanation;
  return new HttpError(`${method} ${origin}: status ${response.status}`, { response, explanation, explain, record });
}

/**
 * `value`, or a rejection when `limit` ends: a transport or a callback may ignore its signal. `settle` would remove the listener, too,
 * in 0.3 kB more; here the signal is of this send alone.
 * @param {any} value
 * @param {ReturnType<typeof limitOf> | undefined} limit
 */
const within = (value, limit) =>
  limit ? Promise.race([value, new Promise((_, reject) => limit.signal.addEventListener("abort", () => reject(limit.signal.reason), { once: true }))]) : value;

/** @param {any} error */
const labelOf = (error) => (NAMES.test(error?.name) ? error.name : "Error");
