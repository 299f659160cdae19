// @ts-check
import { names } from "./core.js";
import { KEYLESS } from "./protocol.js";
import { isPending } from "./settle.js";

/**
 * Sets the idempotency key of the call, if the caller asks for one and the core finds that the method needs it.
 * @param {import("./run.js").Run} run
 * @param {{ url: string, method: string, headers: Headers }} view
 */
export function withIdempotencyKey(run, view) {
  const { engine, id, hooks } = run;
  const key = typeof hooks.idempotencyKey === "function" ? hooks.idempotencyKey(view) : engine.is(id, KEYLESS) ? crypto.randomUUID() : undefined;
  if (isPending(key)) {
    run.key = key;
    // Awaited by the first attempt, which may have to wait for its turn.
    Promise.resolve(key).catch(() => {});
  } else useKey(run, key);
}

/**
 * @param {import("./run.js").Run} run
 * @param {unknown} key
 */
export function useKey(run, key) {
  const { engine, id } = run;
  run.key = undefined;
  if (key === undefined) return;
  engine.keyed(id);
  run.key = [[names().key, `${key}`]];
}
