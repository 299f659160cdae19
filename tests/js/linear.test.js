// @ts-check
// What takes no longer than linear time, whoever wrote the template and the text. The core counts its steps in its own tests
// (`explain::grammar`, `syntax::search`); here the whole path runs on sizes that took minutes, and the guard against a hang is processor time, far above what it takes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createExplainer, defineCatalog } from "fetch-with-policy";

/** Processor time that nothing here may take: s. */
const HANG = 60;

test("a hundred rules that search for long literals are held against a body of 64 KiB", () => {
  const before = process.cpuUsage();
  for (const length of [100, 20_000]) {
    const literal = "a".repeat(length);
    const rule = (/** @type {number} */ index, /** @type {string} */ template) => ({ id: `x.r${index}`, when: { body: template }, then: { kind: "locked" } });
    const rules = Array.from({ length: 100 }, (_, index) => rule(index, index % 2 === 0 ? `*${literal}b*` : `*b${literal}*${literal}b{x}c*`));
    const catalog = { catalog: /** @type {1} */ (1), provider: "x", hosts: ["*"], rules: [...rules, rule(100, `*${literal}*${literal}*cab*`)] };
    const explainer = createExplainer({ catalogs: [/** @type {any} */ (catalog)] });
    const explain = (/** @type {string} */ body) => explainer.explain({ status: 400, url: "https://api.example.com/", provider: "x", body });
    // Both pairs of letters that the literals have are there, so that no quick check spares the search.
    const end = "cab";
    const body = "a".repeat(65_536 - end.length) + end;
    assert.equal(explain(body).id, "x.r100");
    assert.equal(explain(`b${"a".repeat(length)}b`).id, "x.r0");
  }
  assert.ok(process.cpuUsage(before).user < HANG * 1e6);
});

test("a catalog's template may have a literal of any length", () => {
  const literal = "a".repeat(1000);
  const catalog = defineCatalog({
    catalog: 1,
    provider: "x",
    hosts: ["x.example"],
    rules: [{ id: "x.long", when: { message: `*${literal}b*` }, then: { kind: "locked", causes: [{ id: "x.long", text: "x" }] } }],
    tests: [{ status: 400, url: "https://x.example/", body: JSON.stringify({ message: `${literal}${literal}b` }), expect: { id: "x.long" } }],
  });
  assert.equal(catalog.rules.length, 1);
});
