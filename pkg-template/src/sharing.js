// @ts-check
/**
 * Sends what the core has to tell a coordinator, and hands back what it replies. Loaded only where there is one.
 *
 * The core decides what is reported and when; here are the exchange, its time limit, and the events. A host that may be called at any
 * time sends messages beside its calls. Elsewhere (workerd) what a request begins ends with it, so only a call that is about
 * to wait sends one, and that call goes on as soon as the reply is here.
 */
import { notify } from "./emit.js";
import { SNAPSHOT } from "./protocol.js";
import { limitOf, settle } from "./settle.js";

/** A scope's key, by which a message begins. */
const KEY = 32;
/** Quotas of one reply that are read. */
const MOST_QUOTAS = 64;
/** Numbers of one quota in the core's text: what is reported of it, and what is known of it. */
const REPORT = 11;
const KNOWN = 15;
/** What the numbers of a reply are at most; times in ms. */
const MOST_MEMBERS = 1_000_000;
const LATEST = 3_600_000;
const BEYOND = 10_000;
const MOST = 999_999_999_999_999;
/** From a first failure until the coordinator is asked again, ms; twice as long with each further one, up to the last. */
const AGAIN = 1000;
const LONGEST = 30_000;

/**
 * Shares the quotas of a policy's state from now on.
 * @param {import("./driver.js").Shared} shared
 * @param {object} host
 * @param {number} host.patience how long a reply is waited for, ms
 * @param {boolean} host.nudges whether it may be called at any time
 * @param {() => void} host.wakeOthers wakes the calls that may go now
 * @param {(run: import("./run.js").Run) => void} host.wake has a call that waits ask again
 */
export function begin(shared, { patience, nudges, wake, wakeOthers }) {
  const { engine, clock, hooks } = shared;
  const coordinator = /** @type {import("../share.d.ts").Coordinator} */ (hooks.coordinator);
  /** The newest event of each scope, and how often in a row its coordinator failed. @type {Map<string, { told: string, fails: number }>} */
  const scopes = new Map();
  let client = "";
  /** @type {any} */
  let timer;

  /** @param {string} text */
  const say = (text) => (shared.core.failure === undefined ? (engine.share(text, clock.host.now(), clock.monotonic()) ?? "") : "");

  let isPlanned = false;
  // Later, so that one message covers all calls that are made in this turn.
  const share = (/** @type {import("./run.js").Run | undefined} */ run) => {
    if (!nudges) return run && post(run);
    if (isPlanned) return;
    isPlanned = true;
    queueMicrotask(post);
  };
  /** @param {import("./run.js").Run} [run] */
  const post = (run) => {
    isPlanned = false;
    for (;;) {
      const text = say("");
      if (text.length < KEY) {
        clock.host.clearTimeout(timer);
        timer = nudges && text !== "" ? clock.host.setTimeout(wakeOthers, Math.min(Number(text), LONGEST)) : undefined;
        return;
      }
      exchange(text, run);
    }
  };
  /** @param {string} text @param {import("./run.js").Run | undefined} run */
  const exchange = async (text, run) => {
    const since = clock.monotonic();
    const limit = limitOf(clock, patience);
    const key = text.slice(0, KEY);
    let reply;
    let numbers = "";
    /** @type {unknown} */
    let error;
    try {
      if (client === "") open();
      const message = messageOf(text, client);
      reply = await settle(coordinator.exchange(message, limit.signal), undefined, limit);
      numbers = numbersOf(reply, message);
    } catch (reason) {
      error = reason;
    } finally {
      limit.end();
    }
    say(`${key}\n${numbers}`);
    if (hooks.onEvent !== undefined) report(key, reply, error, clock.monotonic() - since);
    if (run !== undefined && !nudges) wake(run);
    else wakeOthers();
  };

  const open = () => {
    client = `${clock.host.random().toString(36).slice(2)}${clock.host.random().toString(36).slice(2)}c`;
    if (!nudges) return;
    coordinator.subscribe?.((scope, from) => {
      if (from === client) return;
      say(`${scope}`.slice(0, KEY));
      wakeOthers();
    });
  };

  /** @param {string} key @param {any} reply @param {unknown} error @param {number} ms */
  const report = (key, reply, error, ms) => {
    const scope = scopes.get(key) ?? { told: "", fails: 0 };
    scopes.set(key, scope);
    if (error !== undefined) {
      const until = clock.host.now() + Math.min(AGAIN << Math.min(scope.fails, 5), LONGEST);
      if (scope.fails++ === 0) emit("share-lost", key, { error, until });
      return;
    }
    if (scope.fails > 0) emit("share-back", key, {});
    scope.fails = 0;
    const { members, quotas } = reply;
    const scarce = quotas.some((/** @type {any} */ quota) => quota.scarce);
    const told = `${members} ${scarce}`;
    if (told !== scope.told) emit("share", key, { members, units: quotas[0]?.units ?? 0, scarce, ms });
    scope.told = told;
  };

  /** @param {string} type @param {string} key @param {object} more */
  const emit = (type, key, more) => {
    try {
      /** @type {{ key: string, scope: string }[]} */
      const quotas = JSON.parse(engine.quotas(SNAPSHOT, 0, clock.host.now(), clock.monotonic()));
      const scope = quotas.find((quota) => quota.key === key)?.scope ?? key;
      notify(hooks.onEvent ?? new Set(), { type, call: 0, url: "", method: "", attempt: 0, scope, at: clock.host.now(), ...more });
    } catch (error) {
      console.error(error);
    }
  };

  shared.share = share;
  share(undefined);
}

