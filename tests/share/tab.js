// @ts-check
// A realm of a browser: a page by `?name=`, a worker or a service worker by a message. Each makes its part of the load under
// tabs(); a page reports by itself, and can be asked by a driver.
import * as api from "/pkg/index.js";
import { tabs } from "/pkg/share-tabs.js";
import { load } from "/load.js";

const isPage = typeof document !== "undefined";
/** A busy machine must not look as if the store were away; ms. */
const PATIENCE = 10_000;

/** @param {{ url: string, calls: number, shared: boolean, refuse?: boolean }} options */
async function share({ url, calls, shared, refuse = false }) {
  if (refuse) {
    IDBFactory.prototype.open = () => {
      throw new DOMException("refused by the test", "SecurityError");
    };
  }
  const coordinator = shared ? { ...tabs(), patience: PATIENCE } : undefined;
  return load(api, { coordinator, url, calls, key: "hunter2-hunter2-hunter2" });
}

// A service worker's module may not await at its top.
async function page() {
  const place = new URLSearchParams(location.search);
  const options = { url: String(place.get("url")), calls: Number(place.get("calls")), shared: place.get("shared") === "1", refuse: place.get("refuse") === "1" };
  const kind = place.get("kind");
  const post = (/** @type {unknown} */ body) => fetch(`/report?scope=${place.get("name")}`, { method: "POST", body: JSON.stringify(body), keepalive: true });
  const failed = (/** @type {unknown} */ error) => ({ failed: String(error) });
  // Pages that a browser opens one after the other begin together. They ask again and again: a browser has six connections for all.
  await fetch("/arrived");
  while ((await (await fetch("/ready")).text()) !== "go") await new Promise((resolve) => setTimeout(resolve, 100));
  if (kind === "worker") {
    const worker = new Worker("/tab.js", { type: "module" });
    worker.onmessage = ({ data }) => void post(data);
    worker.onerror = ({ message }) => void post(failed(message));
    worker.postMessage(options);
  } else if (kind === "service-worker") {
    const registration = await navigator.serviceWorker.register("/tab.js", { type: "module" }).catch(failed);
    if ("failed" in registration) return void post(registration);
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => void post(data);
    worker?.postMessage(options, [port2]);
  } else await post(await share(options).catch(failed));
}

if (isPage) page();
else {
  addEventListener("message", (/** @type {any} */ event) => {
    const port = event.ports?.[0] ?? globalThis;
    const done = share(event.data).then(
      (told) => port.postMessage(told),
      (error) => port.postMessage({ failed: String(error) }),
    );
    event.waitUntil?.(done);
  });
}
