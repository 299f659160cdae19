// @ts-check

/**
 * Figures as Markdown: our package against its targets, and all clients side by side.
 *
 * @typedef {import("./summary.js").Summary} Summary
 */

/** Cases side by side in one table: what fits a screen. */
const COLUMNS = 5;

/**
 * A row for each case.
 * @param {Summary[]} ours
 * @param {import("./scenarios.js").Scenario[]} scenarios
 */
export function targets(ours, scenarios) {
  const rows = scenarios.flatMap(({ name, title }) => {
    const summary = ours.find(({ scenario }) => scenario === name);
    if (summary === undefined) return [];
    const { target, met, lost, why } = summary;
    const most = target === undefined ? "" : `${target.ratio.toFixed(2)}, ${target.limited}`;
    const mark = met === undefined ? "" : met ? "yes" : "NO";
    return [[`${title} (${name})`, figures(summary), String(lost), most, mark + (why ? ` (${why})` : "")]];
  });
  return table([["case", "x floor, 429s", "lost", "at most", "met"], ...rows]);
}

/**
 * A row for each client, in tables of a few cases.
 * @param {Summary[]} summaries
 * @param {import("./run.js").Client[]} clients
 * @param {import("./scenarios.js").Scenario[]} scenarios
 */
export function comparison(summaries, clients, scenarios) {
  const tables = [];
  for (let from = 0; from < scenarios.length; from += COLUMNS) {
    const group = scenarios.slice(from, from + COLUMNS);
    const rows = clients.map(({ name, title }) => [
      title,
      ...group.map((scenario) => {
        const summary = summaries.find((other) => other.client === name && other.scenario === scenario.name);
        return summary === undefined ? "" : figures(summary) + (summary.lost > 0 ? `, ${summary.lost} lost` : "");
      }),
    ]);
    tables.push(table([["client", ...group.map(({ title }) => title)], ...rows]));
  }
  return tables.join("\n\n");
}

// What lost calls did not wait for is no speed.
/** @param {Summary} summary */
function figures({ ratio, limited, lost }) {
  return `${lost > 0 ? "-" : ratio.toFixed(2)}, ${limited}`;
}

/**
 * Rows as a Markdown table.
 * @param {string[][]} rows the first is the head
 */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  /** @param {string[]} row */
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`;
  return [line(rows[0]), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.slice(1).map(line)].join("\n");
}
