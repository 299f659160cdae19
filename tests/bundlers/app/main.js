// @ts-check
// What a user's front end does, built by each bundler and run in Chromium: the lines are the same for all.
import { callRecord, createPolicy, explainResponse, HttpError } from "fetch-with-policy";
import { clever } from "fetch-with-policy/profiles";

const api = new URLSearchParams(location.search).get("api");
const policy = createPolicy({ profiles: [clever], retry: { initialDelay: 20 } });
const url = (/** @type {string} */ steps) => `${api}/script?steps=${steps}&token=${Math.random()}`;

async function main() {
  const flaky = await policy.fetch(url("503,200"));
  const missing = await policy.fetch(url("404"));
  const { kind } = await explainResponse(missing);
  // By the explainer that is imported above.
  const thrown = await policy.fetch(url("403"), undefined, { throwHttpErrors: true }).catch((error) => error);

  await fetch("/report?scope=app", {
    method: "POST",
    body: JSON.stringify({ flaky: callRecord(flaky)?.attempts.map(({ status }) => status), kind, thrown: HttpError.is(thrown) ? thrown.explanation.kind : `${thrown} ${thrown.cause?.stack}` }),
  });
}

main();
