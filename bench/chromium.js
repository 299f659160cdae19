// @ts-check
// Chromium by its own protocol, for what only that can do: a slowed CPU and traces.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"];

/** Starts Chromium; it needs a Node that has WebSocket. */
export async function openChromium() {
  const profile = mkdtempSync(join(tmpdir(), "chromium-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--remote-debugging-port=0"];
  const program = spawn(process.env.CHROME ?? "chromium", [...flags, `--user-data-dir=${profile}`, "about:blank"], { detached: true, stdio: ["ignore", "ignore", "pipe"] });
  const socket = new WebSocket(await addressOf(program));
  await once(socket, "open");
  let calls = 0;
  const events = new EventTarget();
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: Error) => void }>} */
  const open = new Map();
  socket.addEventListener("message", ({ data }) => {
    const { id, result, error, method, params } = JSON.parse(data);
    if (id === undefined) return void events.dispatchEvent(new CustomEvent(method, { detail: params }));
    const call = open.get(id);
    open.delete(id);
    if (error) call?.reject(new Error(error.message));
    else call?.resolve(result);
  });
  /** @param {string} method @param {object} [params] @param {string} [sessionId] @returns {Promise<any>} */
  const send = (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      open.set(++calls, { resolve, reject });
      socket.send(JSON.stringify({ id: calls, method, params, sessionId }));
    });

  return {
    /**
     * Loads `url` in a context of its own, with the CPU `slowed` times, until `isDone` settles; returns the trace's events.
     * @param {string} url @param {number} slowed @param {() => Promise<void>} isDone
     */
    async trace(url, slowed, isDone) {
      const { browserContextId } = await send("Target.createBrowserContext");
      const { targetId } = await send("Target.createTarget", { url: "about:blank", browserContextId });
      const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
      await send("Emulation.setCPUThrottlingRate", { rate: slowed }, sessionId);
      /** @type {import("./trace.js").TraceEvent[]} */
      const list = [];
      const collect = (/** @type {any} */ { detail }) => void list.push(...detail.value);
      events.addEventListener("Tracing.dataCollected", collect);
      await send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: CATEGORIES } });
      try {
        const done = isDone();
        await Promise.all([done, send("Page.navigate", { url }, sessionId)]);
      } finally {
        const complete = once(events, "Tracing.tracingComplete");
        await send("Tracing.end");
        await complete;
        events.removeEventListener("Tracing.dataCollected", collect);
        await send("Target.disposeBrowserContext", { browserContextId });
      }
      return list;
    },
    async stop() {
      socket.close();
      const ended = once(program, "exit");
      process.kill(-Number(program.pid), "SIGKILL");
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** @param {import("node:child_process").ChildProcess} program */
async function addressOf(program) {
  let text = "";
  for await (const chunk of /** @type {import("node:stream").Readable} */ (program.stderr)) {
    text += chunk;
    const address = /ws:\/\/\S+/.exec(text)?.[0];
    if (address) return address;
  }
  throw new Error(`Chromium did not start: ${text}`);
}
