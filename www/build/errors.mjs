// @ts-check
/** Pages of errors: one for each rule of the catalogs, each kind, each status and each failure of fetch, from `lookup` of the package. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createExplainer, formatExplanation } from "../../pkg/index.js";
import { FAILURES, GENERAL, KINDS, STATUSES } from "./error-titles.mjs";
import { writeSidebar } from "./sidebar.mjs";

const OUT = fileURLToPath(new URL("../docs/errors", import.meta.url));
const CATALOGS = fileURLToPath(new URL("../../src/explain/catalogs/providers", import.meta.url));
const explainer = createExplainer();

/**
 * @typedef {object} Page
 * @property {string} id
 * @property {string} title what people search for
 * @property {Record<string, unknown> & { status?: number }} [report] a response that has this error
 * @property {string} [from] the API, in words
 */

/** Writes the pages; gives their number. */
export function writeErrors() {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const sections = [...catalogs(), ...general()];
  /** @type {Map<string, { file: string, title: string }[]>} */
  const byKind = new Map(Object.keys(KINDS).map((kind) => [kind, []]));
  for (const { pages } of sections) {
    for (const page of pages) {
      const kind = write(page);
      byKind.get(kind)?.push({ file: fileOf(page.id), title: page.title });
    }
  }
  for (const [kind, text] of Object.entries(KINDS)) writeKind(kind, text, byKind.get(kind) ?? []);
  // All errors in the sidebar of each would make up most of the site.
  const kinds = Object.keys(KINDS).map((kind) => ({ text: headingOf(kind), link: `/errors/kind-${kind}` }));
  writeSidebar("errors", [
    { text: "All errors", link: "/errors/" },
    { text: "By kind", items: kinds },
    { text: "By API", items: sections.map(({ text }) => ({ text, link: `/errors/#${anchorOf(text)}` })) },
  ]);
  writeIndex(sections);
  return 1 + kinds.length + sections.reduce((sum, { pages }) => sum + pages.length, 0);
}

function catalogs() {
  return readdirSync(CATALOGS).sort().map((name) => {
    const { name: api, rules, tests = [] } = JSON.parse(readFileSync(join(CATALOGS, name), "utf8"));
    /** @type {Page[]} */
    const pages = rules.map((/** @type {any} */ rule) => {
      const report = tests.find((/** @type {any} */ test) => test.expect.id === rule.id);
      return { id: rule.id, title: titleOf(api, rule, report), report: report && { ...report, expect: undefined }, from: api };
    });
    return { text: api ?? "Any API", pages: distinct(pages) };
  });
}

function general() {
  const statuses = Object.entries(STATUSES).map(([status, text]) => ({ id: `http.${status}`, title: `HTTP ${status} ${text}`, report: { status: Number(status) } }));
  const failures = Object.entries(FAILURES).map(([id, title]) => ({ id, title }));
  return [{ text: "HTTP statuses", pages: statuses }, { text: "fetch failed", pages: failures }];
}

/** As people meet it and search for it: the API, the status, the codes and the words of the response. @param {string | undefined} api @param {any} rule @param {any} report */
function titleOf(api, rule, report) {
  const { when } = rule;
  if (!api) return GENERAL[rule.id] ?? `"${wordsOf(when)}"`;
  const said = report && explainer.explain(report).api;
  // Reports of a test that are made up have a message of one letter.
  const message = firstSentence(isWord(said?.message) || (said?.message ?? "").length < 2 ? wordsOf(when) : said.message);
  const statuses = [report?.status ?? when.status ?? []].flat().filter((status) => status >= 400);
  const named = codesOf(when, said).join(", ");
  const codes = /^\d/.test(named) ? `error code ${named}` : named;
  const kind = explainer.lookup(rule.id)?.title;
  const names = statuses.slice(0, 3).map((status) => `${status} ${STATUSES[status] ?? kind}`).join(", ");
  const text = conditionOf(when) ?? message ?? (codes && kind);
  if (!codes && (!text || text === STATUSES[statuses[0]])) return `${api} API ${names}`;
  const head = [api, statuses[0] ?? (codes.startsWith("error") ? "" : "error"), codes].filter(Boolean).join(" ");
  return `${head}: ${text}`;
}

