// Catalogs of a user's: layers, every word of the format, the lint, pages of rules.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { HttpError, PolicyOptionError, createExplainer, createPolicy, defineCatalog, explain } from "fetch-with-policy";

const URL = "https://api.acme.test/v1/things?limit=20000&mode=fast";
const acme = (rules, more) => ({ catalog: 1, provider: "acme", hosts: ["api.acme.test"], rules, ...more });
const rule = (when, then = {}, more = {}) => ({ id: "acme.it", when, then: { kind: "locked", ...then }, ...more });
const of = (catalog, report) => createExplainer({ catalogs: [catalog] }).explain({ url: URL, ...report });
const ANSWER = {
  status: 400,
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Left": "12" },
  body: '{"error":{"code":"E_17","message":"Seat 12A is Taken","count":7,"ok":false}}',
  requestBody: '{"seat":"12A"}',
  requestHeaders: { Authorization: "Bearer undefined", "X-Page": "7" },
};

for (const [name, when, holds] of [
  ["a status", { status: 400 }, true],
  ["another status", { status: 404 }, false],
  ["a list of statuses", { status: [404, 400] }, true],
  ["a class of statuses", { status: "4xx" }, true],
  ["a method in any case", { method: "post" }, true],
  ["a list of methods", { method: ["PUT", "GET"] }, false],
  ["a header that is there", { header: { "x-left": true } }, true],
  ["a header's name in any case", { header: { "X-LEFT": { present: true } } }, true],
  ["a header that is not there", { header: { "x-right": false } }, true],
  ["a header that should not be there", { header: { "x-left": { exists: false } } }, false],
  ["a header's number", { header: { "x-left": { gt: 11, lt: 13 } } }, true],
  ["a header's number that is too small", { header: { "x-left": { gte: 13 } } }, false],
  ["a header's text", { header: { "content-type": { equals: "application/json" } } }, true],
  ["a code", { code: "E_17" }, true],
  ["a list of codes with a star", { code: ["X", "E_*"] }, true],
  ["a message as template, capital letters behind a hole", { message: "Seat {seat} is Taken" }, true],
  ["a message that contains", { message: { contains: "TAKEN" } }, true],
  ["a message that starts with", { message: { startsWith: "seat" } }, true],
  ["a message that equals", { message: { equals: "Seat" } }, false],
  ["a message's template among other tests", { message: { startsWith: "Seat", template: ["x", "*taken"] } }, true],
  ["a body", { body: { contains: "E_17" } }, true],
  ["what was sent", { requestBody: { contains: '"seat"' } }, true],
  ["a header that was sent", { requestHeader: { "x-page": "{page}" } }, true],
  ["a header that was sent, by its number", { requestHeader: { "X-Page": { gte: 8 } } }, false],
  ["a header that was not sent", { requestHeader: { "x-tenant": false } }, true],
  ["a header that should not have been sent", { requestHeader: { authorization: { exists: false } } }, false],
  ["what is wrong with the request", { request: ["auth-empty", "auth-undefined"] }, true],
  ["what is not wrong with the request", { request: "auth-empty" }, false],
  ["a value of JSON that is there", { json: { "/error/count": { exists: true } } }, true],
  ["a value of JSON that is not there", { json: { "/error/other": { exists: false } } }, true],
  ["a number of JSON", { json: { "/error/count": { equals: 7 } } }, true],
  ["a number of JSON in a list", { json: { "/error/count": { equals: [8, 7] } } }, true],
  ["a greater number of JSON", { json: { "/error/count": { gt: 7 } } }, false],
  ["true and false of JSON", { json: { "/error/ok": { equals: false } } }, true],
  ["a type of JSON", { json: { "/error": { type: "object" }, "/error/code": "string" } }, true],
  ["another type of JSON", { json: { "/error/code": { type: "number" } } }, false],
  ["a text of JSON", { json: { "/error/code": "E_{number}" } }, true],
  ["a host", { url: { host: "*.acme.test" } }, true],
  ["a path", { url: { path: "/v1/{what}" } }, true],
  ["a parameter that is there", { url: { param: "limit" } }, true],
  ["a parameter's number", { url: { param: "limit", gt: 10000 } }, true],
  ["a parameter's number that fits", { url: { param: "limit", lte: 10000 } }, false],
  ["several parameters", { url: { param: { limit: { gt: 1 }, mode: "fast", other: false } } }, true],
  ["the shape of the body", { bodyIs: ["json", "text"] }, true],
  ["another shape", { bodyIs: "html" }, false],
  ["not", { not: { status: 404 } }, true],
  ["not of what holds", { not: { code: "E_17" } }, false],
  ["any", { any: [{ status: 404 }, { code: "E_17" }] }, true],
  ["all members together", { status: 400, code: "E_18" }, false],
]) {
  test(`a rule asks for ${name}`, () => {
    const catalog = defineCatalog(acme([rule(when)]));
    assert.equal(of(catalog, ANSWER).id === "acme.it", holds);
  });
}

