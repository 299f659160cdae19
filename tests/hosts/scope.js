// @ts-check
// One file for both kinds of worker: a service worker is given a port to answer by.
import { runAll } from "./suite.js";

addEventListener("message", (/** @type {any} */ event) => {
  const port = event.ports[0] ?? globalThis;
  const done = runAll(event.data).then(
    (outcomes) => port.postMessage(outcomes),
    (error) => port.postMessage({ failed: String(error) }),
  );
  event.waitUntil?.(done);
});
