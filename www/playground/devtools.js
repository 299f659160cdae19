// @ts-check
/** The package's panel for development on this page, with calls to look at. The API behind them is the package's simulator. */
import { find } from "./element.js";

/** @typedef {import("../../pkg-template/index.js").Policy} Policy */

const CALLS = 30;

/** @param {HTMLElement} root */
export function mountDevtools(root) {
  const button = find("button", HTMLButtonElement, root);
  const status = find("[role=status]", HTMLElement, root);
  /** @type {Promise<Policy> | undefined} */
  let policy;
  button.addEventListener("click", async () => {
    try {
      const { fetch } = await (policy ??= load(root));
      status.textContent = "";
      const responses = await Promise.all(Array.from({ length: CALLS }, (_, n) => fetch(`https://api.example.com/items/${n + 1}`)));
      status.textContent = `${responses.filter(({ ok }) => ok).length} of ${CALLS} calls came through.`;
    } catch (error) {
      status.textContent = `The calls broke off: ${/** @type {Error} */ (error).message}`;
    }
  });
}

/** @param {HTMLElement} root */
async function load(root) {
  const [{ createPolicy }, { createSimulator }, { devtools }] = await Promise.all([
    import(address("index")),
    import(address("testing")),
    import(address("devtools")),
  ]);
  const simulator = createSimulator({ clock: "host", limit: 10, window: 3000, seed: 7 });
  simulator.fail(1, 503);
  simulator.fail(1, 404);
  const panel = devtools();
  const policy = createPolicy({ fetch: simulator.fetch, onEvent: panel.onEvent });
  panel.watch(policy);
  root.append(panel);
  return policy;
}

/** Where the page finds a file of the package. @param {string} name */
const address = (name) => `./pkg/${name}.js`;