test("a rule says kind, reason, verdict, texts with holes, fields, a link and a key of its own", () => {
  const then = {
    kind: "not_found",
    reason: "gone",
    retry: { verdict: "backoff", baseDelay: 500, maxTries: 2, requiresIdempotency: true },
    title: "Seat {seat} is gone",
    whatHappened: "Somebody else took {seat}.",
    causes: [{ id: "taken", text: "{seat} was taken; limit is {url.limit}.", check: "Look at {seat}." }],
    action: "Offer a seat other than {seat}.",
    docsUrl: "https://acme.test/docs/{seat}",
    userMessageKey: "acme.seat",
    fields: ["seat", "seats.{seat}"],
    fieldReason: "unknown",
    fieldMessage: "is taken",
    in: "body",
  };
  const out = of(defineCatalog(acme([rule({ message: "Seat {seat} is taken", url: { param: "limit" } }, then)])), ANSWER);
  assert.equal(out.kind, "not_found");
  assert.equal(out.reason, "gone");
  assert.equal(out.provider, "acme");
  assert.deepEqual(out.retry, { verdict: "backoff", baseDelay: 500, maxTries: 2, requiresIdempotency: true });
  assert.deepEqual([out.title, out.whatHappened, out.action], ["Seat 12A is gone", "Somebody else took 12A.", "Offer a seat other than 12A."]);
  assert.deepEqual([out.causes[0].text, out.causes[0].check, out.causes[0].confidence], ["12A was taken; limit is 20000.", "Look at 12A.", "likely"]);
  assert.equal(out.api.docsUrl, "https://acme.test/docs/12A");
  assert.equal(out.userMessageKey, "acme.seat");
  assert.deepEqual(out.fields.map(({ path, message, in: place, reason }) => [path, message, place, reason]), [
    ["seat", "is taken", "body", "unknown"],
    ["seats.12A", "is taken", "body", "unknown"],
  ]);
});

test("a user's rule goes before a provider's, by priority, then by the number of conditions, then by order", () => {
  const clever = { status: 404, url: "https://api.clever.com/v3.0/x", body: '{"message":"User not found"}' };
  const own = (rules) => createExplainer({ catalogs: [{ catalog: 1, provider: "clever", rules }] }).explain(clever).id;
  assert.equal(explain(clever).id, "clever.user-not-enrolled");
  const make = (id, when, priority) => ({ id, when, priority, then: { kind: "locked" } });
  assert.equal(own([make("clever.a", { status: 404 })]), "clever.a");
  assert.equal(own([make("clever.a", { status: 404 }), make("clever.b", { status: 404, method: "GET" })]), "clever.a");
  assert.equal(own([make("clever.a", { status: 404 }), make("clever.b", { status: 404, message: "*" })]), "clever.b");
  assert.equal(own([make("clever.a", { status: 404 }, 1), make("clever.b", { status: 404, message: "*" })]), "clever.a");
  assert.equal(own([make("clever.a", { status: 404 }), make("clever.b", { status: 404 })]), "clever.a");
});

test("the first of several catalogs goes first", () => {
  const other = acme([{ ...rule({ status: 400 }), id: "acme.other" }]);
  const catalogs = [acme([rule({ status: "4xx" })]), other];
  assert.equal(createExplainer({ catalogs }).explain({ ...ANSWER, url: URL }).id, "acme.it");
  assert.equal(createExplainer({ catalogs: catalogs.reverse() }).explain({ ...ANSWER, url: URL }).id, "acme.other");
});

