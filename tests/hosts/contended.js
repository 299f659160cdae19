// @ts-check
// Thousands of calls that wait for their quotas at once, over real HTTP: each must settle. Answers that a host settles in one turn
// of its event loop once cost some calls their turn for ever.
import { createPolicy } from "fetch-with-policy";

/**
 * So many calls share a quota: ten times as many as it allows in a second. With fewer, a page of
 * Chromium would have more requests open than it may.
 */
const EACH = 40;
const LIMIT = 4;
/** Whoever has not settled by then is lost, ms: some fifteen seconds are enough on an idle machine. */
const LATE = 120_000;

/**
 * Makes `calls` calls with default options, each quota's under a policy of its own.
 * @param {string} api the upstream's address
 * @param {string} name of this run, for the upstream
 * @param {number} calls
 * @returns {Promise<{ settled: number, outcomes: Record<string, number> }>} outcomes: by status or by the error's name
 */
export async function contend(api, name, calls) {
  let settled = 0;
  /** @type {Record<string, number>} */
  const outcomes = {};
  const count = (/** @type {string} */ outcome) => {
    settled++;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  };
  /** @type {Promise<void>[]} */
  const all = [];
  for (let quota = 0; quota < calls / EACH; quota++) {
    const policy = createPolicy();
    const url = `${api}/quota?fields=1&limit=${LIMIT}&window=1000&token=${name}-${quota}`;
    for (let n = 0; n < EACH; n++) {
      const read = async (/** @type {Response} */ response) => (await response.text(), count(`${response.status}`));
      all.push(policy.fetch(url).then(read).catch((error) => count(error?.name)));
    }
  }
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, LATE)));
  await Promise.race([Promise.all(all), late]);
  clearTimeout(timer);
  return { settled, outcomes };
}
