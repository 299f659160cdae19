// @ts-check
// The handlers pass each send on to the server of the test, which counts it.
import { bypass } from "msw";
import { getItem, startApi } from "../../msw.ts";
import { serveThread } from "../thread.mjs";

await serveThread(async (url) => {
  startApi((path) => fetch(bypass(url + path)));
  return async (id) => {
    const response = await getItem(id);
    if (!response.ok) throw new Error(String(response.status));
    return (await response.json()).id;
  };
});
