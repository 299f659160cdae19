// @ts-check
import { reportLost } from "./core-failed.js";
import { hasFailed, names, tell } from "./core.js";
import { drive, end } from "./drive.js";
import { isOwn } from "./host.js";
import { withIdempotencyKey } from "./idempotency.js";
import { setOwn } from "./inside.js";
import { change } from "./life.js";
import { pick } from "./lines.js";
import { reportMisuse } from "./misuse.js";
import { BEGIN, FAILED, WAIT } from "./protocol.js";
import { isReplayable, viewOf } from "./request.js";
import { queryOf, scopeOf } from "./secrets.js";
import { pause } from "./wait.js";

/** @typedef {import("./run.js").Run} Run */

/**
 * Starts a call. Its first send is made in the caller's own turn; one that waits first is no more than its `Run`.
 * @param {Run} run
 * @param {any} options the call's own
 * @param {import("./subject.js").Subject} subject
 * @param {Partial<import("./options.js").Hooks>} [adopted] in the place of its hooks, where the call began before the core was there
 * @returns {Promise<Response>}
 */
export function start(run, options, { address }, adopted) {
  change(run.inside.life, 1);
  try {
    if (options !== undefined) setOwn(run, options);
    if (adopted !== undefined) run.inside = { ...run.inside, hooks: { ...run.inside.hooks, ...adopted } };
    reportLost(run);
    if (run.hooks.onEvent) reportMisuse(run);
    const action = begin(run, options, address);
    if (run.hooks.idempotencyKey) withIdempotencyKey(run, viewOf(run));
    return action === WAIT ? pause(run) : drive(run, action);
  } catch (error) {
    if (hasFailed(run)) return drive(run, FAILED);
    end(run);
    return Promise.reject(error);
  }
}

/**
 * Tells the core of the call, and that it begins.
 * @param {Run} run
 * @param {any} options the call's own, in `run.inside`
 * @param {import("./request.js").Address} address
 * @returns {import("./protocol.js").Action} what to do
 */
function begin(run, options, { target }) {
  const { engine, input, init, inside, hooks, clock, method } = run;
  try {
    const scope = hooks.scope === undefined ? undefined : scopeOf(hooks.scope, viewOf(run)) || undefined;
    const replayable = (hooks.body !== undefined || isReplayable(init?.body)) && isReplayable(init?.headers);
    const text = `${target}${method}\n${pick(input, init, names().leftOut)}${queryOf(run.href)}`;
    const wall = clock.host.now();
    const mono = clock.monotonic();
    run.id = engine.start(inside.plan, text, scope, replayable, hooks.prepare !== undefined, isOwn(hooks.fetch), wall, mono);
    return engine.tell(run.id, BEGIN, wall, mono, clock.host.random());
  } finally {
    if (options !== undefined) inside.plan.free();
  }
}
