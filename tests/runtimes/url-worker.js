// @ts-check
// The same lines in workerd, where `/url` has its module at once.
import { createPolicy, explainResponse, fetchWithPolicy, initPolicy } from "fetch-with-policy/url";

const answering = { fetch: async () => new Response("sent", { status: 404 }) };
const policy = createPolicy(answering);

export default {
  async fetch() {
    await initPolicy();
    const { kind } = await explainResponse(await policy.fetch("https://api.example.com/"));
    return Response.json([await (await fetchWithPolicy("https://api.example.com/", undefined, answering)).text(), kind]);
  },
};
