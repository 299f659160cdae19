// @ts-check

/**
 * ky with its limit of retries raised and its jitter on: alone, and behind a queue that is told the limits.
 */
const RETRY = { limit: 10, jitter: true, methods: ["get", "head", "put", "delete", "post"] };

/** @returns {Promise<(url: string, init?: any) => Promise<Response>>} */
export async function createKy() {
  const { default: ky } = await import("ky");
  const client = ky.create({ retry: RETRY, timeout: false });
  return async (url, init) => {
    // ky makes a failure of every status that is not a success.
    try {
      return await client(url, init);
    } catch (/** @type {any} */ error) {
      if (error?.response === undefined) throw error;
      return error.response;
    }
  };
}

/** @type {import("../run.js").Client} */
export const ky = { name: "ky", title: "ky, limit 10 + jitter", create: createKy };

/** @type {import("../run.js").Client} */
export const bottleneckKy = {
  name: "bottleneck",
  title: "bottleneck + ky, told",
  told: true,
  async create({ told = [] }) {
    const { default: Bottleneck } = await import("bottleneck");
    const limiters = told.map(
      ({ limit, window }) =>
        new Bottleneck({ reservoir: limit, reservoirRefreshAmount: limit, reservoirRefreshInterval: window, heartbeatInterval: 250 }),
    );
    return through(limiters.map((limiter) => (job) => limiter.schedule(job)), await createKy());
  },
};

/** @type {import("../run.js").Client} */
export const pQueueKy = {
  name: "p-queue",
  title: "p-queue (strict) + ky, told",
  told: true,
  async create({ told = [] }) {
    const { default: Queue } = await import("p-queue");
    const queues = told.map(({ limit, window }) => new Queue({ intervalCap: limit, interval: window, strict: true }));
    return through(queues.map((queue) => (job) => queue.add(job)), await createKy());
  },
};

/**
 * One queue in the other: a call waits in all of them.
 * @param {((job: () => Promise<any>) => Promise<any>)[]} queues
 * @param {import("../run.js").Call} call
 * @returns {import("../run.js").Call}
 */
function through(queues, call) {
  return (url) => queues.reduceRight((job, queue) => () => queue(job), () => call(url))();
}
