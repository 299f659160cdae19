// @ts-check
// A page by `?name=` and `?kind=`, which makes its part of the load under tabs(), or starts a worker, a service worker or a sandboxed
// frame that does. It reports what came of it.
import * as api from "/pkg/browser.js";
import { tabs } from "/pkg/share-tabs.js";
import { join } from "/load.js";

const place = new URLSearchParams(location.search);
const [kind, calls, patience] = [place.get("kind"), Number(place.get("calls")), Number(place.get("patience"))];
// Each realm calls the API by a host of its own: to one host all tabs of a browser have six connections together.
const options = { url: String(place.get("url")), key: "hunter2-hunter2-hunter2", scope: "hunter2's quota" };
const isShared = place.get("coordinator") === "tabs";
const own = () => join(api, { ...options, coordinator: isShared ? { ...tabs(), patience } : undefined });
const report = (/** @type {unknown} */ body) => fetch(`/report?scope=${place.get("name")}`, { method: "POST", body: JSON.stringify(body) });
const failed = (/** @type {unknown} */ error) => ({ failed: String(error) });

/** What each kind does; it gives what is reported. @type {Record<string, () => Promise<unknown>>} */
const KINDS = {
  page: async () => ({ ...(await own()(calls)), kept: isShared && (await kept()), heard }),
  // Half of its calls, then the page is left and comes back, then the other half.
  async cached() {
    const back = new Promise((resolve) => addEventListener("pageshow", ({ persisted }) => resolve(persisted)));
    const load = own();
    await load(calls / 2);
    Object.assign(globalThis, { half: true });
    const persisted = await back;
    return { ...(await load(calls / 2)), persisted };
  },
  async worker() {
    const worker = new Worker("/tab-worker.js", { type: "module" });
    const told = new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => resolve(failed(message));
    });
    worker.postMessage({ ...options, calls, patience, isShared });
    return told;
  },
  async "service-worker"() {
    const { installing, waiting, active } = await navigator.serviceWorker.register("/tab-worker.js", { type: "module" });
    const { port1, port2 } = new MessageChannel();
    const told = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
    (installing ?? waiting ?? active)?.postMessage({ ...options, calls, patience, isShared }, [port2]);
    return told;
  },
  async frame() {
    const told = new Promise((resolve) => addEventListener("message", ({ data }) => resolve(data), { once: true }));
    place.set("kind", "framed");
    document.body.append(Object.assign(document.createElement("iframe"), { sandbox: "allow-scripts", src: `/?${place}` }));
    return told;
  },
};

/** The news of the origin. @type {unknown[]} */
const heard = [];

async function main() {
  if (kind === "framed") return parent.postMessage(await own()(calls).catch(failed), "*");
  if (kind === "page") new BroadcastChannel("fetch-with-policy").onmessage = ({ data }) => void heard.push(data);
  // Pages that a browser opens one after the other begin together. They ask again and again: a browser has six connections for all.
  await fetch("/arrived");
  while ((await (await fetch("/ready")).text()) !== "go") await new Promise((resolve) => setTimeout(resolve, 100));
  await report(await /** @type {() => Promise<unknown>} */ (KINDS[String(kind)])().catch(failed));
}

/** What the database of the origin holds. */
async function kept() {
  const database = await done(indexedDB.open("fetch-with-policy"));
  /** @type {unknown[]} */
  const all = [];
  for (const name of database.objectStoreNames) {
    const store = database.transaction(name).objectStore(name);
    all.push(await done(store.getAllKeys()), await done(store.getAll()));
  }
  database.close();
  return all;
}

/** @param {IDBRequest<any>} request @returns {Promise<any>} */
const done = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));

main();