test("all rules that hold give causes", () => {
  const then = { causes: [{ id: "maybe", confidence: "possible", text: "Maybe." }] };
  const catalog = defineCatalog(acme([rule({ status: 400 }, { causes: [{ id: "sure", confidence: "certain", text: "Sure." }] }), { id: "acme.hint", when: { method: "POST" }, then }]));
  assert.deepEqual(of(catalog, { ...ANSWER, requestHeaders: undefined }).causes.map(({ id }) => id), ["sure", "maybe"]);
});

test("a catalog holds for its hosts; without hosts, wherever no API is recognised; and for what extends it", () => {
  const rules = [rule({ status: 418 })];
  const id = (catalog, url) => createExplainer({ catalogs: [catalog] }).explain({ status: 418, url }).id;
  assert.equal(id(acme(rules), URL), "acme.it");
  assert.equal(id(acme(rules), "https://evil-api.acme.test/"), "http.418");
  assert.equal(id(acme(rules, { hosts: ["*.acme.test"] }), "https://a.b.acme.test/"), "acme.it");
  assert.equal(id(acme(rules, { hosts: ["localhost:8080"] }), "http://localhost:8080/x"), "acme.it");
  assert.equal(id(acme(rules, { hosts: ["localhost:8080"] }), "http://localhost:8081/x"), "http.418");
  assert.equal(id(acme(rules, { hosts: undefined }), "https://x.test/"), "acme.it");
  assert.equal(id(acme(rules, { hosts: undefined }), "https://api.clever.com/"), "http.418");
  const mirror = acme(rules, { extends: ["clever"] });
  const page = createExplainer({ catalogs: [mirror] }).explain({ status: 413, url: URL });
  assert.deepEqual([page.id, page.provider], ["clever.limit-too-large", "acme"]);
});

test("an error under a 200 is found by a user's rule that names the status, and by no other", () => {
  const body = '{"state":"parked"}';
  const when = { json: { "/state": "parked" } };
  assert.equal(of(acme([rule({ status: 200, ...when })]), { status: 200, body }).kind, "locked");
  assert.equal(of(acme([rule(when)]), { status: 200, body }).kind, "success");
  assert.equal(of(acme([rule({ status: 200, ...when })]), { status: 200, body: "{}" }).kind, "success");
});

test("wrong options are refused with their path", () => {
  for (const [options, field] of [
    [null, ""],
    [5, ""],
    [{ catalog: [] }, "catalog"],
    [{ catalogs: {} }, "catalogs"],
    [{ catalogs: [5] }, "catalogs.0"],
    [{ catalogs: [{ catalog: 2, provider: "a", rules: [] }] }, "catalogs.0.catalog"],
    [{ catalogs: [{ catalog: 1, rules: [] }] }, "catalogs.0.provider"],
    [{ catalogs: [{ catalog: 1, provider: "a" }] }, "catalogs.0.rules"],
    [{ catalogs: [{ catalog: 1, provider: "a", rules: [{ id: "a.b" }] }] }, "catalogs.0.rules.0"],
    [{ catalogs: [{ catalog: 1, provider: "a", rules: [], x: 1n }] }, "catalogs.0"],
    [{ catalogs: [{ catalog: 1, provider: "a", rules: [], x: Array(20000).fill(0) }] }, "catalogs.0"],
    [{ messages: "de" }, "messages"],
    [{ messages: { a: 5 } }, "messages.a"],
    [{ messages: [{}, { locale: "not a tag" }] }, "messages.1.locale"],
    [{ locale: "not a tag" }, "locale"],
    [{ locale: 5 }, "locale"],
    [{ catalog: [] }, "catalog"],
  ]) {
    assert.throws(() => createExplainer(options), (error) => PolicyOptionError.is(error) && error.field === field && error.expected !== "", field);
  }
});

