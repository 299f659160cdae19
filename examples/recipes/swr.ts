// SWR over a policy. `shouldRetryOnError` is off: SWR would ask again after each error, without end, while the policy has retried
// already. `throwHttpErrors` makes a 404 or 500 the hook's `error`; fetch itself takes it for data.
import { createPolicy } from "fetch-with-policy";
import useSWR, { type SWRConfiguration } from "swr";

interface Item {
  id: number;
}

const policy = createPolicy({ throwHttpErrors: true });

/** For `<SWRConfig value={swrConfig}>`, around the application. */
export const swrConfig: SWRConfiguration = {
  fetcher: async (url: string) => (await policy.fetch(url)).json(),
  shouldRetryOnError: false,
};

export const useItem = (url: string) => useSWR<Item, Error>(url);
