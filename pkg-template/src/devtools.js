// @ts-check
/**
 * A panel for development: the calls of policies, what they wait for and until when, and their quotas. A custom element without a
 * framework. Its class is made at the first use, so that the module can be imported where there is no DOM.
 */
import { createLog } from "./devtools-log.js";
import { STYLE } from "./devtools-style.js";
import { PolicyError, PolicyOptionError } from "./errors.js";
import { leftOf, seconds } from "./event-texts.js";

const TAG = "fetch-with-policy-devtools";
/** Between two drawings, ms. While calls wait, the panel is drawn as often for its countdowns. */
const EVERY = 250;

/** @typedef {import("../devtools.js").DevtoolsElement} DevtoolsElement */
/** @typedef {import("../index.js").Policy} Policy */

// A member's name survives minifiers.
export const { devtools } = {
  /**
   * A new panel, to be put into the page.
   * @param {...Policy} policies whose quotas it shows
   * @returns {DevtoolsElement}
   */
  devtools(...policies) {
    if (typeof HTMLElement === "undefined") throw new PolicyError("no-page", "devtools: there is no page to put a panel into");
    if (!customElements.get(TAG)) customElements.define(TAG, panelClass());
    const panel = /** @type {any} */ (document.createElement(TAG));
    for (const policy of policies) panel.watch(policy);
    return panel;
  },
};

function panelClass() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);

  return class extends HTMLElement {
    #log = createLog();
    /** Policies, and how to stop listening to them while the panel is in a page. @type {Map<Policy, (() => void) | undefined>} */
    #policies = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    #timer;
    #parts = partsOf(() => {
      this.#log.clear();
      this.#draw();
    });

    /** An `onEvent`. @param {import("../index.js").PolicyEvent} event */
    onEvent = (event) => {
      this.#log.take(event);
      this.#change();
    };

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open" });
      // Not a style element: a page's Content-Security-Policy may forbid those.
      root.adoptedStyleSheets = [sheet];
      root.append(...this.#parts.all);
    }

    /** @param {Policy} policy */
    watch(policy) {
      if (typeof policy?.subscribe !== "function") throw new PolicyOptionError("policy", "a policy");
      if (this.#policies.has(policy)) return;
      this.#policies.set(policy, undefined);
      if (this.isConnected) this.#listen(policy);
      this.#change();
    }

    connectedCallback() {
      for (const policy of this.#policies.keys()) this.#listen(policy);
      this.#draw();
    }

    disconnectedCallback() {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      for (const [policy, stop] of this.#policies) {
        stop?.();
        this.#policies.set(policy, undefined);
      }
    }

    /** @param {Policy} policy */
    #listen(policy) {
      this.#policies.set(policy, policy.subscribe(() => this.#change()));
    }

    #change() {
      if (this.isConnected) this.#timer ??= setTimeout(() => this.#draw(), EVERY);
    }

    #draw() {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      const now = Date.now();
      const lines = [...this.#log.calls.values()].reverse();
      const waiting = lines.filter(({ state }) => state === "waits");
      const sent = lines.filter(({ state }) => state === "sent");
      const { summary, calls, quotas, notes } = this.#parts;
      const next = Math.min(...waiting.map(({ until = Infinity }) => until));
      summary.textContent = `${sent.length} in flight, ${waiting.length} waiting${waiting.length > 0 ? `, the next until ${inTime(next, now)}` : ""}`;
      calls.fill(lines.map(({ call, method, url, state, cause, sends, until }) => [state, `#${call}`, `${method} ${url}`, state, `${cause}${until === undefined ? "" : `, until ${inTime(until, now)}`}`, `${sends}`]));
      const known = [...this.#policies.keys()].flatMap((policy) => policy.getState().quotas);
      quotas.fill(known.map((quota) => ["", quota.scope, leftNode(quota), resetOf(quota, now), `${quota.inFlight}`, `${quota.waiting}`, sourceOf(quota)]));
      notes.fill(this.#log.notes);
      if (waiting.length > 0 && this.isConnected) this.#timer = setTimeout(() => this.#draw(), EVERY);
    }
  };
}

/** @param {number} at @param {number} now */
const inTime = (at, now) => `${new Date(at).toLocaleTimeString()} (${seconds(Math.max(0, at - now))})`;

/** @param {import("../index.js").QuotaState} quota @param {number} now */
const resetOf = ({ resetAt }, now) => (resetAt === undefined ? "unknown" : resetAt <= now ? "over" : inTime(resetAt, now));

/** @param {import("../index.js").QuotaState} quota */
const sourceOf = ({ source, expose }) => (expose === undefined ? source : `headers are hidden; the API should send ${expose}`);

/** @param {import("../index.js").QuotaState} quota */
function leftNode(quota) {
  const { limit, remaining } = quota;
  const text = leftOf(quota);
  if (limit === undefined || remaining === undefined) return text;
  const meter = make("meter", { min: "0", max: `${limit}`, value: `${remaining}`, "aria-label": text });
  return [meter, text];
}

/** The parts that change with each drawing. @param {() => void} clear */
function partsOf(clear) {
  const summary = make("p", { id: "summary" });
  const button = make("button", { type: "button" }, "Clear");
  button.addEventListener("click", clear);
  const header = make("header", {}, make("h2", {}, "fetch-with-policy"), summary, button);
  const calls = tableOf("calls", "Calls", ["Call", "Request", "State", "Cause", "Sends"], "No calls yet.");
  const quotas = tableOf("quotas", "Quotas", ["Scope", "Left", "Resets", "In flight", "Waiting", "Source"], "No quota is known.");
  const list = make("ul");
  const title = make("h3", { hidden: "" }, "Notes");
  const notes = {
    /** @param {string[]} texts */
    fill(texts) {
      title.hidden = texts.length === 0;
      list.replaceChildren(...texts.map((text) => make("li", {}, text)));
    },
  };
  return { summary, calls, quotas, notes, all: [header, ...calls.all, ...quotas.all, title, list] };
}

/** @param {string} id @param {string} title @param {string[]} heads @param {string} empty shown where there is no row */
function tableOf(id, title, heads, empty) {
  const body = make("tbody");
  const table = make("table", { "aria-labelledby": id }, make("thead", {}, make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)))), body);
  // It scrolls, so the keyboard must reach it.
  const scroll = make("div", { class: "scroll", role: "region", "aria-labelledby": id, tabindex: "0" }, table);
  const none = make("p", { class: "none" }, empty);
  return {
    all: [make("h3", { id }, title), scroll, none],
    /** Of each row the class, then its cells. @param {(string | (string | Node)[])[][]} rows */
    fill(rows) {
      scroll.hidden = rows.length === 0;
      none.hidden = rows.length > 0;
      body.replaceChildren(...rows.map(([name, ...cells]) => make("tr", { class: `${name}` }, ...cells.map((cell, at) => make("td", heads[at] === "State" ? { class: "state" } : {}, ...[cell].flat())))));
    },
  };
}

/**
 * An element. Texts are never read as markup.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children
 */
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}
