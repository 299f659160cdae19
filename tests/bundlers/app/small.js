// @ts-check
// Who imports only `fetchWithPolicy` does not load the explainer.
import { fetchWithPolicy } from "fetch-with-policy";

const api = new URLSearchParams(location.search).get("api");
async function main() {
  const { status } = await fetchWithPolicy(`${api}/script?steps=200&token=${Math.random()}`);
  await fetch("/report?scope=app", { method: "POST", body: JSON.stringify({ status }) });
}

main();
