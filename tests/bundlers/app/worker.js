// @ts-check
import { callRecord, createPolicy, explainResponse } from "fetch-with-policy";

const policy = createPolicy({ retry: { initialDelay: 20 } });

export default {
  async fetch(/** @type {Request} */ request) {
    const api = new URL(request.url).searchParams.get("api");
    const url = (/** @type {string} */ steps) => `${api}/script?steps=${steps}&token=${Math.random()}`;
    const flaky = await policy.fetch(url("503,200"));
    const { kind } = await explainResponse(await policy.fetch(url("404")));
    return Response.json({ flaky: callRecord(flaky)?.attempts.map(({ status }) => status), kind });
  },
};
