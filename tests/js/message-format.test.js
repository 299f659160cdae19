// The reader of texts beside intl-messageformat: what it shows is what that shows, and what it cannot show is never shown as it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createExplainer, defineMessages, explain } from "fetch-with-policy";
import { IntlMessageFormat } from "intl-messageformat";

const KEY = "user.rate_limited.after";
const limited = (seconds) => ({ status: 429, headers: { "retry-after": `${seconds}` } });
const english = (seconds) => explain(limited(seconds)).userMessage;

/** What the explainer shows, undefined where it passes the text over. */
function shown(pattern, seconds = 30, locale = "en") {
  const { userMessage } = createExplainer({ messages: { locale, [KEY]: pattern } }).explain(limited(seconds));
  return userMessage === english(seconds) ? undefined : userMessage;
}

/** What intl-messageformat shows; undefined where it refuses. Tags are a thing of its own. */
function oracle(pattern, seconds = 30, locale = "en") {
  const { params } = explain(limited(seconds));
  try {
    return new IntlMessageFormat(pattern, locale, undefined, { ignoreTag: true }).format(params);
  } catch {
    return undefined;
  }
}

function isDefined(pattern) {
  try {
    defineMessages({ [KEY]: pattern });
    return true;
  } catch (error) {
    assert.equal(error.name, "PolicyOptionError");
    assert.equal(error.field, KEY);
    return false;
  }
}

test("texts are shown as intl-messageformat shows them", () => {
  for (const [pattern, seconds, locale, expected] of [
    ["wait", 30, "en", "wait"],
    ["{seconds} s", 12_000, "de", "12000 s"],
    ["{seconds, number} s", 12_000, "de", "12.000 s"],
    ["{ seconds , number } s", 12_000, "en", "12,000 s"],
    ["{\n\tseconds\n} s", 5, "en", "5 s"],
    ["{seconds, plural, one {# second} other {# seconds}}", 1, "en", "1 second"],
    ["{seconds, plural, one {# second} other {# seconds}}", 2, "en", "2 seconds"],
    ["{seconds, plural, =2 {a pair} other {#}}", 2, "en", "a pair"],
    ["{seconds, plural, =2 {a pair} other {#}}", 12_000, "fr", "12\u202f000"],
    ["{seconds, plural, one {x} =1 {exact} other {#}}", 1, "en", "exact"],
    ["{seconds,plural,one{# секунду}few{# секунды}many{# секунд}other{# секунды}}", 1, "ru", "1 секунду"],
    ["{seconds,plural,one{# секунду}few{# секунды}many{# секунд}other{# секунды}}", 3, "ru", "3 секунды"],
    ["{seconds,plural,one{# секунду}few{# секунды}many{# секунд}other{# секунды}}", 5, "ru", "5 секунд"],
    ["{seconds, plural, zero {z} two {dual #} few {f #} many {m #} other {o #}}", 2, "ar-EG", "dual ٢"],
    ["{unit, select, second {s} minute {m} other {?}}", 600, "en", "m"],
    ["{unit, select, second {s} other {other}}", 172_800, "en", "other"],
    ["{unit, select, minute {{wait, plural, one {# minute} other {# minutes}}} other {{wait} {unit}}}", 600, "en", "10 minutes"],
    ["{wait, plural, other {{unit, select, other {{seconds} #}}}}", 600, "en", "600 #"],
    ["{wait, plural, other {{seconds, plural, other {#}} #}}", 600, "en", "600 10"],
    ["# {seconds}", 5, "en", "# 5"],
    ["it's {seconds}", 5, "en", "it's 5"],
    ["it''s '{seconds}'", 5, "en", "it's {seconds}"],
    ["'{' {seconds} '}'", 5, "en", "{ 5 }"],
    ["'{a''b}' '' '", 5, "en", "{a'b} ' '"],
    ["'{never closed {seconds}", 5, "en", "{never closed {seconds}"],
    ["{seconds, plural, other {'#' # it''s '{}'}}", 5, "en", "# 5 it's {}"],
    ["{unit, select, other {'#' #}}", 5, "en", "'#' #"],
    ["'<b>' <b>{seconds}</b>", 5, "en", "<b> <b>5</b>"],
    ["{seconds, plural, other {}}.", 5, "en", "."],
    ["😀 {seconds} 日本", 5, "ja", "😀 5 日本"],
  ]) {
    assert.equal(shown(pattern, seconds, locale), expected, pattern);
    assert.equal(oracle(pattern, seconds, locale), expected, pattern);
    assert.ok(isDefined(pattern), pattern);
  }
});

test("what is malformed, or not of the subset, is passed over and found by defineMessages", () => {
  for (const pattern of [
    "{seconds",
    "{",
    "}",
    "a } b",
    "{}",
    "{ }",
    "{{seconds}}",
    "{seconds,}",
    "{seconds number}",
    "{seconds, number, #}",
    "{seconds, number, ::compact-short}",
    "{seconds, what}",
    "{seconds, date}",
    "{seconds, selectordinal, other {#}}",
    "{seconds, plural}",
    "{seconds, plural,}",
    "{seconds, plural, one {x}}",
    "{seconds, plural, one {x} other {y}",
    "{seconds, plural, one {x} one {y} other {z}}",
    "{seconds, plural, one x other {y}}",
    "{seconds, plural, = {x} other {y}}",
    "{seconds, plural, =-1 {x} other {y}}",
    "{seconds, plural, offset:1 other {#}}",
    "{seconds, plural, other {{seconds}}",
    "{unit, select, second {x}}",
    "{unit, plural, other {x}}",
    "{unit, number}",
    "{sec onds}",
    "{sec-onds}",
    "{constructor}",
    "{__proto__}",
    "{minutes}",
  ]) {
    assert.equal(shown(pattern), undefined, pattern);
    assert.ok(!isDefined(pattern), pattern);
  }
  // A choice is one by its name, not by what all objects have.
  assert.equal(shown("{unit, select, constructor {x} toString {y} other {z}}"), "z");
});

