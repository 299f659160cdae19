// @ts-check
// What a coordinator must bring, by counts of the server's refusals.
import assert from "node:assert/strict";

/**
 * Windows in which clients find each other. On a busy machine what one sends late in the first window comes in the second, where the
 * others have their shares: as many refusals as one window has units, at most.
 */
const BEGINNING = 2;
/**
 * Of the refusals after that, with a coordinator at most this part of those without one, and one for each window's end that is tried. An
 * idle machine shows a hundredth; one that is busy delays what was granted into the next window.
 */
const PART = 1 / 2;
const TRIED = 10;

/** Refusals after the beginning. @param {import("./upstream.js").Met} met */
const later = ({ refusals }) => Object.values(refusals).slice(BEGINNING).reduce((sum, count) => sum + count, 0);

/**
 * Both counts in words.
 * @param {import("./upstream.js").Met} met with a coordinator
 * @param {import("./upstream.js").Met} alone the same clients without one
 */
export function refusals(met, alone) {
  return `429s: ${met.refused}, ${later(met)} of them after the beginning; without a coordinator ${alone.refused} and ${later(alone)}`;
}

/**
 * @param {import("./upstream.js").Met} met
 * @param {import("./upstream.js").Met} alone
 * @param {(text: string) => void} tell
 */
export function assertFewRefusals(met, alone, tell) {
  const text = refusals(met, alone);
  tell(text);
  assert.ok(later(met) <= PART * later(alone) + TRIED, text);
}
