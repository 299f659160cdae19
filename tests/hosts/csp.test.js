// @ts-check
// What a page is told whose Content-Security-Policy lacks 'wasm-unsafe-eval'. With it, the whole suite runs (hosts.test.js).
import assert from "node:assert/strict";
import test from "node:test";
import { ENGINES, STRICT, open, startSite } from "./browsers.js";
import { startUpstream } from "./upstream.js";

for (const engine of ENGINES) {
  test(`${engine}: without 'wasm-unsafe-eval' one error names the directive, and a bypass sends the call`, { timeout: 120_000 }, async (context) => {
    const upstream = await startUpstream();
    context.after(upstream.stop);
    const site = await startSite({ page: "csp.js", csp: STRICT });
    context.after(site.stop);
    context.after(open(engine, `${site.address}/?api=${encodeURIComponent(upstream.address)}`));
    const { call, policy, explainer, bypassed } = await site.report("csp", 60_000);
    for (const [name, told] of Object.entries({ call, policy, explainer })) {
      assert.deepEqual([told.code, told.cause], ["wasm-unavailable", "CompileError"], `${name}: ${JSON.stringify(told)}`);
      assert.match(told.message, /'wasm-unsafe-eval'.*script-src/);
    }
    assert.equal(bypassed, "200");
  });
}
