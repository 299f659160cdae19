// @ts-check
// In a Worker: each request makes its part of the calls, all in one isolate.
import { contend } from "./contended.js";

export default {
  async fetch(/** @type {Request} */ request) {
    const place = new URL(request.url).searchParams;
    return Response.json(await contend(place.get("api") ?? "", place.get("name") ?? "", Number(place.get("calls"))));
  },
};
