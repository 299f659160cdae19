// Octokit over a policy. Two of its plugins are off: `retry`, which would make 16 sends of one failing request, and `throttle`,
// which queues requests by fixed rules of its own. The profile has the rules of GitHub that no header reports.
import { createPolicy } from "fetch-with-policy";
import { github } from "fetch-with-policy/profiles";
import { Octokit } from "octokit";

const policy = createPolicy({ profiles: [github] });

export const createClient = (auth: string, baseUrl?: string) =>
  new Octokit({
    auth,
    baseUrl,
    request: { fetch: policy.fetch },
    retry: { enabled: false },
    throttle: { enabled: false },
  });
