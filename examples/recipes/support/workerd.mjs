// @ts-check
// The Durable Object in a real workerd, through miniflare.
import { join } from "node:path";
import { bundle, workerOf } from "../../../tests/runtimes/miniflare.js";

/** @param {string} upstream @param {string} [folder] where objects are stored */
export async function startWorkerd(upstream, folder) {
  const files = await bundle(join(import.meta.dirname, "../durable-object.ts"));
  const worker = await workerOf(files, "/", "2026-07-01", [], {
    bindings: { UPSTREAM: upstream },
    ...(folder && { durableObjectsPersist: folder }),
    durableObjects: { GATE: { className: "Gate", useSQLite: true } },
  });
  return {
    async ask(/** @type {number} */ id) {
      const response = await worker.dispatchFetch(`http://worker/items/${id}`);
      const body = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${body}`);
      return JSON.parse(body).id;
    },
    stop: () => worker.dispose(),
  };
}
