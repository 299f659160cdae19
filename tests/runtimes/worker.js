// @ts-check
// The Worker under test: one policy at module scope, which all requests of the isolate share.
import { callRecord, createPolicy } from "fetch-with-policy";
import { run } from "./same-code.js";

const policy = createPolicy();

export default {
  /** `/paced?upstream=…`: one call under the shared policy. `/same-code?upstream=…`: what the other hosts run. */
  async fetch(/** @type {Request} */ request) {
    const { pathname, searchParams } = new URL(request.url);
    const upstream = searchParams.get("upstream") ?? "";
    if (pathname === "/same-code") return Response.json(await run(upstream));
    const response = await policy.fetch(`${upstream}/items`, { headers: { authorization: "Bearer worker" } });
    return Response.json({ status: response.status, body: await response.text(), attempts: callRecord(response)?.attempts.length });
  },
};
