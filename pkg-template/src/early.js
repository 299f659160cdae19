// @ts-check
/**
 * A call that begins before the core is loaded. The first calls to an origin are sent at once, with the caller's own arguments: as many
 * as the core would send to an origin that it does not know. The core decides everything else, and calls wait for it.
 *
 * One function with the call's state in its variables, because minifiers shorten variables and not properties.
 */
import { blank } from "./blank.js";
import { FIRST_ERROR, IDEMPOTENCY_KEY, LIMIT_HEADERS, MAX_WAIT, METHODS, RETRY_AFTER } from "./core-facts.js";
import { emit } from "./emit.js";
import { HttpError, PolicyError } from "./policy-errors.js";
import { hostFetch, LONGEST } from "./host.js";
import { change } from "./life.js";
import { isPending, limitOf, reasonOf } from "./limit.js";
import { PROBES } from "./option-schema.js";
import { adopting, failure, log, open, inOrder, want } from "./page.js";
import { keep, nextCall } from "./record.js";
import { explainerHere } from "./registered.js";
import { cancelBody, freeze, isRequest, letGo, shownUrl, sourceOf, viewOf, withHeaders, withMembers } from "./request.js";

/** Error names that events may show without the core, which recognises secrets. */
const NAMES = /^(Abort|Network|Timeout|Type)Error$/;

/** The clock of its time limits. */
const clock = { host: globalThis };

const none = () => {};

/**
 * The sends of a policy to one origin. `held`: for how many responses without a core its calls wait, as these asked.
 * @typedef {{ inFlight: number, isClosed: boolean, held: number, queue: Set<() => unknown> }} Scope
 *
 * What the page keeps of a call, and what the core takes over: see `take`.
 * @typedef {{ take: () => any, goOn: () => void }} Early
 */

/**
 * @param {import("./shell.js").Shell} shell
 * @param {any[]} args the caller's
 * @param {any} options the call's own
 * @param {any} hooks all options of the call
 * @param {{ address: URL, method: string, signal: AbortSignal | null | undefined }} subject
 * @returns {Promise<Response>}
 */
