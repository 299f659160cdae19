// @ts-check
// A worker or a service worker, which makes its part of the load by a message. A service worker may not load a core by import().
import * as api from "/pkg/static.js";
import { tabs } from "/pkg/share-tabs.js";
import { join } from "/load.js";

addEventListener("message", (/** @type {any} */ event) => {
  const port = event.ports?.[0] ?? globalThis;
  const { calls, patience, isShared, ...options } = event.data;
  const done = join(api, { ...options, coordinator: isShared ? { ...tabs(), patience } : undefined })(calls).then(
    (told) => port.postMessage(told),
    (error) => port.postMessage({ failed: String(error) }),
  );
  event.waitUntil?.(done);
});
