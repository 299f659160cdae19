// @ts-check
import { attempt, noteLoser } from "./attempt.js";
import { tell } from "./core.js";
import { nextSendOf } from "./details.js";
import { AWAIT, ELAPSE, FAILED, NEVER } from "./protocol.js";
import { sleep } from "./sleep.js";
import { wakeOthers } from "./wait.js";

/**
 * The sends of one attempt that is hedged.
 * @typedef {object} Race
 * @property {boolean} isOver settled: what is still under way is nobody's
 * @property {Promise<import("./protocol.js").Action> | undefined} peeking the core looks at the body of one response, and hears of no other meanwhile
 * @property {Map<any, Leg>} legs those under way, or about to be
 *
 * @typedef {{ number: number, startedAt: number, limit: import("./settle.js").Limit | undefined, isSent: boolean }} Leg
 */

/**
 * Sends, and sends again when the core asks for it while there is no response; then ends what is left.
 *
 * Each further send is an object that inherits from the call and has a response, a failure and a number of its own. `attempt` works on it
 * as on a call: it enters itself in `legs` before it first waits, lets another send's body be read to its end before it reports, and
 * returns undefined where the race was over by then.
 * @param {import("./run.js").Run} run
 * @returns {Promise<import("./protocol.js").Action>} what to do next
 */
export function race(run) {
  const { clock } = run;
  /** @type {Race} */
  const race = { isOver: false, peeking: undefined, legs: new Map() };
  /** @type {{ end: () => void } | undefined} */
  let timer;
  return new Promise((resolve, reject) => {
    /** @param {any} leg */
    const send = (leg) => {
      const sent = attempt(leg, race);
      run.attempt = leg.attempt;
      run.spare = leg.spare;
      wait();
      sent.then((action) => {
        if (action !== undefined) heard(leg, action);
      }, async (error) => {
        await race.peeking;
        if (race.isOver) return;
        end(leg);
        reject(error);
      });
    };
    const wait = () => {
      timer?.end();
      const next = nextSendOf(run);
      if (next !== NEVER) timer = sleep(clock, next, elapse);
    };
    const elapse = () => {
      // What the core says of that body tells when to ask again.
      if (race.peeking !== undefined) return;
      const action = tell(run, ELAPSE);
      if (action === AWAIT) wait();
      // Where it has failed, the sends under way learn that when they end.
      else if (action !== FAILED) send(Object.assign(Object.create(run), { written: run.record, waited: 0, why: undefined }));
    };
    /** @param {any} leg @param {import("./protocol.js").Action} action */
    const heard = (leg, action) => {
      if (action === AWAIT) {
        race.legs.delete(leg);
        leg.response?.body?.cancel().catch(() => {});
        wait();
        return wakeOthers(run.inside.shared, clock);
      }
      end(leg);
      resolve(action);
    };
    /** @param {any} leg */
    const end = (leg) => {
      race.isOver = true;
      timer?.end();
      const { response, failure } = leg;
      const reason = new DOMException("the call went on without this send", "AbortError");
      race.legs.delete(leg);
      for (const [other, sent] of race.legs) {
        sent.limit?.abort(reason);
        noteLoser(other, sent, reason);
      }
      run.response = response;
      run.failure = failure;
    };
    send(run);
  });
}
