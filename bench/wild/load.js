// @ts-check

/** @typedef {import("../world/play.js").Load} Load */
/** @typedef {import("../world/play.js").Planned} Planned */

export const ORIGIN = "https://api.example.com";
const HEADERS = { authorization: "Bearer DEMO_TOKEN" };

/** @param {string} [path] @param {Partial<Planned>} [more] @returns {Planned} */
export const get = (path = "/v1/items", more) => ({ url: ORIGIN + path, init: { headers: HEADERS }, ...more });

/** @param {string} [path] @param {unknown} [body] @param {Partial<Planned>} [more] @returns {Planned} */
export const post = (path = "/v1/items", body = { name: "thing" }, more) => ({
  url: ORIGIN + path,
  init: { method: "POST", headers: { ...HEADERS, "content-type": "application/json" }, body: JSON.stringify(body) },
  ...more,
});

/** @param {number} count @param {(n: number) => Planned} [make] @returns {Load} */
export const atOnce = (count, make = () => get()) => ({ calls: Array.from({ length: count }, (_, n) => make(n)) });

/** @param {number} count @param {number} ms @param {(n: number) => Planned} [make] @returns {Load} */
export const every = (count, ms, make = () => get()) => atOnce(count, (n) => ({ ...make(n), at: n * ms }));

/** @param {number} count @param {number} [gap] ms @returns {Load} */
export const oneByOne = (count, gap = 0) => ({ ...atOnce(count), lanes: 1, gap });
