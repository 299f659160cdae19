// A service worker that puts a whole page's calls to an API under one policy, whatever library makes them. It takes
// `fetch-with-policy/static`, since service workers refuse `import()`. Switch off the retries of the libraries in the page.
// Calls that wait keep the worker alive only for as long as its browser allows, some minutes: set a time limit.
import { createPolicy } from "fetch-with-policy/static";

declare const self: ServiceWorkerGlobalScope;

const policy = createPolicy({ timeout: { total: 60_000 } });

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (new URL(event.request.url).pathname.startsWith("/api/")) event.respondWith(policy.fetch(event.request));
});
