// @ts-check
// Public functions and error classes have their own names after minifying: in `name`, in stacks and in `inspect`.
import assert from "node:assert/strict";
import test from "node:test";
import { inspect } from "node:util";
import { build } from "esbuild";

const DETAILS = { retryAt: 0, response: new Response(), explanation: {}, record: { call: 1, attempts: [], waited: 0 } };

/** The main entry minified once more, as an application's bundler does it. */
async function bundled() {
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "fetch-with-policy/static";', resolveDir: "." },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

/** @type {[string, () => Promise<any>][]} */
const ENTRIES = [
  ["node.js", () => import("fetch-with-policy")],
  ["index.js", () => import("../../pkg/index.js")],
  ["url/index.js", () => import("../../pkg/url/index.js")],
  ["testing.js", () => import("../../pkg/testing.js")],
  ["node-testing.js", () => import("../../pkg/node-testing.js")],
  ["opentelemetry.js", () => import("../../pkg/opentelemetry.js")],
  ["index.js, minified by a user", bundled],
  ["debug.js", () => import("../../pkg/debug.js")],
  ["devtools.js", () => import("../../pkg/devtools.js")],
  ["state.js", () => import("../../pkg/state.js")],
];

/** @param {object} object @param {string} of */
function membersAreNamed(object, of) {
  const members = Object.entries(Object.getOwnPropertyDescriptors(object)).filter(([, { value }]) => typeof value === "function");
  assert.ok(members.length > 0, of);
  for (const [key, { value }] of members) assert.equal(value.name, key, `${of}.${key}`);
}

for (const [entry, load] of ENTRIES) {
  test(`each export has its own name: ${entry}`, async () => {
    const exported = await load();
    const functions = Object.entries(exported).filter(([, value]) => typeof value === "function");
    assert.ok(functions.length > 0);
    for (const [name, value] of functions) assert.equal(value.name, name);
  });
}

for (const [entry, load] of [ENTRIES[0], ENTRIES[1], ENTRIES[6]]) {
  test(`what is made has members with their own names: ${entry}`, async () => {
    const { createPolicy, createExplainer } = await load();
    membersAreNamed(createPolicy(), "policy");
    membersAreNamed(createExplainer(), "explainer");
  });

  test(`inspect shows each error class under its own name: ${entry}`, async () => {
    const { CircuitOpenError, HttpError, PolicyError, PolicyOptionError, RateLimitError } = await load();
    for (const error of [
      new PolicyError("internal", "text"),
      new PolicyOptionError("retry", "an object"),
      new RateLimitError("queue-full", "text", DETAILS),
      new CircuitOpenError("text", DETAILS),
      new HttpError("text", DETAILS),
    ]) {
      const { name } = error.constructor;
      assert.match(inspect(error), new RegExp(`^${name}: `));
      assert.match(inspect(error.constructor), new RegExp(`^\\[class ${name} extends (Policy)?Error\\]$`));
      assert.match(/** @type {string} */ (error.stack), new RegExp(`^${name}: `));
      assert.equal(error.name, name);
    }
  });

  test(`stacks show the public function that was called: ${entry}`, async () => {
    const { createExplainer, createPolicy, defineCatalog, defineMessages, fetchWithPolicy, formatExplanation, readQuotas } = await load();
    /** @type {[string, () => unknown][]} */
    const calls = [
      ["createPolicy", () => createPolicy({ retry: 1 })],
      ["createExplainer", () => createExplainer({ catalogs: 1 })],
      ["defineCatalog", () => defineCatalog(1)],
      ["defineMessages", () => defineMessages(1)],
      ["formatExplanation", () => formatExplanation({}, { as: "pdf" })],
      ["readQuotas", () => readQuotas([{ a: 1 }])],
    ];
    for (const [name, call] of calls) {
      assert.throws(call, (/** @type {Error} */ error) => new RegExp(`\\bat (\\w+\\.)?${name} `).test(`${error.stack}`) || assert.fail(`${error.stack}`));
    }
    const prepare = () => {
      throw new Error("from prepare");
    };
    const policy = createPolicy({ prepare });
    await assert.rejects(policy.fetch("http://localhost:9/"), (/** @type {Error} */ { stack }) => /\bat (\w+\.)?fetch /.test(`${stack}`) || assert.fail(stack));
    const own = fetchWithPolicy("http://localhost:9/", {}, { prepare });
    await assert.rejects(own, (/** @type {Error} */ { stack }) => /\bat (\w+\.)?fetchWithPolicy /.test(`${stack}`) || assert.fail(stack));
  });
}

test("the simulator's members have their own names", async () => {
  const { createSimulator } = await import("../../pkg/testing.js");
  membersAreNamed(createSimulator({ limits: [{ limit: 1, window: 1000 }] }), "simulator");
});
