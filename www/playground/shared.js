// @ts-check
/**
 * Tabs that share one quota: each tab that this page is open in makes the same calls, first without a coordinator and then with
 * `tabs()`, and all of them show the results of all. Tabs find each other over a channel of this page's own; the tab whose button
 * is pressed says when each part begins.
 */
import { element, find } from "./element.js";
import { openApi } from "./shared-api.js";

/** Calls of each tab, in each part. */
const CALLS = 60;
const CHANNEL = "playground-tabs";
/** The parts of a run, and what a row shows of each. */
const PARTS = /** @type {const} */ (["alone", "shared"]);
/** A tab that has not finished its part by then is left behind, ms. */
const LATEST = 60_000;
/** Between two reports of a tab, ms. */
const REPORT_EVERY = 100;

/**
 * @typedef {(typeof PARTS)[number]} Part
 * @typedef {{ settled: number, ok: number, limited: number, units?: number }} Counts
 * @typedef {Record<Part, Counts>} Row
 * @typedef {{ type: "hello" } | { type: "here", row: Row } | { type: "bye" } | { type: "clear" } | { type: "begin", part: Part, token: string }} Message
 * @typedef {Message & { from: string }} Sent
 */

/** @returns {Row} */
const empty = () => ({ alone: { settled: 0, ok: 0, limited: 0 }, shared: { settled: 0, ok: 0, limited: 0 } });

/** @param {HTMLElement} root */
export function mountShared(root) {
  const start = find("button", HTMLButtonElement, root);
  const status = find("[role=status]", HTMLElement, root);
  const body = find("tbody", HTMLTableSectionElement, root);
  const foot = find("tfoot", HTMLTableSectionElement, root);
  const channel = new BroadcastChannel(CHANNEL);
  // In the order in which the tabs were opened.
  const own = `${Date.now()} ${crypto.randomUUID()}`;
  /** @type {Map<string, Row>} */
  const rows = new Map([[own, empty()]]);
  const row = () => /** @type {Row} */ (rows.get(own));
  const send = (/** @type {Message} */ message) => channel.postMessage({ ...message, from: own });

  channel.onmessage = ({ data }) => {
    hear(data);
    draw();
  };
  const hear = (/** @type {Sent} */ message) => {
    if (message.type === "hello") send({ type: "here", row: row() });
    if (message.type === "bye") rows.delete(message.from);
    else if (!rows.has(message.from)) rows.set(message.from, empty());
    if (message.type === "here") rows.set(message.from, message.row);
    if (message.type === "clear") clear();
    if (message.type === "begin") void take(message.part, message.token);
  };
  const clear = () => {
    for (const tab of rows.keys()) rows.set(tab, empty());
  };
  const draw = () => {
    const tabs = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
    body.replaceChildren(...tabs.map(([tab, row], n) => line(`tab ${n + 1}${tab === own ? ", this one" : ""}`, row)));
    foot.replaceChildren(line("together", total([...rows.values()])));
  };
  /** This tab's calls of one part. @param {Part} part @param {string} token */
  const take = async (part, token) => {
    const timer = setInterval(() => (send({ type: "here", row: row() }), draw()), REPORT_EVERY);
    try {
      await makeCalls(part, token, row()[part]);
    } catch (error) {
      status.textContent = `The calls broke off: ${/** @type {Error} */ (error).message}`;
      row()[part].settled = CALLS;
    }
    clearInterval(timer);
    send({ type: "here", row: row() });
    draw();
  };
  const isDone = (/** @type {Part} */ part) => [...rows.values()].every((row) => row[part].settled >= CALLS);
  start.addEventListener("click", async () => {
    start.disabled = true;
    send({ type: "clear" });
    clear();
    for (const part of PARTS) {
      status.textContent = part === "alone" ? "Each tab calls by itself." : "The tabs share the quota.";
      // A token of its own for each part: what one knows of its quota, the other does not.
      const token = crypto.randomUUID();
      send({ type: "begin", part, token });
      void take(part, token);
      const late = Date.now() + LATEST;
      while (!isDone(part) && Date.now() < late) await new Promise((resolve) => setTimeout(resolve, REPORT_EVERY));
    }
    const { alone, shared } = total([...rows.values()]);
    const tabs = rows.size === 1 ? "One tab, which has the quota to itself" : `${rows.size} tabs`;
    status.textContent = `${tabs}: ${alone.limited} refusals without a coordinator, ${shared.limited} with it.${rows.size === 1 ? " Open another tab." : ""}`;
    start.disabled = false;
    start.focus();
  });
  // A page in the back-forward cache is none of the tabs; it comes back as one.
  addEventListener("pagehide", () => send({ type: "bye" }));
  addEventListener("pageshow", () => send({ type: "hello" }));
  send({ type: "hello" });
  draw();
}

/** @param {Row[]} rows */
function total(rows) {
  const sum = empty();
  for (const row of rows) {
    for (const part of PARTS) for (const name of /** @type {const} */ (["settled", "ok", "limited"])) sum[part][name] += row[part][name];
  }
  return sum;
}

/** @param {string} name @param {Row} row */
function line(name, { alone, shared }) {
  const cells = [`${alone.ok}`, `${alone.limited}`, `${shared.ok}`, `${shared.limited}`, name === "together" ? "" : `${shared.units ?? ""}`];
  return element("tr", {}, element("th", { scope: "row" }, name), ...cells.map((text) => element("td", {}, text)));
}

/** @type {Promise<[Awaited<ReturnType<typeof openApi>>, import("../../pkg-template/share.js").Coordinator, typeof import("../../pkg-template/index.js")]> | undefined} */
let loaded;

/** Makes all calls at once, and counts into `counts` what comes of them. @param {Part} part @param {string} token @param {Counts} counts */
async function makeCalls(part, token, counts) {
  loaded ??= Promise.all([openApi(), import(address("share-tabs")).then(({ tabs }) => tabs({ name: "playground" })), import(address("index"))]);
  const [api, coordinator, { createPolicy }] = await loaded;
  const policy = createPolicy({
    fetch: api,
    ...(part === "shared" && { coordinator }),
    onEvent(event) {
      if (event.type === "response" && event.status === 429) counts.limited++;
      counts.units = policy.quotas()[0]?.shared?.units ?? counts.units;
    },
  });
  const call = async () => {
    const isOk = await policy.fetch("https://api.example.com/items", { headers: { authorization: `Bearer ${token}` } }).then(
      ({ ok }) => ok,
      () => false,
    );
    counts.settled++;
    if (isOk) counts.ok++;
  };
  await Promise.all(Array.from({ length: CALLS }, call));
}

/** Where the page finds a file of the package. @param {string} name */
const address = (name) => `./pkg/${name}.js`;
