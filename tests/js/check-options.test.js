// Options are checked without the core, by tables that are generated from it: with the same results and the same messages.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { checkOptions } from "../../pkg-template/src/check-options.js";
import { PolicyError, PolicyOptionError } from "../../pkg-template/src/errors.js";

const read = (name) => JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), "utf8"));
const { unknown, bad, good } = read("options");
const { samples, kinds, options: known } = read("option-values");

/** What must be there where something else of its object is. */
const AROUND = {
  hedge: { delay: 0 },
  quotas: [{ limit: 1, window: 1 }],
  dialects: [{ limit: "x" }],
  profiles: [{ hosts: ["a.example"] }],
};

/** Options with `value` at `path`, and what must be around it. */
function at(path, value) {
  const root = {};
  const parts = path === "" ? [] : path.split(".");
  let inner = root;
  for (const [n, part] of parts.entries()) {
    if (n === parts.length - 1) inner[part] = value;
    else inner = inner[part] ??= structuredClone(AROUND[part]) ?? (/^\d+$/.test(parts[n + 1]) ? [] : {});
  }
  return path === "" ? value : root;
}

const refusal = (options, base) => {
  try {
    checkOptions(options, base);
  } catch (error) {
    assert.ok(PolicyOptionError.is(error) && PolicyError.is(error) && error.code === "invalid-option", error.stack);
    return error;
  }
  return undefined;
};
// The hint at an option of the group is JS's alone: in Rust the type of a group rules such a value out.
const withoutHint = (message) => message?.replace(/; did you mean "[^"]+", .*$/, "");
const valueOf = (sample) => (0, eval)(`(${sample.replace("\t", "\\t")})`);

test("every option makes of every value what the core makes of it", () => {
  assert.ok(known.length > 100 && samples.length > 50);
  for (const [place, [pattern, kind]] of known.entries()) {
    const path = pattern.replace("**", "tokens").replaceAll("*", "0");
    const [expected, taken] = kinds[kind];
    const numbers = new Map(taken);
    for (const sample of samples) {
      const value = valueOf(sample);
      const what = `${path}: ${sample}`;
      const error = refusal(at(path, value));
      if (!numbers.has(sample)) {
        assert.deepEqual([error?.field, error?.expected, withoutHint(error?.message)], [path, expected, `${path === "" ? "options" : path}: expected ${expected}`], what);
      } else if (error !== undefined) {
        // Taken, but something is missing in it.
        assert.ok(["{}", "[1]", '"'].includes(sample) && error.field.startsWith(path), `${what}: ${error.message}`);
      } else {
        const leaf = checkOptions(at(path, value)).findLast((leaf) => leaf[0] === place);
        assert.deepEqual([Math.min(leaf[1], 2 ** 63), typeof value === "string" && leaf[2]], [numbers.get(sample), typeof value === "string" && value], what);
      }
    }
  }
});

for (const [path, meant] of unknown) {
  test(`unknown: ${path.slice(0, 40)}${meant ? `, probably ${meant}` : ""}`, () => {
    const { field, expected, message } = refusal(at(path, 1));
    assert.deepEqual([field, expected], [path, "a known option"]);
    assert.equal(message, `unknown option "${path}"${meant ? `; did you mean "${meant}"?` : ""}`);
    // Nothing is set by it.
    assert.equal(refusal(at(path, undefined)), undefined);
  });
}

for (const [options, field, message] of bad) {
  test(`bad: ${JSON.stringify(options)}`, () => {
    const error = refusal(options);
    assert.deepEqual([error?.field, withoutHint(error?.message)], [field, message]);
  });
}

for (const options of good) {
  test(`good: ${JSON.stringify(options)}`, () => assert.equal(refusal(options), undefined));
}

test("what is set already need not be set again", () => {
  const base = checkOptions({ hedge: { delay: 5 }, rateLimit: { quotas: [{ limit: 1, window: 1 }] } });
  assert.equal(refusal({ hedge: { maxHedges: 2 } }, base), undefined);
  assert.equal(refusal({ hedge: { maxHedges: 2 } }, checkOptions({ hedge: false }))?.field, "hedge.delay");
  // An array replaces the one before it.
  assert.equal(refusal({ rateLimit: { quotas: [{ limit: 1 }] } }, base)?.field, "rateLimit.quotas.0.window");
});

test("names are members, not paths, and what is inherited is none", () => {
  for (const options of [{ "retry.maxAttempts": 3 }, { "": { retry: false } }, { retry: { "statuses.*": 500 } }]) {
    assert.equal(refusal(options)?.expected, "a known option");
  }
  assert.equal(refusal(JSON.parse('{"__proto__": 1}'))?.field, "__proto__");
  assert.deepEqual(checkOptions(Object.create({ retry: 5 })).length, 1);
  assert.deepEqual(checkOptions(undefined), checkOptions({}));
  // Without the schema and with it.
  assert.deepEqual(checkOptions({}), checkOptions({ retry: undefined }));
});

test("an array is the caller's in its order, and nothing of an option that is kept is looked at", () => {
  const host = new Proxy({}, { get: () => assert.fail(), ownKeys: () => assert.fail() });
  const leaves = checkOptions({ host, profiles: [{ hosts: ["a.example", "b.example"], catalog: host }] });
  assert.deepEqual(leaves.filter(([, , text]) => /example/.test(typeof text === "string" ? text : "")).map(([, , text]) => text), ["a.example", "b.example"]);
});

test("an element that is undefined is a mistake: a profile that was imported by a wrong name", () => {
  assert.throws(() => checkOptions({ profiles: [undefined] }), (error) => error instanceof PolicyOptionError && error.field === "profiles.0");
  assert.throws(() => checkOptions({ rateLimit: { quotas: [{ limit: 1, window: 1 }, undefined] } }), { field: "rateLimit.quotas.1" });
  assert.deepEqual(checkOptions({ profiles: undefined, retry: undefined }).length, 1);
});
