// @ts-check
// A page with one call that is told to wait.
import { createPolicy } from "/pkg/index.js";

const api = new URLSearchParams(location.search).get("api");
globalThis.begin = (/** @type {number} */ seconds) =>
  new Promise((resolve) => {
    const token = `waiting-${Math.random()}`;
    const policy = createPolicy({ onEvent: ({ type }) => type === "wait" && resolve(token) });
    policy.fetch(`${api}/script?steps=429:${seconds},200&token=${token}`).then(
      ({ status }) => (globalThis.outcome = status),
      (error) => (globalThis.outcome = String(error)),
    );
  });
globalThis.ready = true;
