// No secret shows in an explanation, wherever it stood in what is explained: only `api` quotes the server word for word.
// Secrets have the forms that they have in the wild: a word that looks like none, a password of six letters in a sentence
// that does not call it one, cannot be told from any other word.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createExplainer, explain, explainResponse } from "fetch-with-policy";
import { found, textOf } from "./planted.js";

/** By form: what is known by its look. */
const LOOKS = {
  jwt: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
  openai: "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl",
  stripe: "sk_live_51HqLyjWDarjtT1zdp7dc",
  github: "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
  slack: "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy",
  aws: "AKIAIOSFODNN7EXAMPLE",
  google: "AIzaSyDaGmWKa4JsXZ-HjGw7ISLn_3namBGewQe",
  hex: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c",
  uuid: "6fa459ea-ee8a-3ca4-894e-db77e160355e",
  base64: "dXNlcjpwYXNzd29yZDEyMzQ1Ng==",
  slashed: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY17",
  mail: "jane.doe+school@mail.example.com",
};
/** Known only by the name that stands before it. */
const NAMED = "hunter2x";

/** What is searched of an explanation. */
function told(explanation) {
  const { api, ...rest } = explanation;
  assert.ok(api !== undefined && rest.id !== "");
  return textOf(rest);
}

const check = (secret, input, context) => assert.deepEqual(found(told(explain(input)), { secret }), [], JSON.stringify({ context, explanation: explain(input) }, (key, value) => (key === "api" ? undefined : value)).slice(0, 1500));

/** Bodies that hold a secret, by the shape of an API's errors. */
const bodies = (secret) => ({
  plain: `Access denied for ${secret}.`,
  quoted: `Invalid token '${secret}'`,
  oauth: JSON.stringify({ error: "invalid_grant", error_description: `The grant ${secret} is expired`, error_uri: `https://example.com/?t=${secret}` }),
  problem: JSON.stringify({ type: `https://example.com/problems?t=${secret}`, title: "Bad", status: 400, detail: `value ${secret} is not allowed`, instance: `/users?key=${secret}` }),
  fields: JSON.stringify({ errors: [{ field: "email", message: `${secret} is not valid` }, { loc: ["body", "token"], msg: "bad", input: secret }] }),
  laravel: JSON.stringify({ message: "invalid", errors: { email: [`The value ${secret} has been taken.`], [secret]: ["is unknown"] } }),
  jsonApi: JSON.stringify({ errors: [{ status: "422", source: { pointer: "/data/token" }, detail: `${secret} is no token`, meta: { token: secret } }] }),
  google: JSON.stringify({ error: { code: 400, message: `Invalid value: ${secret}`, status: "INVALID_ARGUMENT", details: [{ fieldViolations: [{ field: "key", description: `bad ${secret}` }], metadata: { key: secret } }] } }),
  graphql: JSON.stringify({ errors: [{ message: `Variable $token got invalid value ${secret}`, extensions: { code: "BAD_USER_INPUT", token: secret } }] }),
  clever: JSON.stringify({ error: `clever: no district for token ${secret}`, code: secret }),
  html: `<html><head><title>Error ${secret}</title></head><body><h1>500</h1><a href="https://u:${secret}@example.com/?k=${secret}">x</a></body></html>`,
  xml: `<Error><Code>SignatureDoesNotMatch</Code><Message>bad</Message><AWSAccessKeyId>${secret}</AWSAccessKeyId><StringToSign>${secret}</StringToSign></Error>`,
  broken: `{"error": "${secret}", "token": "${secret}`,
  form: `error=invalid_request&access_token=${secret}`,
});

/** The same for a secret that only its name tells. */
const named = (secret) => ({
  json: JSON.stringify({ error: "bad", password: secret, access_token: secret, client_secret: secret, nested: { "x-api-key": secret, session_id: secret } }),
  prose: `Rejected. password=${secret}; Authorization: Bearer ${secret} token: "${secret}"`,
  escaped: JSON.stringify({ error: `request was {"password":"${secret}"}` }),
  form: `grant_type=x&client_secret=${secret}&password=${secret}`,
});

