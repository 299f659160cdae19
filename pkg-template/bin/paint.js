// @ts-check
const RED = 31;
const GREEN = 32;
const YELLOW = 33;

/**
 * The text form in colours: the title by verdict (waiting helps, or does not), headings bold, how sure it is dim. The text has
 * no controls of its own, so these are the only ones.
 * @param {string} text
 * @param {string} verdict
 */
export function paint(text, verdict) {
  const colour = verdict === "none" ? GREEN : verdict === "never" || verdict === "after-reauth" ? RED : YELLOW;
  const paint = (/** @type {number} */ code) => (/** @type {string} */ text) => `\u001b[${code}m${text}\u001b[0m`;
  const [title = "", facts = "", ...rest] = text.split("\n");
  const lines = rest.map((line) => line.replace(/^\S.*/, paint(1)).replace(/^ {2,}(?:seen in|check|allowed): .*/, paint(2)));
  return [paint(1)(paint(colour)(title)), paint(2)(facts), ...lines].join("\n");
}
