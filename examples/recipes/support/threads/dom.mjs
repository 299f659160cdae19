// @ts-check
// React in a DOM. Imported first: what asks for `window` while it is loaded takes this thread for a server otherwise.
import { Window } from "happy-dom";

const window = new Window({ url: "http://app.example/" });
Object.assign(globalThis, { window, document: window.document });

const { createElement, useEffect } = await import("react");
const { createRoot } = await import("react-dom/client");

/**
 * Renders a component that calls `useItem`, below `provider`, until there is data or an error.
 * @param {() => { data?: { id: number } | undefined, error?: unknown }} useItem
 * @param {(child: import("react").ReactElement) => import("react").ReactElement} provider
 */
export function idOf(useItem, provider) {
  const done = Promise.withResolvers();
  function Item() {
    const { data, error } = useItem();
    useEffect(() => {
      if (data) done.resolve(data.id);
      if (error) done.reject(error);
    }, [data, error]);
    return null;
  }
  createRoot(document.createElement("div")).render(provider(createElement(Item)));
  return done.promise;
}