export const begin = (shell, args, options, hooks, { address: { origin, href }, method, signal }) =>
  new Promise((resolve) => {
    const { prepare, idempotencyKey, timeout, body, rateLimit, profiles, retry, unavailable } = hooks;
    const call = nextCall();
    const begunAt = performance.now();
    /** @type {Scope} */
    const scope = (shell.scopes[origin] ??= { inFlight: 0, isClosed: false, held: 0, queue: new Set() });
    /** @type {import("./record.js").CallRecord} */
    const record = { call, attempts: [], waited: 0 };
    /** Types of the events that its listener has received. @type {Set<string>} */
    const reported = new Set();
    /** What `prepare` and `idempotencyKey` returned. @type {{ headers?: any, key?: any, error?: any }} */
    const made = {};
    /** When it was sent, or stopped before that. */
    let startedAt = 0;
    /** The transport's promise. @type {Promise<Response> | undefined} */
    let promise;
    /** Its attempt's time limit. @type {import("./limit.js").Limit | undefined} */
    let limit;
    /** The core has it. */
    let isTaken = false;
    /** It ended as a plain fetch does. */
    let isPlain = false;
    let [isSent, hasEnded, isOver] = [false, false, false];
    let response = /** @type {any} */ (undefined);
    let error = /** @type {any} */ (undefined);
    let timer = /** @type {any} */ (undefined);
    let end = /** @type {any} */ (undefined);

    const shown = { hooks, call, origin, href, method };
    const abort = () => stop("aborted", reasonOf(signal));
    const view = () => viewOf({ input: args[0], init: args[1], href, method });
    /** Sends it if it may be sent now. */
    const go = () => mayGo() && (scope.queue.delete(go), send(), true);
    /** @type {Early} */
    const early = {
      take() {
        isTaken = true;
        leave();
        return { ...shown, args, hasEnded, isOver, isPlain, isSent, limit, made, options, promise, record, reported, resolve, shell, signal, startedAt };
      },
      goOn,
    };

    log("begin", early);
    open.add(early);
    change(shell.life, 1);
    signal?.addEventListener("abort", abort);
    const total = timeout?.total;
    if (total < Infinity) timer = setTimeout(() => stop("deadline", new DOMException(`${method} ${origin}: the deadline is over`, "TimeoutError")), Math.min(total, LONGEST));
    if (!go()) {
      // It is sent later: the caller may change its objects until then.
      keepArgs(args[0]);
      scope.queue.add(go);
      if (!adopting && !want()) goOn();
    }

    function mayGo() {
      if (adopting) return false;
      if (failure) return unavailable !== "throw" && scope.inFlight < PROBES && !scope.held;
      const most = Math.min(rateLimit === false ? Infinity : (rateLimit?.probe ?? PROBES), rateLimit?.maxConcurrent ?? Infinity);
      // The first send with these needs the core.
      const { hedge, circuitBreaker, host, cost, userTiming } = hooks;
      return !(shell.saved || scope.isClosed || hedge || body || circuitBreaker || host || cost || userTiming) && (scope.inFlight < most || args[1]?.keepalive);
    }

    async function send() {
      scope.inFlight++;
      // One call cannot exceed a quota that the options name; the core counts from the second one on.
      if (profiles?.length > 0 || rateLimit?.quotas?.length > 0) scope.isClosed = want();
      try {
        // The total time aborts it too.
        if (timeout) limit = limitOf(clock, timeout.attempt ?? 0);
        let given = args;
        if (idempotencyKey) {
          const shown = view();
          const isWanted = () => retry !== false && !(retry?.methods ?? METHODS).some((/** @type {string} */ known) => known.toUpperCase() === method) && !shown.headers.has(IDEMPOTENCY_KEY);
          made.key = typeof idempotencyKey === "function" ? idempotencyKey(shown) : isWanted() ? crypto.randomUUID() : undefined;
          if (isPending(made.key)) made.key.then(none, none);
        }
        if (body) given = withMembers(given, { body: await within(body()) });
        if (prepare) {
          made.headers = prepare(view(), 1);
          const headers = isPending(made.headers) ? await within(made.headers) : made.headers;
          if (headers !== undefined) given = withHeaders(given, headers);
        }
        const key = isPending(made.key) ? await within(made.key) : made.key;
        if (key !== undefined) given = withHeaders(given, [[IDEMPOTENCY_KEY, `${key}`]]);
        if (isTaken || isOver) return ended();
        // @ts-ignore: of newer hosts
        if (limit) given = withMembers(given, { signal: signal ? AbortSignal.any([signal, limit.signal]) : limit.signal });
        const [input, init] = args;
        const spare = isRequest(input) && input.body && !input.bodyUsed && init?.body == null && retry !== false ? input.clone() : input;
        report("attempt");
        log("sent", early);
        [isSent, startedAt, record.waited] = [true, Date.now(), Math.floor(performance.now() - begunAt)];
        const sent = (hooks.fetch ?? hostFetch())(.../** @type {[any]} */ (given));
        promise = Promise.resolve(sent);
        keepArgs(spare);
        ended(await within(sent));
      } catch (error) {
        if (!isSent) made.error = error;
        ended(undefined, limit?.signal.aborted ? limit.signal.reason : error);
      }
    }

    /** @param {Response} [given] @param {any} [thrown] */
    function ended(given, thrown) {
      scope.inFlight--;
      if (isTaken) return;
      limit?.end();
      if (isOver) letGo(given).catch(none);
      else if (signal?.aborted) abort();
      else {
        note(given, thrown);
        end = log("ended", early, { response, error });
        if (response?.status < FIRST_ERROR && !isForCore()) finish();
        else if (want()) scope.isClosed = true;
        else goOn();
      }
      next();
    }

    /** Adds its send to its record. @param {any} given @param {any} thrown */
    function note(given, thrown) {
      [response, error, hasEnded] = [given, thrown, true];
      if (isSent) record.attempts.push({ startedAt, endedAt: Date.now(), waitedBefore: record.waited, ...(given ? { status: given.status } : { error: labelOf(thrown) }) });
    }

    /** Whether only the core can read its response. */
    function isForCore() {
      let isForCore = profiles?.length > 0 || retry?.decide;
      response.headers.forEach((/** @type {unknown} */ _, /** @type {string} */ name) => (isForCore ||= LIMIT_HEADERS.test(name)));
      return isForCore;
    }

    /** Ends it with its response or error. */
    function finish() {
      const isFine = response?.status < FIRST_ERROR;
      reportEnd(isFine ? undefined : "core-failed");
      if (!response || (hooks.throwHttpErrors && !isFine)) over(response ? httpErrorOf() : error, true);
      else over(response);
    }

    function httpErrorOf() {
      const of = response;
      const explanation = blank(of.status);
      const explain = async () => (await explainerHere()?.(of, { method, url: href })) ?? explanation;
      return new HttpError(`${method} ${shownUrl(href)}: status ${of.status}`, { response: of, explanation, explain, record });
    }

    /** Ends it by its signal or its deadline. @param {string} gaveUp @param {any} reason */
    function stop(gaveUp, reason) {
      if (gaveUp === "aborted") log("aborted", early, reason);
      if (!isSent) {
        cancelBody({ input: args[0], init: args[1] }, reason);
        startedAt = Date.now();
      }
      limit?.abort(reason);
      if (!hasEnded) note(undefined, reason);
      if (hooks.onEvent) want();
      reportEnd(gaveUp);
      over(reason, true);
    }

    /** Reports how it ends, and why if without a good response. @param {string} [reason] */
    function reportEnd(reason) {
      isPlain = !!failure;
      if (isSent) {
        if (response) report("response", { status: response.status, quotas: [] });
        else report("failure", { error, label: labelOf(error) });
      }
      if (reason) {
        record.gaveUp = reason;
        report("give-up", { reason });
      }
    }

    /** Removes its timers and listeners. */
    function leave() {
      limit?.end();
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      if (open.delete(early)) change(shell.life, -1);
      scope.queue.delete(go);
    }

    /** Settles the call, and keeps only what the log needs for the core, and no body. @param {any} result @param {boolean} [isThrown] */
    function over(result, isThrown) {
      leave();
      keep(result, record, { method, href });
      resolve(isThrown ? Promise.reject(result) : result);
      args = [href, { method, headers: sourceOf(args[0], args[1]) }];
      if (response) {
        const { status, type, url, redirected, headers } = response;
        end.value = { response: { status, type, url, redirected, headers, body: null } };
      }
      isOver = true;
      promise = response = undefined;
      resolve = none;
    }

    /** The core cannot be loaded for now: goes on as plain fetch. */
    function goOn() {
      if (failure && !shell.isWarned) {
        shell.isWarned = true;
        report("degraded", { error: failure });
      }
      // A listener may have aborted it.
      if (isOver) return;
      if (hasEnded) {
        const asked = response?.status >= FIRST_ERROR && response.headers.get(RETRY_AFTER);
        const wait = asked && (Number(asked) * 1000 || Date.parse(asked) - Date.now());
        if (wait > 0) {
          scope.held++;
          setTimeout(() => (scope.held--, next()), Math.min(wait, MAX_WAIT));
        }
        finish();
      } else if (!isSent && unavailable === "throw" && failure) {
        reportEnd("core-failed");
        over(new PolicyError("wasm-unavailable", "the policy's core cannot be loaded", { cause: failure, record }), true);
      }
      scope.isClosed = false;
      next();
    }

    /** Sends the queued calls that may be sent now. */
    function next() {
      for (const go of scope.queue) if (!go()) break;
    }

    /**
     * Sends an event to the caller's listener: now, or in order when the core is loaded.
     * @param {string} type @param {object} [more]
     */
    function report(type, more) {
      const at = Date.now();
      inOrder(() => {
        // A call that is over is reported to its end: the core reports none of it.
        isPlain ||= isOver;
        reported.add(type);
        emit(shown, type, 1, { at, ...more });
      });
    }

    /** Keeps what a retry may send. @param {any} input */
    function keepArgs(input) {
      args = [isRequest(input) ? input : href, freeze(args[1])].slice(0, args.length);
    }

    /**
     * `value`, or a rejection when its time is over: a transport or a callback may ignore its signal.
     * @param {any} value
     */
    function within(value) {
      const signal = limit?.signal;
      return signal ? Promise.race([value, new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))]) : value;
    }
  });

/** @param {any} error */
const labelOf = (error) => (NAMES.test(error?.name) ? error.name : "Error");
