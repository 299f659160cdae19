// @ts-check
/** The page: starts and stops the loads, one after the other since they would share the browser's six connections. */
import { LIMIT, WINDOW } from "./api.js";
import { find } from "./element.js";
import { mountDevtools } from "./devtools.js";
import { mountExplainBox } from "./explain-box.js";
import { createPanel } from "./panel.js";
import { floor } from "./quota.js";
import { mountSandbox } from "./sandbox.js";
import { mountShared } from "./shared.js";

const start = find("#start", HTMLButtonElement);
const stop = find("#stop", HTMLButtonElement);
const calls = find("#calls", HTMLSelectElement);
const status = find("#run-status", HTMLElement);
const announcement = find("#announcement", HTMLElement);
const panels = {
  policy: createPanel(find("#policy", HTMLElement)),
  bare: createPanel(find("#bare", HTMLElement)),
};
const calm = matchMedia("(prefers-reduced-motion: reduce)");

/** Whether no server answers behind this page: the API then runs in it, as a stand-in for `fetch`. */
const isInPage = document.documentElement.dataset.api === "page";

/** Between two drawings where the user wants little motion, ms. */
const CALM_EVERY = 500;
/** The axis before anything is known, ms. */
const LEAST_EXTENT = 2000;

/** @type {{ worker?: Worker, stopped: boolean, drawn: number } | undefined} */
let run;
/** What the quota allows for the load at best: the axis spans it from the start and need not grow, ms. */
let least = 0;

start.addEventListener("click", () => void runBoth(Number(calls.value)));
stop.addEventListener("click", () => {
  if (!run) return;
  run.stopped = true;
  run.worker?.postMessage({ type: "stop" });
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
new ResizeObserver(refresh).observe(find("#panels", HTMLElement));
mountSandbox(find("#sandbox", HTMLElement));
mountDevtools(find("#devtools", HTMLElement));
mountShared(find("#shared", HTMLElement));
mountExplainBox(find("#explain", HTMLElement));

/** @param {number} count */
async function runBoth(count) {
  run = { stopped: false, drawn: 0 };
  least = floor({ calls: count, start: 0, limit: LIMIT, window: WINDOW });
  show("running");
  panels.policy.reset(count);
  panels.bare.reset(count);
  announce(`${count} calls start as the next window of the quota opens.`);
  requestAnimationFrame(frame);
  try {
    await runLoad("policy", count);
    if (!run.stopped) await runLoad("bare", count);
    show(run.stopped ? "stopped" : "done");
  } catch (error) {
    show("stopped");
    announce(`The run broke off: ${/** @type {Error} */ (error).message}`);
  }
  run = undefined;
  drawAll(true);
}

/** @param {"policy" | "bare"} load @param {number} count */
function runLoad(load, count) {
  const panel = panels[load];
  const worker = new Worker(new URL("./load-worker.js", import.meta.url), { type: "module" });
  if (run) run.worker = worker;
  panel.say("Starts as a window of the quota opens.");
  return new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message || "the worker could not be loaded"));
    worker.onmessage = ({ data }) => {
      if (data.type === "started") {
        panel.record.begin(data.at);
        panel.say("");
      }
      if (data.type === "events") data.events.forEach(panel.record.apply);
      if (data.type === "broken") reject(new Error(data.message));
      if (data.type === "ended") {
        const text = summary(panel.record);
        panel.say(text);
        announce(`${load === "policy" ? "With the policy" : "Bare fetch"}: ${text}`);
        resolve(undefined);
      }
    };
    worker.postMessage({ type: "start", load, api: isInPage ? undefined : `${location.origin}/api`, count, token: crypto.randomUUID() });
  }).finally(() => worker.terminate());
}

/** @param {import("./record.js").LoadRecord} record */
function summary(record) {
  const { counts, count } = record;
  if (counts.stopped > 0) return `Stopped: ${counts.ok} of ${count} had come through, nothing is sent any more.`;
  if (counts.lost > 0) return `${counts.lost} of ${count} calls lost, ${counts[429]} answers were 429.`;
  const bound = floor({ calls: count, start: record.start, limit: LIMIT, window: WINDOW });
  const { median, longest } = record.waits;
  return [
    `All ${count} came through in ${seconds(record.end)}.`,
    bound > 0 ? `The quota allows no less than ${seconds(bound)}.` : "",
    `Waited: ${seconds(median)} median, ${seconds(longest)} longest.`,
  ].join(" ");
}

/** @param {number} time of the frame, ms */
function frame(time) {
  if (!run) return;
  if (!calm.matches || time - run.drawn >= CALM_EVERY) {
    run.drawn = time;
    drawAll(false);
  }
  requestAnimationFrame(frame);
}

/** @param {boolean} whole */
function drawAll(whole) {
  // One axis for both loads, or the contrast would not be one.
  const both = Object.values(panels);
  const extent = Math.max(LEAST_EXTENT, least * 1.14, ...both.map((one) => nowOf(one) * 1.04));
  for (const panel of both) panel.draw(nowOf(panel), extent, whole);
}

/** Ms since the panel's load began; its end where it has one. @param {import("./panel.js").Panel} panel */
function nowOf({ record }) {
  if (record.start === 0) return 0;
  return run && record.settled < record.count ? Date.now() - record.start : record.end;
}

function refresh() {
  for (const panel of Object.values(panels)) panel.refresh();
  drawAll(true);
}

/** @param {"running" | "done" | "stopped"} state */
function show(state) {
  const running = state === "running";
  const active = document.activeElement;
  status.textContent = state;
  start.disabled = calls.disabled = running;
  stop.disabled = !running;
  // A disabled button drops the keyboard's focus; it goes to the one that can be pressed now.
  if (running && active === start) stop.focus();
  if (!running && active === stop) start.focus();
}

/** @param {string} text for who cannot see the panels */
function announce(text) {
  announcement.textContent = text;
}

/** @param {number} ms */
function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
