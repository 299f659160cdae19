// @ts-check
/**
 * A call from its first action to its end: each action of the core is done here, and what came of it is the next event, whose
 * action is next. `src/client/drive.rs` is the same loop in Rust.
 */
import { ask } from "./ask.js";
import { attempt } from "./attempt.js";
import { endWithoutCore } from "./core-failed.js";
import { hasFailed } from "./core.js";
import { PolicyError } from "./errors.js";
import { change } from "./life.js";
import { conclude, giveUp } from "./outcome.js";
import { peek } from "./peek.js";
import { prepare } from "./prepare.js";
import { ASK, FAILED, HEDGE, PEEK, PREPARE, REJECT, RESOLVE, SEND, WAIT } from "./protocol.js";
import { race } from "./race.js";
import { keep } from "./record.js";
import { isPending } from "./settle.js";
import { pause, wakeOthers } from "./wait.js";

/** @typedef {import("./run.js").Run} Run */

/**
 * Does what the core says until it says that the call is over.
 * @param {Run} run
 * @param {import("./protocol.js").Action} action
 * @returns {Promise<Response>}
 */
export async function drive(run, action) {
  // Whether the last result is still to be had: a wait lets go of it.
  let isInHand = false;
  run.flight = { prepared: undefined, before: undefined };
  try {
    for (;;) {
      // An action means nothing where the core failed since.
      switch (hasFailed(run) ? FAILED : action) {
        case SEND:
          action = /** @type {import("./protocol.js").Action} */ (await attempt(run));
          isInHand = true;
          break;
        case HEDGE:
          action = await race(run);
          isInHand = true;
          break;
        case WAIT:
          action = await pause(run);
          isInHand = false;
          break;
        case ASK:
          action = await ask(run);
          break;
        case PEEK:
          action = await peek(run);
          break;
        case PREPARE: {
          const next = prepare(run);
          // A first send whose headers are there is made in the caller's own turn.
          action = /** @type {import("./protocol.js").Action} */ (isPending(next) ? await next : next);
          break;
        }
        case RESOLVE:
        case REJECT: {
          const result = conclude(run, action === RESOLVE);
          if (result !== undefined) return result;
          action = FAILED;
          break;
        }
        case FAILED:
          return await endWithoutCore(run, isInHand);
        default:
          throw new PolicyError("internal", `${run.method} ${run.origin}: the core refused an event`, { record: run.record });
      }
    }
  } catch (error) {
    // Nobody reads it, unless what was thrown brings it along.
    if (/** @type {any} */ (error)?.response !== run.response) run.response?.body?.cancel().catch(() => {});
    // A callback of the caller's threw; that, too, is reported.
    if (run.record.gaveUp === undefined) giveUp(run, "not-retryable", 0);
    keep(error, run.record, run);
    throw error;
  } finally {
    end(run);
  }
}

/**
 * Never throws, so that it can be called on the way out of a failure.
 * @param {Run} run
 */
export function end({ engine, id, inside, clock }) {
  engine.end(id);
  inside.shared.early.delete(id);
  const { life } = inside;
  change(life, -1);
  if (life.open === 0) life.end?.();
  try {
    wakeOthers(inside.shared, clock);
  } catch {
    // A host's clock or timer that throws: those who wait have its error from their own.
  }
}
