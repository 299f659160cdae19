// @ts-check
// HTTP/2 by undici, over TLS to a server on this machine. A stream that the server refused (RST_STREAM with REFUSED_STREAM), or
// that came after the last one that its GOAWAY names, was not processed: RFC 9113 section 8.7 allows it to be sent again,
// whatever the method.
import assert from "node:assert/strict";
import { once } from "node:events";
import { constants, createSecureServer } from "node:http2";
import test from "node:test";
import { callRecord, createPolicy, explain } from "fetch-with-policy";
import { Agent, fetch as undiciFetch } from "undici";
import { selfSigned } from "./certificate.js";

const LIMIT = { timeout: 60_000 };
const QUICK = { retry: { initialDelay: 20 } };

/** What becomes of a stream. @type {Record<string, (stream: import("node:http2").ServerHttp2Stream) => void>} */
const FATES = {
  ok: (stream) => (stream.respond({ ":status": 200, "content-type": "text/plain" }), stream.end("served")),
  refused: (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
  internal: (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  calm: (stream) => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM),
  // This stream is not among the processed ones, and nothing more comes on this connection.
  goaway: ({ session, id = 1 }) => (session?.goaway(constants.NGHTTP2_NO_ERROR, Math.max(0, id - 2)), void setTimeout(() => session?.destroy(), 50)),
};

/**
 * A server whose streams meet these fates in turn, and a policy over undici.
 * @param {import("node:test").TestContext} context
 * @param {(keyof typeof FATES)[]} fates
 */
async function setting(context, fates) {
  /** @type {{ method: string, body: string, fate: string }[]} */
  const met = [];
  const server = createSecureServer(selfSigned());
  const left = [...fates];
  server.on("session", (session) => session.on("error", () => {}));
  server.on("stream", async (stream, headers) => {
    stream.on("error", () => {});
    const entry = { method: String(headers[":method"]), body: "", fate: left.shift() ?? "ok" };
    met.push(entry);
    for await (const chunk of stream) entry.body += chunk;
    FATES[entry.fate]?.(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const dispatcher = new Agent({ allowH2: true, connect: { rejectUnauthorized: false } });
  context.after(async () => {
    await dispatcher.destroy();
    server.close();
  });
  const transport = (/** @type {any} */ input, /** @type {any} */ init) => undiciFetch(input, { ...init, dispatcher });
  const policy = createPolicy({ ...QUICK, fetch: /** @type {any} */ (transport) });
  return { met, policy, transport, url: `https://localhost:${port}/items` };
}

const INITS = { GET: undefined, POST: { method: "POST", body: "a thing" } };

for (const [method, init] of Object.entries(INITS)) {
  for (const fates of /** @type {(keyof typeof FATES)[][]} */ ([["refused", "refused", "ok"], ["ok", "goaway", "ok"]])) {
    test(`${method}: streams that were ${fates.join(", ")}: none is lost, and each is whole`, LIMIT, async (context) => {
      const { met, policy, url } = await setting(context, fates);
      const calls = fates[0] === "ok" ? 2 : 1;
      for (let n = 0; n < calls; n++) {
        const response = await policy.fetch(url, init);
        assert.deepEqual([response.status, await response.text()], [200, "served"]);
        assert.equal(callRecord(response)?.attempts.length, n === calls - 1 ? fates.length - calls + 1 : 1);
      }
      assert.deepEqual(met, fates.map((fate) => ({ method, body: init?.body ?? "", fate })));
    });
  }
}

for (const fate of ["internal", "calm"]) {
  test(`a stream that broke (${fate}): a GET is sent again, a POST may have been done and is not`, LIMIT, async (context) => {
    const { met, policy, url } = await setting(context, [fate, "ok", fate]);
    const response = await policy.fetch(url);
    assert.equal(response.status, 200);
    await response.text();
    await assert.rejects(policy.fetch(url, INITS.POST), TypeError);
    assert.deepEqual(met.map(({ method }) => method), ["GET", "GET", "POST"]);
  });
}

test("what undici throws for a refused stream is explained as a failure of the network that may be sent again", LIMIT, async (context) => {
  const { transport, url } = await setting(context, ["refused"]);
  const error = await transport(url, undefined).then(
    () => assert.fail("it was not refused"),
    (thrown) => thrown,
  );
  const { kind, retry } = explain(error, { method: "POST", url });
  assert.deepEqual([kind, retry.verdict], ["network", "backoff"], String(error.cause?.message));
});

test("60 POSTs at once on one connection, six of the streams refused: none is lost", LIMIT, async (context) => {
  const { met, policy, url } = await setting(context, Array.from({ length: 60 }, (_, n) => (n % 10 === 5 ? "refused" : "ok")));
  const answers = await Promise.all(Array.from({ length: 60 }, async () => (await policy.fetch(url, INITS.POST)).text()));
  assert.deepEqual(new Set(answers), new Set(["served"]));
  assert.deepEqual([met.length, met.filter((one) => one.fate === "ok").length], [66, 60]);
});
