// @ts-check
/**
 * `formatExplanation`: an explanation as text, Markdown or HTML.
 *
 * One walk over the explanation makes lines of pieces; what differs between the three forms is how a line is begun and how
 * a piece is written, and only that knows a syntax. So each piece is escaped in one place, whoever wrote it: servers' words
 * reach causes, fields and evidence, and a plain object may be given in place of an explanation. Whatever is given, a text
 * comes out; members that are not what they should be are left out.
 */
import { PolicyOptionError } from "./errors.js";

/** Of a list, and of the characters of a text, that are shown. */
const MAX_LIST = 100;
const MAX_TEXT = 4000;

/** Controls (terminals obey them), line ends of any kind, and what turns the direction of text (Unicode UAX 9). */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+/g;

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

/** A piece of a line: a text, a link or, in its own letters, a server's word. @typedef {{ as: "text" | "code" | "link", text: string }} Piece */
/** @typedef {{ level: number, mark: string, label: string, pieces: Piece[] }} Line `level` 0: the title; 1: a heading, with what stands under it; 2 and 3: items */
/** @typedef {{ piece: Record<Piece["as"], (text: string) => string>, write: (lines: Line[], piece: (piece: Piece) => string) => string }} Form */

// A member's name survives minifiers: see policy.js.
export const { formatExplanation } = {
  /**
   * @param {unknown} explanation
   * @param {{ as?: "text" | "markdown" | "html" }} [options]
   * @returns {string}
   */
  formatExplanation(explanation, options) {
    const as = options?.as ?? "text";
    const form = typeof as === "string" ? FORMS[as] : undefined;
    if (form === undefined) throw new PolicyOptionError("as", '"text", "markdown" or "html"');
    return form.write(lines(explanation), (piece) => form.piece[piece.as](piece.text));
  },
};

/** @param {unknown} of */
function lines(of) {
  /** @type {Line[]} */
  const out = [];
  /** @param {number} level @param {string} label @param {(Piece | string)[]} pieces left out where they say nothing */
  const add = (level, label, pieces, mark = "") => {
    const said = pieces.map((piece) => (typeof piece === "string" ? plain(piece) : piece)).filter(({ text }) => text !== "");
    if (said.length > 0) out.push({ level, mark, label, pieces: said });
  };
  /** @param {string} label @param {() => void} rest */
  const section = (label, rest) => {
    const at = out.push({ level: 1, mark: "", label, pieces: [] });
    rest();
    if (out.length === at) out.pop();
  };
  const text = (/** @type {string} */ name) => clean(get(of, name));
  const status = get(of, "status");
  const confidence = get(of, "confidence");
  const sure = typeof confidence === "number" ? Math.round(confidence * 100) : -1;
  const what = [text("kind"), text("reason")].filter(Boolean).map(words).join(", ");
  const marks = [status ? `status ${clean(status)}` : "", text("provider"), sure >= 0 ? `${sure} % sure` : "", text("id")];
  add(0, "", [text("title") || what || "Nothing is known"]);
  add(1, "", [[what, ...marks].filter(Boolean).join(" · ")]);
  add(1, "What happened", [text("whatHappened")]);
  section("Causes", () => {
    for (const [index, cause] of list(get(of, "causes")).entries()) {
      add(2, clean(get(cause, "confidence")), [clean(get(cause, "text"))], `${index + 1}.`);
      for (const one of list(get(cause, "evidence"))) {
        const place = [get(one, "from"), get(one, "name")].map(clean).filter(Boolean).join(" ");
        add(3, "seen in", [place, code(clean(get(one, "text")))]);
      }
      add(3, "check", [clean(get(cause, "check"))]);
    }
  });
  add(1, "What to do", [text("action")]);
  add(1, "Retry", [verdict(get(of, "retry"))]);
  section("Fields", () => {
    for (const field of list(get(of, "fields"))) {
      const [path, place, message] = ["path", "in", "message"].map((name) => clean(get(field, name)));
      add(2, "", [code(path ?? ""), place && `(${place})`, message].filter((one) => one !== undefined), "-");
      add(3, "allowed", list(get(field, "allowed")).map((one) => code(clean(one))));
    }
  });
  section("Notes", () => list(get(of, "notes")).forEach((note) => add(2, "", [clean(note)], "-")));
  add(1, "For the end user", [text("userMessage")]);
  section("What the API said", () => {
    const api = get(of, "api");
    for (const name of ["code", "message", "userMessage", "requestId", "details"]) {
      add(2, words(name), [code(clean(get(api, name)))], "-");
    }
    add(2, "documentation", [{ as: "link", text: clean(get(api, "docsUrl")) }], "-");
    for (const [name, label] of EXTRAS) add(2, label ?? "", [code(text(name ?? ""))], "-");
  });
  return out;
}

