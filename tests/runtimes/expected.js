// @ts-check
/** What `same-code.js` gives, wherever it runs. */
export const EXPECTED = {
  item: "item",
  flaky: [200, [503, 200]],
  kinds: ["unauthenticated", '{"error":"as asked"}', "not_found", '{"error":"as asked"}'],
  aborted: true,
  thrown: "network",
};
