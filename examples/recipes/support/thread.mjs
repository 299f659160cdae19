// @ts-check
// Recipes that need globals of their own (a DOM, a replaced `fetch`) run in a thread each: `threads/<name>.mjs`.
import { once } from "node:events";
import { parentPort, Worker, workerData } from "node:worker_threads";

/** @param {string} name @param {string} url */
export async function startThread(name, url) {
  const worker = new Worker(new URL(`./threads/${name}.mjs`, import.meta.url), { workerData: url });
  /** @type {Map<number, PromiseWithResolvers<unknown>>} */
  const asked = new Map();
  worker.on("message", ({ id, got, error }) => (error === undefined ? asked.get(id)?.resolve(got) : asked.get(id)?.reject(new Error(error))));
  await once(worker, "message");
  return {
    ask(/** @type {number} */ id) {
      const { promise, ...settle } = Promise.withResolvers();
      asked.set(id, { promise, ...settle });
      worker.postMessage(id);
      return promise;
    },
    stop: () => worker.terminate(),
  };
}

/**
 * The thread's side.
 * @param {(url: string) => Promise<import("./runs.mjs").Ask>} start
 */
export async function serveThread(start) {
  const ask = await start(workerData);
  parentPort?.on("message", (id) =>
    ask(id).then(
      (got) => parentPort?.postMessage({ id, got }),
      (error) => parentPort?.postMessage({ id, error: String(error) }),
    ),
  );
  parentPort?.postMessage({});
}
