// @ts-check
import { bare } from "./bare.js";
import { effect } from "./effect.js";
import { ky } from "./ky.js";
import { octokit } from "./octokit.js";

/** @param {import("../run.js").Setting} setting */
async function create({ options = {}, profiles = [] }) {
  const { createPolicy } = await import("../../pkg/index.js");
  /** @type {any} */
  const known = await import("../../pkg/profiles.js");
  const policy = createPolicy({ ...options, ...(profiles.length > 0 && { profiles: profiles.map((name) => known[name]) }) });
  return (/** @type {string} */ url, /** @type {any} */ init) => policy.fetch(url, init);
}

/**
 * Our package as it comes: all defaults, but for what a case is about.
 * @type {import("../run.js").Client}
 */
export const asItComes = { name: "ours", title: "fetch-with-policy", create };

const ATTEMPTS = 4;
const FIRST = 1000;

/**
 * What many write by hand: four attempts, full jitter from a second on, or as long as Retry-After says.
 * @type {import("../run.js").Client}
 */
export const loop = {
  name: "loop",
  title: "a loop of 4 attempts",
  create: async () => async (url, init) => {
    for (let attempt = 1; ; attempt++) {
      const response = await fetch(url, init).catch((error) => error);
      const isAgain = !(response instanceof Response) || response.status === 429 || response.status >= 500;
      if (!isAgain || attempt === ATTEMPTS) {
        if (response instanceof Response) return response;
        throw response;
      }
      const hint = response instanceof Response ? Number(response.headers.get("retry-after")) * 1000 : 0;
      const delay = hint > 0 ? hint : Math.random() * FIRST * 2 ** (attempt - 1);
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  },
};

/** Who is shown beside another in the tables of the wild. @type {import("../run.js").Client[]} */
export const WILD_CLIENTS = [asItComes, ky, effect, octokit, loop];

/** No policy at all, with what a call has. @type {import("../run.js").Client} */
export const native = bare;
