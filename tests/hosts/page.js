// @ts-check
// The suite in a page, then in a dedicated module worker, then in a service worker; each reports by itself.
import { runAll } from "./suite.js";

const place = Object.fromEntries(new URLSearchParams(location.search));
/** @param {string} scope @param {unknown} outcomes */
const report = (scope, outcomes) => fetch(`/report?scope=${scope}`, { method: "POST", body: JSON.stringify(outcomes) });
/** @param {string} scope */
const placeOf = (scope) => ({ ...place, host: `${place["host"]} ${scope}` });
/** @param {unknown} error */
const failed = (error) => ({ failed: String(error) });

await report("page", await runAll(/** @type {any} */ (placeOf("page"))).catch(failed));

await new Promise((resolve) => {
  const worker = new Worker("/scope.js", { type: "module" });
  worker.onmessage = ({ data }) => resolve(report("worker", data));
  worker.onerror = ({ message }) => resolve(report("worker", failed(message)));
  worker.postMessage(placeOf("worker"));
});

try {
  const registration = await navigator.serviceWorker.register("/scope.js", { type: "module" });
  const worker = registration.installing ?? registration.waiting ?? registration.active;
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data)));
  worker?.postMessage(placeOf("service worker"), [port2]);
  await report("service worker", await answered);
} catch (error) {
  await report("service worker", failed(error));
}
