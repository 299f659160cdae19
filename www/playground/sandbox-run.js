// @ts-check
/**
 * A policy and a plain loop against the same simulated server, each on a virtual clock of its own: minutes take milliseconds, and the same
 * settings give the same figures anywhere. Nothing is imported, so that Node and the page run it with the package that they have.
 *
 * @typedef {object} Settings
 * @property {Record<string, any>} server options of `createSimulator`, the seed among them
 * @property {number} calls all at once
 * @property {Record<string, any>} options of `createPolicy`
 *
 * @typedef {{ at: number, outcome: "admitted" | "limited" | "failed" }} Sent ms since the start, as it arrived
 *
 * @typedef {object} Outcome
 * @property {number} ok calls that got a good response
 * @property {number} lost the others
 * @property {[how: string, count: number][]} reasons how these ended
 * @property {number} limited requests that the quota refused
 * @property {number} failed requests that met an error of the server
 * @property {number} time ms to the end of the last call
 * @property {Sent[]} sent
 *
 * @typedef {{ policy: Outcome, loop: Outcome, floor: number }} Result `floor`: the least time, ms, that the quota allows
 */

export const MOST_CALLS = 2000;
const URL = "https://api.example.com/items/";
/** Of the loop: attempts in all, and the first wait at most, ms. */
const [ATTEMPTS, FIRST] = [4, 1000];

/** What was wrong with the settings, and in which part of the form. */
export class SettingsError extends Error {
  /** @param {"server" | "calls" | "options"} part @param {any} cause */
  constructor(part, cause) {
    super(cause.message, { cause });
    this.name = cause.name;
    this.part = part;
    /** @type {string} */
    this.field = cause.field ?? "";
  }
}

/**
 * @param {{ createSimulator: any, createPolicy: any }} package_
 * @param {Settings} settings
 * @returns {Promise<Result>}
 */
export async function runSandbox({ createSimulator, createPolicy }, { server, calls, options }) {
  const simulator = checked("server", () => createSimulator(server));
  checked("calls", () => {
    if (!Number.isInteger(calls) || calls < 1 || calls > MOST_CALLS) throw new TypeError(`calls: expected a whole number from 1 to ${MOST_CALLS}`);
  });
  // As they are given, so that a mistake is not hidden by what the sandbox sets.
  checked("options", () => createPolicy(options));
  const floor = simulator.floor(calls);
  const policy = await play(simulator, calls, createPolicy({ ...options, fetch: simulator.fetch, host: simulator.host }).fetch);
  const other = createSimulator(server);
  return { policy, loop: await play(other, calls, loopOver(other)), floor };
}

/** @template T @param {"server" | "calls" | "options"} part @param {() => T} make @returns {T} */
function checked(part, make) {
  try {
    return make();
  } catch (error) {
    throw new SettingsError(part, error);
  }
}

/**
 * @param {import("../../pkg-template/testing.js").Simulator} simulator
 * @param {number} calls
 * @param {(url: string) => Promise<Response>} fetch
 * @returns {Promise<Outcome>}
 */
async function play(simulator, calls, fetch) {
  const start = simulator.now();
  let [ok, time] = [0, 0];
  /** @type {Map<string, number>} */
  const reasons = new Map();
  /** @param {number} n */
  async function call(n) {
    const how = await fetch(URL + n).then(endOf, (error) => error.code ?? error.name);
    time = simulator.now() - start;
    if (how === "") ok++;
    else reasons.set(how, (reasons.get(how) ?? 0) + 1);
  }
  await simulator.run(() => Promise.all(Array.from({ length: calls }, (_, n) => call(n))));
  const sent = simulator.requests.map(({ at, outcome }) => ({ at: at - start, outcome }));
  const count = (/** @type {string} */ wanted) => sent.filter(({ outcome }) => outcome === wanted).length;
  return { ok, lost: calls - ok, reasons: [...reasons], limited: count("limited"), failed: count("failed"), time, sent };
}

/** How a call ended that got a response: "" if well. @param {Response} response */
async function endOf(response) {
  await response.text();
  return response.ok ? "" : `${response.status}`;
}

/**
 * What many write by hand: four attempts, full jitter from a second on, or as long as Retry-After says.
 * @param {import("../../pkg-template/testing.js").Simulator} simulator
 * @returns {(url: string) => Promise<Response>}
 */
function loopOver({ fetch, host }) {
  return async (url) => {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(url);
      const isAgain = response.status === 429 || response.status >= 500;
      if (!isAgain || attempt === ATTEMPTS) return response;
      const hint = Number(response.headers.get("retry-after")) * 1000;
      const delay = hint > 0 ? hint : host.random() * FIRST * 2 ** (attempt - 1);
      await new Promise((resolve) => host.setTimeout(() => resolve(undefined), delay));
    }
  };
}

/**
 * Requests by time: `count` columns of equal length over `extent` ms.
 * @param {Sent[]} sent @param {number} extent @param {number} count
 */
export function columnsOf(sent, extent, count) {
  const columns = Array.from({ length: count }, () => ({ admitted: 0, limited: 0, failed: 0 }));
  for (const { at, outcome } of sent) {
    const column = columns[Math.min(count - 1, Math.floor((at / extent) * count))];
    if (column) column[outcome]++;
  }
  return columns;
}
