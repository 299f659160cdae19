// @ts-check
/** One load's panel: its counters, progress, time line and quota, and a sentence about how it went. */
import { find } from "./element.js";
import { createQuotaChart } from "./quota-chart.js";
import { createRecord } from "./record.js";
import { createTimeline } from "./timeline.js";

/** The chart's own redraw is dearer than the time line's; this often is fluent enough, ms. */
const CHART_EVERY = 100;

/** @typedef {ReturnType<typeof createPanel>} Panel */

/** @param {HTMLElement} root */
export function createPanel(root) {
  /** @param {string} name */
  const color = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  let theme = themeOf(color);
  const timeline = createTimeline(find("canvas", HTMLCanvasElement, root), (name) => theme[name]);
  const chart = createQuotaChart(find(".quota", HTMLElement, root), (name) => theme[name]);
  const progress = find("progress", HTMLProgressElement, root);
  const said = find(".said", HTMLElement, root);
  const counters = [...root.querySelectorAll("[data-count]")].map(nameOf);
  let record = createRecord(0);
  let charted = 0;

  /** @param {number} now ms since the start @param {number} extent ms that the axes span @param {boolean} [whole] */
  function draw(now, extent, whole = false) {
    for (const [counter, name] of counters) {
      const count = record.counts[name];
      if (counter.textContent !== String(count)) counter.textContent = String(count);
      counter.toggleAttribute("data-none", count === 0);
    }
    progress.value = record.settled;
    timeline.draw(record, now, extent);
    if (!whole && performance.now() - charted < CHART_EVERY) return;
    chart.draw(record, extent);
    charted = performance.now();
  }

  return {
    draw,
    get record() {
      return record;
    },
    /** @param {number} count calls of the load that comes */
    reset(count) {
      record = createRecord(count);
      progress.max = Math.max(1, count);
      said.textContent = "";
    },
    /** @param {string} text */
    say(text) {
      said.textContent = text;
    },
    /** After the theme or the size has changed. */
    refresh() {
      theme = themeOf(color);
      chart.resize();
    },
  };
}

/** Reading a style is slow, and each frame needs these often. @param {(name: string) => string} color */
function themeOf(color) {
  const names = ["waiting", "ok", "limited", "failed", "muted", "rule", "window", "quota", "quota-fill", "font"];
  return Object.fromEntries(names.map((name) => [name, color(name)]));
}

/** @param {Element} counter @returns {[Element, keyof import("./record.js").LoadRecord["counts"]]} */
function nameOf(counter) {
  return [counter, /** @type {any} */ (counter.getAttribute("data-count"))];
}
