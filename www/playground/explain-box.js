// @ts-check
/** The explain box: a response goes in by hand or from an example, the explanation comes out. */
import { createExplainer } from "./pkg/index.js";
import { element, find } from "./element.js";
import { renderExplanation } from "./explanation.js";
import { renderLimits } from "./limits.js";
import { readPaste } from "./paste.js";
import { createRoving } from "./roving.js";
import { rows } from "./rows.js";
import { parseCurl } from "./vendor/curl.js";

/** @typedef {import("./rows.js").Row} Row */

/** @param {HTMLElement} root */
export function mountExplainBox(root) {
  const form = find("#explain-form", HTMLFormElement, root);
  const output = find("#explain-output", HTMLElement, root);
  const search = find("#row-search", HTMLInputElement, root);
  const list = find("#rows", HTMLElement, root);
  const found = find("#rows-found", HTMLElement, root);

  const language = find("#language", HTMLSelectElement, root);
  let explainer = createExplainer();

  language.addEventListener("change", async () => {
    const locale = language.value;
    const { messages } = await import(`./pkg/messages/${locale}.js`);
    // Another may have been chosen meanwhile.
    if (language.value !== locale) return;
    explainer = createExplainer({ messages, locale });
    show();
  });
  list.append(...groups());
  const buttons = [...list.querySelectorAll("button")];
  const roving = createRoving(list);
  search.addEventListener("input", filter);
  list.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("button");
    if (button) choose(button);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    mark(undefined);
    show();
  });
  const paste = control(form, "paste");
  paste.addEventListener("input", () => {
    const pasted = paste.value.trim() === "" ? undefined : readPaste(paste.value, parseCurl);
    const isUnread = pasted === undefined && paste.value.trim() !== "";
    find("#paste-complaint", HTMLElement, form).textContent = isUnread
      ? 'Not read: expected "HTTP/1.1 429 …" with headers and a body, a HAR, or JSON with "status".'
      : "";
    paste.setAttribute("aria-invalid", String(isUnread));
    if (pasted === undefined) return;
    mark(undefined);
    fill(form, { method: "", url: "", ...pasted });
    show();
  });
  filter();
  choose(buttons.find((button) => button.dataset.row === "s000-400-invalid-grant") ?? buttons[0]);

  /** @param {HTMLButtonElement} button */
  function choose(button) {
    roving.settle(button);
    const row = rows.find((one) => one.id === button.dataset.row);
    if (!row) return;
    mark(button);
    paste.value = "";
    const headers = Object.entries(row.headers).map(([name, value]) => `${name}: ${value}`).join("\n");
    fill(form, { ...row, status: String(row.status), headers, provider: row.provider ?? "" });
    show();
  }

  /** @param {HTMLButtonElement | undefined} chosen */
  function mark(chosen) {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === chosen));
  }

  function show() {
    const { report, complaint } = read(form);
    find("#headers-complaint", HTMLElement, form).textContent = complaint;
    control(form, "headers").setAttribute("aria-invalid", String(complaint !== ""));
    const explanation = explainer.explain(report);
    output.replaceChildren(...renderExplanation(explanation, report.body, language.value), ...renderLimits(report));
    find("#explained", HTMLElement, root).textContent = `Explained: ${explanation.title}`;
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const button of buttons) {
      const text = button.dataset.search ?? "";
      const item = button.parentElement;
      if (item) item.hidden = !words.every((word) => text.includes(word));
    }
    for (const group of list.querySelectorAll("section")) group.hidden = !group.querySelector("li:not([hidden])");
    roving.refresh();
    const left = buttons.filter((button) => !button.parentElement?.hidden).length;
    found.textContent = left === rows.length ? `${left} examples` : `${left} of ${rows.length} examples`;
  }
}

/** The examples, one section a document. */
function groups() {
  return [...new Set(rows.map((row) => row.source))].map((source) =>
    element(
      "section",
      {},
      element("h3", {}, source),
      element("ul", {}, ...rows.filter((row) => row.source === source).map((row) => element("li", {}, example(row)))),
    ),
  );
}

/** @param {Row} row */
function example(row) {
  const search = `${row.status} ${row.label} ${row.source} ${row.body} ${row.provider ?? ""}`.toLowerCase();
  return element(
    "button",
    { type: "button", "data-row": row.id, "data-search": search, "aria-pressed": "false" },
    element("span", { class: "status", "data-class": String(row.status)[0] }, String(row.status)),
    element("span", {}, row.label),
  );
}

/**
 * @param {HTMLFormElement} form
 * @param {{ status: string, headers: string, body: string, method: string, url: string, provider?: string, implied?: boolean }} report
 */
function fill(form, { status, headers, body, method, url, provider = "", implied = false }) {
  for (const [name, value] of Object.entries({ status, headers, body, method, url, provider })) control(form, name).value = value;
  find("#body-note", HTMLElement, form).textContent = implied
    ? "The documentation describes this response without a body; this body is an example."
    : "";
}

/** @param {HTMLFormElement} form @param {string} name */
function control(form, name) {
  return /** @type {HTMLInputElement | HTMLTextAreaElement} */ (form.elements.namedItem(name));
}

/** The report that the form holds, and what of it could not be read. @param {HTMLFormElement} form */
function read(form) {
  /** @param {string} name */
  const value = (name) => control(form, name).value;
  /** @type {Record<string, string>} */
  const headers = Object.create(null);
  const bad = [];
  for (const [index, line] of value("headers").split("\n").entries()) {
    if (line.trim() === "") continue;
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    const text = line.slice(colon + 1).trim();
    if (colon < 1 || /\s/.test(name)) bad.push(index + 1);
    // A header that is there twice is one list, as `Headers` has it.
    else headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${text}` : text;
  }
  const report = {
    status: value("status") === "" ? null : Number(value("status")),
    headers,
    body: value("body"),
    method: value("method") || undefined,
    url: value("url") || undefined,
    provider: value("provider") || undefined,
  };
  return { report, complaint: bad.length > 0 ? `Left out: line ${bad.join(", ")}. Write "name: value".` : "" };
}
