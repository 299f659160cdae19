// @ts-check

/** Octokit keeps its queues for the whole process, by id; runs must not share them. */
let made = 0;

/** @type {import("../run.js").Client} */
export const octokit = {
  name: "octokit",
  title: "@octokit throttling + retry",
  async create({ origin }) {
    const { Octokit } = await import("@octokit/core");
    const { throttling } = await import("@octokit/plugin-throttling");
    const { retry } = await import("@octokit/plugin-retry");
    const quiet = () => {};
    const client = new (Octokit.plugin(throttling, retry))({
      baseUrl: origin,
      auth: "DEMO_TOKEN",
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      request: { fetch: (/** @type {string} */ url, /** @type {any} */ init) => fetch(url, init) },
      throttle: { id: `run-${++made}`, onRateLimit: () => true, onSecondaryRateLimit: () => true },
      retry: { retries: 20 },
    });
    return (url, { method = "GET", headers, body } = {}) =>
      client.request({ method, url, ...(headers && { headers }), ...(body && { data: body }) }).catch((/** @type {any} */ error) => {
        // What is no failure to others (a 304) is a throw here.
        if (error?.status === undefined) throw error;
        return error;
      });
  },
};
