// @ts-check
import { MAX_VALUE } from "./limits.js";
import { sourceOf } from "./request.js";

// Requests, responses and errors as text for the core.

/**
 * `name:value` lines of the request headers that the core reads.
 * @param {any} input
 * @param {any} init
 * @param {RegExp} leftOut
 */
export function pick(input, init, leftOut) {
  const source = sourceOf(input, init);
  if (source === undefined) return "";
  let text = "";
  /** @param {any} name @param {any} value */
  const add = (name, value) => {
    const lower = `${name}`.toLowerCase();
    if (!leftOut.test(lower)) text += `${lower}:${`${value}`.replace(/[\r\n]/g, " ")}\n`;
  };
  if (typeof source.get === "function" && typeof source.forEach === "function") {
    source.forEach((/** @type {any} */ value, /** @type {any} */ name) => add(name, value));
  } else if (Array.isArray(source)) {
    for (const pair of source) if (Array.isArray(pair)) add(pair[0], pair[1]);
  } else if (source[Symbol.iterator] === undefined) {
    for (const name of Object.keys(source)) add(name, source[name]);
  }
  return text;
}

/**
 * `name:value` lines of the response headers that the core reads.
 * @param {Headers} headers
 * @param {(name: string) => boolean} wanted
 */
export function lines(headers, wanted) {
  let text = "";
  headers.forEach((value, name) => {
    if (wanted(name)) text += `${name}:${`${value}`.slice(0, MAX_VALUE)}\n`;
  });
  return text;
}

/**
 * Name, message and code of what was thrown: the cause's code if there is one, and both messages. Never throws, whatever the getters do.
 * @param {any} error
 */
export function describe(error) {
  try {
    const code = `${error?.cause?.code ?? error?.code ?? ""}`;
    const cause = error?.cause?.message || "";
    return {
      name: `${error?.name ?? typeof error}`,
      message: `${error?.message ?? ""}${cause && ": "}${cause}`,
      code,
    };
  } catch {
    return { name: "unknown", message: "", code: "" };
  }
}