/** Where a request, a response or what was thrown may hold it. */
const places = (secret) => {
  const escaped = encodeURIComponent(secret);
  return {
    "request headers that came back": { headers: { authorization: `Bearer ${secret}`, cookie: `sid=${secret}`, "x-api-key": secret, "set-cookie": `sid=${secret}; Path=/` } },
    "headers that were sent": { requestHeaders: { authorization: `Bearer ${secret}`, cookie: `sid=${secret}`, "x-api-key": secret, "x-own": secret, accept: secret, "content-type": secret }, requestBody: '{"a":1}', method: "POST", url: "https://api.example.com/" },
    "a raw token": { requestHeaders: { authorization: secret }, headers: { "www-authenticate": "Basic" } },
    "a token of two words": { requestHeaders: { authorization: `${secret} ${secret}` } },
    "a scheme twice": { requestHeaders: [["Authorization", `Bearer Bearer ${secret}`]] },
    "a user and a password": { requestHeaders: { authorization: `Basic ${secret}` } },
    "an address with what was not filled in": { url: `https://api.example.com/{id}/undefined//x?key=${escaped}%20&x=%2520&token=${escaped}&id=null`, requestHeaders: { accept: "*/*" } },
    "a challenge": { headers: { "www-authenticate": `Bearer realm="x", error="invalid_token", error_description="token=${secret}"` } },
    "a location": { headers: { location: `https://example.com/callback?code=${secret}#access_token=${secret}`, link: `<https://example.com/?key=${secret}>; rel="help"` } },
    "an address": { url: `https://jane:${escaped}@api.example.com/v1/items?key=${escaped}&access_token=${escaped}&limit=20000&x=undefined#token=${escaped}` },
    "a page's address": { url: "http://api.example.com/", pageUrl: `https://jane:${escaped}@app.example.com/?token=${escaped}#${escaped}` },
    "a request's body": { method: "POST", url: "https://api.example.com/", requestBody: JSON.stringify({ password: secret, token: secret, name: "{{name}}" }) },
    "a request's form": { method: "POST", url: "https://api.example.com/", requestBody: `client_secret=${escaped}&password=${escaped}` },
    "a failure's message": { status: null, error: new TypeError(`request to https://u:${escaped}@api.example.com/?key=${escaped} failed, token=${secret}`) },
    "a failure's cause": { status: null, error: new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ECONNREFUSED token=${secret} https://u:${escaped}@h.example/?k=${escaped}`), { code: "ECONNREFUSED" }) }) },
  };
};

const STATUSES = [200, 302, 400, 401, 403, 404, 409, 413, 422, 429, 500, 503];

for (const [form, secret] of Object.entries({ ...LOOKS, "a value by its name": NAMED })) {
  test(`${form}: in no explanation`, () => {
    const shapes = secret === NAMED ? named(secret) : { ...bodies(secret), ...named(secret) };
    for (const status of STATUSES) {
      for (const [shape, body] of Object.entries(shapes)) check(secret, { status, body, headers: { "content-type": "application/json" }, url: "https://api.example.com/v1/items" }, { status, shape });
      for (const provider of ["clever", "github", "unit21"]) for (const [shape, body] of Object.entries(shapes)) check(secret, { status, body, provider }, { status, shape, provider });
      for (const [place, report] of Object.entries(places(secret))) check(secret, { status, ...report }, { status, place });
    }
    for (const [place, { error }] of Object.entries(places(secret))) if (error !== undefined) check(secret, error, { thrown: place });
  });
}

test("a hole of a template is redacted by what stands around it", () => {
  const rules = ["no value {value} here", "{value} is what came", "the pair {value}"].map((message, n) => ({ id: `acme.${n}`, when: { message: ["*" + message + "*", `*: {value}`, `*={value}`, `* {field} of {entity}`, "missing {fields}"] }, then: { kind: "locked", field: "{value}", causes: [{ id: `c${n}`, text: "It was {value}, {entity}." }], action: "Not {value}.", title: "{value}" } }));
  const { explain } = createExplainer({ catalogs: [{ catalog: 1, provider: "acme", rules }] });
  for (const message of [`password: ${NAMED}`, `secret_token=${NAMED}`, `see https://x.example/?page=${NAMED}`, `the session: "${NAMED}"`, `Authorization: Bearer ${NAMED} of x`, `missing a, token: ${NAMED}, b`, `field password: ${NAMED} of token: ${NAMED}`]) {
    const explanation = explain({ status: 400, provider: "acme", body: JSON.stringify({ error: "bad", message }) });
    assert.deepEqual(found(told(explanation), { secret: NAMED }), [], `${message}: ${JSON.stringify(explanation)}`);
  }
  const plain = explain({ status: 400, provider: "acme", body: JSON.stringify({ message: "no value seven here" }) });
  assert.equal(plain.title, "seven");
});

test("tokens that are drawn by chance are known by their look", () => {
  let state = 7;
  const chance = () => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31;
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (const [length, most] of [[24, 3], [32, 1], [43, 0]]) {
    let shown = 0;
    for (let n = 0; n < 300; n++) {
      const secret = Array.from({ length }, () => letters[Math.floor(chance() * 64)]).join("");
      shown += found(told(explain({ status: 422, body: JSON.stringify({ errors: [{ field: "x", message: `${secret} is not valid` }] }) })), { secret }).length > 0 ? 1 : 0;
    }
    assert.ok(shown <= most, `${shown} of 300 with ${length} letters`);
  }
});

test("a response is explained without its address' secrets", async () => {
  for (const secret of Object.values(LOOKS)) {
    const response = new Response(JSON.stringify({ error: `token ${secret} is bad`, token: secret }), { status: 401, headers: { "set-cookie": `sid=${secret}`, "www-authenticate": `Bearer error_description="${secret}"` } });
    const explanation = await explainResponse(response, { url: `https://u:${encodeURIComponent(secret)}@api.example.com/?token=${encodeURIComponent(secret)}`, method: "GET", requestBody: `token=${secret}`, requestHeaders: new Headers({ authorization: `Bearer ${encodeURIComponent(secret)}`, "x-own": encodeURIComponent(secret) }) });
    assert.deepEqual(found(told(explanation), { secret }), [], JSON.stringify(explanation));
  }
});

test("what the server said is quoted where it is asked for, in api", () => {
  const { api } = explain({ status: 400, body: JSON.stringify({ error: "bad", message: `token ${LOOKS.hex} is bad` }) });
  assert.ok(api.message.includes(LOOKS.hex));
});
