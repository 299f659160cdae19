// @ts-check
import { hostFetch } from "./host.js";
import { thaw } from "./kept.js";
import { abort } from "./wait.js";

/**
 * What a call has once it is driven.
 * @typedef {object} Flight
 * @property {any} prepared what `prepare` made for the next send
 * @property {Response | undefined} before what the attempts before this one gave, where one gave a response
 */

/**
 * A call under way: plain data of this call, in one object, since a hundred thousand may wait. What many calls have in
 * common hangs on `inside`; what is only written once something was sent starts empty.
 */
export class Run {
  /**
   * @param {import("./driver.js").Inside} inside
   * @param {any[]} args what the caller gave
   * @param {import("./subject.js").Subject} subject
   * @param {number} call what its events are joined by
   */
  constructor(inside, args, { address: { origin, href }, method, signal }, call) {
    this.inside = inside;
    /** The engine's number for it. */
    this.id = -1;
    this.call = call;
    /** @type {any} */
    this.input = args[0];
    /** @type {any} */
    this.init = args[1];
    this.isBare = args.length < 2;
    this.origin = origin;
    this.href = this.input === href ? this.input : href;
    this.method = method;
    this.signal = signal;
    this.attempt = 0;
    /** Whether `init` is ours already, or still the caller's own object. */
    this.isOurs = false;
    /**
     * How it goes on after a wait.
     * @type {((outcome: any) => void) | undefined}
     */
    this.resume = undefined;
    /**
     * Its own timer, while it has one.
     * @type {any}
     */
    this.timer = undefined;
    /** When its wait began, ms. */
    this.since = 0;
    /** The waits since the last attempt, ms. */
    this.waited = 0;
    /**
     * What the last of them was for.
     * @type {import("./why.js").Why | undefined}
     */
    this.why = undefined;
    /**
     * What the last attempt gave,
     * @type {Response | undefined}
     */
    this.response = undefined;
    /**
     * or why it failed.
     * @type {any}
     */
    this.failure = undefined;
    /** @type {Request | undefined} */
    this.spare = undefined;
    /**
     * Once `drive` has it: a call that waits first is no more than this object.
     * @type {Flight | undefined}
     */
    this.flight = undefined;
    /**
     * The headers of its idempotency key, or a promise of that key.
     * @type {any}
     */
    this.key = undefined;
    /** @type {import("./record.js").CallRecord | undefined} */
    this.written = undefined;
  }

  get engine() {
    return this.inside.shared.engine;
  }

  get clock() {
    return this.inside.clock;
  }

  get hooks() {
    return this.inside.hooks;
  }

  /** @returns {import("./record.js").CallRecord} */
  get record() {
    return (this.written ??= { call: this.call, attempts: [], waited: 0 });
  }

  /** Ends its wait, as its signal says. */
  stop() {
    abort(this);
  }

  /** What is to be sent: the caller's own arguments while they are the caller's. */
  get args() {
    if (this.isBare) return [this.input];
    return [this.input, this.isOurs ? thaw(this.init) : this.init];
  }

  /**
   * Hands over to the transport.
   * @param {any[]} args
   * @returns {Promise<Response>}
   */
  send(args) {
    const { fetch } = this.inside.hooks;
    return /** @type {any} */ (fetch === undefined ? hostFetch() : fetch)(...args);
  }
}
