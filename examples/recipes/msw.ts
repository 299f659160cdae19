// MSW beneath a policy, for tests. MSW replaces `globalThis.fetch`, which the policy looks up at each call, so handlers see each send
// of a call: the retries and the waits of your code run as they do against a real server. Without `listen` nothing is replaced.
// There is nothing to switch off. For minutes of waiting in milliseconds, see `fetch-with-policy/testing`.
import { createPolicy } from "fetch-with-policy";
import { http, type HttpHandler } from "msw";
import { setupServer } from "msw/node";

const policy = createPolicy();

/** What is tested. */
export const getItem = (id: number): Promise<Response> => policy.fetch(`https://api.example.com/items/${id}`);

/** The API, by `respond`. */
export const startApi = (respond: (path: string) => Response | Promise<Response>) => {
  const handlers: HttpHandler[] = [http.get("https://api.example.com/*", ({ request }) => respond(new URL(request.url).pathname))];
  const server = setupServer(...handlers);
  server.listen({ onUnhandledFrame: "bypass" });
  return server;
};
