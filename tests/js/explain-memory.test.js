// What an explanation takes of the core's memory is given back when it ends.
import { linear } from "./footprint.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { createExplainer, explain } from "fetch-with-policy";

const LONG = JSON.stringify({ errors: Array.from({ length: 1000 }, (_, n) => ({ field: `lines.${n}`, message: "must be between 1 and 100" })) });
const REPORTS = [
  { status: 422, body: LONG, now: 0 },
  { status: 404, body: '{"error":{"code":"x","message":"größer"}}', headers: { "x-request-id": "ä" }, now: 0 },
  { status: 500, body: "", now: 0 },
  { error: new TypeError("fetch failed"), now: 0 },
];

test("10,000 explanations leave no memory behind, and say the same as the first ones", () => {
  const own = createExplainer({ catalogs: [{ catalog: 1, provider: "acme", hosts: ["api.example.com"], rules: [{ id: "acme.gone", when: { status: 410 }, then: { kind: "not_found" } }] }] });
  const all = () => REPORTS.map((report) => [explain(report), own.explain(report), own.lookup("acme.gone")]);
  const first = all();
  const before = linear();
  for (let n = 0; n < 1000; n++) all();
  assert.deepEqual(all(), first);
  assert.equal(linear(), before);
});
