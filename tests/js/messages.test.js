// Texts for end users: the packs, and what createExplainer makes of them.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { createExplainer, explain } from "fetch-with-policy";
import de from "fetch-with-policy/messages/de";
import en from "fetch-with-policy/messages/en";
import es from "fetch-with-policy/messages/es";
import fr, { messages as named } from "fetch-with-policy/messages/fr";
import ja from "fetch-with-policy/messages/ja";
import ptBR from "fetch-with-policy/messages/pt-BR";
import zhHans from "fetch-with-policy/messages/zh-Hans";
import { IntlMessageFormat } from "intl-messageformat";

const PACKS = { de, en, es, fr, ja, "pt-BR": ptBR, "zh-Hans": zhHans };
const limited = (seconds) => ({ status: 429, headers: { "retry-after": `${seconds}` } });
const say = (options, report = limited(30)) => createExplainer(options).explain(report).userMessage;
/** The arguments of a text, by its own mark. */
const holes = (text) => [...new Set([...text.matchAll(/\{(\w+)[,}]/g)].map(([, name]) => name))].sort();

test("each pack is an entry of the package, and has the keys and the holes of English", () => {
  assert.deepEqual(readdirSync("pkg-template/messages").map((name) => name.replace(".json", "")).sort(), Object.keys(PACKS).sort());
  assert.equal(named, fr);
  for (const [language, pack] of Object.entries(PACKS)) {
    assert.equal(pack.locale, language);
    assert.deepEqual(Object.keys(pack), Object.keys(en), language);
    for (const [key, text] of Object.entries(pack)) {
      assert.deepEqual(holes(text), holes(en[key]), `${language} ${key}`);
      if (key !== "locale" && language !== "en") assert.notEqual(text, en[key], `${language} ${key}`);
    }
  }
});

// That the English pack has the keys and texts of the core is tests/it/explain_texts.rs.
test("the English pack says what is built in, with waits of all units too", () => {
  const seen = new Set();
  const check = (report) => {
    const { userMessage, userMessageKey, params } = explain(report);
    seen.add(userMessageKey);
    assert.ok(userMessageKey in en, userMessageKey);
    assert.equal(say({ messages: en }, report), userMessage);
    assert.deepEqual(Object.keys(params), userMessageKey.endsWith(".after") ? ["seconds", "wait", "unit"] : []);
  };
  for (let status = 200; status < 600; status++) check({ status });
  for (const seconds of [0, 1, 2, 59, 60, 119, 120, 121, 3600, 7199, 7200, 86_400, 172_800]) {
    for (const status of [429, 503]) check({ status, headers: { "retry-after": `${seconds}` } });
  }
  for (const name of ["AbortError", "TimeoutError", "TypeError"]) check(Object.assign(new Error("x"), { name }));
  check(new TypeError("Failed to fetch"));
  check(new TypeError("Cannot read properties of undefined (reading 'id')"));
  for (const key of ["user.rate_limited.after", "user.unavailable.after", "user.aborted", "user.unknown"]) assert.ok(seen.has(key), key);
});

test("other i18n tools show the packs as they are, with an explanation's params", () => {
  for (const [language, pack] of Object.entries(PACKS)) {
    for (const report of [limited(1), limited(30), limited(600), limited(7200), limited(500_000), { status: 503, headers: { "retry-after": "2" } }, { status: 404 }]) {
      const { userMessage, userMessageKey, params } = createExplainer({ messages: pack }).explain(report);
      assert.equal(new IntlMessageFormat(pack[userMessageKey], language).format(params), userMessage);
    }
    for (const [key, text] of Object.entries(pack)) assert.doesNotThrow(() => new IntlMessageFormat(text, language), key);
  }
});

