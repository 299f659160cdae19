// @ts-check
/** The quota's remaining against time, as a step line under the time line, on the same axis. */
import uPlot from "./vendor/uplot.js";
import { LIMIT } from "./api.js";
import { GUTTER, MARGIN } from "./timeline.js";

const HEIGHT = 112;

/**
 * @param {HTMLElement} place
 * @param {(name: string) => string} color a colour of the theme by name
 */
export function createQuotaChart(place, color) {
  let extent = 1;
  /** @param {unknown} _ @param {number[]} at */
  const times = (_, at) => at.map((second) => `${second} s`);
  const axis = { stroke: () => color("muted"), font: `11px ${color("font")}`, ticks: { show: false } };
  const grid = { stroke: () => color("rule"), width: 1 };
  const chart = new uPlot(
    {
      width: Math.max(120, place.clientWidth),
      height: HEIGHT,
      padding: [10, MARGIN, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [0, extent] },
        y: { range: () => [0, LIMIT] },
      },
      axes: [
        { ...axis, grid: { show: false }, size: 24, gap: 6, space: 60, values: times },
        { ...axis, grid, size: GUTTER, gap: 8, splits: () => [0, LIMIT / 2, LIMIT] },
      ],
      series: [
        {},
        {
          stroke: () => color("quota"),
          fill: () => color("quota-fill"),
          width: 1.5,
          points: { show: false },
          paths: uPlot.paths.stepped({ align: 1 }),
        },
      ],
    },
    [[], []],
    place,
  );

  return {
    /** @param {import("./record.js").LoadRecord} record @param {number} span ms that the axis spans */
    draw(record, span) {
      extent = span / 1000;
      chart.setData(record.remaining);
    },
    resize() {
      chart.setSize({ width: Math.max(120, place.clientWidth), height: HEIGHT });
    },
  };
}
