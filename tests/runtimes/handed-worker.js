// @ts-check
// A page's worker that takes the compiled module from the page.
// @ts-ignore: an import map does not reach a worker.
import { createPolicy, initPolicy } from "/pkg/url/index.js";

addEventListener("message", async ({ data }) => {
  await initPolicy(data);
  const response = await createPolicy({ fetch: async () => new Response("sent", { status: 404 }) }).fetch("https://api.example.com/");
  const files = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
  postMessage([response.status, data instanceof WebAssembly.Module, files.filter((name) => name.endsWith(".wasm"))]);
});
