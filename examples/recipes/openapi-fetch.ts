// openapi-fetch over a policy. It retries nothing by itself, so there is nothing to switch off. `paths` is what openapi-typescript
// makes of the API's description.
import { createPolicy } from "fetch-with-policy";
import createOpenApiClient from "openapi-fetch";

interface paths {
  "/items/{id}": {
    get: {
      parameters: { path: { id: number } };
      responses: { 200: { content: { "application/json": { id: number } } } };
    };
  };
}

const policy = createPolicy();

export const createClient = (baseUrl: string) => createOpenApiClient<paths>({ baseUrl, fetch: policy.fetch });