/** What the verdict asks for. @param {unknown} retry */
function verdict(retry) {
  const of = (/** @type {string} */ name) => clean(get(retry, name));
  const after = () => duration(get(retry, "delay"));
  const from = of("source") && `, as ${of("source")} says`;
  switch (of("verdict")) {
    case "none":
      return "nothing to retry";
    case "never":
      return `never, unless ${of("until") || "something is changed"}`;
    case "backoff": {
      const only = get(retry, "requiresIdempotency") === true ? "; only where repeating the request does no harm" : "";
      return `back off: ${duration(get(retry, "baseDelay"))} first, longer each time, ${of("maxTries")} tries at most${only}`;
    }
    case "after":
      return `in ${after()}${from}`;
    case "at-reset":
      return `when the quota resets, in ${after()}${instant(get(retry, "resetAt"))}${from}`;
    case "after-reauth":
      return `after new credentials: ${words(of("how"))}`;
    case "soon":
      return `soon: in ${after()}, ${of("maxTries")} tries at most`;
    case "when-online":
      return "when the device is online again";
    default:
      return of("verdict");
  }
}

/** @param {unknown} ms */
function duration(ms) {
  if (typeof ms !== "number" || !(ms >= 0)) return "some time";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${+(ms / 1000).toFixed(1)} s`;
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

/** @param {unknown} at epoch ms */
function instant(at) {
  const date = new Date(typeof at === "number" ? at : NaN);
  return Number.isNaN(date.getTime()) ? "" : ` (${date.toISOString().replace(".000Z", "Z")})`;
}

/** A name of the contract as words: `not_found`, `requestId`. @param {string} name */
function words(name) {
  return name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/[_-]/g, " ").toLowerCase();
}

/** @param {unknown} value @param {string} name */
function get(value, name) {
  try {
    return /** @type {any} */ (value)[name];
  } catch {
    return undefined;
  }
}

/** @param {unknown} value @returns {unknown[]} */
function list(value) {
  try {
    return Array.isArray(value) ? Array.from({ length: Math.min(value.length, MAX_LIST) }, (_, index) => get(value, String(index))) : [];
  } catch {
    return [];
  }
}

/** Any value on one line, without what is not seen; "" of what says nothing. @param {unknown} value */
function clean(value) {
  let text = "";
  try {
    if (typeof value === "string") text = value;
    else if (value !== undefined && value !== null) text = JSON.stringify(value) ?? "";
    if (text.length > MAX_TEXT) text = `${text.slice(0, MAX_TEXT - 1)}…`;
    return text.replace(UNSEEN, " ").trim();
  } catch {
    return "";
  }
}

/** @param {string} text @returns {Piece} */
function plain(text) {
  return { as: "text", text };
}

/** @param {string} text @returns {Piece} */
function code(text) {
  return { as: "code", text };
}

/** The address as it may be linked: http or https, and nobody's name before the host; else "". @param {string} text */
function address(text) {
  try {
    const url = new URL(text);
    // Whatever may end a link in Markdown or an attribute is written as its number.
    const safe = url.href.replace(/[^\w\-.~:/?#@!$&+,;=%]/g, (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
    return /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" ? safe : "";
  } catch {
    return "";
  }
}

/** By entities where a backslash would leave a tag in sight, else by backslashes. @param {string} text */
function markdown(text) {
  const escaped = text.replace(/[\\`*_{}[\]()#|~!$^=@]/g, "\\$&").replace(/:(?=\/\/)/g, "\\:").replace(/(www)\./gi, "$1\\.");
  return html(escaped).replace(/^([-+]|\d+(?=[.)]))(.?)/, (_, mark, next) => (mark === "-" || mark === "+" ? `\\${mark}${next}` : `${mark}\\${next}`));
}