test("texts hold no code, address or technical word", () => {
  for (const [language, pack] of Object.entries(PACKS)) {
    for (const [key, text] of Object.entries(pack)) {
      if (key !== "locale") assert.doesNotMatch(text.replace(/\{\w+, \w+, |\{\w+, number\}|=\d|#/g, ""), /[0-9]|:\/\/|\b(HTTP|API|URL|JSON|token|header)\b/, `${language} ${key}`);
    }
  }
});

test("a wait is told in the language's own words", () => {
  assert.equal(say({ messages: en }), "There were too many requests. Please try again in 30 seconds.");
  assert.equal(say({ messages: en }, limited(1)), "There were too many requests. Please try again in 1 second.");
  assert.equal(say({ messages: de }), "Es waren zu viele Anfragen. Bitte versuchen Sie es in 30 Sekunden noch einmal.");
  assert.equal(say({ messages: de }, limited(1)), "Es waren zu viele Anfragen. Bitte versuchen Sie es in 1 Sekunde noch einmal.");
  assert.equal(say({ messages: es }), "Ha habido demasiadas solicitudes. Inténtelo de nuevo dentro de 30 segundos.");
  assert.equal(say({ messages: fr }), "Les demandes ont été trop nombreuses. Veuillez réessayer dans 30 secondes.");
  assert.equal(say({ messages: ja }), "リクエストが多すぎます。30 秒後にもう一度お試しください。");
  assert.equal(say({ messages: ptBR }), "Houve solicitações demais. Tente novamente em 30 segundos.");
  assert.match(say({ messages: zhHans }), /^请求过于频繁，请在30秒钟?后再试。$/);
});

test("a wait is told in the largest unit of which it has two, rounded up", () => {
  for (const [seconds, text] of [[119, "in 119 seconds"], [120, "in 2 minutes"], [121, "in 3 minutes"], [7200, "in 2 hours"], [172_801, "in 3 days"]]) {
    assert.ok(say({ messages: en }, limited(seconds)).endsWith(`${text}.`), `${seconds}`);
  }
});

test("without messages the built-in English speaks, one second in the singular", () => {
  assert.equal(explain(limited(1)).userMessage, "There were too many requests. Please try again in 1 second.");
  assert.equal(say({}), "There were too many requests. Please try again in 30 seconds.");
  assert.equal(say({ locale: "de" }), "There were too many requests. Please try again in 30 seconds.");
  assert.equal(explain({ status: 503, headers: { "retry-after": "2" } }).userMessage, "The service is unavailable right now. Please try again in 2 seconds.");
});

test("of a list the packs of the locale's language speak, the closest first, then English", () => {
  const deCH = { locale: "de-CH", "user.not_found": "Das gibts nicht." };
  const packs = [fr, de, deCH, zhHans, ptBR];
  const missing = { status: 404 };
  for (const [locale, text] of [
    ["de-CH", "Das gibts nicht."],
    ["de-AT", de["user.not_found"]],
    ["de", de["user.not_found"]],
    ["fr-CA", fr["user.not_found"]],
    ["zh-CN", zhHans["user.not_found"]],
    ["zh-TW", en["user.not_found"]],
    ["pt-PT", ptBR["user.not_found"]],
    ["nl", en["user.not_found"]],
  ]) {
    assert.equal(say({ messages: packs, locale }, missing), text, locale);
  }
  assert.equal(say({ messages: packs, locale: "de-CH" }, { status: 413 }), de["user.too_large"]);
});

test("a key of one's own goes before a pack's, and what is missing is told by the kind", () => {
  const own = { "user.not_found": "Gone fishing." };
  assert.equal(say({ messages: [own, de] }, { status: 404 }), "Gone fishing.");
  assert.equal(say({ messages: [own, de] }, { status: 413 }), de["user.too_large"]);
  assert.equal(say({ messages: { "user.rate_limited": "Slowly." } }), "Slowly.");
  const catalogs = [{ catalog: 1, provider: "acme", rules: [{ id: "acme.frozen", when: { status: 402 }, then: { kind: "business_rule", userMessageKey: "acme.frozen" } }] }];
  assert.equal(say({ catalogs, messages: [{ "acme.frozen": "Your account rests." }, de] }, { status: 402 }), "Your account rests.");
  assert.equal(say({ catalogs, messages: de }, { status: 402 }), de["user.business_rule"]);
});

test("a text that cannot be shown is passed over: the next pack's, the kind's, at last English", () => {
  const broken = "{seconds, plural, one {x";
  const kept = explain(limited(30)).userMessage;
  assert.equal(say({ messages: { "user.rate_limited.after": broken } }), kept);
  assert.equal(say({ messages: [{ "user.rate_limited.after": broken }, de] }), say({ messages: de }));
  assert.equal(say({ messages: { "user.rate_limited.after": broken, "user.rate_limited": "Slowly." } }), "Slowly.");
  // An argument that only a wait has, where there is none.
  assert.equal(say({ messages: { "user.not_found": "In {wait} {unit}." } }, { status: 404 }), en["user.not_found"]);
  const unauthenticated = { status: 401, body: '{"error":{"message":"Session expired, log in again"}}' };
  assert.equal(explain(unauthenticated).userMessageKey, "user.unauthenticated.expired");
  assert.equal(say({ messages: { "user.unauthenticated.expired": "{", "user.unauthenticated": "Hello again." } }, unauthenticated), "Hello again.");
  assert.equal(say({ messages: { "user.unauthenticated.expired": "{", "user.unauthenticated": "}" } }, unauthenticated), en["user.unauthenticated.expired"]);
});

test("a server's text for users is offered without marks of direction and on one line, and shown by no pack", () => {
  const body = JSON.stringify({ error: { message: "x", error_user_msg: `Hi\u202e there\n${"a".repeat(900)}`, fbtrace_id: "A", code: 1 } });
  const out = createExplainer({ messages: de }).explain({ status: 400, body });
  assert.ok(out.api.userMessage.startsWith("Hi there a"));
  assert.ok(out.api.userMessage.length <= 500);
  assert.ok(Object.values(de).includes(out.userMessage));
});

test("each pack is a file of at most five kilobytes", () => {
  for (const language of Object.keys(PACKS)) assert.ok(readFileSync(`pkg/messages/${language}.js`).length < 5000, language);
});

test("a pack that is changed later is not read again", () => {
  const pack = { "user.rate_limited": "first" };
  const explainer = createExplainer({ messages: pack });
  pack["user.rate_limited"] = "{seconds, plural, other {".repeat(100_000);
  assert.equal(explainer.explain(limited(30)).userMessage, "first");
});
