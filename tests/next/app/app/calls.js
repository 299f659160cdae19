// What a user's code does on either side, the same lines for all.
import { callRecord, createPolicy, explainResponse, fetchWithPolicy, HttpError } from "fetch-with-policy";

const policy = createPolicy({ retry: { initialDelay: 20 } });

/**
 * @param {string} api
 * @param {string} token
 */
export async function calls(api, token) {
  const url = (steps) => `${api}/script?steps=${steps}&token=${token}${steps}`;
  const flaky = await policy.fetch(url("503,200"));
  const missing = await fetchWithPolicy(url("404"));
  const { kind } = await explainResponse(missing);
  // Loads the explainer by dynamic import.
  const thrown = await policy.fetch(url("403"), undefined, { throwHttpErrors: true }).catch((error) => error);
  return {
    status: flaky.status,
    flaky: callRecord(flaky)?.attempts.map(({ status }) => status),
    kind,
    thrown: HttpError.is(thrown) ? thrown.explanation.kind : `${thrown} ${thrown.cause?.stack}`,
  };
}
