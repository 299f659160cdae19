// @ts-check
// As Next does, `fetch` is replaced after the module was loaded, and reads `next` of what it is given.
import { getItem } from "../../next-loader.ts";
import { serveThread } from "../thread.mjs";

await serveThread(async (url) => {
  const { fetch } = globalThis;
  globalThis.fetch = (input, init) => {
    if (/** @type {any} */ (init)?.next?.revalidate !== 60) throw new Error("the options of Next's cache are lost");
    return fetch(input, init);
  };
  return async (id) => (await getItem(`${url}/items/${id}`)).id;
});