for (const [name, catalog, field] of [
  ["no object", 5, "catalog"],
  ["another version", acme([rule({ status: 400 })], { catalog: 2 }), "catalog"],
  ["an unknown key", acme([rule({ status: 400 })], { ruels: [] }), "ruels"],
  ["a function", acme([rule({ status: 400 })], { hosts: [() => {}] }), "hosts[0]"],
  ["a date", acme([rule({ status: 400 }, { title: new Date(0) })]), "rules[acme.it].then.title"],
  ["no provider", acme([{ ...rule({ status: 400 }), id: "undefined.it" }], { provider: undefined }), "provider"],
  ["an empty provider", acme([rule({ status: 400 })], { provider: "" }), "provider"],
  ["a host that is a number", acme([rule({ status: 400 })], { hosts: [5] }), "hosts[0]"],
  ["a link that is a list", acme([rule({ status: 400 }, { docsUrl: ["https://x.test"] })]), "rules[acme.it].then.docsUrl"],
  ["a host with a path", acme([rule({ status: 400 })], { hosts: ["acme.test/x"] }), "hosts[0]"],
  ["no rules", acme([]), "rules"],
  ["an id of another provider", acme([{ ...rule({ status: 400 }), id: "other.x" }]), "rules[0].id"],
  ["two rules of one id", acme([rule({ status: 400 }), rule({ status: 401 })]), "rules[acme.it].id"],
  ["a rule with an unknown key", acme([rule({ status: 400 }, {}, { prio: 1 })]), "rules[acme.it].prio"],
  ["a priority that is none", acme([rule({ status: 400 }, {}, { priority: -1 })]), "rules[acme.it].priority"],
  ["no condition", acme([rule({})]), "rules[acme.it].when"],
  ["an unknown condition", acme([rule({ phase: "moon" })]), "rules[acme.it].when.phase"],
  ["an unknown condition within not", acme([rule({ not: { phase: "moon" } })]), "rules[acme.it].when.not.phase"],
  ["an unknown condition within any", acme([rule({ any: [{ phase: "moon" }] })]), "rules[acme.it].when.any[0].phase"],
  ["a status that is a text", acme([rule({ status: "400" })]), "rules[acme.it].when.status"],
  ["an unknown test", acme([rule({ message: { regex: "x" } })]), "rules[acme.it].when.message.regex"],
  ["a comparison with a text", acme([rule({ url: { param: "limit", gt: "1" } })]), "rules[acme.it].when.url.gt"],
  ["an unknown part of the URL", acme([rule({ url: { query: "x" } })]), "rules[acme.it].when.url.query"],
  ["a path that is no pointer", acme([rule({ json: { "error.code": "x" } })]), "rules[acme.it].when.json.error.code"],
  ["an unknown type of JSON", acme([rule({ json: { "/x": { type: "integer" } } })]), "rules[acme.it].when.json./x.type"],
  ["an unknown shape of the body", acme([rule({ bodyIs: "yaml" })]), "rules[acme.it].when.bodyIs"],
  ["an unknown fault of the request", acme([rule({ request: "auth-odd" })]), "rules[acme.it].when.request"],
  ["no fault of the request", acme([rule({ request: [] })]), "rules[acme.it].when.request"],
  ["a name that no header that is sent can have", acme([rule({ requestHeader: { "a b": true } })]), "rules[acme.it].when.requestHeader.a b"],
  ["a hole that what was sent would fill", acme([rule({ requestHeader: { authorization: "Bearer {token}" } }, { action: "Not {token}." })]), "rules[acme.it].then.action"],
  ["a hole that the fault does not have", acme([rule({ request: "undefined" }, { action: "Not {place}." })]), "rules[acme.it].then.action"],
  ["a rule behind one on any of a header that was sent", acme([rule({ requestHeader: { a: true } }), { ...rule({ requestHeader: { a: "x" } }), id: "acme.b" }]), "rules[acme.b]"],
  ["an unknown kind", acme([rule({ status: 400 }, { kind: "oops" })]), "rules[acme.it].then.kind"],
  ["an unknown reason", acme([rule({ status: 400 }, { kind: "forbidden", reason: "expired" })]), "rules[acme.it].then.reason"],
  ["a reason of a kind that has none", acme([rule({ status: 400 }, { reason: "x" })]), "rules[acme.it].then.reason"],
  ["an unknown verdict", acme([rule({ status: 400 }, { retry: { verdict: "later" } })]), "rules[acme.it].then.retry.verdict"],
  ["a verdict with a member of another", acme([rule({ status: 400 }, { retry: { verdict: "never", until: "x", delay: 5 } })]), "rules[acme.it].then.retry.delay"],
  ["never, without until when", acme([rule({ status: 400 }, { retry: { verdict: "never" } })]), "rules[acme.it].then.retry.until"],
  ["an unknown word of then", acme([rule({ status: 400 }, { fix: "x" })]), "rules[acme.it].then.fix"],
  ["a cause without a text", acme([rule({ status: 400 }, { causes: [{ id: "x" }] })]), "rules[acme.it].then.causes[0].text"],
  ["a rule that says nothing", acme([{ id: "acme.it", when: { status: 400 }, then: {} }]), "rules[acme.it].then"],
  ["a hole that nothing binds", acme([rule({ message: "{seat} taken" }, { action: "Not {set}." })]), "rules[acme.it].then.action"],
  ["a hole that only not would bind", acme([rule({ status: 400, not: { message: "{seat} free" } }, { action: "Not {seat}." })]), "rules[acme.it].then.action"],
  ["a parameter that need not be there", acme([rule({ status: 400 }, { action: "Not {url.limit}." })]), "rules[acme.it].then.action"],
  ["a rule behind one of the same conditions", acme([rule({ status: 400 }), { ...rule({ status: 400 }), id: "acme.b" }]), "rules[acme.b]"],
  ["a rule behind one of wider statuses", acme([rule({ status: "4xx" }), { ...rule({ status: [400, 404] }), id: "acme.b" }]), "rules[acme.b]"],
  ["a rule behind one of a wider template", acme([rule({ message: "*taken*" }), { ...rule({ message: "seat {seat} is taken" }), id: "acme.b" }]), "rules[acme.b]"],
  ["a rule behind one of higher priority and fewer conditions", acme([{ ...rule({ status: 400, code: "x" }), id: "acme.b" }, rule({ status: 400 }, {}, { priority: 1 })]), "rules[acme.b]"],
  ["a test with an unknown key", acme([rule({ status: 400 })], { tests: [{ status: 400, statuz: 1, expect: { id: "acme.it" } }] }), "tests[0].statuz"],
  ["a test without a status", acme([rule({ status: 400 })], { tests: [{ expect: { id: "acme.it" } }] }), "tests[0].status"],
  ["a test that its rule fails", acme([rule({ status: 400 })], { tests: [{ status: 401, expect: { id: "acme.it" } }] }), "rules[acme.it]"],
]) {
  test(`the lint refuses ${name}`, () => {
    assert.throws(
      () => defineCatalog(catalog),
      (error) => {
        assert.ok(PolicyOptionError.is(error), `${error}`);
        assert.equal(error.field, field);
        assert.ok(error.expected.length > 3);
        return true;
      },
    );
  });
}

