// @ts-check
// The main entry's names, and the two that load.
export { CircuitOpenError, HttpError, PolicyError, PolicyOptionError, RateLimitError } from "./errors.js";
export { defineCatalog } from "./catalog.js";
export { defineMessages } from "./define-messages.js";
export { explain, explainError, explainResponse, initExplain } from "./explain.js";
export { createExplainer } from "./explainer.js";
export { formatExplanation } from "./format.js";
export { callRecord, createPolicy, defaultPolicy, fetchWithPolicy, initPolicy, readQuotas } from "./policy.js";
