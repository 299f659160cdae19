// @ts-check
/** An explanation as elements. Everything a server may have said is inserted as text. */
import { countdown } from "./countdown.js";
import { element } from "./element.js";

/** What each retry verdict asks for, in words. @type {Record<string, (retry: any) => string>} */
const VERDICTS = {
  none: () => "Nothing to retry.",
  never: (retry) => `Do not retry this request. Until: ${words(retry.until)}.`,
  backoff: (retry) =>
    `Back off: ${duration(retry.baseDelay)} first, longer each time, ${retry.maxTries} tries at most` +
    `${retry.requiresIdempotency ? "; only where repeating the request does no harm" : ""}.`,
  after: (retry) => `In ${duration(retry.delay)}: the server said so in ${retry.source}.`,
  "at-reset": (retry) =>
    `When the quota resets, in ${duration(retry.delay)}` +
    `${retry.resetAt === null ? "" : ` (${instant(retry.resetAt)})`}, as ${retry.source} tells.`,
  "after-reauth": (retry) => `After new credentials: ${words(retry.how)}.`,
  soon: (retry) => `Soon: in ${duration(retry.delay)}, ${retry.maxTries} tries at most.`,
  "when-online": () => "When the device is online again.",
};

/** What belongs to some kinds only, and its name. */
const EXTRAS = [
  ["bucket", "bucket"],
  ["limit", "limit"],
  ["remaining", "remaining"],
  ["entity", "entity"],
  ["allow", "allowed methods"],
  ["missingScopes", "missing scopes"],
  ["details", "details"],
];

/**
 * @param {any} explanation
 * @param {string} body the text that its evidence points into
 * @param {string} lang what the end user's words are in
 */
export function renderExplanation(explanation, body, lang) {
  return [head(explanation), ...sections(explanation, body, lang)].filter((node) => node !== undefined);
}

/** @param {any} of */
function head(of) {
  const chips = [
    element("span", { class: "chip kind", "data-kind": of.kind }, words(of.kind)),
    of.reason && element("span", { class: "chip", "data-reason": of.reason }, words(of.reason)),
    of.provider && element("span", { class: "chip", "data-provider": of.provider }, of.provider),
    element("span", { class: "chip" }, `${Math.round(of.confidence * 100)} % sure`),
  ];
  return element(
    "header",
    {},
    element("p", { class: "chips" }, ...chips),
    element("h3", {}, of.title),
    element("p", { class: "happened" }, of.whatHappened),
  );
}

/** @param {any} of @param {string} body @param {string} lang */
function sections(of, body, lang) {
  return [
    section("Do now", element("p", { class: "action" }, of.action)),
    section("Retry", element("p", { "data-verdict": of.retry.verdict }, verdict(of.retry), ...until(of.retry))),
    section("Causes", of.causes.length > 0 && element("ol", { class: "causes" }, ...of.causes.map(cause))),
    section("Fields", of.fields.length > 0 && fields(of.fields)),
    section("Where it says so", marked(of, body)),
    section("For the end user", element("blockquote", { lang }, of.userMessage)),
    section("What the API said", facts({ ...of.api, ...extras(of), format: of.format, rule: of.id })),
    section("Worth knowing", of.notes.length > 0 && element("ul", {}, ...of.notes.map(note))),
    element(
      "details",
      {},
      element("summary", {}, "As JSON"),
      element("pre", { tabindex: "0" }, JSON.stringify(of, null, 2)),
    ),
  ];
}

/** @param {string} title @param {Node | false | undefined} content a section without any is left out */
function section(title, content) {
  return content ? element("section", {}, element("h4", {}, title), content) : undefined;
}

/** @param {any} retry */
function verdict(retry) {
  return VERDICTS[retry.verdict]?.(retry) ?? retry.verdict;
}

/** Where a verdict says how long, that it is so long yet. @param {any} retry */
function until({ delay, baseDelay = delay }) {
  return baseDelay > 0 ? [" ", countdown(baseDelay)] : [];
}

/** @param {any} of */
function cause(of) {
  return element(
    "li",
    {},
    element("p", {}, of.text, " ", element("span", { class: "sure", "data-sure": of.confidence }, of.confidence)),
    of.evidence.length > 0 && element("ul", { class: "evidence" }, ...of.evidence.map(evidence)),
    of.check && element("p", { class: "check" }, `Check: ${of.check}`),
  );
}

/** @param {any} of */
function evidence(of) {
  const place = of.name ? `${of.from} ${of.name}` : of.from;
  return element("li", {}, element("span", {}, place), of.text && element("code", {}, of.text));
}

/** @param {string} text */
function note(text) {
  return element("li", {}, text);
}

/** @param {any[]} list */
function fields(list) {
  return element("ul", { class: "fields" }, ...list.map(field));
}

/** @param {any} of */
function field(of) {
  const allowed = of.allowed?.map((/** @type {string} */ value) => element("code", {}, value));
  return element(
    "li",
    {},
    element("code", {}, of.path),
    of.in && element("span", { class: "in" }, ` in ${of.in}`),
    ` ${of.message}`,
    allowed && element("span", { class: "allowed" }, ...allowed),
  );
}

/** The body with what the causes rest on marked. @param {any} of @param {string} body */
function marked(of, body) {
  /** @type {{ from: string, start: number, end: number }[]} */
  const evidence = of.causes.flatMap((/** @type {any} */ one) => one.evidence);
  const ranges = evidence.filter((one) => one.from === "body" && one.start < one.end).sort((a, b) => a.start - b.start);
  if (ranges.length === 0) return undefined;
  // Evidence counts UTF-8 bytes, strings count UTF-16 units.
  const bytes = new TextEncoder().encode(body);
  /** @param {number} from @param {number} to */
  const text = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  const parts = [];
  let at = 0;
  for (const { start, end } of ranges) {
    if (start < at) continue;
    parts.push(text(at, start), element("mark", {}, text(start, end)));
    at = end;
  }
  return element("pre", { class: "marked", tabindex: "0" }, ...parts, text(at, bytes.length));
}

/** @param {any} of */
function extras(of) {
  return Object.fromEntries(EXTRAS.map(([name, shown]) => [shown, of[name]]));
}

/** @param {Record<string, unknown>} values what is not there is left out */
function facts(values) {
  const told = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  const pairs = told.flatMap(([name, value]) => [element("dt", {}, words(name)), element("dd", {}, plain(value))]);
  return element("dl", {}, ...pairs);
}

/** @param {unknown} value */
function plain(value) {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A name of the contract as words: `not_found`, `requestId`. @param {unknown} name */
function words(name) {
  return String(name).replace(/([a-z])([A-Z])/g, "$1 $2").replaceAll("_", " ").toLowerCase();
}

/** @param {number} ms */
function duration(ms) {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 120_000) return `${+(ms / 1000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** @param {number} at epoch ms */
function instant(at) {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? String(at) : date.toISOString().replace(".000Z", "Z");
}
