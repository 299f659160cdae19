// @ts-check
// Names only: bundlers leave out a file none of whose names is used, so who imports one half does not get the other.
export { CircuitOpenError, HttpError, PolicyError, PolicyOptionError, RateLimitError } from "./errors.js";
export { defineCatalog } from "./catalog.js";
export { defineMessages } from "./define-messages.js";
export { explain, explainError, explainResponse, initExplain } from "./explain.js";
export { formatExplanation } from "./format.js";
export { createExplainer } from "./explainer.js";
export { callRecord, createPolicy, defaultPolicy, fetchWithPolicy, initPolicy, readQuotas } from "./policy.js";
