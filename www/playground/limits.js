// @ts-check
/** Which limits a response reports, as the policy reads them. */
import { readQuotas } from "./pkg/index.js";
import { element } from "./element.js";

/**
 * @param {{ status: number | null, headers: Record<string, string>, body: string, url?: string }} report
 * @returns {HTMLElement[]} none where the response reports nothing
 */
export function renderLimits({ status, headers, body, url }) {
  const { quotas, retryAfter, limited } = readQuotas(headers, { ...(status !== null && { status }), body, ...(url && { url }) });
  const lines = quotas.map((quota) => [describe(quota), quota.source]);
  if (retryAfter) lines.push([`Wait ${seconds(retryAfter.delay)} before the next request.`, retryAfter.source]);
  if (limited === false) lines.push(["An allowance is spent: a short wait does not help.", "body"]);
  if (lines.length === 0) return [];
  const items = lines.map(([text = "", source = ""]) => element("li", {}, `${text} `, element("code", {}, source)));
  return [element("section", { class: "limits" }, element("h4", {}, "Limits that this response reports"), element("ul", {}, ...items))];
}

/** @param {import("../../pkg-template/index.js").Quota} quota */
function describe({ name, unit = "requests", limit, remaining, window, resetAt }) {
  const of = limit === undefined ? "" : ` of ${limit}`;
  const left = remaining === undefined ? `limit${of}` : `${remaining}${of} left`;
  return [
    `${name ? `${name}: ` : ""}${unit}: ${left}`,
    window === undefined ? "" : `, per ${seconds(window)}`,
    resetAt === undefined ? "" : `, resets ${new Date(resetAt).toISOString()}`,
    ".",
  ].join("");
}

/** @param {number} ms */
function seconds(ms) {
  return `${Math.round(ms / 100) / 10} s`;
}
