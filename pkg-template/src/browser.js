// @ts-check
// The main entry's names, as a page loads them: see shell.js.
export { CircuitOpenError, HttpError, PolicyError, PolicyOptionError, RateLimitError } from "./errors.js";
export { defineCatalog } from "./catalog.js";
export { defineMessages } from "./define-messages.js";
export { explain, explainError, explainResponse, initExplain } from "./lazy-explain.js";
export { createExplainer } from "./lazy-explainer.js";
export { formatExplanation } from "./format.js";
export { callRecord, createPolicy, defaultPolicy, fetchWithPolicy, initPolicy, readQuotas } from "./shell.js";
