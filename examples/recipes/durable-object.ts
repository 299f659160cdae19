// A Durable Object through which all isolates of a Cloudflare Worker call one API, so that they share its quota: a policy by itself
// knows only its own isolate. What the policy knows is stored, since an idle object is removed from memory. There is nothing to
// switch off. One object serves some hundreds of calls a second: name it by API key or tenant, not "all", if you have more.
import { DurableObject } from "cloudflare:workers";
import { createPolicy, type PolicySnapshot, RateLimitError } from "fetch-with-policy";

interface Env {
  GATE: DurableObjectNamespace<Gate>;
  UPSTREAM: string;
}

export class Gate extends DurableObject<Env> {
  readonly #policy = createPolicy({ timeout: { total: 60_000 } });

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    void state.blockConcurrencyWhile(async () => {
      const snapshot = await state.storage.get<PolicySnapshot>("policy");
      if (snapshot) this.#policy.restore(snapshot);
    });
  }

  override async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url);
    try {
      return await this.#policy.fetch(this.env.UPSTREAM + pathname + search, request);
    } catch (error) {
      if (!RateLimitError.is(error)) throw error;
      const seconds = Math.max(1, Math.ceil((error.retryAt - Date.now()) / 1000));
      return new Response(null, { status: 429, headers: { "retry-after": String(seconds) } });
    } finally {
      await this.ctx.storage.put("policy", this.#policy.snapshot());
    }
  }
}

export default {
  fetch: (request: Request, env: Env): Promise<Response> => env.GATE.get(env.GATE.idFromName("api.example.com")).fetch(request),
};