/**
 * The core's numbers as the message that a coordinator is given; see src/rate_limit/share/message.rs.
 * @param {string} text
 * @param {string} client
 * @returns {import("../share.d.ts").ShareMessage}
 */
function messageOf(text, client) {
  const [scope, ...words] = text.split(" ");
  const [want, sent, held, ...numbers] = words.map(Number);
  const quotas = [];
  for (let n = 0; n < numbers.length; n += REPORT + KNOWN) {
    const [id, limit, mode, used, taken, want, units, back, window, alone, revision, ...know] = numbers.slice(n, n + REPORT + KNOWN);
    quotas.push({ id: id.toString(16).padStart(8, "0"), limit, mode: /** @type {0 | 1 | 2} */ (mode), used, taken, want, units, back, window, alone: alone === 1, revision, know });
  }
  return { version: 1, scope, client, want, sent, held, quotas };
}

/**
 * A reply as numbers for the core, which believes them: so all are checked here. Throws where one breaks a rule. A quota that is granted for
 * longer than it can be, or that was not asked for, is left out.
 * @param {import("../share.d.ts").ShareReply} reply
 * @param {import("../share.d.ts").ShareMessage} message
 */
function numbersOf({ members, retry, held, quotas }, message) {
  const numbers = [whole("members", members, 1, MOST_MEMBERS), whole("retry", retry, 0, LATEST), whole("held", held, 0, LATEST)];
  for (const { id, limit, units, next, lease, scarce, alone, revision, age, know } of quotas.slice(0, MOST_QUOTAS)) {
    const asked = message.quotas.find((quota) => quota.id === id && quota.limit === limit);
    if (asked === undefined) continue;
    const longest = 2 * asked.window + BEYOND;
    const [mostNext, mostLease] = (know[0] ?? asked.mode) === 0 ? [longest, 2 * longest] : [limit, longest];
    const line = [whole("units", units, 0, limit), whole("next", next, 0, MOST), whole("lease", lease, 0, MOST), scarce === true ? 1 : 0];
    line.push(whole("alone", alone, 0, BEYOND), whole("revision", revision, 0, MOST), whole("age", age, 0, LATEST));
    const known = [...know.slice(0, KNOWN), ...Array(KNOWN).fill(0)].slice(0, KNOWN).map((number) => whole("know", number, -MOST, MOST));
    if (know.length === 0) known[0] = -1;
    if (next <= mostNext && lease <= mostLease) numbers.push(parseInt(id, 16), limit, ...line, ...known);
  }
  return numbers.join(" ");
}

/** @param {string} name @param {unknown} value @param {number} least @param {number} most */
function whole(name, value, least, most) {
  const number = typeof value === "number" ? Math.ceil(value) : NaN;
  if (number >= least && number <= most) return number;
  throw new TypeError(`the coordinator's reply has a wrong ${name}: ${String(value).slice(0, 20)}, not a number from ${least} to ${most}`);
}
