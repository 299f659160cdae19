// @ts-check
/**
 * A call that begins before the core is there. It is sent in the caller's turn, with the caller's own arguments, up to as many as the
 * core would send to an origin of which nothing is known. What else there is to decide, the core decides, and the call waits for it.
 */
import { blank } from "./blank.js";
import { FIRST_ERROR, IDEMPOTENCY_KEY, MAX_WAIT, METHODS, PROBES, RETRY_AFTER, TELLING } from "./core-facts.js";
import { emit } from "./emit.js";
import { HttpError, PolicyError } from "./errors.js";
import { globals, hostFetch, LONGEST } from "./host.js";
import { log, page, want } from "./page.js";
import { keep, nextCall } from "./record.js";
import { explainerHere } from "./registered.js";
import { cancelBody, freeze, isRequest, letGo, viewOf, withHeaders, withMembers } from "./request.js";

/** How errors are named to listeners without the core, which alone knows what may be a secret. */
const NAMES = /^(Abort|Network|Timeout|Type)Error$/;

/** What the core has to be there for before the first send. */
const NEEDS_CORE = ["hedge", "body", "circuitBreaker", "host", "cost", "userTiming"];

/**
 * The sends of a policy to one origin.
 * @typedef {{ flying: number, isClosed: boolean, until: number, queue: Early[] }} Scope
 */

const none = () => {};

