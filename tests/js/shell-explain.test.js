// The explainer as pages load it: with the first error, or a fallback where it does not come.
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { freshShell } from "./fresh-shell.js";

const BODY = JSON.stringify({ error: { code: "user_missing", message: "No such user: 12" } });
const answer = () => new Response(BODY, { status: 404, headers: { "content-type": "application/json" } });

test("a response is explained whole though its caller reads it meanwhile", async () => {
  const shell = await freshShell();
  const response = answer();
  const pending = shell.explainResponse(response);
  assert.equal(await response.text(), BODY);
  const { kind, api, id } = await pending;
  assert.deepEqual([kind, api.code, id.startsWith("fallback.")], ["not_found", "user_missing", false]);
});

test("what is synchronous says what the status means, and that it is a fallback, until the explainer is there", async () => {
  const shell = await freshShell();
  const early = shell.explain({ status: 404, body: BODY });
  assert.deepEqual([early.id, early.kind, early.status, early.notes.length], ["fallback.not_found", "not_found", 404, 1]);
  assert.equal(shell.explain(undefined).kind, "unknown");
  assert.equal(await shell.initExplain(), true);
  assert.equal(shell.explain({ status: 404, body: BODY }).api.code, "user_missing");
  assert.equal((await shell.explainError(new TypeError("fetch failed"))).kind, "network");
});

test("an explainer of one's own has its texts once it is there", async () => {
  const shell = await freshShell();
  const explainer = shell.createExplainer({ messages: { "user.not_found": "Nichts da." } });
  assert.equal(explainer.explain({ status: 404 }).id, "fallback.not_found");
  assert.equal((await explainer.explainResponse(answer())).userMessage, "Nichts da.");
  assert.equal(explainer.explain({ status: 404 }).userMessage, "Nichts da.");
});

test("where its file is gone, each explanation is the fallback, and nothing throws", async () => {
  const shell = await freshShell();
  renameSync(join(shell.home, "explain.js"), join(shell.home, "gone.js"));
  const response = answer();
  assert.equal((await shell.explainResponse(response)).id, "fallback.not_found");
  assert.equal(await response.text(), BODY);
  assert.equal((await shell.explainError(new TypeError("fetch failed"))).id, "fallback.unknown");
  assert.equal(shell.explain({ status: 500 }).kind, "server_error");
  assert.equal((await shell.createExplainer().explainResponse(answer())).id, "fallback.not_found");
  assert.equal(await shell.initExplain(), false);
});

test("an HttpError has the explanation of the explainer that the page imports", async () => {
  const shell = await freshShell();
  const policy = shell.createPolicy({ throwHttpErrors: true, fetch: async () => answer() });
  const error = await policy.fetch("https://api.example.com/").catch((error) => error);
  assert.ok(shell.HttpError.is(error));
  assert.equal(error.explanation.api.code, "user_missing");
  assert.equal(await error.response.text(), BODY);
});

test("an HttpError that was made without a core is explained once the explainer is there", async () => {
  const shell = await freshShell();
  writeFileSync(join(shell.home, "core-chunk.js"), "torn (");
  const policy = shell.createPolicy({ throwHttpErrors: true, fetch: async () => answer() });
  const error = await policy.fetch("https://api.example.com/").catch((error) => error);
  assert.ok(shell.HttpError.is(error));
  assert.equal(error.explanation.status, 404);
  assert.equal((await error.explain()).api.code, "user_missing");
});
