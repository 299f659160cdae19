// @ts-check
/** How long it is until a retry, counted down on the page. */
import { element } from "./element.js";

/** Between two looks at the clock, ms: a second is never skipped. */
const EVERY = 200;

/** @type {ReturnType<typeof setInterval> | undefined} */
let timer;

/**
 * An element that counts down to `delay` ms from now; the one before it stops.
 * @param {number} delay
 */
export function countdown(delay) {
  clearInterval(timer);
  const until = Date.now() + delay;
  // A screen reader is not told each second.
  const place = element("strong", { class: "countdown", role: "timer", "aria-live": "off" });
  const show = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    place.textContent = left === 0 ? "It is time." : `${clock(left)} left`;
    place.dataset.left = String(left);
    if (left === 0) clearInterval(timer);
  };
  timer = setInterval(show, EVERY);
  show();
  return place;
}

/** @param {number} seconds */
function clock(seconds) {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