/** The codes that a rule asks for, those of its report first. @param {any} when @param {any} said @returns {string[]} */
function codesOf(when, said) {
  const asked = [when, ...(when.any ?? [])].flatMap(({ code, message, json = {} }) => [code, message, ...Object.values(json)]);
  const words = [said?.code, said?.message, ...asked.flat().map((value) => value?.equals ?? value)].filter(isWord);
  const codes = words.map((word) => word.replaceAll("*", ""));
  return codes.filter((code, index) => !codes.slice(0, index).some((other) => other.startsWith(code) && !/^\d/.test(code) || other === code)).slice(0, 4);
}

/** A code, and no sentence. @param {unknown} value @returns {value is string} */
const isWord = (value) => typeof value === "string" && /^\*?[\w-]{2,}\*?$|^\d$/.test(value);

/** What a rule asks for beside codes and words. @param {any} when @returns {string | undefined} */
function conditionOf({ bodyIs, url }) {
  if ([bodyIs].flat().includes("html")) return "HTML page instead of JSON";
  return url?.param && url.gt !== undefined ? `${url.param} over ${url.gt}` : undefined;
}

/** What a rule's message must look like, for a title. @param {any} when @returns {string | undefined} */
function wordsOf({ message }) {
  const text = [message ?? []].flat().find((value) => !isWord(value));
  if (typeof text !== "string") return undefined;
  const named = text.replace(/\{(field|fields|entity|allowed)\}/g, "$1").replace(/\{+(\w+)\}+/g, "…").replaceAll("*", "…");
  return named.replace(/^[…: ]+|[…: ]+$/g, "");
}

/** The first sentence is what people paste into a search. @param {string | undefined} words */
function firstSentence(words) {
  const sentence = words?.replace(/\.(\s.*)?$/, "");
  return sentence && sentence.length > 90 ? `${sentence.slice(0, 90).replace(/\s+\S*$/, "")}…` : sentence;
}

/** Rules that read the same are told apart by their titles. @param {Page[]} pages */
function distinct(pages) {
  const seen = new Map();
  for (const { title } of pages) seen.set(title, (seen.get(title) ?? 0) + 1);
  return pages.map((page) => (seen.get(page.title) > 1 ? { ...page, title: `${page.title} (${page.id})` } : page));
}

/** @param {Page} page @returns {string} the kind */
function write({ id, title, report, from }) {
  const rule = explainer.lookup(id);
  if (!rule) throw new Error(`no page for ${id}`);
  const { retry, reason } = /** @type {any} */ (explainer.explain(report ?? { status: null, error: undefined }));
  const lines = [
    front(title, `${plain(title)}: what it means, likely causes and what to do.`),
    `# ${text(title)}`,
    `${text(rule.whatHappened)} The kind is [\`${rule.kind}\`](./kind-${rule.kind}.md)${reason && report ? `, the reason \`${reason}\`` : ""}.`,
    rule.causes.length > 0 ? `## Likely causes\n\n${rule.causes.map((cause) => `- ${text(cause)}`).join("\n")}` : "",
    `## What to do\n\n${text(rule.action)}`,
    report ? `## Should the request be sent again?\n\n${text(VERDICTS[retry.verdict]?.(retry) ?? retry.verdict)}` : "",
    rule.docsUrl ? `[Documentation of the API](${rule.docsUrl})` : "",
    report && from !== undefined ? example(report) : "",
    `## In code\n\nThe explanation has \`kind: "${rule.kind}"\` and \`id: "${id}"\`: see [Explain errors](../guides/errors.md). On the command line: \`npx fetch-with-policy explain --id ${id}\`. [Explain a response of your own](/playground/index.html).`,
  ];
  writeFileSync(join(OUT, `${fileOf(id)}.md`), `${lines.filter(Boolean).join("\n\n")}\n`);
  return rule.kind;
}

