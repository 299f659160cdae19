// defineMessages: each mistake of a pack, by its key.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { createExplainer, defineMessages } from "fetch-with-policy";

const read = (language) => JSON.parse(readFileSync(`pkg-template/messages/${language}.json`, "utf8"));
const en = read("en");
const acme = { catalog: 1, provider: "acme", rules: [{ id: "acme.sold", when: { status: 409 }, then: { kind: "conflict", userMessageKey: "acme.sold" } }] };

test("the packs of the package are complete, and a pack is given back as it is", () => {
  for (const file of readdirSync("pkg-template/messages")) {
    const pack = read(file.replace(".json", ""));
    assert.equal(defineMessages(pack, { complete: true }), pack);
  }
});

test("the known keys are those of the English pack", () => {
  const keys = Object.keys(en);
  assert.ok(keys.length > 40);
  for (const key of keys) {
    assert.doesNotThrow(() => defineMessages({ [key]: "en" }), key);
    assert.throws(() => defineMessages({ [`${key}x`]: "en" }), { name: "PolicyOptionError", field: `${key}x` });
  }
  // None more: each known key is in the message that a complete pack misses, or is refused without English having it.
  const kinds = keys.filter((key) => key.split(".").length === 2);
  for (const key of kinds) {
    const pack = Object.fromEntries(kinds.filter((other) => other !== key).map((other) => [other, "x"]));
    assert.throws(() => defineMessages(pack, { complete: true }), { field: key, expected: /a text: each kind has one/ });
    assert.doesNotThrow(() => defineMessages(pack));
  }
  assert.doesNotThrow(() => defineMessages(Object.fromEntries(kinds.map((key) => [key, "x"])), { complete: true }));
});

test("an unknown key is refused, with the closest known one", () => {
  for (const [key, meant] of [
    ["user.lockd", "user.locked"],
    ["locked", "user.locked"],
    ["user.rate_limit.after", "user.rate_limited.after"],
    ["user.unauthenticated.stepup", "user.unauthenticated.step_up"],
    ["user.notFound", "user.not_found"],
    ["user.xxxxxxxxxxxxxxxxxxxxxxxxxxxx", undefined],
    ["", undefined],
  ]) {
    assert.throws(
      () => defineMessages({ [key]: "x" }),
      (error) => error.name === "PolicyOptionError" && error.field === key && error.message.endsWith(meant === undefined ? `unknown key "${key}"` : `; did you mean "${meant}"?`),
      key,
    );
  }
});

test("a catalog's own keys are known: any with a dot, or with catalogs theirs only", () => {
  assert.doesNotThrow(() => defineMessages({ "acme.sold": "Sold out.", "acme.frozen-account": "{wait} {unit}" }));
  assert.doesNotThrow(() => defineMessages({ "acme.sold": "Sold out." }, { catalogs: [acme] }));
  assert.throws(() => defineMessages({ "acme.sald": "x" }, { catalogs: [acme] }), { field: "acme.sald", message: /did you mean "acme.sold"/ });
  assert.throws(() => defineMessages({ "acme.sold": "x" }, { catalogs: [] }), { field: "acme.sold" });
  const own = structuredClone(acme);
  own.rules[0].then.userMessageKey = "user.sold";
  assert.doesNotThrow(() => defineMessages({ "user.sold": "Sold out." }, { catalogs: [own] }));
});

test("each mistake of a text is named by its key, with what was expected", () => {
  for (const [pack, field, expected] of [
    [{ "user.locked": 5 }, "user.locked", /^a text$/],
    [{ "user.locked": undefined }, "user.locked", /^a text$/],
    [{ "user.locked": " " }, "user.locked", /^a text$/],
    [{ locale: "not a tag" }, "locale", /a language tag/],
    [{ locale: 5 }, "locale", /a language tag/],
    [{ "user.locked": "{" }, "user.locked", /a name at character 1$/],
    [{ "user.locked": "x }" }, "user.locked", /no \} without a \{ at character 2$/],
    [{ "acme.a": "{wait" }, "acme.a", /\} at character 5$/],
    [{ "acme.a": "{wait, plural, one {x}}" }, "acme.a", /a text for other at character 22$/],
    [{ "acme.a": "{wait, plural, other {x} other {y}}" }, "acme.a", /one text for each choice/],
    [{ "acme.a": "{wait, date}" }, "acme.a", /number, plural or select/],
    [{ "acme.a": "{wait, plural, ones {x} other {y}}" }, "acme.a", /there is no "ones"/],
    [{ "acme.a": "{unit, plural, other {y}}" }, "acme.a", /select for \{unit\}/],
    [{ "acme.a": "{unit, select, minute {{minutes}} other {y}}" }, "acme.a", /of arguments seconds, wait, unit; there is no \{minutes\}/],
    [{ "user.rate_limited.after": "{delay}" }, "user.rate_limited.after", /there is no \{delay\}/],
    [{ "user.rate_limited": "in {seconds} s" }, "user.rate_limited", /it has no arguments/],
    [[], "messages", /texts by key/],
    [null, "messages", /texts by key/],
    ["de", "messages", /texts by key/],
  ]) {
    assert.throws(() => defineMessages(pack), { name: "PolicyOptionError", code: "invalid-option", field, expected }, JSON.stringify(pack));
  }
  for (const [options, field] of [[5, "options"], [{ all: true }, "options.all"], [{ complete: 1 }, "options.complete"], [{ catalogs: {} }, "options.catalogs"], [{ catalogs: [1] }, "options.catalogs[0]"]]) {
    assert.throws(() => defineMessages({}, options), { name: "PolicyOptionError", field }, JSON.stringify(options));
  }
});

test("technical words are the pack's own business, and what is defined an explainer takes", () => {
  const pack = defineMessages({ locale: "en", "user.not_found": "HTTP 404: the API has no such URL." });
  assert.equal(createExplainer({ messages: pack }).explain({ status: 404 }).userMessage, "HTTP 404: the API has no such URL.");
});