test("the lint passes rules that are told apart by what they ask", () => {
  const rules = [
    rule({ status: 400, message: "seat {seat} is taken" }),
    { ...rule({ status: 400 }), id: "acme.b" },
    { ...rule({ status: "4xx" }), id: "acme.c" },
    { ...rule({ message: "{code}: *" }), id: "acme.d" },
    { ...rule({ message: "* x *" }), id: "acme.e" },
  ];
  const tests = [
    { status: 400, body: '{"message":"Seat 1 is taken"}', expect: { id: "acme.it" } },
    { status: 404, url: "/v1/x", expect: { id: "acme.c" } },
    { status: 500, url: "https://api.acme.test/", expect: { id: "http.500" } },
  ];
  const catalog = acme(rules, { tests });
  assert.equal(defineCatalog(catalog), catalog);
});

test("the lint passes the example of the format", () => {
  const catalog = {
    catalog: 1,
    provider: "clever",
    hosts: ["api.clever.com", "*.clever.com"],
    extends: ["lang.go"],
    rules: [
      {
        id: "clever.limit-too-large",
        when: { status: [413], url: { param: "limit", gt: 10000 } },
        then: {
          kind: "too_large",
          retry: { verdict: "never", until: "limit <= 10000" },
          field: "limit",
          causes: [{ id: "limit", confidence: "likely", text: "limit is {url.limit}; the most is 10000" }],
          action: "Use limit=10000 or less and page through the rest.",
        },
      },
      {
        id: "clever.grader-unknown",
        when: { status: [400], message: { template: "{code}: {entity} with id {id} not found*" }, method: ["PATCH", "PUT"] },
        then: { kind: "validation_failed", field: "grader_id" },
      },
    ],
    tests: [{ status: 413, url: "/v3.0/students?limit=20000", expect: { id: "clever.limit-too-large" } }],
  };
  assert.equal(defineCatalog(catalog), catalog);
  const out = createExplainer({ catalogs: [catalog] }).explain({ status: 413, url: "https://api.clever.com/v3.0/students?limit=20000" });
  assert.deepEqual(out.retry, { verdict: "never", until: "limit <= 10000" });
  assert.equal(out.causes[0].text, "limit is 20000; the most is 10000");
});

