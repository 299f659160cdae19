// @ts-check
// The suite in a Worker: a case a request, all of them in one isolate. The suite's imports run at module scope, where workerd
// forbids timers, chance and fetch.
import { runCase } from "./suite.js";

export default {
  async fetch(/** @type {Request} */ request) {
    const { searchParams } = new URL(request.url);
    const at = (/** @type {string} */ name) => searchParams.get(name) ?? "";
    return Response.json(await runCase(at("case"), { host: at("host"), api: at("api"), dead: at("dead") }));
  },
};
