// @ts-check
/** How the site's search ranks: guides before the reference, which repeats their words in many headings. Tests rank in the same way. */
export const searchOptions = {
  fuzzy: 0.2,
  prefix: true,
  boost: { title: 4, text: 2, titles: 1 },
  // It is sent to the page as text: no name from outside.
  boostDocument: (/** @type {string} */ id) => (id.includes("/reference/") ? 0.3 : id.includes("/changes") ? 0.2 : 1),
};