test("the built-in catalogs pass the lint and their own tests", () => {
  let count = 0;
  for (const name of readdirSync("src/explain/catalogs/providers")) {
    const catalog = JSON.parse(readFileSync(`src/explain/catalogs/providers/${name}`, "utf8"));
    // What holds for all APIs is no provider's: it has ids of several groups, and a catalog of users' has one.
    if (catalog.provider === undefined) continue;
    defineCatalog(catalog);
    count++;
  }
  assert.ok(count >= 13);
});

test("a page is found for each rule, each status, each failure of the network and each id that an explanation had", () => {
  const explainer = createExplainer({ catalogs: [acme([rule({ status: 423 }, { title: "Busy", action: "Wait.", docsUrl: "https://acme.test/busy" })])] });
  const ids = new Set(["http.html", "http.invalid-json", "body.not_found", "network.unknown", "network.offline", "fetch.caller", "fetch.opaque", "http.403.rate_limited"]);
  for (const name of readdirSync("src/explain/catalogs/providers")) {
    for (const { id } of JSON.parse(readFileSync(`src/explain/catalogs/providers/${name}`, "utf8")).rules) ids.add(id);
  }
  for (let status = 100; status < 600; status++) ids.add(`http.${status}`);
  for (const { status, url, headers, body, method } of JSON.parse(readFileSync("tests/fixtures/errors-source.json", "utf8")).cases) {
    ids.add(explain({ status: status ?? null, url, headers, body, method }).id);
  }
  for (const id of ids) {
    const page = explainer.lookup(id);
    assert.equal(page?.id, id);
    for (const key of ["kind", "title", "whatHappened", "action"]) assert.ok(page[key].length > 2, `${id} ${key}`);
    assert.ok(Array.isArray(page.causes), id);
  }
  assert.deepEqual(explainer.lookup("acme.it"), {
    id: "acme.it",
    kind: "locked",
    title: "Busy",
    whatHappened: "The server responded 423: Busy.",
    causes: ["The object is being updated."],
    action: "Wait.",
    docsUrl: "https://acme.test/busy",
  });
  for (const id of ["acme.other", "", "x", "http.", undefined, 5]) assert.equal(explainer.lookup(id), undefined);
});

test("a profile's catalog explains what throwHttpErrors throws, for the profile's hosts", async () => {
  const catalog = { catalog: 1, provider: "acme", rules: [rule({ status: 423 }, { title: "Busy" })] };
  const fetch = async () => new Response(null, { status: 423 });
  const policy = createPolicy({ profiles: [{ name: "acme", hosts: ["api.acme.test"], catalog }], fetch, throwHttpErrors: true, retry: false });
  const explanation = async (policy, url) => {
    const error = await policy.fetch(url).catch((error) => error);
    assert.ok(HttpError.is(error), `${error}`);
    return error.explanation;
  };
  assert.deepEqual([(await explanation(policy, URL)).id, (await explanation(policy, URL)).title], ["acme.it", "Busy"]);
  assert.equal((await explanation(policy, "https://other.test/")).id, "http.423");
  assert.equal((await explanation(policy.extend({ retry: false }), URL)).id, "acme.it");
  const explainer = createExplainer({ catalogs: [acme([{ ...rule({ status: 423 }), id: "acme.own" }])] });
  assert.equal((await explanation(policy.extend({ explainer }), URL)).id, "acme.own");
  const broken = createPolicy({ profiles: [{ name: "acme", hosts: ["api.acme.test"], catalog: { x: 1n } }], fetch, throwHttpErrors: true, retry: false });
  assert.equal((await explanation(broken, URL)).id, "http.423");
});

test("a catalog is read once, and what is changed in it later is not seen", async () => {
  const catalog = acme([rule({ status: 400 })]);
  const explainer = createExplainer({ catalogs: [catalog] });
  catalog.rules.length = 0;
  assert.equal(explainer.explain({ ...ANSWER, url: URL }).id, "acme.it");
  assert.equal((await explainer.explainResponse(new Response(ANSWER.body, { status: 400 }), { url: URL })).id, "acme.it");
});
