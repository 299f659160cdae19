// @ts-check
// The suite of every host. A case acts and returns plain values; what they must be stands beside it, with the differences
// between hosts that the documentation names. Whoever runs it compares, so nothing here needs an assertion library.
// One list, and so one file of 400 lines: the hosts' table has a row for each case.
import * as shared from "fetch-with-policy";
import { clever } from "fetch-with-policy/profiles";

const { callRecord, createPolicy, explainError, explainResponse, fetchWithPolicy, initPolicy, readQuotas } = shared;

/**
 * @typedef {object} Place
 * @property {string} api the upstream's address
 * @property {string} host
 * @property {string} dead an address where nobody listens
 *
 * @typedef {object} Case
 * @property {(place: Place, token: string) => Promise<unknown>} run
 * @property {unknown} expect
 * @property {{ hosts: RegExp, expect: unknown, why: string }[]} [differs]
 */

let tokens = 0;
/** A policy of the case's own, quick to back off. */
const policyOf = (/** @type {any} */ options = {}) => createPolicy({ ...options, retry: options.retry ?? { initialDelay: 20 } });
const sleep = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** @param {Place} place */
const met = async ({ api }, /** @type {string} */ token) => (await fetch(`${api}/met?token=${token}`)).json();
/** @param {Place} place */
const script = ({ api }, /** @type {string} */ token, /** @type {string} */ steps) => `${api}/script?steps=${steps}&token=${token}`;
/** What a promise comes to. */
const fate = (/** @type {Promise<any>} */ promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );

