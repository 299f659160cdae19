// What real clients throw goes into explain as it is: each must give the kind, code, message and request id of the response.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { Metadata, Server, ServerCredentials } from "@grpc/grpc-js";
import { explain } from "fetch-with-policy";
import { aws, graphql, grpc, rest, trpc } from "./carriers.js";

const JSON_TYPE = { "content-type": "application/json" };

/** Answers all requests with `status`, `headers` and `body`, while `ask` runs. */
async function served([status, headers, body], ask) {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { ...JSON_TYPE, ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  try {
    return await ask(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The parts of an explanation that the response decides. */
const parts = ({ kind, status, retry, api }) => ({ kind, status, verdict: retry.verdict, ...api });

const MISSING = { error: { code: "item_missing", message: "No such item: 5", type: "invalid_request_error" } };
const LIMITED = { error: { code: "rate_limit_exceeded", message: "Slow down, please", type: "rate_limit_error" } };
const FLAT = { code: "42501", details: null, hint: null, message: "permission denied for table items" };

for (const [name, ask] of Object.entries(rest)) {
  // The one never reads the body, the other's server answers with a flat object.
  const isUnread = name === "@supabase/functions-js";
  if (name.startsWith("@supabase/postgrest-js")) continue;
  test(`${name}: its error is read as the response that it carries`, async () => {
    const missing = explain(await served([404, { "x-request-id": "req-77" }, MISSING], ask));
    const said = isUnread ? {} : { code: "item_missing", message: "No such item: 5" };
    assert.deepEqual(parts(missing), { kind: "not_found", status: 404, verdict: "never", ...said, requestId: "req-77" });
    const limited = explain(await served([429, { "x-request-id": "req-78", "retry-after": "7" }, LIMITED], ask));
    const why = isUnread ? {} : { code: "rate_limit_exceeded", message: "Slow down, please" };
    assert.deepEqual(parts(limited), { kind: "rate_limited", status: 429, verdict: "after", ...why, requestId: "req-78" });
    assert.equal(limited.retry.delay, 7000);
    if (isUnread) assert.match(missing.notes.join(), /explainResponse\(response\)/);
    assert.doesNotMatch(JSON.stringify([missing, limited]), /a-token/);
  });

  test(`${name}: a server that is not there is a failure of the network`, async () => {
    const address = await served([200, {}, {}], async (url) => url);
    const { kind, id } = explain(await ask(address));
    assert.equal(kind, "network", id);
  });
}

for (const name of ["@supabase/postgrest-js", "@supabase/postgrest-js, thrown"]) {
  test(`${name}: its error has no status, and is explained by its message or as unknown, never as a success or the network`, async () => {
    const { kind, retry } = explain(await served([403, {}, FLAT], rest[name]));
    assert.ok(["forbidden", "unknown"].includes(kind), kind);
    assert.equal(retry.verdict, "never");
  });
}

for (const [name, ask] of Object.entries(graphql)) {
  test(`${name}: errors are read under a 200 and under another status`, async () => {
    const errors = [{ message: "Not yours", extensions: { code: "FORBIDDEN" } }];
    for (const status of [200, 403]) {
      const explanation = explain(await served([status, { "x-request-id": "req-77" }, { errors }], ask));
      assert.deepEqual([explanation.kind, explanation.api.code, explanation.api.message], ["forbidden", "FORBIDDEN", "Not yours"]);
    }
  });
}

test("@trpc/client: its error is read as the response that it carries", async () => {
  const error = { message: "No such item", code: -32004, data: { code: "NOT_FOUND", httpStatus: 404, path: "items" } };
  const explanation = explain(await served([404, { "x-request-id": "req-77" }, { error }], trpc));
  assert.deepEqual(parts(explanation), { kind: "not_found", status: 404, verdict: "never", code: "NOT_FOUND", message: "No such item", requestId: "req-77" });
});

test("@aws-sdk: its exception is read as the response that it stands for", async () => {
  const body = { __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "The specified queue does not exist." };
  const headers = { "x-amzn-requestid": "req-77", "content-type": "application/x-amz-json-1.0" };
  const explanation = explain(await served([400, headers, body], aws));
  assert.equal(explanation.status, 400);
  assert.deepEqual(explanation.api, { code: "QueueDoesNotExist", message: "The specified queue does not exist.", requestId: "req-77" });
});

test("@grpc/grpc-js: the status is the error's code, the message its details", async () => {
  const server = new Server();
  const bytes = { requestSerialize: (it) => it, requestDeserialize: (it) => it, responseSerialize: (it) => it, responseDeserialize: (it) => it };
  let answer;
  server.addService(
    { List: { path: "/items.Items/List", requestStream: false, responseStream: false, ...bytes } },
    { List: (_call, respond) => respond(answer) },
  );
  const port = await new Promise((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  );
  try {
    for (const [code, kind, verdict, word] of [
      [5, "not_found", "never", "not_found"],
      [7, "forbidden", "never", "permission_denied"],
      [8, "rate_limited", "backoff", "resource_exhausted"],
      [14, "unavailable", "backoff", "unavailable"],
      [16, "unauthenticated", "after-reauth", "unauthenticated"],
    ]) {
      const metadata = new Metadata();
      metadata.set("x-request-id", "req-77");
      answer = { code, details: "what is wrong: all", metadata };
      const explanation = explain(await grpc(`127.0.0.1:${port}`));
      assert.deepEqual(parts(explanation), { kind, status: null, verdict, code: word, message: "what is wrong: all", requestId: "req-77" });
    }
  } finally {
    server.forceShutdown();
  }
  assert.equal(explain(await grpc(`127.0.0.1:${port}`)).kind, "network");
});
