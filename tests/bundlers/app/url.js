// @ts-check
// The entry whose module is a file: the bundler takes it along.
import { fetchWithPolicy } from "fetch-with-policy/url";

const api = new URLSearchParams(location.search).get("api");
async function main() {
  const { status } = await fetchWithPolicy(`${api}/script?steps=200&token=${Math.random()}`);
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
  const wasm = loaded.filter((path) => path.endsWith(".wasm")).length;
  await fetch("/report?scope=app", { method: "POST", body: JSON.stringify({ status, wasm }) });
}

main();
