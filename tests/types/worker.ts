// A Worker in TypeScript, without the DOM's types.
import { callRecord, createExplainer, createPolicy, explainResponse, HttpError, RateLimitError } from "fetch-with-policy";
import de from "fetch-with-policy/messages/de";
import { clever } from "fetch-with-policy/profiles";
import { durableObject, Quotas } from "fetch-with-policy/share/durable-object";

const policy = createPolicy({ profiles: [clever], timeout: { total: 20_000 }, onEvent: (event) => event.type === "wait" && console.log(event.reason) });
declare const env: { QUOTAS: DurableObjectNamespace<Quotas> };
export { Quotas };
createPolicy({ coordinator: durableObject(env.QUOTAS, { secret: "of sixteen or more" }) });
const explainer = createExplainer({ messages: de });

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      const response = await policy.fetch(request.url, { method: "POST", body: "x", headers: new Headers({ a: "b" }) });
      const { userMessage } = await explainResponse(response);
      return new Response(`${userMessage} ${callRecord(response)?.attempts.length}`);
    } catch (error) {
      if (HttpError.is(error)) return error.response;
      if (RateLimitError.is(error)) return new Response(null, { headers: { "retry-after": String(error.retryAt) } });
      return new Response(explainer.explain(error).userMessage);
    }
  },
};
