// @ts-check
// What a user writes. These very lines run in Node, in Chromium and in workerd; only the import's resolution differs.
import { callRecord, createPolicy, explain, explainResponse } from "fetch-with-policy";
import { clever } from "fetch-with-policy/profiles";

const policy = createPolicy({ profiles: [clever] });

/** Calls the API at `address` and tells what came of it. */
export async function run(/** @type {string} */ address) {
  const headers = { authorization: `Bearer ${Math.random()}` };

  const item = await policy.fetch(`${address}/items`, { headers });
  const flaky = await policy.fetch(`${address}/flaky`, { headers });

  const kinds = [];
  for (const status of [401, 404]) {
    const response = await policy.fetch(`${address}/status/${status}`, { headers });
    const { kind } = await explainResponse(response, { method: "GET", url: response.url });
    kinds.push(kind, await response.text());
  }

  const reason = new Error("changed my mind");
  const controller = new AbortController();
  const waiting = policy.fetch(`${address}/status/429`, { headers, signal: controller.signal });
  setTimeout(() => controller.abort(reason), 100);
  const aborted = await waiting.then(
    () => "resolved",
    (error) => error === reason,
  );

  return {
    item: await item.json(),
    flaky: [flaky.status, callRecord(flaky)?.attempts.map(({ status }) => status)],
    kinds,
    aborted,
    thrown: explain(new TypeError("fetch failed")).kind,
  };
}
