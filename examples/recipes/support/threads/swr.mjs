// @ts-check
// The hook in React, in a DOM.
import { Window } from "happy-dom";
import { serveThread } from "../thread.mjs";

const window = new Window({ url: "http://app.example/" });
Object.assign(globalThis, { window, document: window.document });

await serveThread(async (url) => {
  const { createElement, useEffect } = await import("react");
  const { createRoot } = await import("react-dom/client");
  const { SWRConfig } = await import("swr");
  const { swrConfig, useItem } = await import("../../swr.ts");
  /** @param {{ address: string, done: PromiseWithResolvers<unknown> }} props */
  function Item({ address, done }) {
    const { data, error } = useItem(address);
    useEffect(() => {
      if (data) done.resolve(data.id);
      if (error) done.reject(error);
    }, [data, error, done]);
    return null;
  }
  return (id) => {
    const done = Promise.withResolvers();
    const element = createElement(Item, { address: `${url}/items/${id}`, done });
    createRoot(document.createElement("div")).render(createElement(SWRConfig, { value: swrConfig }, element));
    return done.promise;
  };
});
