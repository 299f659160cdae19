// @ts-check
/** The sandbox: a server by a few settings, a policy by its options; both run on a virtual clock, beside a plain loop. */
import { element, find } from "./element.js";
import { KINDS, renderCharts, seconds } from "./sandbox-chart.js";

/** @typedef {import("./sandbox-run.js").Outcome} Outcome */
/** @typedef {import("./sandbox-run.js").Result} Result */
/** @typedef {import("./sandbox-run.js").Settings} Settings */

/** @param {HTMLElement} root */
export function mountSandbox(root) {
  const form = find("form", HTMLFormElement, root);
  const stop = find("[data-stop]", HTMLButtonElement, root);
  const start = find("[type=submit]", HTMLButtonElement, root);
  const status = find("[role=status]", HTMLElement, root);
  const complaint = find(".complaint", HTMLElement, root);
  const output = find(".sandbox-output", HTMLElement, root);
  /** @type {Worker | undefined} */
  let worker;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (worker) return;
    complain(undefined);
    try {
      run(read(form));
    } catch (error) {
      complain({ message: `options: ${/** @type {Error} */ (error).message}`, part: "options", field: "" });
    }
  });
  stop.addEventListener("click", () => end("stopped"));

  /** @param {Settings} settings */
  function run(settings) {
    worker = new Worker(new URL("./sandbox-worker.js", import.meta.url), { type: "module" });
    stop.disabled = false;
    start.setAttribute("aria-disabled", "true");
    status.textContent = "running";
    worker.onerror = ({ message }) => {
      end("");
      complain({ message: message || "the worker could not be loaded", part: "", field: "" });
    };
    worker.onmessage = ({ data: { result, error } }) => {
      end(result ? sentences(result, settings.calls) : "");
      if (error) complain(error);
      else output.replaceChildren(...render(result, settings));
    };
    worker.postMessage(settings);
  }

  /** @param {string} text */
  function end(text) {
    worker?.terminate();
    worker = undefined;
    // A button that is disabled keeps no focus.
    if (document.activeElement === stop) start.focus();
    stop.disabled = true;
    start.removeAttribute("aria-disabled");
    status.textContent = text;
  }

  /** Shows what is wrong, at the input that it is about. @param {{ name?: string, message: string, part: string, field: string } | undefined} error */
  function complain(error) {
    complaint.textContent = error ? `${error.name && error.name !== "SyntaxError" ? `${error.name}: ` : ""}${error.message}` : "";
    for (const input of form.querySelectorAll("[name]")) input.removeAttribute("aria-invalid");
    if (!error) return;
    const name = error.part === "server" ? error.field.split(".")[0] : error.part;
    const input = form.elements.namedItem(name ?? "");
    if (!(input instanceof HTMLElement)) return;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  }
}

/** @param {HTMLFormElement} form @returns {Settings} */
function read(form) {
  const values = Object.fromEntries(new FormData(form));
  const number = (/** @type {string} */ name) => (values[name] === "" ? NaN : Number(values[name]));
  const errors = number("errors") / 100;
  return {
    server: {
      seed: number("seed"),
      limit: number("limit"),
      window: number("window"),
      algorithm: values.algorithm,
      dialect: values.dialect,
      ...(errors !== 0 && { errors: { share: errors } }),
      ...(values.hidden !== undefined && { hidden: true }),
    },
    calls: number("calls"),
    options: JSON.parse(`${values.options}`.trim() || "{}"),
  };
}

/** @param {Result} result @param {Settings} settings */
function render({ policy, loop, floor }, settings) {
  const head = (/** @type {string} */ text) => element("th", { scope: "col" }, text);
  /** @type {[string, string, (outcome: Outcome) => string][]} */
  const rows = [
    ["ok", "came through", ({ ok }) => `${ok}`],
    ["lost", "lost", ({ lost, reasons }) => (lost === 0 ? "0" : `${lost} (${reasons.map(([how]) => how).join(", ")})`)],
    ["time", "time until the last one", ({ time }) => seconds(time)],
    ["limited", "refused by the quota", ({ limited }) => `${limited}`],
    ["failed", "errors of the server", ({ failed }) => `${failed}`],
    ["sent", "requests sent", ({ sent }) => `${sent.length}`],
  ];
  const body = rows.map(([name, text, show]) => element("tr", { "data-row": name }, element("th", { scope: "row" }, text), element("td", {}, show(policy)), element("td", {}, show(loop))));
  return [
    element(
      "table",
      { class: "sandbox-figures" },
      element("caption", {}, `${settings.calls} calls at once; the quota allows no less than ${seconds(floor)}`),
      element("thead", {}, element("tr", {}, element("td", {}), head("policy"), head("loop"))),
      element("tbody", {}, ...body),
    ),
    element("div", { class: "panels" }, ...renderCharts([["with the policy", policy], ["with the loop", loop]])),
    element("ul", { class: "legend", "aria-label": "Legend" }, ...KINDS.map(([, text, key]) => element("li", { "data-key": key }, text))),
    element("details", {}, element("summary", {}, "The same in a test of yours"), element("pre", { tabindex: "0" }, element("code", {}, programOf(settings)))),
  ];
}

/** @param {Result} result @param {number} calls */
function sentences({ policy, loop }, calls) {
  const one = (/** @type {string} */ name, /** @type {Outcome} */ { ok, lost, time, limited }) =>
    `${name}: ${lost === 0 ? `all ${calls}` : `${ok} of ${calls}`} came through in ${seconds(time)}, ${limited} refused.`;
  return `${one("With the policy", policy)} ${one("With the loop", loop)}`;
}

/** @param {Settings} settings */
function programOf({ server, calls, options }) {
  return `import { createPolicy } from "fetch-with-policy";
import { createSimulator } from "fetch-with-policy/testing";

const simulator = createSimulator(${JSON.stringify(server, undefined, 2)});
const policy = createPolicy({
  ...${JSON.stringify(options)},
  fetch: simulator.fetch,
  host: simulator.host,
});
const calls = Array.from({ length: ${calls} }, (_, n) => () => policy.fetch(\`${"https://api.example.com/items/$"}{n}\`));
const ends = await simulator.run(() => Promise.allSettled(calls.map((call) => call())));
console.log(ends.filter(({ value }) => value?.ok).length, simulator.rejections.length, simulator.requests.length);
`;
}
