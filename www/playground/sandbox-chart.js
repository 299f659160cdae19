// @ts-check
/** Requests of a run against time: stacked columns, and the same as a table. */
import { element } from "./element.js";
import { columnsOf } from "./sandbox-run.js";

/** @typedef {import("./sandbox-run.js").Outcome} Outcome */

const [COLUMNS, ROWS] = [60, 12];
const [WIDTH, HEIGHT] = [600, 100];
/** One request among hundreds would not be seen. */
const LEAST_HEIGHT = 1.5;
const SVG = "http://www.w3.org/2000/svg";
/** From the bottom up, with what they are called and how they are coloured. */
export const KINDS = /** @type {const} */ ([["admitted", "admitted", "ok"], ["limited", "refused by the quota", "limited"], ["failed", "failed", "failed"]]);

/**
 * The charts of several runs, on the same axes.
 * @param {[name: string, outcome: Outcome][]} runs
 * @returns {HTMLElement[]}
 */
export function renderCharts(runs) {
  const extent = Math.max(1, ...runs.map(([, { time }]) => time));
  const all = runs.map(([, { sent }]) => columnsOf(sent, extent, COLUMNS));
  const most = Math.max(1, ...all.flat().map(({ admitted, limited, failed }) => admitted + limited + failed));
  return runs.map(([name, outcome], n) =>
    element(
      "figure",
      { class: "sandbox-run" },
      element("figcaption", {}, `Requests ${name}`, element("small", {}, `a column is ${seconds(extent / COLUMNS)}; the highest has ${most}`)),
      chart(all[n] ?? [], most, `Requests ${name} against time: ${describe(outcome)}`),
      element("p", { class: "sandbox-axis", "aria-hidden": "true" }, element("span", {}, "0 s"), element("span", {}, seconds(extent / 2)), element("span", {}, seconds(extent))),
      table(name, columnsOf(outcome.sent, extent, ROWS), extent),
    ),
  );
}

/** @param {Outcome} outcome */
function describe({ sent, limited, failed, time }) {
  return `${sent.length} sent in ${seconds(time)}, ${limited} refused by the quota, ${failed} failed. The table below has the figures.`;
}

/** @param {ReturnType<typeof columnsOf>} columns @param {number} most @param {string} label */
function chart(columns, most, label) {
  const svg = made("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": label });
  const width = WIDTH / COLUMNS;
  for (const [n, column] of columns.entries()) {
    let y = HEIGHT;
    for (const [kind, , key] of KINDS) {
      if (column[kind] === 0) continue;
      const height = Math.max(LEAST_HEIGHT, (column[kind] / most) * HEIGHT);
      y = Math.max(0, y - height);
      svg.append(made("rect", { x: `${n * width}`, y: `${y}`, width: `${width * 0.9}`, height: `${height}`, "data-key": key }));
    }
  }
  return svg;
}

/** @param {string} name @param {ReturnType<typeof columnsOf>} rows @param {number} extent */
function table(name, rows, extent) {
  const head = (/** @type {string} */ text) => element("th", { scope: "col" }, text);
  const body = rows.map((row, n) =>
    element("tr", {}, element("th", { scope: "row" }, seconds((extent / ROWS) * n)), ...KINDS.map(([kind]) => element("td", {}, `${row[kind]}`))),
  );
  return element(
    "details",
    {},
    element("summary", {}, "The same as a table"),
    element("table", {}, element("caption", { class: "unseen" }, `Requests ${name}, by the time from which they are counted`), element("thead", {}, element("tr", {}, head("from"), ...KINDS.map(([, text]) => head(text)))), element("tbody", {}, ...body)),
  );
}

/** @param {string} tag @param {Record<string, string>} attributes */
function made(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

/** @param {number} ms */
export function seconds(ms) {
  return `${ms < 10_000 ? (ms / 1000).toFixed(2) : (ms / 1000).toFixed(1)} s`;
}
