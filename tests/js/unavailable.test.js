// A host that allows no WebAssembly: a page whose Content-Security-Policy lacks 'wasm-unsafe-eval'.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createPolicy, explain, fetchWithPolicy, PolicyError, readQuotas } from "fetch-with-policy";

WebAssembly.Module = function Module() {
  throw new WebAssembly.CompileError("blocked by CSP");
};

const isRemedy = (error) => {
  assert.ok(PolicyError.is(error) && error.code === "wasm-unavailable");
  assert.match(error.message, /'wasm-unsafe-eval'.*unavailable: "bypass"/);
  assert.ok(error.cause instanceof WebAssembly.CompileError);
  return true;
};

test("the error names the directive and the other way out", async () => {
  assert.throws(() => createPolicy(), isRemedy);
  assert.throws(() => explain(new TypeError("x")), isRemedy);
  assert.throws(() => readQuotas({}), isRemedy);
  await assert.rejects(fetchWithPolicy("https://api.example.com/"), isRemedy);
});

test("calls go through unmanaged where that is asked for", async () => {
  const policy = createPolicy({ unavailable: "bypass", fetch: async () => new Response("through") });
  assert.equal(await (await policy.fetch("https://api.example.com/")).text(), "through");
  assert.deepEqual(policy.quotas(), []);
  policy.subscribe(() => {})();
  assert.deepEqual(policy.getState(), { pending: 0, quotas: [], waiting: 0 });
  assert.equal(policy.getState(), policy.getState());
  assert.deepEqual(policy.snapshot(), { version: 1, quotas: [] });
});

test("a policy that lets calls through is extended to one that does", async () => {
  const policy = createPolicy({ unavailable: "bypass", fetch: async () => new Response("through") }).extend({ throwHttpErrors: true });
  assert.equal(await (await policy.fetch("https://api.example.com/")).text(), "through");
});