const ENTITIES = /** @type {Record<string, string>} */ ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" });

/** @param {string} text */
function html(text) {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? "");
}

/** @param {string} text @param {(safe: string) => string} write @param {(text: string) => string} escape */
function link(text, write, escape) {
  const safe = address(text);
  return safe === "" ? escape(text) : write(safe);
}

/** @param {Line} line @param {(piece: Piece) => string} piece */
function joined(line, piece) {
  return line.pieces.map(piece).join(" ");
}

/** @type {Record<string, Form>} */
const FORMS = Object.assign(Object.create(null), {
  text: {
    piece: { text: String, code: String, link: String },
    write: (/** @type {Line[]} */ all, /** @type {(piece: Piece) => string} */ piece) =>
      all
        .map((line) => {
          const said = joined(line, piece);
          if (line.level === 0) return `${said}\n`;
          if (line.level === 1) return [line.label && `\n${line.label}\n`, said && `  ${said}\n`].join("");
          return `${"  ".repeat(line.level - 1)}${line.mark || " "} ${line.label && `${line.label}: `}${said}\n`;
        })
        .join(""),
  },
  markdown: {
    piece: { text: markdown, code: markdown, link: (/** @type {string} */ text) => link(text, (safe) => `[${markdown(safe)}](${safe})`, markdown) },
    write: (/** @type {Line[]} */ all, /** @type {(piece: Piece) => string} */ piece) =>
      all
        .map((line) => {
          const said = joined(line, piece);
          if (line.level === 0) return `## ${said}\n`;
          if (line.level === 1) return [line.label && `\n### ${line.label}\n`, said && `\n${said}\n`].join("");
          const label = line.label && `**${markdown(line.label)}:** `;
          return line.level === 2 ? `\n${line.mark} ${label}${said}\n` : `\n   - ${label}${said}\n`;
        })
        .join("")
        // Items of one list stand together.
        .replace(/\n\n(?= *(?:-|\d+\.) )/g, "\n"),
  },
  html: {
    piece: {
      text: html,
      code: (/** @type {string} */ text) => `<code>${html(text)}</code>`,
      link: (/** @type {string} */ text) => link(text, (safe) => `<a href="${html(safe)}" rel="noopener noreferrer">${html(safe)}</a>`, html),
    },
    write: (/** @type {Line[]} */ all, /** @type {(piece: Piece) => string} */ piece) => {
      let depth = 1;
      const to = (/** @type {number} */ level) => {
        let tags = "";
        for (; depth > level; depth -= 1) tags += "</li></ul>";
        for (; depth < level; depth += 1) tags += "<ul><li>";
        return tags;
      };
      const body = all.map((line) => {
        const said = joined(line, piece);
        if (line.level === 0) return `<h3>${said}</h3>`;
        if (line.level === 1) return to(1) + (line.label && `<h4>${line.label}</h4>`) + (said && `<p>${said}</p>`);
        const next = depth >= line.level ? `${to(line.level)}</li><li>` : to(line.level);
        return `${next}${line.label && `<b>${html(line.label)}</b>: `}${said}`;
      });
      return `<article class="explanation">${body.join("")}${to(1)}</article>`;
    },
  },
});
