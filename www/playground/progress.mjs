// @ts-check
/** Progress of a load: one line that rewrites itself on a terminal, elsewhere a plain line now and then. */

const WIDTH = 24;
/** Least between two plain lines, ms. */
const PLAIN_EVERY = 2000;
/** Between two rewrites, ms: more is not seen and slows the load. */
const REWRITE_EVERY = 100;

/**
 * @param {string} name what is run
 * @param {number} total
 * @param {NodeJS.WriteStream} [out]
 */
export function createProgress(name, total, out = process.stderr) {
  let done = 0;
  let lost = 0;
  const began = performance.now();
  let shown = began;
  // By a timer, since a load that only waits is still alive.
  const timer = out.isTTY ? setInterval(show, REWRITE_EVERY) : undefined;

  function text() {
    const filled = Math.round((done / total) * WIDTH);
    const bar = "█".repeat(filled) + "░".repeat(WIDTH - filled);
    const tail = lost > 0 ? `, ${lost} lost` : "";
    const counted = `${done} of ${total} settled${tail}`;
    const elapsed = ((performance.now() - began) / 1000).toFixed(1);
    return out.isTTY ? `${name.padEnd(16)} ${bar} ${elapsed.padStart(5)} s  ${counted}` : `${name}: ${counted}`;
  }

  function show() {
    out.write(out.isTTY ? `\r\x1b[2K${text()}` : `${text()}\n`);
    shown = performance.now();
  }

  return {
    /** One call has settled. @param {boolean} ok */
    step(ok) {
      done += 1;
      if (!ok) lost += 1;
      if (!timer && performance.now() - shown >= PLAIN_EVERY) show();
    },
    end() {
      clearInterval(timer);
      show();
      if (out.isTTY) out.write("\n");
    },
  };
}
