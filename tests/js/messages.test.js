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

const PACKS = { de, en, es, fr, ja, "pt-BR": ptBR, "zh-Hans": zhHans };
const limited = (seconds) => ({ status: 429, headers: { "retry-after": `${seconds}` } });
const say = (options, report = limited(30)) => createExplainer(options).explain(report).userMessage;
const holes = (text) => [...text.matchAll(/\{[^{}]*\}/g)].map(([hole]) => hole).sort();

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

test("a pack has a text for each key that an explanation can have, and English is what is built in", () => {
  const kinds = new Set();
  const check = (report) => {
    const { kind, userMessage, userMessageKey } = explain(report);
    kinds.add(kind);
    assert.ok(userMessageKey in en, userMessageKey);
    if (!userMessageKey.endsWith(".after")) assert.equal(en[userMessageKey], userMessage);
  };
  for (let status = 200; status < 600; status++) check({ status });
  for (const name of ["AbortError", "TimeoutError", "TypeError"]) check(Object.assign(new Error("x"), { name }));
  check(new TypeError("Failed to fetch"));
  check({ status: 400, body: '{"message":"invalid character \',\' looking for beginning of value"}' });
  check({ status: 402, body: '{"error":{"code":"INSUFFICIENT_BALANCE","details":{"a":1}}}' });
  check(limited(5));
  check({ status: 503, headers: { "retry-after": "5" } });
  for (const key of Object.keys(en)) if (key !== "locale") assert.ok(kinds.has(key.split(".")[1]), key);
});

test("texts hold no code, address or technical word", () => {
  for (const [language, pack] of Object.entries(PACKS)) {
    for (const [key, text] of Object.entries(pack)) {
      if (key !== "locale") assert.doesNotMatch(text.replace(/\{[^}]*\}/g, ""), /[0-9]|:\/\/|\b(HTTP|API|URL|JSON|token|header)\b/, `${language} ${key}`);
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
  assert.equal(say({ messages: packs, locale: "de-CH" }, { status: 403 }), de["user.forbidden"]);
});

test("a key of one's own goes before a pack's, and what is missing is told by the kind", () => {
  const own = { "user.not_found": "Gone fishing." };
  assert.equal(say({ messages: [own, de] }, { status: 404 }), "Gone fishing.");
  assert.equal(say({ messages: [own, de] }, { status: 403 }), de["user.forbidden"]);
  assert.equal(say({ messages: { "user.rate_limited": "Slowly." } }), "Slowly.");
  const catalogs = [{ catalog: 1, provider: "acme", rules: [{ id: "acme.frozen", when: { status: 402 }, then: { kind: "business_rule", userMessageKey: "acme.frozen" } }] }];
  assert.equal(say({ catalogs, messages: [{ "acme.frozen": "Your account rests." }, de] }, { status: 402 }), "Your account rests.");
  assert.equal(say({ catalogs, messages: de }, { status: 402 }), de["user.business_rule"]);
});

test("texts know plurals, numbers and durations; what is malformed stays as it is", () => {
  const text = (pattern, seconds = 30, locale = "en") => say({ messages: { "user.rate_limited.after": pattern }, locale }, limited(seconds));
  for (const [pattern, seconds, locale, expected] of [
    ["{seconds, plural, one {# second} other {# seconds}}", 1, "en", "1 second"],
    ["{seconds, plural, one {# second} other {# seconds}}", 2, "en", "2 seconds"],
    ["{seconds, plural, =2 {a pair} other {#}}", 2, "en", "a pair"],
    ["{seconds,plural,one{секунду}few{секунды}many{секунд}other{секунды}}", 3, "ru", "секунды"],
    ["{seconds,plural,one{секунду}few{секунды}many{секунд}other{секунды}}", 5, "ru", "секунд"],
    ["{seconds, plural, other {wait {seconds, duration}}}", 30, "en", "wait 30 seconds"],
    ["{seconds, duration}", 90, "de", "90 Sekunden"],
    ["{seconds, duration}", 3600, "de", "60 Minuten"],
    ["{seconds, number} s", 12_000, "de", "12.000 s"],
    ["{seconds} s", 12_000, "de", "12000 s"],
    ["{other} {seconds", 1, "en", "{other} {seconds"],
    ["{seconds, plural, one {x}}", 2, "en", "{seconds, plural, one {x}}"],
    ["{seconds, plural, one {x}", 2, "en", "{seconds, plural, one {x}"],
    ["{seconds, what}", 2, "en", "{seconds, what}"],
    ["{constructor} {}", 2, "en", "{constructor} {}"],
    ["} {{seconds}}", 2, "en", "} {{seconds}}"],
  ]) {
    assert.equal(text(pattern, seconds, locale), expected, pattern);
  }
});

test("a server's text for users is offered without marks of direction and on one line, and shown by no pack", () => {
  const body = JSON.stringify({ error: { message: "x", error_user_msg: `Hi\u202e there\n${"a".repeat(900)}`, fbtrace_id: "A", code: 1 } });
  const out = createExplainer({ messages: de }).explain({ status: 400, body });
  assert.ok(out.api.userMessage.startsWith("Hi there a"));
  assert.ok(out.api.userMessage.length <= 500);
  assert.ok(Object.values(de).includes(out.userMessage));
});

test("each pack is a file of at most four kilobytes", () => {
  for (const language of Object.keys(PACKS)) assert.ok(readFileSync(`pkg/messages/${language}.js`).length < 4000, language);
});

test("plurals nest to a bound, and a pack that goes deeper is refused by its key", () => {
  const nested = (depth) => "{seconds, plural, other {".repeat(depth) + "x #" + "}}".repeat(depth);
  for (const depth of [1, 2, 8]) {
    assert.equal(say({ messages: { locale: "en", "user.rate_limited": nested(depth) } }), `x ${30}`);
  }
  for (const text of [nested(9), nested(10_000), "{".repeat(17), "{seconds, plural, other ".repeat(1000)]) {
    assert.throws(() => createExplainer({ messages: { "user.rate_limited": text } }), { name: "PolicyOptionError", field: "messages.user.rate_limited", expected: /16 deep/ });
    assert.throws(() => createExplainer({ messages: [de, { "user.not_found": text }] }), { name: "PolicyOptionError", field: "messages.1.user.not_found" });
  }
  // Braces beside one another, and those that close nothing, nest no deeper.
  for (const text of ["{a}".repeat(10_000), "}".repeat(10_000), "{}".repeat(10_000)]) assert.equal(say({ messages: { "user.rate_limited": text } }), text);
});

test("a pack that is changed later is not read again", () => {
  const pack = { "user.rate_limited": "first" };
  const explainer = createExplainer({ messages: pack });
  pack["user.rate_limited"] = "{seconds, plural, other {".repeat(100_000);
  assert.equal(explainer.explain(limited(30)).userMessage, "first");
});