export class Early {
  /**
   * @param {import("./shell.js").Shell} shell
   * @param {any[]} args what the caller gave
   * @param {any} options the call's own
   * @param {any} hooks all options that hold for it
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
    /** Types of the events that its listener got. @type {Set<string>} */
    this.told = new Set();
    this.begunAt = globals.monotonic();
    this.sentAt = 0;
    this.isSent = false;
    /** What the transport gives. @type {Promise<Response> | undefined} */
    this.promise = undefined;
    /** Whether the log has how its send ended. */
    this.hasEnded = false;
    /** What `prepare` and `idempotencyKey` gave, or a promise of it. @type {{ headers?: any, key?: any, error?: any } } */
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
      // Nothing is sent in this turn: what the caller does with its objects after it must not reach the send.
      this.keepArgs(this.args[0]);
      this.scope.queue.push(this);
      if (page.adopting === undefined && !this.waits()) this.goOn();
    }
  }

  mayGo() {
    const { scope, shell, hooks } = this;
    if (page.adopting) return false;
    if (page.failure !== undefined) return hooks.unavailable !== "throw" && scope.flying < PROBES && globals.monotonic() >= scope.until;
    const most = Math.min(hooks.rateLimit === false ? Infinity : (hooks.rateLimit?.probe ?? PROBES), hooks.rateLimit?.maxConcurrent ?? Infinity);
    return !shell.saved && !scope.isClosed && (scope.flying < most || this.args[1]?.keepalive) && !NEEDS_CORE.some((name) => (hooks[name] ?? false) !== false);
  }

  /** Asks for the core. Whether the call and its listener wait for it. */
  waits() {
    if (!want()) return false;
    page.held ??= [];
    return true;
  }

  async send() {
    const { scope, hooks, signal } = this;
    const { prepare, idempotencyKey, timeout, body } = hooks;
    const own = this.made;
    scope.flying++;
    // Where quotas are known beforehand, one call cannot break them, and only the core can count on.
    if (hooks.profiles?.length > 0 || hooks.rateLimit?.quotas?.length > 0) scope.isClosed = this.waits();
    try {
      const left = (timeout?.total ?? Infinity) - (globals.monotonic() - this.begunAt);
      const most = Math.min(timeout?.attempt ?? Infinity, left);
      const limit = most < Infinity ? (this.limit = limitOf(most)) : undefined;
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
      this.tell("attempt");
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
    scope.flying--;
    if (this.isTaken) return;
    this.limit?.end();
    if (this.isOver) letGo(response).catch(() => {});
    else if (signal?.aborted) this.stop();
    else {
      [this.response, this.failure] = [response, error];
      this.hasEnded = true;
      this.end = log("ended", this, { response, error });
      /** @type {any} */
      const attempt = { startedAt: this.startedAt, endedAt: globals.now(), waitedBefore: Math.floor(this.sentAt - this.begunAt) };
      this.record = { call: this.call, attempts: [attempt], waited: attempt.waitedBefore };
      if (response) attempt.status = response.status;
      else attempt.error = labelOf(error);
      if (response && response.status < FIRST_ERROR && !this.isTelling(response)) this.finish();
      else if (this.waits()) scope.isClosed = true;
      else this.goOn();
    }
    this.next();
  }

  /** Whether what this response means is for the core to say. @param {Response} response */
  isTelling(response) {
    const { profiles, retry } = this.hooks;
    let telling = profiles?.length > 0 || retry?.decide !== undefined;
    response.headers.forEach((_, name) => (telling ||= TELLING.test(name)));
    return telling;
  }

  /** Ends with what its send gave. */
  finish() {
    const { response, failure, hooks, record } = this;
    this.isPlain = page.failure !== undefined;
    const isGood = response !== undefined && response.status < FIRST_ERROR;
    if (response) this.tell("response", { status: response.status, quotas: [] });
    else this.tell("failure", { error: failure, label: labelOf(failure) });
    if (!isGood) {
      record.gaveUp = "core-failed";
      this.tell("give-up", { reason: record.gaveUp });
    }
    const isThrown = !response || (hooks.throwHttpErrors && !isGood);
    const error = response && isThrown ? httpErrorOf(this, response) : failure;
    keep(isThrown ? error : response, record);
    const { resolve, reject } = this;
    this.over();
    if (isThrown) reject(error);
    else resolve(response);
  }

  /** What its signal, or its time, makes of it. @param {unknown} [late] */
  stop(late) {
    const { signal } = this;
    const reason = late ?? signal?.reason ?? new DOMException("The call was aborted", "AbortError");
    if (late === undefined) log("aborted", this, reason);
    if (!this.isSent) cancelBody(this.view, reason);
    this.limit?.abort(reason);
    this.record.gaveUp = late === undefined ? "aborted" : "deadline";
    if (this.hooks.onEvent && !this.waits()) {
      if (this.isSent) this.tell("failure", { error: reason, label: labelOf(reason) });
      this.tell("give-up", { reason: this.record.gaveUp });
    }
    keep(reason, this.record);
    const { reject } = this;
    this.over();
    reject(reason);
  }

  /** Takes back what it has set up. */
  leave() {
    this.limit?.end();
    globals.clearTimeout(this.timer);
    this.signal?.removeEventListener("abort", this.abort);
    page.open.delete(this);
  }

  /** Keeps no more than what the core is told of it: nothing of its bodies. */
  over() {
    this.leave();
    const { response, args } = this;
    let headers;
    try {
      headers = viewOf(this.view).headers;
    } catch {
      // What the host refuses was not sent.
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

  /** There is no core for now. */
  goOn() {
    const { scope, hooks, response, failure } = this;
    this.shell.warn(this);
    if (response !== undefined || failure !== undefined) {
      const asked = response && response.status >= FIRST_ERROR && response.headers.get(RETRY_AFTER);
      if (asked) scope.until = globals.monotonic() + Math.min(Number(asked) * 1000 || Date.parse(asked) - globals.now() || 0, MAX_WAIT);
      this.finish();
    } else if (!this.isSent && hooks.unavailable === "throw" && page.failure !== undefined) {
      const { reject } = this;
      this.over();
      reject(new PolicyError("wasm-unavailable", "the policy's core cannot be loaded", { cause: page.failure, record: this.record }));
    }
    scope.isClosed = false;
    this.next();
  }

  /** Sends who may go now. */
  next() {
    const { queue } = this.scope;
    while (queue[0]?.isOver || queue[0]?.isTaken || queue[0]?.mayGo()) {
      const early = /** @type {Early} */ (queue.shift());
      if (!early.isOver && !early.isTaken) early.send();
    }
    const held = this.scope.until - globals.monotonic();
    if (page.failure !== undefined && queue.length > 0 && held > 0) globals.setTimeout(() => this.next(), held);
  }

  /**
   * Tells its listener, or does so when the core is there: in the order in which all came about.
   * @param {string} type @param {object} [more]
   */
  tell(type, more) {
    const at = globals.now();
    const tell = () => (this.told.add(type), emit(this, type, 1, { at, ...more }));
    if (page.held && page.failure === undefined) page.held.push(tell);
    else tell();
  }

  wantsKey() {
    const { retry } = this.hooks;
    return retry !== false && !(retry?.methods ?? METHODS).some((/** @type {string} */ known) => known.toUpperCase() === this.method) && !viewOf(this.view).headers.has(IDEMPOTENCY_KEY);
  }

  get view() {
    const { args, href, method } = this;
    return { input: args[0], init: args[1], href, method };
  }

  /** Keeps what may have to be sent again. @param {any} input */
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

/** @param {any} value */
const isPending = (value) => typeof value?.then === "function";

/**
 * What fires after `ms`, until its `end`.
 * @param {number} ms
 */
function limitOf(ms) {
  const controller = new AbortController();
  const { signal } = controller;
  const abort = (/** @type {unknown} */ why) => controller.abort(why);
  const timer = globals.setTimeout(() => abort(new DOMException("no answer came within the time for it", "TimeoutError")), Math.min(ms, LONGEST));
  return { signal, abort, end: () => globals.clearTimeout(timer) };
}

/**
 * `value`, as long as it comes in time: who makes it may ignore its signal.
 * @param {any} value
 * @param {ReturnType<typeof limitOf> | undefined} limit
 */
const within = (value, limit) =>
  limit ? Promise.race([value, new Promise((_, reject) => limit.signal.addEventListener("abort", () => reject(limit.signal.reason)))]) : value;

/** @param {any} error */
const labelOf = (error) => (NAMES.test(error?.name) ? error.name : "Error");
