// @ts-check
// HTTP/2 as undici speaks it, against a real server: what was refused before it was processed is sent again, a POST too.
import assert from "node:assert/strict";
import { constants, createSecureServer } from "node:http2";
import { after, before, test } from "node:test";
import { createPolicy, explain } from "fetch-with-policy";
import { Agent, fetch as undici } from "undici";
import { selfSigned } from "./certificate.js";

/** @type {(stream: import("node:http2").ServerHttp2Stream) => void} */
let refuse;
let streams = 0;
let left = 0;
/** @type {import("node:http2").Http2SecureServer} */
let server;
/** @type {string} */
let url;

before(async () => {
  server = createSecureServer(selfSigned());
  server.on("stream", (stream) => {
    streams++;
    stream.on("error", () => {});
    if (left-- > 0) refuse(stream);
    else stream.end("done");
  });
  server.on("session", (session) => session.on("error", () => {}));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  url = `https://localhost:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`;
});
after(() => server.close());

/** What becomes of a call whose first `times` streams are refused so. */
async function met(/** @type {string} */ method, /** @type {typeof refuse} */ how, times = 2) {
  [streams, left, refuse] = [0, times, how];
  const dispatcher = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } });
  const fetch = /** @type {any} */ ((/** @type {any} */ input, /** @type {any} */ init) => undici(input, { ...init, dispatcher }));
  const policy = createPolicy({ fetch, retry: { initialDelay: 1, maxDelay: 5 } });
  const init = method === "POST" ? { method, body: "once" } : { method };
  const outcome = await policy.fetch(url, init).then(async (response) => ({ text: await response.text(), error: undefined }), (error) => ({ text: undefined, error }));
  await dispatcher.destroy();
  return { streams, ...outcome };
}

const reset = (/** @type {number} */ code) => (/** @type {import("node:http2").ServerHttp2Stream} */ stream) => stream.close(code);
const goaway = (/** @type {import("node:http2").ServerHttp2Stream} */ stream) => stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 0);

test("REFUSED_STREAM: the request was not processed, and is sent again whatever its method", async () => {
  for (const method of ["GET", "POST"]) {
    const { streams, text } = await met(method, reset(constants.NGHTTP2_REFUSED_STREAM));
    assert.deepEqual([streams, text], [3, "done"], method);
  }
});

test("GOAWAY before the stream: it is sent again on another connection, a POST too", async () => {
  for (const method of ["GET", "POST"]) {
    const { streams, text } = await met(method, goaway, 1);
    assert.deepEqual([streams, text], [2, "done"], method);
  }
});

test("another error of the stream is one of the network: a GET is sent again, a POST is not, as explain says", async () => {
  for (const code of [constants.NGHTTP2_INTERNAL_ERROR, constants.NGHTTP2_ENHANCE_YOUR_CALM]) {
    const { streams, text } = await met("GET", reset(code));
    assert.deepEqual([streams, text], [3, "done"], `GET ${code}`);
    const posted = await met("POST", reset(code));
    assert.equal(posted.streams, 1, `POST ${code}`);
    const { kind, retry } = explain(posted.error);
    assert.deepEqual([kind, retry.verdict, retry.verdict === "backoff" && retry.requiresIdempotency], ["network", "backoff", true]);
  }
});