/** @type {Record<string, (retry: any) => string>} */
const VERDICTS = {
  none: () => "Nothing failed.",
  never: ({ until }) => `Not until ${until}. The same request fails again.`,
  backoff: ({ baseDelay, maxTries, requiresIdempotency }) =>
    `Yes, after ${baseDelay / 1000} s and then with growing waits, ${maxTries} tries in all${requiresIdempotency ? "; only if the request is safe to repeat" : ""}.`,
  after: () => "Yes, after the time that the response gives.",
  "at-reset": () => "Yes, when the quota resets.",
  "after-reauth": ({ how }) => `Only with other credentials (\`${how}\`).`,
  soon: ({ delay, maxTries }) => `Yes, after ${delay / 1000} s, ${maxTries} tries in all.`,
  "when-online": () => "Yes, when the device is online.",
};

/** @param {any} report */
function example({ status, headers, body, url, method, requestBody, requestHeaders }) {
  const head = Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  const response = [`HTTP/1.1 ${status}`, ...head, ...(body ? ["", typeof body === "string" ? body : JSON.stringify(body)] : [])].join("\n");
  const explained = formatExplanation(explainer.explain({ status, headers, body, url, method, requestBody, requestHeaders }));
  return `## Example\n\n${url ? `A response of \`${url}\`:\n\n` : ""}\`\`\`http\n${response}\n\`\`\`\n\n\`explain\` returns, as text:\n\n\`\`\`text\n${explained}\n\`\`\``;
}

/** @param {string} kind @param {string} meaning @param {{ file: string, title: string }[]} rules */
function writeKind(kind, meaning, rules) {
  const list = rules.map(({ file, title }) => `- [${text(title)}](./${file}.md)`).join("\n");
  const lines = [
    front(headingOf(kind), meaning),
    `# ${headingOf(kind)}`,
    `\`explanation.kind\` is \`"${kind}"\`: ${meaning}`,
    rules.length > 0 ? `## Errors of this kind\n\n${list}` : "",
    `The members of an explanation are described in [Explanation](../reference/main/type-aliases/Explanation.md).`,
  ];
  writeFileSync(join(OUT, `kind-${kind}.md`), `${lines.filter(Boolean).join("\n\n")}\n`);
}

/** @param {{ text: string, pages: Page[] }[]} sections */
function writeIndex(sections) {
  const kinds = Object.entries(KINDS).map(([kind, meaning]) => `| [${headingOf(kind)}](./kind-${kind}.md) | \`${kind}\` | ${meaning} |`);
  const lists = sections.map(({ text: heading, pages }) => `## ${heading}\n\n${pages.map(({ id, title }) => `- [${text(title)}](./${fileOf(id)}.md)`).join("\n")}`);
  const lines = [
    front("Errors", "Errors of HTTP APIs and of fetch: what each means and what to do."),
    "# Errors",
    "What each error means and what to do about it. Every explanation has an `id` that leads to one of these pages. To explain a response of your own, paste it into the [playground](/playground/index.html), or use [`explainResponse`](../guides/errors.md).",
    `## Kinds\n\n| kind | in code | meaning |\n|---|---|---|\n${kinds.join("\n")}`,
    ...lists,
  ];
  writeFileSync(join(OUT, "index.md"), `${lines.join("\n\n")}\n`);
}

const anchorOf = (/** @type {string} */ name) => name.toLowerCase().replaceAll(" ", "-");
const fileOf = (/** @type {string} */ id) => id.replaceAll(".", "-");
const headingOf = (/** @type {string} */ kind) => explainer.lookup(`body.${kind}`)?.title ?? `${kind[0]?.toUpperCase()}${kind.slice(1)}`;
/** Text that Markdown and Vue leave as it is. @param {string} value */
const text = (value) => value.replace(/[\\`*_[\]<>|]/g, (sign) => `\\${sign}`).replaceAll("{", "&#123;").replaceAll("}", "&#125;");
const plain = (/** @type {string} */ value) => value.replace(/[\n"]/g, " ");
const front = (/** @type {string} */ title, /** @type {string} */ description) => `---\ntitle: ${JSON.stringify(title)}\ndescription: ${JSON.stringify(description)}\neditLink: false\n---`;