/** Numbers that repeat: xorshift32. */
function chance(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const LITERALS = ["a", " ", "in ", "''", "it''s", "'{'", "'}'", "'{x''y}'", "日本", "😀", ".", "<b>", "#", "'<'", "=1", ", "];
const SPACES = ["", " ", "\n", "  "];
const LOCALES = ["en", "de", "fr", "ru", "ar", "ja", "pt-BR", "hi"];
const SECONDS = [1, 2, 3, 5, 11, 21, 119, 120, 3600, 7200, 12_000, 1_000_000];

/** A text of the subset. */
function pattern(next, depth = 0) {
  const one = (list) => list[next(list.length)];
  const space = () => one(SPACES);
  return Array.from({ length: next(4) }, () => {
    if (depth > 3 || next(3) > 0) return one(LITERALS);
    const inside = () => `{${pattern(next, depth + 1)}}`;
    const choices = (names) => names.filter(() => next(2) === 0).map((name) => `${space()}${name}${space()}${inside()}`).join("") + `${space()}other${space()}${inside()}${space()}`;
    const number = one(["seconds", "wait"]);
    return one([
      () => `{${space()}${one(["seconds", "wait", "unit"])}${space()}}`,
      () => `{${number}${space()},${space()}number${space()}}`,
      () => `{${space()}${number},${space()}plural${space()},${choices(["=1", "=30", "zero", "one", "two", "few", "many"])}}`,
      () => `{unit,${space()}select,${choices(["second", "minute", "hour", "a1"])}}`,
    ])();
  }).join("");
}

test("random texts of the subset are shown as intl-messageformat shows them", () => {
  const next = chance(20_261);
  let held = 0;
  for (let round = 0; round < 4000; round++) {
    const text = `.${pattern(next)}`;
    const [seconds, locale] = [SECONDS[next(SECONDS.length)], LOCALES[next(LOCALES.length)]];
    const expected = oracle(text, seconds, locale);
    assert.notEqual(expected, undefined, text);
    assert.equal(shown(text, seconds, locale), expected, `${text} | ${seconds} | ${locale}`);
    if (text.includes("{")) held++;
  }
  assert.ok(held > 1500, `${held} texts with arguments`);
});

test("of random texts with mistakes, those that are shown are shown as intl-messageformat shows them", () => {
  const next = chance(777);
  const MARKS = ["{", "}", "'", "#", ",", " ", "other", "plural", "select", "seconds", "=", "1"];
  let passed = 0;
  let refused = 0;
  for (let round = 0; round < 6000; round++) {
    let text = `.${pattern(next)}`;
    for (let edits = next(3) + 1; edits > 0; edits--) {
      const at = 1 + next(text.length);
      text = text.slice(0, at) + MARKS[next(MARKS.length)] + text.slice(at + next(3));
    }
    const seconds = SECONDS[next(SECONDS.length)];
    const own = shown(text, seconds);
    if (own === undefined) {
      refused++;
    } else {
      passed++;
      assert.equal(own, oracle(text, seconds), text);
    }
    // What is defined is shown whatever the wait is; what is shown may have a mistake in a choice that was not taken.
    if (isDefined(text)) assert.notEqual(own, undefined, text);
  }
  assert.ok(passed > 1000 && refused > 1000, `${passed} shown, ${refused} passed over`);
});

test("braces nest to a bound, and no text takes long", () => {
  const nested = (depth) => "{seconds, plural, other {".repeat(depth) + "x #" + "}}".repeat(depth);
  for (const depth of [1, 2, 8]) assert.equal(shown(nested(depth)), "x 30");
  const seventeen = nested(8).replace("x #", "{wait}");
  for (const text of [seventeen, nested(9), nested(10_000), "{".repeat(17), "{seconds, plural, other ".repeat(1000), "}".repeat(10_000)]) {
    assert.equal(shown(text), undefined);
    assert.ok(!isDefined(text));
  }
  assert.equal(shown("{wait}".repeat(10_000)), "30".repeat(10_000));
  for (const text of ["'#", "'#''", "'{", "''", "'{''}'"]) assert.equal(shown(text.repeat(10_001)), oracle(text.repeat(10_001)));
});

test("of this package alone are waits in the words of Intl, in a unit that suits them", () => {
  for (const [text, seconds, locale, expected] of [
    ["{seconds, relative}", 30, "de", "in 30 Sekunden"],
    ["{seconds, relative}", 121, "en", "in 3 minutes"],
    ["{seconds, duration}", 90, "de", "90 Sekunden"],
    ["{seconds, duration}", 3600, "de", "60 Minuten"],
    ["{seconds, plural, other {wait {seconds, duration}}}", 30, "en", "wait 30 seconds"],
  ]) {
    assert.equal(shown(text, seconds, locale), expected);
    assert.ok(isDefined(text));
  }
});
