// The AWS SDK (version 3) over a policy, by its fetch handler. `maxAttempts` is 1: the SDK's 2 retries would multiply the policy's.
// The SDK signs a request before the policy has it, and AWS takes a signature for 15 minutes (S3) or 5 (most other services): the
// policy's time limit keeps a call that waits below that. Services whose calls are all POST, such as DynamoDB, are retried after a
// 500 only with `retry: { retryNonIdempotent: true }`.
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { FetchHttpHandler } from "@smithy/fetch-http-handler";
import { createPolicy } from "fetch-with-policy";

const policy = createPolicy({ timeout: { total: 240_000 } });

export const createClient = (config: S3ClientConfig) =>
  new S3Client({ ...config, maxAttempts: 1, requestHandler: new FetchHttpHandler({ customFetch: policy.fetch }) });
