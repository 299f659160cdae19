// @ts-check
/** Runs the sandbox off the page's thread, so that it can be stopped. In: `Settings`. Out: `{ result }` or `{ error }`. */
import { createPolicy } from "./pkg/index.js";
import { createSimulator } from "./pkg/testing.js";
import { runSandbox } from "./sandbox-run.js";

addEventListener("message", async ({ data }) => {
  try {
    postMessage({ result: await runSandbox({ createPolicy, createSimulator }, data) });
  } catch (error) {
    const { name, message, part = "", field = "" } = /** @type {any} */ (error);
    postMessage({ error: { name, message, part, field } });
  }
});
