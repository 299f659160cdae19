// @ts-check
// A page whose Content-Security-Policy allows no WebAssembly.
import { createPolicy, explain, fetchWithPolicy } from "/pkg/index.js";

const api = new URLSearchParams(location.search).get("api");
const url = `${api}/script?steps=200&token=csp`;
/** @param {() => any} act */
async function codeOf(act) {
  try {
    return String(await act());
  } catch (error) {
    return { code: error.code, message: error.message, cause: error.cause?.name };
  }
}
const outcomes = {
  call: await codeOf(() => fetchWithPolicy(url)),
  policy: await codeOf(() => createPolicy()),
  explainer: await codeOf(() => explain({ status: 404 })),
  bypassed: await codeOf(async () => (await createPolicy({ unavailable: "bypass" }).fetch(url)).status),
};
await fetch("/report?scope=csp", { method: "POST", body: JSON.stringify(outcomes) });
