#!/usr/bin/env node
// @ts-check
/**
 * `fetch-with-policy explain`: the explainer on a terminal and in scripts.
 *
 * Reads what other tools leave of an answer (`curl -i`, a HAR, JSON), explains it and prints that; the exit code is the retry
 * verdict, so a script can ask without reading. What is wrong with the call itself is one line on standard error, and a code
 * that no verdict has (those of sysexits.h).
 */
import { readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { parseArgs } from "node:util";
import { createExplainer, formatExplanation } from "fetch-with-policy";
import { DEFECT, Refusal, UNREADABLE, USAGE } from "./refusal.js";
import { read } from "./input.js";
import { paint } from "./paint.js";
import { page } from "./page.js";
import { MAX_MIB, bytes } from "./source.js";

/** The exit code of each verdict; 0: there is nothing to retry. @type {Record<string, number>} */
const EXITS = { none: 0, never: 10, backoff: 11, after: 12, "at-reset": 13, "after-reauth": 14, soon: 15, "when-online": 16 };

const OPTIONS = {
  url: { type: "string" },
  method: { type: "string" },
  status: { type: "string" },
  provider: { type: "string" },
  "request-header": { type: "string", multiple: true },
  header: { type: "string", multiple: true },
  "request-body": { type: "string" },
  entry: { type: "string" },
  id: { type: "string" },
  lang: { type: "string" },
  json: { type: "boolean" },
  markdown: { type: "boolean" },
  html: { type: "boolean" },
  "no-color": { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
};

const HELP = `Explains an API's error: what happened, why, what to do, whether to try again.

  curl -is https://api.example.com/items | npx fetch-with-policy explain
  npx fetch-with-policy explain [options] [file]

The input (file or standard input, ${MAX_MIB} MiB at most) is one of
  the output of curl -i or curl -iv 2>&1
  a HAR file, or one entry of it
  JSON: a report as explain() takes it, or with --status the bare body of a response

  --url URL            what was asked; tells the API and what is wrong with the address
  --method METHOD      how it was asked
  --request-body TEXT  what was sent
  --request-header 'N: value'  a header that was sent; may be repeated
  --status CODE        the response's status
  --header 'N: value'  a header of the response; may be repeated
  --provider NAME      the API, where the address does not tell: clever, unit21, ...
  --entry N            which entry of a HAR, from 1 (default: the last that failed)
  --id RULE            print what is known of a rule: clever.grant-reused
  --lang TAG           the language of the words for end users; English where there are none in it
  --json, --markdown, --html   instead of text
  --no-color           no colours; nor with NO_COLOR set, or where the output is no terminal
  -h, --help   -V, --version

Exit codes: ${Object.entries(EXITS).map(([verdict, code]) => `${code} ${verdict}`).join(", ")};
${USAGE} wrong usage, ${UNREADABLE} input that cannot be read, ${DEFECT} a defect of this command
`;

/** What to print, and the exit code. @param {string[]} args @returns {Promise<[string, number]>} */
async function run(args) {
  const { values, positionals } = options(args);
  if (values.version) return [`${manifest().version}\n`, 0];
  if (values.help) return [HELP, 0];
  const [command, file, extra] = positionals;
  if (command !== "explain") throw new Refusal(USAGE, command === undefined ? "expected a command: explain; see --help" : `no such command: ${command}; there is explain`);
  if (extra !== undefined) throw new Refusal(USAGE, "expected one file at most");
  if ([values.json, values.markdown, values.html].filter(Boolean).length > 1) throw new Refusal(USAGE, "--json, --markdown, --html: expected one of them");
  const explainer = createExplainer(values.lang === undefined ? {} : { messages: await texts(), locale: language(values.lang) });
  if (values.id !== undefined) {
    const found = explainer.lookup(values.id);
    if (found === undefined) throw new Refusal(UNREADABLE, `no such rule: ${values.id}`);
    return [values.json ? `${json(found)}\n` : page(found), 0];
  }
  const source = () => {
    // `process.stdin` would make the pipe non-blocking, and what is slow to come unreadable.
    if (file === undefined && isatty(0)) throw new Refusal(USAGE, "expected a file or something on standard input; see --help");
    return utf8(bytes(file));
  };
  const explanation = explainer.explain(read(source, values));
  const code = EXITS[explanation.retry.verdict] ?? 0;
  if (values.json) return [`${json(explanation)}\n`, code];
  const as = values.markdown ? "markdown" : values.html ? "html" : "text";
  const text = formatExplanation(explanation, { as });
  const colours = as === "text" && process.stdout.isTTY === true && !process.env.NO_COLOR && !values["no-color"];
  return [colours ? paint(text, explanation.retry.verdict) : as === "html" ? `${text}\n` : text, code];
}

/** @param {string[]} args */
function options(args) {
  try {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new Refusal(USAGE, String(/** @type {any} */ (error).message).split(/[.\n]/)[0] ?? "");
  }
}

/** @returns {{ version: string, exports: Record<string, unknown> }} */
function manifest() {
  return JSON.parse(utf8(readFileSync(new URL("../package.json", import.meta.url))));
}

/** The texts of all languages that the package has. @returns {Promise<Record<string, string>[]>} */
function texts() {
  const paths = Object.keys(manifest().exports).filter((path) => path.startsWith("./messages/"));
  return Promise.all(paths.map(async (path) => (await import(`fetch-with-policy/${path.slice(2)}`)).default));
}

/** @param {string} tag */
function language(tag) {
  try {
    return new Intl.Locale(tag).baseName;
  } catch {
    throw new Refusal(USAGE, "--lang: expected the tag of a language (BCP 47), such as en, de or pt-BR");
  }
}

/** @param {Uint8Array} bytes */
function utf8(bytes) {
  return new TextDecoder().decode(bytes);
}

/** What a terminal obeys, written as its number. @param {unknown} value */
function json(value) {
  const number = (/** @type {string} */ char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value, null, 2).replace(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, number);
}

// A reader that ends early (`| head`) is no failure.
process.stdout.on("error", () => {});
try {
  const [text, code] = await run(process.argv.slice(2));
  process.stdout.write(text);
  process.exitCode = code;
} catch (error) {
  const { message, code } = error instanceof Refusal ? error : { message: `a defect of this command, please report it: ${error}`, code: DEFECT };
  process.stderr.write(`fetch-with-policy: ${message.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")}\n`);
  process.exitCode = code;
}
