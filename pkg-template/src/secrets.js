// @ts-check
// What may be secret of a request goes to the core, which shows no name that repeats it.
import { PolicyOptionError } from "./errors.js";
import { isPending } from "./settle.js";
import { describe, lines } from "./lines.js";

/**
 * The caller's word for what shares a quota, as the core takes it: behind the headers, and the parts of the address that no
 * event has. "" where there is none.
 * @param {(view: any) => unknown} scope
 * @param {{ url: string, headers: Headers }} view
 */
export function scopeOf(scope, view) {
  const given = scope(view);
  if (isPending(given)) {
    Promise.resolve(given).catch(() => {});
    throw new PolicyOptionError("rateLimit.scope", "a function that returns a string, not a promise");
  }
  const word = `${given}`;
  if (word === "") return word;
  const { username, password, search, searchParams, hash } = new URL(view.url);
  const parts = [username, password, search, ...searchParams.values(), hash].map((part) => `:${part.replace(/[\r\n]/g, " ")}\n`);
  return `${lines(view.headers, () => true)}${parts.join("")}\n${word}`;
}

/**
 * The query of an address as the core takes it, as a line among the headers; "" where there is none.
 * @param {string} href
 */
export function queryOf(href) {
  const at = href.indexOf("?");
  return at < 0 ? "" : `?:${href.slice(at).split("#", 1)[0]}\n`;
}

/**
 * The headers that `prepare` made, after handing them to the core.
 * @param {import("./run.js").Run} run
 * @param {any} made
 */
export function known({ engine, id }, made) {
  const headers = new Headers(made);
  engine.know(id, lines(headers, () => true));
  return headers;
}

/**
 * An error as records, User Timing and spans name it.
 * @param {import("./run.js").Run} run
 * @param {unknown} error
 */
export function labelOf({ engine, id }, error) {
  const { name, code } = describe(error);
  return engine.label(id, name, code);
}
