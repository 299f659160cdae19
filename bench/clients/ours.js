// @ts-check

// The same for every case, and nothing else: what is not said here is learnt.
const OPTIONS = { rateLimit: { maxQueue: 200_000, maxWait: 3_600_000 }, retry: { maxAttempts: 10 } };

/**
 * @param {{ createPolicy: typeof import("../../pkg/index.js").createPolicy }} entry
 * @param {import("../run.js").Setting} setting
 */
export function createOurs({ createPolicy }, { told }) {
  const quotas = told?.map(({ limit, window }) => ({ limit, window }));
  const policy = createPolicy({ ...OPTIONS, rateLimit: { ...OPTIONS.rateLimit, ...(quotas && { quotas }) } });
  const headers = { authorization: "Bearer DEMO_TOKEN" };
  return (/** @type {string} */ url) => policy.fetch(url, { headers });
}

/** @param {import("../run.js").Setting} setting */
const create = async (setting) => createOurs(await import("../../pkg/index.js"), setting);

/** @type {import("../run.js").Client} */
export const ours = { name: "ours", title: "fetch-with-policy", create };

/** @type {import("../run.js").Client} */
export const oursTold = { name: "ours-told", title: "fetch-with-policy, told", told: true, create };