/** @type {Record<string, Case>} */
export const CASES = {
  "a burst keeps to the quota that headers tell": {
    async run({ api }, token) {
      const policy = policyOf();
      const url = `${api}/quota?limit=10&window=1000&token=${token}`;
      const responses = await Promise.all(Array.from({ length: 25 }, () => policy.fetch(url)));
      const sends = responses.flatMap((response) => callRecord(response)?.attempts ?? []);
      return { all: responses.every(({ status }) => status === 200), refused: sends.filter(({ status }) => status === 429).length <= 1 };
    },
    expect: { all: true, refused: true },
  },
  "quotas are told": {
    async run({ api }, token) {
      const policy = policyOf();
      await policy.fetch(`${api}/quota?limit=10&window=60000&token=${token}`);
      await initPolicy();
      const [quota] = policy.quotas();
      return { limit: quota?.limit, remaining: quota?.remaining, inFlight: quota?.inFlight, resets: (quota?.resetAt ?? 0) > Date.now() - 1000 };
    },
    expect: { limit: 10, remaining: 9, inFlight: 0, resets: true },
  },
  "headers that another origin hides are told to be hidden": {
    async run({ api }, token) {
      const policy = policyOf();
      await policy.fetch(`${api}/quota?limit=10&window=60000&hidden=1&token=${token}`);
      await initPolicy();
      const [quota] = policy.quotas();
      return { limit: quota?.limit ?? null, hidden: quota?.headersHidden === true };
    },
    expect: { limit: null, hidden: true },
    differs: [{ hosts: /^(node|deno|bun|workerd)/, expect: { limit: 10, hidden: false }, why: "no CORS: a server sees every header" }],
  },
  "a 503 is retried, and the record and the events tell so": {
    async run(place, token) {
      /** @type {string[]} */
      const events = [];
      const policy = policyOf({ retry: { initialDelay: 20 }, onEvent: (/** @type {any} */ event) => events.push(event.type) });
      const response = await policy.fetch(script(place, token, "503,200"));
      const record = callRecord(response);
      return { body: (await response.json()).send, statuses: record?.attempts.map(({ status }) => status), events, gaveUp: record?.gaveUp ?? null };
    },
    expect: { body: 2, statuses: [503, 200], events: ["attempt", "response", "wait", "attempt", "response"], gaveUp: null },
  },
  "a Retry-After is kept to": {
    async run(place, token) {
      const response = await policyOf().fetch(script(place, token, "429:1,200"));
      const [first, second] = await met(place, token);
      return { status: response.status, waited: second.at - first.at >= 1000, soon: second.at - first.at < 15_000 };
    },
    expect: { status: 200, waited: true, soon: true },
  },
  "a POST that may have been processed is sent once": {
    async run(place, token) {
      const response = await policyOf().fetch(script(place, token, "500"), { method: "POST", body: "x" });
      return { status: response.status, sends: (await met(place, token)).length, why: callRecord(response)?.gaveUp };
    },
    expect: { status: 500, sends: 1, why: "not-retryable" },
  },
  "with an idempotency key a POST is retried under the same key": {
    async run(place, token) {
      const policy = policyOf({ idempotencyKey: "auto" });
      const response = await policy.fetch(script(place, token, "500,200"), { method: "POST", body: "x" });
      const keys = (await met(place, token)).map((/** @type {any} */ { key }) => key);
      return { status: response.status, sends: keys.length, same: keys[0] !== "" && keys[0] === keys[1] };
    },
    expect: { status: 200, sends: 2, same: true },
  },
  "an abort ends a wait with the signal's own reason": {
    async run(place, token) {
      const controller = new AbortController();
      const reason = { changed: "mind" };
      const started = Date.now();
      const pending = fate(policyOf().fetch(script(place, token, "429:30"), { signal: controller.signal }));
      setTimeout(() => controller.abort(reason), 150);
      const { error } = /** @type {any} */ (await pending);
      return { same: error === reason, soon: Date.now() - started < 15_000 };
    },
    expect: { same: true, soon: true },
  },
  "an aborted signal sends nothing": {
    async run(place, token) {
      const reason = new Error("before");
      const { error } = /** @type {any} */ (await fate(policyOf().fetch(script(place, token, "200"), { signal: AbortSignal.abort(reason) })));
      return { same: error === reason, sends: (await met(place, token)).length };
    },
    expect: { same: true, sends: 0 },
  },
  "an abort ends a send that hangs": {
    async run(place, token) {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 100);
      const { error } = /** @type {any} */ (await fate(policyOf().fetch(script(place, token, "hang"), { signal: controller.signal })));
      return error?.name;
    },
    expect: "AbortError",
  },
  "a caller's AbortSignal.timeout rejects with a TimeoutError": {
    async run(place, token) {
      const { error } = /** @type {any} */ (await fate(policyOf().fetch(script(place, token, "hang"), { signal: AbortSignal.timeout(100) })));
      return error?.name;
    },
    expect: "TimeoutError",
  },
  "an attempt's time limit is retried, the total one ends the call": {
    async run(place, token) {
      // On a busy machine a response may take longer than an attempt may, too; the next one is another chance.
      const attempt = await policyOf({ timeout: { attempt: 1000 }, retry: { maxAttempts: 20, initialDelay: 20 } }).fetch(script(place, token, "hang,200"));
      const total = /** @type {any} */ (await fate(policyOf({ timeout: { total: 150 } }).fetch(script(place, `${token}-total`, "hang"))));
      return { status: attempt.status, total: total.error?.name, type: total.error instanceof DOMException };
    },
    expect: { status: 200, total: "TimeoutError", type: true },
  },
  "a wait that cannot fit the deadline is not begun": {
    async run(place, token) {
      const started = Date.now();
      const response = await policyOf({ timeout: { total: 20_000 } }).fetch(script(place, token, "429:30"));
      return { status: response.status, why: callRecord(response)?.gaveUp, soon: Date.now() - started < 19_000 };
    },
    expect: { status: 429, why: "deadline", soon: true },
  },
  "bodies of every kind are sent again byte for byte": {
    async run(place, token) {
      const bytes = new Uint8Array([0, 1, 128, 255, 10]);
      const form = new FormData();
      form.set("name", "välue");
      const url = (/** @type {string} */ name) => script(place, `${token}-${name}`, "503,200");
      /** @type {Record<string, [any, any?]>} */
      const inputs = {
        text: [url("text"), { method: "PUT", body: "text ü" }],
        buffer: [url("buffer"), { method: "PUT", body: bytes.buffer }],
        view: [url("view"), { method: "PUT", body: bytes.subarray(1, 4) }],
        blob: [url("blob"), { method: "PUT", body: new Blob([bytes], { type: "image/x" }) }],
        params: [url("params"), { method: "PUT", body: new URLSearchParams({ a: "1 2" }) }],
        form: [url("form"), { method: "PUT", body: form }],
        request: [new Request(url("request"), { method: "PUT", body: "of a Request" })],
      };
      /** @type {Record<string, unknown>} */
      const seen = {};
      for (const [name, [input, init]] of Object.entries(inputs)) {
        const { status } = await policyOf().fetch(input, init);
        const [first, second, ...more] = await met(place, `${token}-${name}`);
        // The boundary of a form is chosen anew.
        const core = (/** @type {any} */ { body }) => (name === "form" ? body.replace(/^--[^\r\n]+/gm, "--") : body);
        seen[name] = [status, core(first) === core(second), first.body.length > 0, more.length];
      }
      return seen;
    },
    expect: Object.fromEntries(["text", "buffer", "view", "blob", "params", "form", "request"].map((name) => [name, [200, true, true, 0]])),
  },
  "a stream made anew for each attempt is sent again": {
    async run(place, token) {
      const body = () => new Response("streamed").body;
      const init = { method: "PUT", duplex: "half", body: body() };
      const { value, error } = /** @type {any} */ (await fate(policyOf().fetch(script(place, token, "503,200"), init, { body })));
      return value === undefined ? error.name : [value.status, (await met(place, token)).map((/** @type {any} */ one) => one.body)];
    },
    expect: [200, ["streamed", "streamed"]],
    differs: [
      { hosts: /^firefox/, expect: [200, ["[object ReadableStream]", "[object ReadableStream]"]], why: "Firefox sends no streams, but their name as text, whoever calls fetch" },
      { hosts: /^chromium/, expect: "TypeError", why: "Chromium sends streams over HTTP/2 only" },
      { hosts: /^webkit/, expect: "NotSupportedError", why: "WebKit sends no streams" },
    ],
  },
  "a stream is not sent twice": {
    async run(place, token) {
      const init = { method: "PUT", duplex: "half", body: new Response("once").body };
      const { value, error } = /** @type {any} */ (await fate(policyOf().fetch(script(place, token, "503,200"), init)));
      return value === undefined ? error.name : [value.status, callRecord(value)?.gaveUp, (await met(place, token)).length];
    },
    expect: [503, "not-replayable", 1],
    differs: [
      { hosts: /^chromium/, expect: "TypeError", why: "Chromium sends streams over HTTP/2 only" },
      { hosts: /^webkit/, expect: "NotSupportedError", why: "WebKit sends no streams" },
    ],
  },
  "a response comes unread and streams": {
    async run(place, token) {
      const response = await fetchWithPolicy(script(place, token, "drip"));
      const unread = !response.bodyUsed;
      const reader = response.body?.getReader();
      let pieces = 0;
      let text = "";
      const decoder = new TextDecoder();
      for (let step = await reader?.read(); step !== undefined && !step.done; step = await reader?.read()) {
        pieces++;
        text += decoder.decode(step.value, { stream: true });
      }
      return { unread, text, inPieces: pieces > 1 };
    },
    expect: { unread: true, text: "one two three", inPieces: true },
  },
  "a redirect is followed, or left alone where the caller says so": {
    async run({ api }, token) {
      const url = `${api}/moved?token=${token}`;
      const followed = await fetchWithPolicy(url);
      const manual = await fetchWithPolicy(url, { redirect: "manual" });
      return { status: followed.status, redirected: followed.redirected, manual: [manual.type, manual.status] };
    },
    expect: { status: 200, redirected: true, manual: ["basic", 302] },
    differs: [
      { hosts: /^(chromium|firefox|webkit)/, expect: { status: 200, redirected: true, manual: ["opaqueredirect", 0] }, why: "pages may not see a redirect" },
      { hosts: /^(bun|workerd)/, expect: { status: 200, redirected: true, manual: ["default", 302] }, why: "responses are of type default" },
    ],
  },
  "a server that resets the connection is asked again": {
    async run(place, token) {
      const response = await policyOf().fetch(script(place, token, "reset,200"));
      // By us, or by the host itself, as browsers do on a connection that they kept; WebKit sometimes does both.
      const sends = (await met(place, token)).length;
      return { status: response.status, again: sends >= 2 && sends <= 4 };
    },
    expect: { status: 200, again: true },
  },
  "a dead server: the host's own error after the attempts, explained as a network failure": {
    async run({ dead }) {
      const { error } = /** @type {any} */ (await fate(policyOf({ retry: { maxAttempts: 2, initialDelay: 20 } }).fetch(`${dead}/`)));
      const told = await explainError(error);
      return { attempts: callRecord(error)?.attempts.length, kind: told.kind, verdict: told.retry.verdict };
    },
    expect: { attempts: 2, kind: "network", verdict: "backoff" },
  },
  "bad arguments are rejected, never thrown, and never retried": {
    async run() {
      let thrown = false;
      /** @type {any} */
      let outcome;
      try {
        outcome = await fate(policyOf().fetch("http://[bad"));
      } catch {
        thrown = true;
      }
      return { thrown, name: outcome?.error?.name, attempts: callRecord(outcome?.error)?.attempts.length ?? 0 };
    },
    expect: { thrown: false, name: "TypeError", attempts: 0 },
  },
  "what the policy refuses is refused before it is sent": {
    async run(place, token) {
      const policy = policyOf({ rateLimit: { quotas: [{ limit: 1, window: 60_000 }], maxWait: 100 } });
      await policy.fetch(script(place, token, "200"));
      const { error } = /** @type {any} */ (await fate(policy.fetch(script(place, token, "200"))));
      return { is: shared.RateLimitError.is(error), code: typeof error?.code, later: error?.retryAt > Date.now(), sends: (await met(place, token)).length };
    },
    expect: { is: true, code: "string", later: true, sends: 1 },
  },
  "an open circuit refuses with the time of its probe": {
    async run(place, token) {
      const policy = policyOf({ circuitBreaker: { minimumCalls: 2, openFor: 60_000 }, retry: false });
      for (let index = 0; index < 2; index++) await policy.fetch(script(place, token, "500"));
      const { error } = /** @type {any} */ (await fate(policy.fetch(script(place, token, "200"))));
      return { is: shared.CircuitOpenError.is(error), later: error?.retryAt > Date.now(), sends: (await met(place, token)).length };
    },
    expect: { is: true, later: true, sends: 2 },
  },
  "a bad option names its field": {
    async run() {
      try {
        createPolicy({ retry: { maxAttempts: /** @type {any} */ ("many") } });
      } catch (error) {
        return { is: shared.PolicyOptionError.is(error), field: /** @type {any} */ (error).field };
      }
      return "accepted";
    },
    expect: { is: true, field: "retry.maxAttempts" },
  },
  "errors are known across copies and realms": {
    async run() {
      // As from another realm: none of its prototypes are ours, the brand is of all.
      const foreign = { [Symbol.for("fetch-with-policy.error")]: ["PolicyError", "RateLimitError"] };
      return [shared.PolicyError.is(foreign), shared.RateLimitError.is(foreign), shared.HttpError.is(foreign), shared.PolicyError.is(new Error("no"))];
    },
    expect: [true, true, false, false],
  },
  "throwHttpErrors brings the explanation, and the response unread": {
    async run(place, token) {
      const { error } = /** @type {any} */ (await fate(policyOf({ throwHttpErrors: true }).fetch(script(place, token, "404"))));
      return { is: shared.HttpError.is(error), kind: error?.explanation.kind, unread: error?.response.bodyUsed === false, body: (await error?.response.json())?.send };
    },
    expect: { is: true, kind: "not_found", unread: true, body: 1 },
  },
  "explainResponse leaves the body to the caller": {
    async run(place, token) {
      const response = await fetchWithPolicy(script(place, token, "403"));
      const { kind, retry } = await explainResponse(response, { method: "GET" });
      return { kind, verdict: retry.verdict, body: (await response.json()).send };
    },
    expect: { kind: "forbidden", verdict: "never", body: 1 },
  },
  "a rule of a profile is used": {
    async run() {
      const { id, causes } = await explainError({ status: 413, url: "https://api.clever.com/v3.0/users?limit=20000", body: "" });
      return { id, causes: causes.length > 0, profile: clever.name };
    },
    expect: { id: "clever.limit-too-large", causes: true, profile: "clever" },
  },
  "headers are read": {
    async run() {
      const { quotas, retryAfter } = readQuotas({ ratelimit: '"default";r=5;t=10', "ratelimit-policy": '"default";q=10;w=60', "retry-after": "7" }, { status: 429, now: 0 });
      return { limit: quotas[0]?.limit, remaining: quotas[0]?.remaining, delay: retryAfter?.delay };
    },
    expect: { limit: 10, remaining: 5, delay: 7000 },
  },
  "what is known is carried over by a snapshot": {
    async run({ api }, token) {
      const policy = policyOf();
      await policy.fetch(`${api}/quota?limit=10&window=60000&token=${token}`);
      const other = policyOf();
      other.restore(JSON.parse(JSON.stringify(policy.snapshot())));
      return other.quotas().map(({ limit, remaining }) => [limit, remaining]);
    },
    expect: [[10, 9]],
  },
  "prepare's headers are sent anew with each attempt": {
    async run(place, token) {
      const policy = policyOf({ prepare: (/** @type {any} */ _view, /** @type {number} */ attempt) => ({ "idempotency-key": `attempt-${attempt}` }) });
      await policy.fetch(script(place, token, "503,200"));
      return (await met(place, token)).map((/** @type {any} */ { key }) => key);
    },
    expect: ["attempt-1", "attempt-2"],
  },
  "options of fetch reach the host untouched": {
    async run(place, token) {
      /** @type {any} */
      let seen;
      const host = (/** @type {any} */ input, /** @type {any} */ init) => ((seen = [input, init]), fetch(input));
      const url = new URL(script(place, token, "200"));
      const init = { cache: "no-store", keepalive: true, headers: { "x-own": "1" } };
      await policyOf({ fetch: host }).fetch(url, /** @type {any} */ (init));
      return { input: seen[0] === url, init: seen[1] === init };
    },
    expect: { input: true, init: true },
  },
  "the host's fetch is called in the same turn": {
    async run(place, token) {
      let sent = false;
      const policy = policyOf({ fetch: (/** @type {any} */ input) => ((sent = true), fetch(input)) });
      const pending = policy.fetch(script(place, token, "200"));
      const atOnce = sent;
      await pending;
      return atOnce;
    },
    expect: true,
  },
  "the host's fetch is called in the same turn where a coordinator never replies": {
    async run(place, token) {
      let sent = false;
      const coordinator = { exchange: () => new Promise(() => {}) };
      const policy = policyOf({ coordinator, fetch: (/** @type {any} */ input) => ((sent = true), fetch(input)) });
      // What it loads for its coordinator is here by then.
      await sleep(100);
      const pending = policy.fetch(script(place, token, "200"));
      const atOnce = sent;
      return { atOnce, status: (await pending).status };
    },
    expect: { atOnce: true, status: 200 },
  },
  "many wait and none is lost": {
    async run({ api }, token) {
      const policy = policyOf({ rateLimit: { quotas: [{ limit: 20, window: 300 }] } });
      const calls = Array.from({ length: 100 }, () => policy.fetch(`${api}/script?steps=200&token=${token}`));
      await sleep(0);
      return (await Promise.all(calls)).filter(({ status }) => status === 200).length;
    },
    expect: 100,
  },
  "public functions have their own names, in stacks too": {
    async run() {
      const { error } = await fate(new Promise(() => createPolicy({ retry: /** @type {any} */ (1) })));
      const named = Object.entries(shared).every(([name, { name: own }]) => own === name);
      return { named, error: String(error), stack: /createPolicy/.test(error.stack) };
    },
    expect: { named: true, error: 'PolicyOptionError: retry: expected false or an object; did you mean "retry.maxAttempts", a whole number of 1 or more, which counts the first send?', stack: true },
  },
};

/**
 * Runs one case; a throw in it is told, and nothing hangs.
 * @param {string} name
 * @param {Place} place
 */
export async function runCase(name, place) {
  const token = `${place.host.replaceAll(/\W/g, "-")}-${Date.now()}-${++tokens}`;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, 30_000, { failed: "no end within 30 s" })));
  const done = CASES[name]?.run(place, token).then(
    (value) => ({ value }),
    (error) => ({ failed: String(error?.stack ?? error) }),
  );
  const outcome = await Promise.race([done, late]);
  clearTimeout(timer);
  return outcome;
}

/**
 * Runs all of them, four at a time.
 * @param {Place} place
 */
export async function runAll(place) {
  /** @type {Record<string, unknown>} */
  const outcomes = {};
  const names = Object.keys(CASES);
  const lane = async () => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) outcomes[name] = await runCase(name, place);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
  return outcomes;
}
