// @ts-check
/**
 * Each call as one row of a time line: when it waited, when it was in flight, how that ended. A canvas, since 2,000
 * rows of elements would not stay fluent; it is redrawn whole each time, one path per colour.
 */
import { WINDOW } from "./api.js";

/** @typedef {import("./record.js").LoadRecord} LoadRecord */

/** Room left of the plot, CSS px: the quota chart below has the same, so that the two share their time axis. */
export const GUTTER = 44;
/** Room right of the plot, CSS px. */
export const MARGIN = 10;

/** A send takes milliseconds, less than a pixel: drawn at least this wide, CSS px, or nobody would see it. */
const LEAST_WIDTH = 2;
const TOP = 6;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {(name: string) => string} color a colour of the theme by name
 */
export function createTimeline(canvas, color) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

  /** @param {LoadRecord} record @param {number} now ms since the start @param {number} extent ms that the axis spans */
  function draw(record, now, extent) {
    const { width, height } = fit();
    const plot = { width: width - GUTTER - MARGIN, height: height - TOP };
    const rowHeight = plot.height / Math.max(1, record.count);
    /** @param {number} ms */
    const x = (ms) => GUTTER + (Math.max(0, ms) / extent) * plot.width;
    const thickness = Math.max(1, rowHeight * 0.85);
    context.clearRect(0, 0, width, height);
    drawFrame(record, extent, plot, x);
    for (const kind of /** @type {const} */ (["waiting", "ok", "failed", "limited"])) {
      context.beginPath();
      for (const span of record.spans) {
        if (span.kind === kind) rect(span.item, span.from, span.to, kind === "waiting" ? 0 : LEAST_WIDTH);
      }
      for (const [item, call] of record.open.entries()) {
        if (kind === "waiting" && call.waiting !== undefined) rect(item, call.waiting, now, 0);
        if (kind === "ok" && call.inFlight !== undefined) rect(item, call.inFlight, now, LEAST_WIDTH);
      }
      context.fillStyle = color(kind);
      context.fill();
    }

    /** @param {number} item @param {number} from @param {number} to @param {number} least */
    function rect(item, from, to, least) {
      context.rect(x(from), TOP + item * rowHeight, Math.max(least, x(to) - x(from)), thickness);
    }
  }

  /**
   * Windows of the quota as vertical lines, and the number of calls at the left.
   * @param {LoadRecord} record @param {number} extent @param {{ height: number }} plot
   * @param {(ms: number) => number} x
   */
  function drawFrame(record, extent, plot, x) {
    context.font = `11px ${color("font")}`;
    context.textAlign = "right";
    context.fillStyle = color("muted");
    context.textBaseline = "top";
    context.fillText("1", GUTTER - 8, TOP);
    context.textBaseline = "bottom";
    context.fillText(String(record.count), GUTTER - 8, TOP + plot.height);
    context.fillStyle = color("rule");
    context.fillRect(GUTTER - 1, TOP, 1, plot.height);
    if (record.start === 0) return;
    context.fillStyle = color("window");
    for (let at = WINDOW - (record.start % WINDOW); at < extent; at += WINDOW) {
      context.fillRect(Math.round(x(at)), TOP, 1, plot.height);
    }
  }

  /** Gives the canvas as many pixels as it covers. */
  function fit() {
    const ratio = globalThis.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = canvas;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return { width, height };
  }

  return { draw };
}
